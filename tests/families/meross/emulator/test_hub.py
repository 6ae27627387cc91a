from __future__ import annotations

from typing import Any

import pytest

from homeward.families.meross.emulator.valve import AUTO, COMFORT

from .bench import DAY, HOUR, MINUTE, NOW, Bench

VALVE, PROBE = "01000000", "01000001"


def hub(**options: Any) -> Bench:
    return Bench("msh300", timezone="Europe/Rome", **options)


def test_it_tells_at_boot_who_is_paired_with_it() -> None:
    told = dict(hub().take())
    listed = told["Hub.SubdeviceList"]["subdeviceList"]
    assert (listed["needReply"], [one["id"] for one in listed["subdevice"]]) == (1, [VALVE, PROBE])
    assert [one["status"] for one in told["Hub.Online"]["online"]] == [1, 1]
    assert told["Hub.Battery"]["battery"] == [{"id": VALVE, "value": 100}, {"id": PROBE, "value": 100}]


def test_one_is_asked_for_or_all_of_a_kind() -> None:
    made = hub(subdevices=("mts100v3", "mts100v3", "ms100"))
    assert [one["id"] for one in made.get("Hub.Mts100.All")["all"]] == ["01000000", "01000001"]
    assert [one["id"] for one in made.get("Hub.Mts100.All", {"all": [{"id": "01000001"}]})["all"]] == ["01000001"]
    assert [one["id"] for one in made.get("Hub.Sensor.All", {"all": []})["all"]] == ["01000002"]
    assert made.refuses("GET", "Hub.Sensor.All", {"all": [{"id": "01000000"}]})
    assert {"mts100v3_room", "mts100v3_2_room", "ms100_humidity"} <= made.device.state().keys()


def test_a_valve_is_told_at_once_and_acts_when_it_wakes() -> None:
    made = hub(mts100v3_room=18)
    made.advance(2 * MINUTE)
    made.take()
    answer = made.set("Hub.Mts100.Temperature", {"temperature": [{"id": VALVE, "custom": 250}]})
    (full,) = answer["temperature"]
    assert (full["custom"], full["currentSet"], full["room"]) == (250, 250, 180)
    made.set("Hub.Mts100.Mode", {"mode": [{"id": VALVE, "state": COMFORT}]})
    (now,) = made.get("Hub.Mts100.All")["all"]
    assert (now["mode"], now["temperature"]["currentSet"]) == ({"state": COMFORT}, 220)


def test_it_heats_its_room_and_keeps_it() -> None:
    made = hub(mts100v3_room=15, mts100v3_outside=5)
    made.set("Hub.Mts100.Temperature", {"temperature": [{"id": VALVE, "custom": 210}]})
    made.advance(MINUTE)
    assert made.get("Hub.Mts100.All")["all"][0]["temperature"]["heating"] == 1
    made.advance(DAY)
    assert made.device.state()["mts100v3_room"] == pytest.approx(21, abs=0.6)
    rooms = [payload["temperature"][0].get("room") for payload in made.pushed("Hub.Mts100.Temperature")]
    assert 5 < len([room for room in rooms if room]) < 150


def test_it_follows_its_schedule() -> None:
    made = hub()  # at 23:13
    made.set("Hub.Mts100.Mode", {"mode": [{"id": VALVE, "state": AUTO}]})
    made.advance(7.5 * HOUR)
    assert made.get("Hub.Mts100.Temperature")["temperature"][0]["currentSet"] == 210
    day = [[720, 150], [720, 160]]
    made.set("Hub.Mts100.ScheduleB", {"schedule": [{"id": VALVE, "wed": day}]})
    assert made.get("Hub.Mts100.Schedule")["schedule"][0]["wed"] == day
    assert made.get("Hub.Mts100.Temperature")["temperature"][0]["currentSet"] == 150


def test_a_valve_that_is_off_does_not_heat() -> None:
    made = hub(mts100v3_room=10)
    made.set("Hub.ToggleX", {"togglex": [{"id": VALVE, "onoff": 0}]})
    made.advance(HOUR)
    assert made.get("Hub.Mts100.All")["all"][0]["temperature"]["heating"] == 0
    assert made.get("Hub.ToggleX")["togglex"] == [{"id": VALVE, "onoff": 0}]


