from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.errors import InvalidValue
from homeward.families.base import Call
from homeward.families.meross import trait_rows_climate as climate
from homeward.families.meross import traits
from homeward.families.meross.namespaces import NAMESPACES
from homeward.families.meross.traits import Layout
from homeward.model import Platform
from tests.families.meross.layouts import (
    BULB,
    DIFFUSER,
    DIMMER,
    DOORS,
    FAN,
    HUB,
    LAMP,
    METER,
    MTS200,
    MTS300,
    MTS960,
    NIGHT_LIGHT,
    NOW,
    OLD_PLUG,
    PLUG,
    SHUTTER,
    STRIP,
    layout,
    names,
)


def every_native() -> dict[str, Any]:
    """A device that can do everything, with sub-devices of every kind."""
    kinds = ["mts100v3", "ms100", "ms130", "ms200", "ms400", "ma151", "ms120", ""]
    return {
        "abilities": sorted(NAMESPACES),
        "items": {name: {"0": {}, "1": {}} for name, row in NAMESPACES.items() if row.shape.keyed_by == "channel"},
        "subdevices": {f"{number:02}": kind for number, kind in enumerate(kinds)},
    }


def test_every_entity_has_one_key_and_proper_words() -> None:
    found = traits.layout(every_native())
    assert found
    keys = [entity.key for entity in found.entities]
    assert len(set(keys)) == len(keys)
    for entity in found.entities:
        if entity.of:
            assert entity.of in keys
            assert entity.key.startswith(f"{entity.of}_")
        if entity.platform in (Platform.BINARY_SENSOR, Platform.SENSOR, Platform.UPDATE):
            assert not entity.writable
        if entity.platform is Platform.NUMBER:
            assert entity.minimum is not None
            assert entity.maximum is not None
            assert entity.minimum < entity.maximum
        if entity.platform is Platform.SELECT and entity.key != "light_effect":
            assert entity.options


def test_every_row_is_an_entity_of_a_device_that_has_no_more() -> None:
    for trait in traits.TRAITS:
        wanted = {*(source.namespace for source in trait.sources), *filter(None, [trait.beside])}
        native = every_native() | {"abilities": sorted(wanted)}
        native["subdevices"] = {
            name: kind for name, kind in native["subdevices"].items() if climate.KINDS.get(kind, "") in trait.kinds
        }
        found = traits.layout(native)
        assert found
        key = f"{min(native['subdevices'])}_{trait.entity.key}" if trait.kinds else trait.entity.key
        assert key in {entity.key for entity in found.entities}


def test_a_plug_is_what_it_was() -> None:
    assert [entity.key for entity in PLUG.entities] == [
        "switch",
        "power",
        "voltage",
        "current",
        "energy_today",
        "signal",
        "led",
        "firmware",
    ]


def test_nothing_is_shown_before_abilities_and_system_all_are_known() -> None:
    assert traits.layout({}) is None
    assert traits.layout({"abilities": names("Control.ToggleX")}) is None
    assert traits.layout({"items": {}}) is None


def test_devices_of_one_kind_share_their_layout() -> None:
    native = every_native()
    assert traits.layout(native) is traits.layout({**native, "mac": "other"})


def test_a_light_shows_what_it_is_capable_of() -> None:
    assert [entity.key for entity in BULB.entities] == [
        "light",
        "light_brightness",
        "light_rgb_color",
        "light_color_temp",
    ]
    assert [entity.key for entity in DIMMER.entities] == ["light", "light_brightness"]


def test_bounds_and_choices_are_those_the_device_told() -> None:
    entities = {entity.key: entity for entity in (*MTS200.entities, *LAMP.entities)}
    assert (entities["climate_temperature"].minimum, entities["climate_temperature"].maximum) == (5.0, 35.0)
    assert (entities["calibration"].minimum, entities["calibration"].maximum) == (-8.0, 8.0)
    assert entities["light_effect"].options == ("Night", "Day")


