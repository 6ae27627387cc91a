from __future__ import annotations

from typing import Any

import pytest

from .bench import Bench


def go(shutter: Bench, position: int) -> None:
    shutter.set("RollerShutter.Position", {"position": {"channel": 0, "position": position}})


def told(shutter: Bench) -> list[tuple[str, int]]:
    return [(name.rpartition(".")[2], next(iter(payload.values()))[0]["state" if "State" in name else "position"])
            for name, payload in shutter.take()]  # fmt: skip


def position(shutter: Bench) -> int:
    return int(shutter.get("RollerShutter.Position")["position"][0]["position"])


def test_it_moves_and_tells_when_it_begins_and_when_it_is_there() -> None:
    shutter = Bench("mrs100")
    shutter.take()
    go(shutter, 40)
    assert told(shutter) == [("State", 1)]
    shutter.advance(6)
    assert position(shutter) == 20
    shutter.advance(6)
    assert told(shutter) == [("Position", 40), ("State", 0)]
    go(shutter, 10)
    shutter.advance(3)
    assert shutter.get("RollerShutter.State")["state"] == [{"channel": 0, "state": 2}]
    shutter.advance(60)
    assert position(shutter) == 10


def test_it_is_stopped_on_its_way() -> None:
    shutter = Bench("mrs100")
    go(shutter, 100)
    shutter.advance(15)
    go(shutter, -1)
    shutter.advance(60)
    assert position(shutter) == 50


def test_it_is_as_fast_as_its_configuration_says() -> None:
    shutter = Bench("mrs100")
    shutter.set("RollerShutter.Config", {"config": {"channel": 0, "signalOpen": 10_000}})
    go(shutter, 100)
    shutter.advance(5)
    assert position(shutter) == 50
    (config,) = shutter.get("RollerShutter.Config")["config"]
    assert (config["signalOpen"], config["signalClose"]) == (10_000, 30_000)


def test_older_firmware_knows_open_and_closed_only() -> None:
    shutter = Bench("mrs100", generation="2")
    go(shutter, 70)
    shutter.advance(15)
    assert position(shutter) == 0
    shutter.advance(15)
    assert position(shutter) == 100
    assert shutter.post("PUSH", "RollerShutter.Adjust").body == b""


def test_its_adjustment_is_pushed_when_nothing_is_pushed_to_it() -> None:
    shutter = Bench("mrs100")
    assert shutter.ask("PUSH", "RollerShutter.Adjust") == ("PUSH", {"adjust": [{"channel": 0, "status": 0}]})


@pytest.mark.parametrize("wrong", [{}, {"position": {"position": 101}}, {"position": [{"channel": 1, "position": 0}]}])
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    assert Bench("mrs100").refuses("SET", "RollerShutter.Position", wrong)


def test_a_hand_moves_it() -> None:
    shutter = Bench("mrs100")
    shutter.hand("position", 33)
    assert (position(shutter), shutter.device.state()["position"]) == (33, 33)
