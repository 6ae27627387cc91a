"""What every test stands on."""

from __future__ import annotations

from hypothesis import settings

# A shared or busy machine is slow without anything being wrong: no test fails for its time alone.
settings.register_profile("homeward", deadline=None)
# For a long look: `./dev test tests/mqtt/test_exactness.py --hypothesis-profile=long`, an hour and more for all of them.
settings.register_profile("long", deadline=None, max_examples=20_000)
settings.load_profile("homeward")
