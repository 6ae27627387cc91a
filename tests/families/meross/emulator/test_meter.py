from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross.emulator.meter import Meter

from .bench import DAY, HOUR, MINUTE, NOW, Bench


def plug(**options: Any) -> Bench:
    return Bench(**{"load": 1000, "onoff": 1, **options})


def energy(made: Bench) -> dict[str, int]:
    return {day["date"]: day["value"] for day in made.get("Control.ConsumptionX")["consumptionx"]}


def test_energy_is_power_times_time_each_day_on_its_own() -> None:
    made = plug(timezone="Europe/Rome")
    made.advance(HOUR)
    assert energy(made) == {"2023-11-14": 778, "2023-11-15": 222}
    days = made.get("Control.ConsumptionX")["consumptionx"]
    assert {day["date"]: day["time"] for day in days}["2023-11-14"] == 1_700_002_800


def test_nothing_flows_through_a_plug_that_is_off() -> None:
    made = plug(onoff=0)
    made.advance(HOUR)
    assert energy(made) == {"2023-11-14": 0}
    reading = made.get("Control.Electricity")["electricity"]
    assert reading["power"] == reading["current"] == 0


def test_turning_the_relay_counts_what_flowed_until_then() -> None:
    made = plug()
    made.advance(HOUR)
    made.hand("onoff", 0)
    made.advance(2 * HOUR)
    made.hand("onoff", 0)
    made.advance(HOUR)
    assert sum(energy(made).values()) == 1000
    assert made.get("Control.ToggleX")["togglex"]["lmTime"] == NOW + HOUR


def test_the_meter_remembers_thirty_days_in_a_ring() -> None:
    made = plug()
    made.advance(40 * DAY)
    days = list(energy(made))
    assert len(days) == 30
    assert max(days) == "2023-12-24"
    assert min(days) == "2023-11-25"
    assert days != sorted(days)


def test_the_last_24_hours_are_told_in_a_ring() -> None:
    made = Bench("mss305", load=1000, onoff=1)
    assert made.get("Control.ConsumptionH")["consumptionH"] == [{"channel": 0, "total": 0, "data": []}]
    made.advance(30 * HOUR)
    (told,) = made.get("Control.ConsumptionH")["consumptionH"]
    assert told["total"] == 30_000
    begins = [item["timestamp"] for item in told["data"]]
    assert len(set(begins)) == 24
    assert {begin % 3600 for begin in begins} == {0}
    assert begins != sorted(begins)
    assert {item["value"] for item in told["data"] if item["timestamp"] != max(begins)} == {1000}
    assert Bench().refuses("GET", "Control.ConsumptionH")


@pytest.mark.parametrize("day", [1_711_843_200.0, 1_729_987_200.0])  # when summer time begins, and when it ends
def test_a_day_may_have_another_length(day: float) -> None:
    made = plug(timezone="Europe/Rome", now=day)
    made.advance(48 * HOUR)
    assert sum(energy(made).values()) == pytest.approx(48_000, abs=3)


def test_a_reading_wavers_by_no_more_than_a_hundredth() -> None:
    made = plug()
    for _ in range(100):
        reading = made.get("Control.Electricity")["electricity"]
        assert reading["power"] == pytest.approx(1_000_000, rel=0.0101)
        assert reading["voltage"] == pytest.approx(2_300, rel=0.0101)
        assert reading["current"] == pytest.approx(4_348, rel=0.03)


@given(st.lists(st.floats(0, 100_000), max_size=20))
def test_however_time_passes_the_energy_is_the_same(steps: list[float]) -> None:
    meter = Meter(Bench(boot=False).device, lambda: True)
    meter.load = 1000.0
    at = NOW
    meter.advance(at)
    for step in steps:
        at += step
        meter.advance(at)
    assert sum(day["value"] for day in meter.consumption()) == pytest.approx((at - NOW) / 3.6, abs=1 + len(steps))


def test_some_firmware_tells_of_yesterday_for_a_while() -> None:
    made = plug(quirks=["stale-midnight"])
    made.advance(2 * HOUR)
    assert energy(made)["2023-11-15"] == 222
    made = plug(quirks=["stale-midnight"])
    made.advance(107 * MINUTE)
    assert energy(made) == {"2023-11-14": 1778, "2023-11-15": 1778}
