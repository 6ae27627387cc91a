"""What a device tells, as values of its entities."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross.traits import Layout
from homeward.families.meross.wire import BadMessage
from tests.families.meross.layouts import (
    BULB,
    DIFFUSER,
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
    ONE,
    PLUG,
    PRESENCE,
    SHUTTER,
    STRIP,
    layout,
)

READINGS: dict[str, tuple[Layout, str, Any, dict[str, Any]]] = {
    "ToggleX pushed": (
        PLUG,
        "Control.ToggleX",
        {"togglex": [{"channel": 0, "onoff": 1, "lmTime": 1}]},
        {"switch": True},
    ),
    "ToggleX got": (PLUG, "Control.ToggleX", {"channel": 0, "togglex": {"channel": 0, "onoff": 0}}, {"switch": False}),
    "ToggleX of no channel": (PLUG, "Control.ToggleX", {"togglex": []}, {}),
    "outlets of a strip": (
        STRIP,
        "Control.ToggleX",
        {"togglex": [{"channel": 0, "onoff": 1}, {"channel": 2, "onoff": 0}]},
        {"switch": True, "switch_2": False},
    ),
    "Toggle, which names no channel": (
        OLD_PLUG,
        "Control.Toggle",
        {"toggle": {"onoff": 1, "lmTime": 1}},
        {"switch": True},
    ),
    "Electricity in mW, dV and mA": (
        PLUG,
        "Control.Electricity",
        {"electricity": {"channel": 0, "current": 36, "voltage": 2481, "power": 2782}},
        {"power": 2.782, "voltage": 248.1, "current": 0.036},
    ),
    "ElectricityX in mV, and exported": (
        METER,
        "Control.ElectricityX",
        {"electricity": [{"channel": 2, "current": 1500, "voltage": 230100, "power": -345000, "mConsume": 1200}]},
        {"power_2": -345.0, "voltage_2": 230.1, "current_2": 1.5, "energy_2": 1.2},
    ),
    "Runtime": (PLUG, "System.Runtime", {"runtime": {"signal": 88}}, {"signal": 88}),
    "the LED works": (PLUG, "System.DNDMode", {"DNDMode": {"mode": 0}}, {"led": True}),
    "the LED is dark": (PLUG, "System.DNDMode", {"DNDMode": {"mode": 1}}, {"led": False}),
    "a digest": (PLUG, "System.All", {"all": {"digest": {"togglex": [{"channel": 0, "onoff": 1}]}}}, {"switch": True}),
    "the firmware": (
        PLUG,
        "System.All",
        {"all": {"system": {"firmware": {"version": "6.1.8"}}}},
        {"firmware": "6.1.8"},
    ),
    "a control": (
        OLD_PLUG,
        "System.All",
        {"all": {"control": {"toggle": {"onoff": 0}, "timer": []}}},
        {"switch": False},
    ),
    "no digest": (PLUG, "System.All", {"all": {}}, {}),
    "nothing at all": (PLUG, "System.All", {}, {}),
    "a bulb": (BULB, "Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}}, {"light": True}),
    "a white bulb": (
        BULB,
        "Control.Light",
        {"light": {"channel": 0, "capacity": 6, "temperature": 100, "luminance": 40, "rgb": -1}},
        {"light_color_temp": 6500, "light_brightness": 40},
    ),
    "a coloured bulb, whose white is what it was": (
        BULB,
        "Control.Light",
        {"light": {"channel": 0, "capacity": 5, "temperature": 1, "luminance": 4, "rgb": 0x00FF80}},
        {"light_rgb_color": "#00ff80", "light_brightness": 4},
    ),
    "a night light, which has no toggle": (
        NIGHT_LIGHT,
        "Control.Light",
        {"light": {"channel": 0, "onoff": 0, "capacity": 4, "luminance": 9}},
        {"light": False, "light_brightness": 9},
    ),
    "the effect that is on": (
        LAMP,
        "Control.Light.Effect",
        {"effect": [{"Id": "00", "effectName": "Night", "enable": 0}, {"Id": "01", "effectName": "Day", "enable": 1}]},
        {"light_effect": "Day"},
    ),
    "no effect": (
        LAMP,
        "Control.Light.Effect",
        {"effect": [{"Id": "00", "effectName": "Night", "enable": 0}]},
        {"light_effect": ""},
    ),
    "a humidifier": (
        NIGHT_LIGHT,
        "Control.Spray",
        {"spray": {"channel": 0, "mode": 2}},
        {"spray": True, "spray_mode": "intermittent"},
    ),
    "a diffuser": (
        DIFFUSER,
        "System.All",
        {"all": {"digest": {"diffuser": {"type": "mod100", "spray": [{"channel": 0, "mode": 2}]}}}},
        {"spray": False, "spray_mode": "off"},
    ),
    "the air at a diffuser": (
        DIFFUSER,
        "Control.Diffuser.Sensor",
        {"type": "mod100", "humidity": {"value": 345, "lmTime": 1}, "temperature": {"value": 210, "lmTime": 1}},
        {"humidity": 34.5, "temperature": 21.0},
    ),
    "a fan": (
        FAN,
        "Control.Fan",
        {"fan": [{"channel": 2, "speed": 1, "maxSpeed": 3}]},
        {"fan_2": True, "fan_2_percentage": 33},
    ),
    "garage doors": (DOORS, "GarageDoor.State", {"state": [{"channel": 2, "open": 1}]}, {"cover_2": "open"}),
    "a garage door alone": (DOORS, "GarageDoor.State", {"state": {"channel": 1, "open": 0}}, {"cover_1": "closed"}),
    "a shutter that rests": (
        SHUTTER,
        "RollerShutter.Position",
        {"position": [{"channel": 0, "position": 30}]},
        {"cover": "open", "cover_position": 30},
    ),
    "a shutter that moves": (
        SHUTTER,
        "RollerShutter.State",
        {"state": [{"channel": 0, "state": 2}]},
        {"cover": "closing"},
    ),
    "a shutter that stopped": (SHUTTER, "RollerShutter.State", {"state": [{"channel": 0, "state": 0}]}, {}),
    "mts200, in tenths": (
        MTS200,
        "Control.Thermostat.Mode",
        {"mode": [{"channel": 0, "onoff": 1, "mode": 3, "state": 1, "currentTemp": 210, "targetTemp": 225}]},
        {
            "climate": "heat",
            "climate_current_temperature": 21.0,
            "climate_temperature": 22.5,
            "climate_preset_mode": "auto",
            "climate_hvac_action": "heating",
        },
    ),
    "mts960, in hundredths": (
        MTS960,
        "Control.Thermostat.ModeB",
        {
            "modeB": [
                {"channel": 0, "onoff": 1, "working": 2, "state": 2, "mode": 1, "currentTemp": 2150, "targetTemp": 1900}
            ]
        },
        {
            "climate": "cool",
            "climate_current_temperature": 21.5,
            "climate_temperature": 19.0,
            "climate_preset_mode": "manual",
            "climate_hvac_action": "idle",
        },
    ),
    "calibration in tenths": (
        MTS200,
        "Control.Thermostat.Calibration",
        {"calibration": [{"channel": 0, "value": -5}]},
        {"calibration": -0.5},
    ),
    "calibration in hundredths": (
        MTS960,
        "Control.Thermostat.Calibration",
        {"calibration": [{"channel": 0, "value": -50}]},
        {"calibration": -0.5},
    ),
    "mts300": (
        MTS300,
        "Control.Thermostat.ModeC",
        {
            "control": [
                {
                    "channel": 0,
                    "mode": 3,
                    "currentTemp": 2120,
                    "targetTemp": {"heat": 2000, "cold": 2600},
                    "fan": {"fMode": 1},
                    "more": {"humi": 455, "hStatus": 0, "cStatus": 1},
                }
            ]
        },
        {
            "climate": "heat_cool",
            "climate_current_temperature": 21.2,
            "climate_target_temp_low": 20.0,
            "climate_target_temp_high": 26.0,
            "climate_fan_mode": "on",
            "humidity": 45.5,
            "climate_hvac_action": "cooling",
        },
    ),
    "a valve, whole": (
        HUB,
        "Hub.Mts100.All",
        {
            "all": [
                {
                    "id": "01",
                    "online": {"status": 1},
                    "togglex": {"onoff": 0},
                    "mode": {"state": 3},
                    "temperature": {"room": 215, "currentSet": 160, "heating": 0, "openWindow": 1, "comfort": 210},
                }
            ]
        },
        {
            "01_online": True,
            "01_climate": "off",
            "01_climate_preset_mode": "auto",
            "01_climate_current_temperature": 21.5,
            "01_climate_temperature": 16.0,
            "01_climate_hvac_action": "idle",
            "01_window": True,
            "01_comfort_temperature": 21.0,
        },
    ),
    "a valve, in part": (
        HUB,
        "Hub.Mts100.Temperature",
        {"temperature": [{"id": "01", "currentSet": 205}]},
        {"01_climate_temperature": 20.5},
    ),
    "a valve out of reach": (
        HUB,
        "Hub.Mts100.All",
        {"all": [{"id": "01", "scheduleBMode": 6, "online": {"status": 2}}]},
        {"01_online": False},
    ),
    "a digest of a hub": (
        HUB,
        "System.All",
        {
            "all": {
                "digest": {
                    "hub": {
                        "hubId": 1,
                        "subdevice": [
                            {"id": "01", "status": 1, "onoff": 1, "mts100v3": {"mode": 0}},
                            {"id": "02", "status": 1, "ms100": {"latestTemperature": 190, "latestHumidity": 400}},
                            {"id": "03", "status": 1, "tempHumi": {"temp": 2051, "humi": 512}},
                            {"id": "04", "status": 1, "smokeAlarm": {"status": 170}},
                            {"id": "05", "status": 2},
                        ],
                    }
                }
            }
        },
        {
            "01_online": True,
            "01_climate": "heat",
            "01_climate_preset_mode": "custom",
            "02_online": True,
            "02_temperature": 19.0,
            "02_humidity": 40.0,
            "03_online": True,
            "03_temperature": 20.51,
            "03_humidity": 51.2,
            "04_online": True,
            "04_smoke": False,
            "04_problem": False,
            "05_online": False,
        },
    ),
    "smoke": (
        HUB,
        "Hub.Sensor.Smoke",
        {"smokeAlarm": [{"id": "04", "status": 25}]},
        {"04_smoke": True, "04_problem": False},
    ),
    "a sensor of today": (
        HUB,
        "Control.Sensor.LatestX",
        {
            "latest": [
                {
                    "channel": 0,
                    "subId": "03",
                    "data": {"temp": [{"value": 2134, "timestamp": 1}], "light": [{"value": 7}]},
                }
            ]
        },
        {"03_temperature": 21.34, "03_illuminance": 7},
    ),
    "presence": (
        PRESENCE,
        "Control.Sensor.LatestX",
        {"latest": [{"channel": 0, "data": {"presence": [{"value": 2, "distance": 760}], "light": []}}]},
        {"presence": True, "distance": 760},
    ),
}


@pytest.mark.parametrize(("device", "namespace", "payload", "values"), READINGS.values(), ids=READINGS)
def test_native_values_become_those_of_entities(device: Layout, namespace: str, payload: Any, values: Any) -> None:
    told = device.values(f"Appliance.{namespace}", payload, (NOW, ""))
    assert (told.values, told.faults, told.unknown) == (values, [], [])
    assert told.values.keys() <= {entity.key for entity in device.entities}


@pytest.mark.parametrize(("device", "namespace", "payload", "values"), READINGS.values(), ids=READINGS)
def test_the_short_way_leads_to_the_same_values_or_nowhere(
    device: Layout, namespace: str, payload: Any, values: Any
) -> None:
    assert device.news(f"Appliance.{namespace}", payload, (NOW, "")) in (None, values)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-1, 2) | st.floats() | st.text(max_size=2),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["channel", "onoff"]), inner),
        max_leaves=8,
    )
)
def test_the_short_way_is_taken_only_with_what_is_sound(togglex: Any) -> None:
    payload = {"togglex": togglex}
    news = STRIP.news("Appliance.Control.ToggleX", payload, (NOW, ""))
    if news is not None:
        assert STRIP.values("Appliance.Control.ToggleX", payload, (NOW, "")) == (news, [], [], [])


def test_the_short_way_is_there_for_what_is_told_most() -> None:
    electricity = {"electricity": {"channel": 0, "current": 36, "voltage": 2481, "power": 2782}}
    assert PLUG.news("Appliance.Control.Electricity", electricity, (NOW, "")) == {
        "power": 2.782,
        "voltage": 248.1,
        "current": 0.036,
    }
    togglex = {"togglex": [{"channel": 1, "onoff": 1}, {"channel": 2, "onoff": 0}]}
    assert STRIP.news("Appliance.Control.ToggleX", togglex, (NOW, "")) == {"switch_1": True, "switch_2": False}


@pytest.mark.parametrize(
    ("payload", "unknown"),
    [
        ({"togglex": [{"channel": 7, "onoff": 1}, {"channel": 0, "onoff": 1}]}, ["7"]),
        ({"togglex": {"channel": 65535, "onoff": 1}}, []),
    ],
)
def test_a_channel_that_is_not_there_is_told_of(payload: Any, unknown: list[str]) -> None:
    assert PLUG.values("Appliance.Control.ToggleX", payload, (NOW, "")).unknown == unknown


@pytest.mark.parametrize(
    "payload",
    [
        {"togglex": 5},
        {"togglex": [None]},
        {"togglex": [{"channel": "0", "onoff": 1}]},
        {"togglex": [{"channel": -1, "onoff": 1}]},
        {"togglex": [{"channel": 65535, "onoff": 1}]},
        {"togglex": [{"channel": 0}]},
        {"togglex": [{"channel": 0, "onoff": "1"}]},
        {"togglex": [{"channel": 0, "onoff": True}]},
        {"togglex": [{"channel": 0, "onoff": 1.0}]},
    ],
)
def test_what_is_wrong_in_a_payload_is_told_of(payload: Any) -> None:
    told = PLUG.values("Appliance.Control.ToggleX", payload, (NOW, ""))
    assert (told.values, len(told.faults), told.unknown) == ({}, 1, [])


def test_a_payload_without_its_key_tells_nothing() -> None:
    with pytest.raises(BadMessage, match="togglex"):
        PLUG.values("Appliance.Control.ToggleX", {"toggle": {}}, (NOW, ""))


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
    told = PLUG.values("Appliance.Control.ConsumptionX", {"consumptionx": days}, (NOW, timezone))
    assert told.values == {"energy_today": today}


def test_a_day_without_a_line_used_nothing() -> None:
    assert PLUG.values("Appliance.Control.ConsumptionX", {"consumptionx": []}, (NOW, "")).values == {"energy_today": 0}


def test_hours_of_today_make_up_a_day() -> None:
    hour = {"channel": 1, "data": [{"timestamp": int(NOW) - 3600 * n, "value": 10} for n in (1, 0, 22, 23, 5)]}
    device = layout("Control.ConsumptionH", {"Control.ConsumptionH": {"1": {}}})
    told = device.values("Appliance.Control.ConsumptionH", {"consumptionH": [hour]}, (NOW, ""))
    assert told.values == {"energy_today_1": 0.04}


@pytest.mark.parametrize("timestamp", [10**15, -(10**15), "1"])
def test_an_hour_that_never_was_is_told_of(timestamp: Any) -> None:
    device = layout("Control.ConsumptionH", {"Control.ConsumptionH": ONE})
    payload = {"consumptionH": [{"channel": 0, "data": [{"timestamp": timestamp, "value": 1}]}]}
    assert device.values("Appliance.Control.ConsumptionH", payload, (NOW, "")).faults
