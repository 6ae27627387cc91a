from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross.emulator.plug import Plug
from homeward.testing.home import seeded

NOW = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC, 23:13:20 in Rome
HOUR = 3600.0


def plug(load: float = 1000.0, zone: str = "UTC", on: bool = True) -> Plug:
    made = Plug(seeded(), load)
    made.zone = ZoneInfo(zone)
    made.advance(NOW)
    made.switch(on, NOW, int(NOW))
    return made


def energy(made: Plug) -> dict[str, int]:
    return {day["date"]: day["value"] for day in made.consumption()}


def test_energy_is_power_times_time_each_day_on_its_own() -> None:
    made = plug(zone="Europe/Rome")
    made.advance(NOW + HOUR)
    assert energy(made) == {"2023-11-14": 778, "2023-11-15": 222}
    assert {day["date"]: day["time"] for day in made.consumption()}["2023-11-14"] == 1_700_002_800


def test_nothing_flows_through_a_plug_that_is_off() -> None:
    made = plug(on=False)
    made.advance(NOW + HOUR)
    assert energy(made) == {"2023-11-14": 0}
    assert made.electricity()["power"] == made.electricity()["current"] == 0


def test_turning_the_relay_counts_what_flowed_until_then() -> None:
    made = plug()
    assert made.switch(False, NOW + HOUR, 5)
    assert not made.switch(False, NOW + 2 * HOUR, 6)
    made.advance(NOW + 3 * HOUR)
    assert sum(energy(made).values()) == 1000
    assert made.switched == 5


def test_the_meter_remembers_thirty_days_in_a_ring() -> None:
    made = plug()
    made.advance(NOW + 40 * 24 * HOUR)
    days = list(energy(made))
    assert len(days) == 30
    assert max(days) == "2023-12-24"
    assert min(days) == "2023-11-25"
    assert days != sorted(days)


@pytest.mark.parametrize("day", [1_711_843_200.0, 1_729_987_200.0])  # when summer time begins, and when it ends
def test_a_day_may_have_another_length(day: float) -> None:
    made = Plug(seeded(), 1000.0)
    made.zone = ZoneInfo("Europe/Rome")
    made.on = True
    made.advance(day)
    made.advance(day + 48 * HOUR)
    assert sum(energy(made).values()) == pytest.approx(48_000, abs=3)


def test_a_reading_wavers_by_no_more_than_a_hundredth() -> None:
    made = plug()
    for _ in range(100):
        reading = made.electricity()
        assert reading["power"] == pytest.approx(1_000_000, rel=0.0101)
        assert reading["voltage"] == pytest.approx(2_300, rel=0.0101)
        assert reading["current"] == pytest.approx(4_348, rel=0.03)


@given(st.lists(st.floats(0, 100_000), max_size=20))
def test_however_time_passes_the_energy_is_the_same(steps: list[float]) -> None:
    made = plug()
    at = NOW
    for step in steps:
        at += step
        made.advance(at)
    assert sum(energy(made).values()) == pytest.approx((at - NOW) / 3.6, abs=1 + len(steps))
