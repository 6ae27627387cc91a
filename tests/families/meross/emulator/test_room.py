from __future__ import annotations

from math import exp, inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross.emulator.room import Room

TAU = 10 * 3600.0


def room(temperature: float = 20.0, outside: float = 0.0, *, heated: bool = False) -> Room:
    made = Room(temperature, outside)
    made.heated = heated
    made.advance(1.0)
    return made


def test_it_cools_towards_the_outside() -> None:
    cooling = room()
    cooling.advance(1.0 + TAU)
    assert cooling.temperature == pytest.approx(20 * exp(-1))


def test_it_warms_to_thirty_degrees_above_it_while_heated() -> None:
    warming = room(heated=True)
    warming.advance(1.0 + 20 * TAU)
    assert warming.temperature == pytest.approx(30, abs=0.01)


def test_an_open_window_makes_it_faster() -> None:
    airy = room()
    airy.window = True
    airy.advance(1.0 + TAU / 8)
    assert airy.temperature == pytest.approx(20 * exp(-1))


@given(st.floats(-10, 40), st.floats(-20, 20), st.booleans(), st.floats(-10, 40))
def test_it_is_that_warm_when_it_said_it_would_be(
    temperature: float, outside: float, heated: bool, mark: float
) -> None:
    made = room(temperature, outside, heated=heated)
    at = made.reaches(mark)
    if at < inf:
        made.advance(at)
        assert made.temperature == pytest.approx(mark, abs=1e-3)


@given(st.lists(st.floats(0, 10_000), max_size=10))
def test_however_time_passes_it_is_the_same(steps: list[float]) -> None:
    one, other, at = room(), room(), 1.0
    for step in steps:
        at += step
        one.advance(at)
    other.advance(at)
    assert one.temperature == pytest.approx(other.temperature)
