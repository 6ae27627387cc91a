from __future__ import annotations

from typing import Any

import pytest

from .bench import NOW, Bench

OPEN, CLOSE = {"state": {"channel": 0, "open": 1, "uuid": "x"}}, {"state": {"channel": 0, "open": 0}}


def test_the_answer_says_how_the_door_stands_and_the_sensor_tells_later() -> None:
    door = Bench("msg100")
    door.take()
    assert door.set("GarageDoor.State", OPEN) == {"state": {"channel": 0, "open": 0, "lmTime": 0, "execute": 1}}
    door.advance(29)
    assert door.take() == []
    door.advance(1)
    assert door.pushed("GarageDoor.State") == [{"state": [{"channel": 0, "open": 1, "lmTime": NOW + 30}]}]
    assert door.set("GarageDoor.State", OPEN)["state"]["execute"] == 0


def test_it_takes_as_long_as_its_configuration_says() -> None:
    door = Bench("msg100")
    door.set("GarageDoor.Config", {"config": {"doorOpenDuration": 5_000}})
    door.set("GarageDoor.State", OPEN)
    door.advance(5)
    assert door.device.state()["open"] == 1
    assert door.get("GarageDoor.Config")["config"]["doorCloseDuration"] == 30_000


def test_a_door_may_turn_back_or_be_held_up_or_be_moved_by_hand() -> None:
    door = Bench("msg100")
    door.set("GarageDoor.State", OPEN)
    door.advance(10)
    door.set("GarageDoor.State", CLOSE)
    door.advance(60)
    assert door.device.state()["open"] == 0
    door.hand("blocked", 1)
    door.set("GarageDoor.State", OPEN)
    door.advance(60)
    assert door.device.state()["open"] == 0
    door.take()
    door.hand("open", 1)
    assert [told["state"][0]["open"] for told in door.pushed("GarageDoor.State")] == [1]


def test_three_doors_are_told_apart() -> None:
    doors = Bench("msg200")
    configs = doors.get("GarageDoor.MultipleConfig")["config"]
    assert [config["channel"] for config in configs] == [1, 2, 3]
    changed = {"channel": 2, "doorEnable": 0, "doorOpenDuration": 1_000}
    doors.set("GarageDoor.MultipleConfig", {"config": [changed]})
    doors.set("GarageDoor.State", {"state": {"channel": 2, "open": 1}})
    doors.advance(1)
    states = doors.get("GarageDoor.State")["state"]
    assert [(state["channel"], state["open"], state["doorEnable"]) for state in states] == [
        (1, 0, 1),
        (2, 1, 0),
        (3, 0, 1),
    ]
    assert doors.get("System.All")["all"]["digest"]["garageDoor"] == states
    assert [state["channel"] for state in doors.get("GarageDoor.State", {"state": {"channel": 2}})["state"]] == [2]
    assert doors.refuses("SET", "GarageDoor.State", {"state": {"channel": 0, "open": 1}})


@pytest.mark.parametrize("wrong", [{}, {"state": {}}, {"state": {"open": 2}}, {"state": {"channel": 1, "open": 1}}])
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    assert Bench("msg100").refuses("SET", "GarageDoor.State", wrong)


def test_some_answer_with_a_state_or_a_list_of_it_in_turns() -> None:
    door = Bench("msg100", quirks=["dict-or-list"])
    assert [type(door.get("GarageDoor.State")["state"]) for _ in range(4)] == [list, dict, list, dict]
    assert {type(Bench("msg100").get("GarageDoor.State")["state"]) for _ in range(4)} == {dict}


def test_some_tell_of_a_channel_they_do_not_have() -> None:
    doors = Bench("msg200", quirks=["bogus-channel"])
    doors.take()
    doors.hand("open3", 1)
    (told,) = doors.pushed("GarageDoor.State")
    assert [(item["channel"], item["open"]) for item in told["state"]] == [(3, 1), (0, 1)]