def test_a_thermometer_tells_what_is_news_and_once_an_hour() -> None:
    made = hub()
    made.advance(2 * MINUTE)
    made.take()
    made.hand("ms100_temperature", 25.04)
    made.hand("ms100_humidity", 60)
    made.advance(MINUTE)
    (told,) = made.pushed("Hub.Sensor.TempHum")
    (item,) = told["tempHum"]
    assert (item["id"], item["latestTemperature"], item["latestHumidity"], item["voltage"]) == (PROBE, 250, 600, 3000)
    assert item["latestTime"] == NOW + 180
    made.advance(3 * HOUR)
    assert len(made.pushed("Hub.Sensor.TempHum")) == 3
    (everything,) = made.get("Hub.Sensor.All")["all"]
    assert (everything["temperature"]["latest"], everything["temperature"]["min"]) == (250, 210)
    assert made.get("Hub.Sensor.Latest")["latest"][0]["humidity"]["sample"] == 600


def test_an_adjustment_is_added_to_the_one_before() -> None:
    made = hub()
    for _ in range(2):
        made.set("Hub.Sensor.Adjust", {"adjust": [{"id": PROBE, "temperature": -5}]})
    assert made.get("Hub.Sensor.Adjust")["adjust"][0]["temperature"] == -10
    made.set("Hub.Mts100.Adjust", {"adjust": [{"id": VALVE, "temperature": 150}]})
    assert made.get("Hub.Mts100.Adjust")["adjust"] == [{"id": VALVE, "temperature": 150}]


def test_one_without_batteries_is_given_up_after_two_hours_and_comes_back() -> None:
    made = hub()
    made.hand("mts100v3_asleep", 1)
    made.take()
    made.advance(1.9 * HOUR)
    assert made.pushed("Hub.Online") == []
    made.advance(0.2 * HOUR)
    told = dict(made.take())
    assert [(one["id"], one["status"]) for one in told["Hub.Online"]["online"]] == [(VALVE, 2)]
    assert told["Hub.Exception"]["exception"] == [{"id": VALVE, "code": 5061}]
    assert made.get("Hub.Mts100.All")["all"] == [{"id": VALVE, "scheduleBMode": 6, "online": {"status": 2}}]
    assert made.get("System.All")["all"]["digest"]["hub"]["subdevice"][0] == {"id": VALVE, "status": 2}
    made.hand("mts100v3_asleep", 0)
    made.advance(MINUTE)
    assert [one["online"][0]["status"] for one in made.pushed("Hub.Online")] == [1]


def test_the_digest_has_the_type_of_each_that_is_there() -> None:
    valve, probe = hub().get("Digest.Hub")["hub"]["subdevice"]
    assert valve["mts100v3"] == {"mode": 0, "currentSet": 195}
    assert probe["ms100"]["latestTemperature"] == 210


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("Hub.ToggleX", {"togglex": [{"id": PROBE, "onoff": 1}]}),
        ("Hub.ToggleX", {"togglex": [{"onoff": 1}]}),
        ("Hub.Mts100.Mode", {"mode": [{"id": VALVE, "state": 7}]}),
        ("Hub.Mts100.Mode", {"mode": [{"id": "nobody", "state": 0}]}),
        ("Hub.Mts100.Temperature", {"temperature": [{"id": VALVE, "custom": "warm"}]}),
        ("Hub.Mts100.Schedule", {"schedule": [{"id": VALVE, "mon": []}]}),
        ("Hub.Sensor.Adjust", {"adjust": [{"id": VALVE, "temperature": 1}]}),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, wrong: Any) -> None:
    assert hub().refuses("SET", name, wrong)


def test_the_temperature_is_held_within_its_bounds() -> None:
    answer = hub().set("Hub.Mts100.Temperature", {"temperature": [{"id": VALVE, "comfort": 9999, "room": 5}]})
    assert (answer["temperature"][0]["comfort"], answer["temperature"][0]["room"]) == (350, 200)
