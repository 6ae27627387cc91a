"""Timers fire by the device's own clock."""

from __future__ import annotations

from datetime import datetime
from time import perf_counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from homeward.families.meross.namespaces import CLOCK

from .bench import DAY, HOUR, MINUTE, NOW, Bench, channels

ROME = ZoneInfo("Europe/Rome")
EVERY_DAY, ON, OFF = 255, {"toggle": {"onoff": 1}}, {"toggle": {"onoff": 0}}


def timer(name: str = "t1", time: int = 23 * 60 + 30, extend: Any = None, **more: Any) -> dict[str, Any]:
    made = {"id": name, "type": 1, "enable": 1, "channel": 0, "week": EVERY_DAY, "time": time}
    return {"timerx": {**made, "extend": ON if extend is None else extend, **more}}


def local(at: float) -> str:
    return datetime.fromtimestamp(at, ROME).strftime("%d %H:%M")


def turns(made: Bench, seconds: float, step: float = MINUTE) -> list[tuple[str, int]]:
    """When it was turned in that time, and to what."""
    made.take()
    found = []
    for _ in range(round(seconds / step)):
        made.advance(step)
        found += [(local(made.now), one[0]) for one in channels(made.pushed("Control.ToggleX"))]
    return found


def test_a_timer_fires_on_its_days_in_the_devices_own_time() -> None:
    made = Bench(timezone="Europe/Rome")  # at 23:13 on Tuesday 14
    made.set("Control.TimerX", timer(extend=ON))
    made.set("Control.TimerX", timer("t2", 7 * 60, OFF, week=0b0001000))
    assert turns(made, 1.5 * DAY) == [("14 23:30", 1), ("15 07:00", 0), ("15 23:30", 1)]


def test_it_is_stored_counted_told_and_forgotten() -> None:
    made = Bench()
    made.set("Control.TimerX", timer(alias="night"))
    found = made.get("Control.TimerX", {"timerx": {"id": "t1"}})
    assert found["digest"] == {"channel": 0, "id": "t1", "count": 1}
    assert found["timerx"]["alias"] == "night"
    made.set("Control.TimerX", timer(enable=0))
    digest = [{"channel": 0, "id": "t1", "count": 2}]
    assert made.get("Digest.TimerX") == {"digest": digest}
    assert made.get("System.All")["all"]["digest"]["timerx"] == digest
    assert turns(made, DAY, HOUR) == []
    assert made.ask("DELETE", "Control.TimerX", {"timerx": {"id": "t1"}}) == ("DELETEACK", {})
    assert made.get("Digest.TimerX") == {"digest": []}
    assert made.get("Control.TimerX", {"timerx": {"id": "t1"}}) == {"digest": {}, "timerx": {}}


def test_one_that_fires_once_is_disabled_then() -> None:
    made = Bench(timezone="Europe/Rome")
    made.set("Control.TimerX", timer(type=2))
    assert turns(made, 1.1 * DAY) == [("14 23:30", 1)]
    assert made.get("Control.TimerX", {"timerx": {"id": "t1"}})["timerx"]["enable"] == 0


def test_one_that_lasts_is_undone_when_it_is_over() -> None:
    made = Bench(timezone="Europe/Rome")
    made.set("Control.TimerX", timer(type=3, duration=1800))
    assert turns(made, 1.1 * DAY) == [("14 23:30", 1), ("15 00:00", 0), ("15 23:30", 1), ("16 00:00", 0)]


@pytest.mark.parametrize(("zoned", "at"), [("Europe/Rome", "15 07:00"), ("UTC", "15 08:00")])
def test_another_zone_is_another_time(zoned: str, at: str) -> None:
    made = Bench(timezone="Asia/Tokyo")
    made.set("Control.TimerX", timer(time=7 * 60))
    made.set("System.Time", {"time": {"timezone": zoned}})
    assert turns(made, DAY) == [(at, 1)]


def test_a_timer_keeps_its_hour_when_summer_time_ends() -> None:
    made = Bench(timezone="Europe/Rome", now=datetime(2024, 10, 26, 12, tzinfo=ROME).timestamp())
    made.set("Control.TimerX", timer(time=7 * 60, extend={"toggle": {"onoff": 1}}))
    made.set("Control.TimerX", timer("t2", 8 * 60, OFF))
    assert turns(made, 2 * DAY) == [("27 07:00", 1), ("27 08:00", 0), ("28 07:00", 1), ("28 08:00", 0)]


