"""What every test stands on."""

from __future__ import annotations

from hypothesis import settings

# A shared or busy machine is slow without anything being wrong: no test fails for its time alone.
settings.register_profile("homeward", deadline=None)
settings.load_profile("homeward")
