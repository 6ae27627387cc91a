from __future__ import annotations

from typing import Any

import pytest

from .bench import DAY, HOUR, MINUTE, Bench, channels

TUESDAY, WEDNESDAY = 0b0000100, 0b0001000


def trigger(duration: int = 600, **more: Any) -> dict[str, Any]:
    made = {"id": "off", "type": 0, "enable": 1, "channel": 0, "rule": {"week": 255, "duration": duration}}
    return {"triggerx": {**made, **more}}


def test_what_is_turned_on_goes_off_after_a_while() -> None:
    made = Bench()
    made.set("Control.TriggerX", trigger())
    made.hand("onoff", 1)
    made.take()
    made.advance(599)
    assert made.take() == []
    made.advance(1)
    assert channels(made.pushed("Control.ToggleX")) == [{0: 0}]
    made.advance(DAY)
    assert made.device.state()["onoff"] == 0


def test_it_begins_with_what_is_on_already_and_ends_with_what_goes_off() -> None:
    made = Bench(onoff=1)
    made.set("Control.TriggerX", trigger())
    made.advance(300)
    made.hand("onoff", 0)
    made.hand("onoff", 1)
    made.advance(400)
    assert made.device.state()["onoff"] == 1
    made.advance(200)
    assert made.device.state()["onoff"] == 0


def test_it_is_for_one_channel_and_its_days() -> None:
    strip = Bench("mss425e")  # on a Tuesday
    strip.set("Control.TriggerX", trigger(channel=1))
    strip.set("Control.TriggerX", trigger(id="never", channel=2, rule={"week": WEDNESDAY, "duration": 1}))
    strip.hand("onoff1", 1)
    strip.hand("onoff2", 1)
    strip.advance(HOUR)
    assert [strip.device.state()[key] for key in ("onoff1", "onoff2")] == [0, 1]


def test_one_that_fires_once_is_disabled_then() -> None:
    made = Bench()
    made.set("Control.TriggerX", trigger(type=2))
    for left in (0, 1):
        made.hand("onoff", 1)
        made.advance(HOUR)
        assert made.device.state()["onoff"] == left


def test_it_is_stored_counted_told_and_forgotten() -> None:
    made = Bench()
    made.set("Control.TriggerX", trigger())
    made.set("Control.TriggerX", trigger(60))
    digest = {"channel": 0, "id": "off", "count": 2}
    found = made.get("Control.TriggerX", {"triggerx": {"id": "off"}})
    assert (found["digest"], found["triggerx"]["rule"]["duration"]) == (digest, 60)
    assert made.get("Digest.TriggerX") == {"digest": [digest]}
    assert made.get("System.All")["all"]["digest"]["triggerx"] == [digest]
    assert made.ask("DELETE", "Control.TriggerX", {"triggerx": {"id": "off"}}) == ("DELETEACK", {})
    made.hand("onoff", 1)
    made.advance(HOUR)
    assert made.device.state()["onoff"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"triggerx": {"id": "a"}},
        trigger(-1),
        trigger(10**9),
        trigger(rule={"duration": "1"}),
        trigger(id=1),
        trigger(channel=4),
    ],
)
def test_one_that_makes_no_sense_is_refused(wrong: Any) -> None:
    assert Bench().refuses("SET", "Control.TriggerX", wrong)


def test_a_garage_door_that_was_left_open_is_closed() -> None:
    door = Bench("msg100")
    door.set("Control.TriggerX", trigger())
    door.hand("open", 1)
    door.advance(11 * MINUTE)
    assert door.device.state()["open"] == 0


def test_the_first_firmware_says_if_then_do() -> None:
    made = Bench(generation="1")
    rule = {
        "_if_": {"toggle": {"onoff": 1, "lmTime": 0}},
        "_then_": {"delay": {"week": 128 | TUESDAY, "duration": 60}},
        "_do_": {"toggle": {"onoff": 0, "lmTime": 0}},
    }
    one = {"id": "abcdefghijklm123", "type": 0, "enable": 1, "alias": "auto off", "createTime": 1, "rule": rule}
    made.set("Control.Trigger", {"trigger": [one]})
    assert made.get("Control.Trigger")["trigger"] == [{**one, "channel": 0}]
    made.hand("onoff", 1)
    made.advance(MINUTE)
    assert made.device.state()["onoff"] == 0
    assert made.refuses("SET", "Control.Trigger", {"trigger": [{**one, "rule": {"_then_": {"delay": {}}}}]})
    assert len(made.get("Control.Trigger")["trigger"]) == 1
