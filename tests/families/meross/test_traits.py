from __future__ import annotations

from typing import Any

import pytest

from homeward.errors import InvalidValue
from homeward.families.base import Call
from homeward.families.meross import traits
from homeward.families.meross.wire import BadMessage
from homeward.model import Platform

NOW = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC
EVERYTHING = [trait.namespace for trait in traits.TRAITS]
NEW, OLD = (
    ["Appliance.System.All", f"Appliance.Control.{name}", "Appliance.System.DNDMode"] for name in ("ToggleX", "Toggle")
)

READINGS: dict[str, tuple[str, Any, dict[str, Any]]] = {
    "ToggleX pushed": ("Control.ToggleX", {"togglex": [{"channel": 0, "onoff": 1, "lmTime": 1}]}, {"switch": True}),
    "ToggleX got": ("Control.ToggleX", {"channel": 0, "togglex": {"channel": 0, "onoff": 0}}, {"switch": False}),
    "ToggleX of another channel": ("Control.ToggleX", {"togglex": [{"channel": 1, "onoff": 1}]}, {}),
    "ToggleX of no channel": ("Control.ToggleX", {"togglex": []}, {}),
    "Toggle, which names none": ("Control.Toggle", {"toggle": {"onoff": 1, "lmTime": 1}}, {"switch": True}),
    "Electricity in mW, dV and mA": (
        "Control.Electricity",
        {"electricity": {"channel": 0, "current": 36, "voltage": 2481, "power": 2782}},
        {"power": 2.782, "voltage": 248.1, "current": 0.036},
    ),
    "Runtime": ("System.Runtime", {"runtime": {"signal": 88}}, {"signal": 88}),
    "the LED works": ("System.DNDMode", {"DNDMode": {"mode": 0}}, {"led": True}),
    "the LED is dark": ("System.DNDMode", {"DNDMode": {"mode": 1}}, {"led": False}),
    "a digest": ("System.All", {"all": {"digest": {"togglex": [{"channel": 0, "onoff": 1}]}}}, {"switch": True}),
    "a control": ("System.All", {"all": {"control": {"toggle": {"onoff": 0}, "timer": []}}}, {"switch": False}),
    "no digest": ("System.All", {"all": {"system": {}}}, {}),
    "nothing at all": ("System.All", {}, {}),
    "what is no entity's": ("System.Report", {"report": []}, {}),
}


@pytest.mark.parametrize(("namespace", "payload", "values"), READINGS.values(), ids=READINGS)
def test_native_values_become_those_of_entities(namespace: str, payload: Any, values: dict[str, Any]) -> None:
    assert traits.values(f"Appliance.{namespace}", payload, NOW, "") == values


def test_the_digest_of_a_device_that_sends_another_type_is_refused() -> None:
    with pytest.raises(BadMessage, match="onoff"):
        traits.values(traits.ALL, {"all": {"digest": {"togglex": [{"channel": 0}]}}}, NOW, "")


@pytest.mark.parametrize(
    ("timezone", "today"),
    [
        ("", 0.014),
        ("Europe/Rome", 0.014),
        ("Australia/Sydney", 0.015),
        ("nowhere", 0.014),
        ("../etc", 0.014),
        ("/", 0.014),
    ],
)
def test_today_is_the_devices_own_day(timezone: str, today: float) -> None:
    days = [{"date": f"2023-11-{day}", "time": 1, "value": day} for day in (15, 13, 14)]
    assert traits.values(traits.CONSUMPTION_X, {"consumptionx": days}, NOW, timezone) == {"energy_today": today}


def test_a_day_without_a_line_used_nothing() -> None:
    assert traits.values(traits.CONSUMPTION_X, {"consumptionx": []}, NOW, "") == {"energy_today": 0.0}


def test_every_entity_has_one_key_and_proper_words() -> None:
    entities = traits.entities(EVERYTHING)
    assert [entity.key for entity in entities] == [
        "switch",
        "power",
        "voltage",
        "current",
        "energy_today",
        "signal",
        "led",
    ]
    for entity in entities:
        assert entity.writable == (entity.platform is Platform.SWITCH)
        assert (entity.unit is not None) == (entity.platform is Platform.SENSOR)


def test_a_device_shows_what_its_abilities_allow() -> None:
    assert [entity.key for entity in traits.entities(["Appliance.Control.Toggle"])] == ["switch"]
    assert traits.entities([]) == []


@pytest.mark.parametrize(
    ("abilities", "key", "value", "call"),
    [
        (NEW, "switch", True, Call("SET Appliance.Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}})),
        (NEW, "switch", False, Call("SET Appliance.Control.ToggleX", {"togglex": {"channel": 0, "onoff": 0}})),
        (OLD, "switch", True, Call("SET Appliance.Control.Toggle", {"channel": 0, "toggle": {"onoff": 1}})),
        (NEW + OLD, "switch", True, Call("SET Appliance.Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}})),
        (NEW, "led", True, Call("SET Appliance.System.DNDMode", {"DNDMode": {"mode": 0}})),
        (NEW, "led", False, Call("SET Appliance.System.DNDMode", {"DNDMode": {"mode": 1}})),
    ],
)
def test_setting_an_entity_is_a_request(abilities: list[str], key: str, value: bool, call: Call) -> None:
    assert traits.command(abilities, key, value) == call


@pytest.mark.parametrize(
    ("key", "value"), [("switch", 1), ("switch", "on"), ("switch", None), ("power", 5.0), ("nothing", True)]
)
def test_what_cannot_be_set_is_an_invalid_value(key: str, value: Any) -> None:
    with pytest.raises(InvalidValue, match=key):
        traits.command(EVERYTHING, key, value)


def test_a_command_that_was_carried_out_reads_as_what_was_set() -> None:
    for value in (True, False):
        for key in ("switch", "led"):
            call = traits.command(NEW, key, value)
            assert traits.values(call.method.removeprefix("SET "), call.params, NOW, "") == {key: value}


def test_whatever_is_asked_for_tells_of_an_entity() -> None:
    assert set(traits.ASKS) | set(traits.CONFIRMED_BY) | set(traits.CONFIRMED_BY.values()) <= traits.NAMESPACES
