from __future__ import annotations

from typing import Any

import pytest

from homeward.families.meross.emulator.memory import FACTORY
from homeward.families.meross.emulator.models import MODELS
from homeward.families.meross.namespaces import namespace

from .bench import Bench


@pytest.mark.parametrize("model", sorted(MODELS))
@pytest.mark.parametrize("at", [0, -1])
def test_every_get_that_a_device_lists_and_its_table_knows_is_answered(model: str, at: int) -> None:
    made = Bench(model, generation=list(MODELS[model].labels)[at], boot=False, host="", key="")
    for name in made.device.abilities:
        row = namespace(name)
        method, payload = made.ask("GET", name.removeprefix("Appliance."))
        told_some_other_way = name in ("Appliance.System.Clock", "Appliance.System.Report")
        assert told_some_other_way or (method == "GETACK") is ("G" in row.verbs), name
        assert method == "ERROR" or not row.key or row.key in payload, name


@pytest.mark.parametrize(
    ("model", "name", "payload"),
    [
        ("mss310", "System.DNDMode", {"DNDMode": {"mode": 1}}),
        ("mss110", "Config.OverTemp", {"overTemp": {"enable": 2, "type": 1}}),
        ("mts200", "Control.Screen.Brightness", {"brightness": [{"channel": 0, "operation": 5, "standby": 0}]}),
        ("mts200", "Control.Thermostat.SummerMode", {"summerMode": [{"channel": 0, "mode": 2}]}),
    ],
)
def test_what_was_set_is_what_is_got(model: str, name: str, payload: Any) -> None:
    made = Bench(model, boot=False, host="", key="")
    made.set(name, payload)
    assert made.get(name) == payload


def test_what_a_device_pushes_it_tells_when_it_is_set() -> None:
    made = Bench("mts200")
    made.take()
    made.set("Control.PhysicalLock", {"lock": [{"channel": 0, "onoff": 1}]})
    locked = {"lock": [{"channel": 0, "onoff": 1}]}
    assert made.pushed("Control.PhysicalLock") == [locked]
    assert made.ask("PUSH", "Control.PhysicalLock") == ("PUSH", locked)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"brightness": 5},
        {"brightness": [{"channel": 3, "operation": 5}]},
        {"brightness": [{"channel": 0, "operation": "bright"}]},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    assert Bench("mts200").refuses("SET", "Control.Screen.Brightness", wrong)


def test_two_devices_do_not_share_what_they_keep() -> None:
    one, other = Bench("mss310"), Bench("mss310")
    one.set("System.DNDMode", {"DNDMode": {"mode": 1}})
    assert other.get("System.DNDMode") == {"DNDMode": {"mode": 0}} == {"DNDMode": FACTORY["System.DNDMode"]}
