"""What every test stands on."""

from __future__ import annotations

from hypothesis import settings

# A shared or busy machine is slow without anything being wrong: no test fails for its time alone.
settings.register_profile("homeward", deadline=None)
# A long look, of about ten minutes: `./dev test tests/mqtt/test_exactness.py --hypothesis-profile=long`.
settings.register_profile("long", deadline=None, max_examples=20_000)
settings.load_profile("homeward")