def test_a_sub_device_is_a_part_of_its_hub() -> None:
    parts = {entity.key: entity.part for entity in HUB.entities}
    assert parts["01_climate"] == "mts100v3 01"
    assert parts["05_online"] == "sub-device 05"
    assert parts["pair"] == ""
    assert [key for key in parts if key.startswith("06_")] == ["06_online", "06_battery"]


COMMANDS: list[tuple[Layout, str, Any, str, Any]] = [
    (PLUG, "switch", True, "Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}}),
    (PLUG, "switch", False, "Control.ToggleX", {"togglex": {"channel": 0, "onoff": 0}}),
    (OLD_PLUG, "switch", True, "Control.Toggle", {"channel": 0, "toggle": {"onoff": 1}}),
    (STRIP, "switch_2", True, "Control.ToggleX", {"togglex": {"channel": 2, "onoff": 1}}),
    (PLUG, "led", True, "System.DNDMode", {"DNDMode": {"mode": 0}}),
    (PLUG, "led", False, "System.DNDMode", {"DNDMode": {"mode": 1}}),
    (BULB, "light", True, "Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}}),
    (BULB, "light_brightness", 40, "Control.Light", {"light": {"channel": 0, "capacity": 4, "luminance": 40}}),
    (BULB, "light_rgb_color", "#FF0080", "Control.Light", {"light": {"channel": 0, "capacity": 1, "rgb": 0xFF0080}}),
    (BULB, "light_color_temp", 2700, "Control.Light", {"light": {"channel": 0, "capacity": 2, "temperature": 1}}),
    (NIGHT_LIGHT, "light", True, "Control.Light", {"light": {"channel": 0, "onoff": 1}}),
    (LAMP, "light_effect", "Day", "Control.Light.Effect", {"effect": [{"Id": "01", "enable": 1}]}),
    (NIGHT_LIGHT, "spray", True, "Control.Spray", {"spray": {"channel": 0, "mode": 1}}),
    (NIGHT_LIGHT, "spray_mode", "off", "Control.Spray", {"spray": {"channel": 0, "mode": 0}}),
    (DIFFUSER, "spray", False, "Control.Diffuser.Spray", {"type": "mod100", "spray": [{"channel": 0, "mode": 2}]}),
    (FAN, "fan_2_percentage", 100, "Control.Fan", {"fan": [{"channel": 2, "speed": 3}]}),
    (DOORS, "cover_2", "open", "GarageDoor.State", {"state": {"channel": 2, "open": 1}}),
    (SHUTTER, "cover", "stop", "RollerShutter.Position", {"position": {"channel": 0, "position": -1}}),
    (SHUTTER, "cover_position", 30, "RollerShutter.Position", {"position": {"channel": 0, "position": 30}}),
    (MTS200, "climate", "off", "Control.Thermostat.Mode", {"mode": [{"channel": 0, "onoff": 0}]}),
    (
        MTS200,
        "climate_temperature",
        21.5,
        "Control.Thermostat.Mode",
        {"mode": [{"channel": 0, "manualTemp": 215, "mode": 4}]},
    ),
    (MTS960, "climate", "cool", "Control.Thermostat.ModeB", {"modeB": [{"channel": 0, "onoff": 1, "working": 2}]}),
    (
        MTS300,
        "climate_target_temp_high",
        25,
        "Control.Thermostat.ModeC",
        {"control": [{"channel": 0, "targetTemp": {"cold": 2500}}]},
    ),
    (HUB, "01_climate", "heat", "Hub.ToggleX", {"togglex": [{"id": "01", "onoff": 1}]}),
    (HUB, "01_climate_temperature", 21.5, "Hub.Mts100.Temperature", {"temperature": [{"id": "01", "custom": 215}]}),
    (HUB, "01_climate_preset_mode", "away", "Hub.Mts100.Mode", {"mode": [{"id": "01", "state": 4}]}),
    (HUB, "01_calibration", -1.5, "Hub.Mts100.Adjust", {"adjust": [{"id": "01", "temperature": -150}]}),
    (HUB, "pair", None, "Hub.PairSubDev", {}),
]


@pytest.mark.parametrize(("device", "key", "value", "namespace", "payload"), COMMANDS)
def test_setting_an_entity_is_a_request(device: Layout, key: str, value: Any, namespace: str, payload: Any) -> None:
    assert device.command(key, value) == Call(f"SET Appliance.{namespace}", payload)


@pytest.mark.parametrize(
    ("device", "key", "value"),
    [
        (PLUG, "switch", 1),
        (PLUG, "switch", "on"),
        (PLUG, "switch", None),
        (PLUG, "power", 5.0),
        (PLUG, "firmware", "7"),
        (PLUG, "nothing", True),
        (BULB, "light_rgb_color", "red"),
        (BULB, "light_rgb_color", "#12345g"),
        (BULB, "light_rgb_color", "#-12345"),
        (BULB, "light_rgb_color", 5),
        (BULB, "light_brightness", True),
        (BULB, "light_brightness", float("inf")),
        (LAMP, "light_effect", "Dawn"),
        (MTS200, "climate", "cool"),
        (MTS960, "climate", "dry"),
        (DOORS, "cover_1", "stop"),
        (HUB, "06_battery", 5),
    ],
)
def test_what_cannot_be_set_is_an_invalid_value(device: Layout, key: str, value: Any) -> None:
    with pytest.raises(InvalidValue, match=key):
        device.command(key, value)


@pytest.mark.parametrize(("device", "key", "value", "namespace", "payload"), COMMANDS)
def test_a_command_that_was_carried_out_reads_as_what_was_set(
    device: Layout, key: str, value: Any, namespace: str, payload: Any
) -> None:
    told = device.values(f"Appliance.{namespace}", payload, (NOW, "")).values
    assert told.get(key, value) in (value, str(value).lower(), "")


def test_a_sub_device_that_no_ability_can_set_is_read_only() -> None:
    old = layout("Hub.Mts100.All", subdevices={"01": "mts100"})
    assert not any(entity.writable for entity in old.entities)


QUESTIONS: list[tuple[Layout, str, Any]] = [
    (PLUG, "Control.Electricity", ("GET", {"electricity": {"channel": 0}})),
    (METER, "Control.ElectricityX", ("GET", {"electricity": [{"channel": 1}, {"channel": 2}]})),
    (layout("Control.ElectricityX"), "Control.ElectricityX", ("GET", {"electricity": [{"channel": 65535}]})),
    (HUB, "Hub.Mts100.All", ("GET", {"all": []})),
    (layout("Control.PhysicalLock"), "Control.PhysicalLock", ("PUSH", {})),
    (SHUTTER, "RollerShutter.Position", ("GET", {"position": []})),
    (PLUG, "Control.ToggleX", None),
]


@pytest.mark.parametrize(("device", "namespace", "question"), QUESTIONS)
def test_what_system_all_does_not_tell_is_asked_for(device: Layout, namespace: str, question: Any) -> None:
    assert device.question(f"Appliance.{namespace}") == question
    assert (f"Appliance.{namespace}" in device.asks) == (question is not None)


def test_a_sensor_behind_a_hub_is_asked_for_by_its_id() -> None:
    question = HUB.question("Appliance.Control.Sensor.LatestX")
    assert question
    assert [(item["channel"], item["subId"]) for item in question[1]["latest"]] == [(0, "03")]


def test_only_what_can_be_asked_for_is_confirmed() -> None:
    assert PLUG.confirms("Appliance.Control.ToggleX") == "Appliance.System.All"
    assert PLUG.confirms("Appliance.System.DNDMode") == "Appliance.System.DNDMode"
    assert PLUG.confirms("Appliance.Control.Light") is None
    assert HUB.confirms("Appliance.Hub.PairSubDev") is None


@given(st.floats(2700, 6500))
def test_white_comes_back_within_a_step(kelvin: float) -> None:
    call = BULB.command("light_color_temp", kelvin)
    light = {"channel": 0, "capacity": 2, "temperature": call.params["light"]["temperature"]}
    told = BULB.values("Appliance.Control.Light", {"light": light}, (NOW, "")).values
    assert abs(told["light_color_temp"] - kelvin) <= 20  # type: ignore[operator]