def test_the_sun_is_where_the_device_is() -> None:
    made = Bench(timezone="Europe/Rome")
    made.set("System.Position", {"position": {"longitude": 12_496_400, "latitude": 41_902_800}})
    rises: Any = {"time": 400, "sunriseTime": 430, "sunsetTime": 1000, "sunOffset": -30}
    sets: Any = {"time": 1000, "sunriseTime": 430, "sunsetTime": 1000, "sunOffset": 0}
    made.set("Control.TimerX", timer(**rises))
    made.set("Control.TimerX", timer("t2", extend=OFF, **sets))
    assert turns(made, DAY) == [("15 06:29", 1), ("15 16:50", 0)]
    assert made.get("System.Debug")["debug"]["system"]["suncalc"] == "6:59;16:50"


def test_a_timer_may_turn_one_of_many_or_change_the_light() -> None:
    strip = Bench("mss425e", timezone="Europe/Rome")
    strip.set("Control.TimerX", timer(channel=3, extend={"togglex": {"channel": 3, "onoff": 1}}))
    lamp = Bench("msl120", timezone="Europe/Rome")
    lamp.set("Control.TimerX", timer(extend={"light": {"luminance": 7, "capacity": 4}}))
    for made in (strip, lamp):
        made.advance(HOUR)
    assert (strip.device.state()["onoff3"], lamp.device.state()["luminance"]) == (1, 7)


def test_nothing_is_due_before_it_knows_the_time() -> None:
    made = Bench(timezone="Europe/Rome", boot=False)
    made.set("Control.TimerX", timer())
    made.advance(DAY)
    assert made.device.state()["onoff"] == 0
    made.boot()
    assert len(turns(made, DAY)) == 1


def test_a_clock_that_is_put_right_neither_misses_nor_repeats() -> None:
    made = Bench(timezone="Europe/Rome")
    made.set("Control.TimerX", timer())
    made.advance(16 * MINUTE + 39)  # 23:29:59
    made.hear("PUSH", CLOCK, {"clock": {"timestamp": int(made.now) + 20}})
    made.advance(1)
    assert made.device.state()["onoff"] == 1
    made.hand("onoff", 0)
    made.hear("PUSH", CLOCK, {"clock": {"timestamp": int(made.now) - 20}})
    made.advance(HOUR)
    assert made.device.state()["onoff"] == 0


def test_a_clock_that_gains_fires_early() -> None:
    made = Bench(drift=600.0)
    made.set("Control.TimerX", timer(time=22 * 60))
    made.advance(23.7 * HOUR)  # 21:55
    assert made.device.state()["onoff"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"timerx": {}},
        timer("") | {},
        timer("x" * 40),
        timer(time=1440),
        timer(time=-1),
        timer(week="all"),
        timer(extend=[]),
        timer(channel="0"),
        timer(channel=1),
        timer(sunOffset=10**30),
        {"timerx": [timer()["timerx"], {"id": 5}]},
    ],
)
def test_one_that_makes_no_sense_is_refused(wrong: Any) -> None:
    assert Bench().refuses("SET", "Control.TimerX", wrong)


def test_it_keeps_no_more_than_it_can() -> None:
    made = Bench()
    for at in range(32):
        made.set("Control.TimerX", timer(f"t{at}"))
    assert made.refuses("SET", "Control.TimerX", timer("t32"))
    made.set("Control.TimerX", timer("t31"))


def test_the_first_firmware_has_one_list_of_them() -> None:
    made = Bench(generation="1", timezone="Europe/Rome")
    one = timer()["timerx"]
    made.set("Control.Timer", {"timer": [one, {**one, "id": "t2", "time": 23 * 60 + 45, "extend": OFF}]})
    assert [item["id"] for item in made.get("Control.Timer")["timer"]] == ["t1", "t2"]
    made.take()
    made.advance(HOUR)
    assert [told["toggle"]["onoff"] for told in made.pushed("Control.Toggle")] == [1, 0]
    assert made.refuses("SET", "Control.Timer", {"timer": [one, {"id": 1}]})
    assert len(made.get("Control.Timer")["timer"]) == 2
    made.set("Control.Timer", {"timer": []})
    assert made.get("System.All")["all"]["control"]["timer"] == []


def test_a_day_of_timers_triggers_and_consumption_takes_less_than_a_second() -> None:
    made = Bench(timezone="Europe/Rome", load=1000)
    for at in range(24):
        made.set("Control.TimerX", timer(f"t{at}", at * 60))
    rule = {"week": EVERY_DAY, "duration": 1800}
    made.set("Control.TriggerX", {"triggerx": {"id": "off", "channel": 0, "rule": rule}})
    made.take()
    begun = perf_counter()
    made.advance(DAY)
    assert perf_counter() - begun < 1
    assert len(made.pushed("Control.ToggleX")) == 47  # the last goes off after that day
    days = made.get("Control.ConsumptionX")["consumptionx"]
    assert sum(day["value"] for day in days) == pytest.approx(11_722, abs=1)
    assert made.now == NOW + DAY
