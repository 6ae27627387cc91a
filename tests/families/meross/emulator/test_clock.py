from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross.emulator.clock import Clock

NOW = 1_700_000_000.0


def test_it_counts_from_power_on_until_it_is_told() -> None:
    clock = Clock()
    clock.start(NOW)
    assert (clock.read(NOW + 9), clock.told) == (9, False)
    clock.tell(1_800_000_000, NOW + 10)
    assert (clock.read(NOW + 15), clock.told) == (1_800_000_005, True)
    clock.start(NOW + 20)
    assert (clock.read(NOW + 21), clock.told) == (1, False)


def test_it_gains_what_it_gains_in_a_day() -> None:
    clock = Clock(drift=20.0)
    clock.start(NOW)
    clock.tell(int(NOW), NOW)
    assert clock.read(NOW + 86_400) == NOW + 86_420


@given(st.floats(-100, 100), st.integers(0, 2**32 - 1), st.floats(0, 10**7))
def test_the_world_and_the_clock_agree(drift: float, timestamp: int, later: float) -> None:
    clock = Clock(drift)
    clock.start(NOW)
    clock.tell(timestamp, NOW + later)
    assert clock.world(timestamp) == pytest.approx(NOW + later, abs=1e-3)
