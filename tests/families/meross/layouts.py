"""Layouts of devices, for the tests of what is read from them and set at them."""

from __future__ import annotations

from typing import Any

from homeward.families.meross import traits
from homeward.families.meross.traits import Layout

NOW = 1_700_000_000.0  # 2023-11-14 22:13:20 UTC
ONE: dict[str, Any] = {"0": {}}


def names(text: str) -> list[str]:
    return [f"Appliance.{name}" for name in text.split()]


def layout(abilities: str, items: Any = None, **more: Any) -> Layout:
    """Of a device that lists these abilities; `items` are those System.All speaks of, by namespace."""
    told = {f"Appliance.{name}": known for name, known in (items or {}).items()}
    found = traits.layout({"abilities": names(abilities), "items": told, **more})
    assert found
    return found


PLUG = layout(
    "System.All System.Firmware System.Runtime System.DNDMode Control.ToggleX Control.Electricity Control.ConsumptionX"
    " Control.Upgrade",
    {"Control.ToggleX": ONE},
)
OLD_PLUG = layout("System.All Control.Toggle")
STRIP = layout("Control.ToggleX", {"Control.ToggleX": {"0": {}, "1": {}, "2": {}}})
BULB = layout("Control.ToggleX Control.Light", {"Control.ToggleX": ONE, "Control.Light": ONE})
DIMMER = layout(
    "Control.ToggleX Control.Light",
    {"Control.ToggleX": ONE, "Control.Light": ONE},
    options={"Appliance.Control.Light": {"capacity": 4}},
)
NIGHT_LIGHT = layout("Control.Light Control.Spray", {"Control.Light": ONE, "Control.Spray": ONE})
LAMP = layout(
    "Control.Light.Effect", {"Control.Light.Effect": {"00": {"effectName": "Night"}, "01": {"effectName": "Day"}}}
)
DIFFUSER = layout(
    "Control.Diffuser.Light Control.Diffuser.Spray Control.Diffuser.Sensor",
    {"Control.Diffuser.Light": {"0": {"type": "mod100"}}, "Control.Diffuser.Spray": {"0": {"type": "mod100"}}},
)
FAN = layout("Control.Fan", {"Control.Fan": {"2": {"maxSpeed": 3}}})
DOORS = layout("GarageDoor.State", {"GarageDoor.State": {"1": {}, "2": {}}})
SHUTTER = layout("RollerShutter.Position RollerShutter.State")
MTS200 = layout(
    "Control.Thermostat.Mode Control.Thermostat.Calibration Control.Thermostat.HoldAction",
    {
        "Control.Thermostat.Mode": {"0": {"min": 50, "max": 350}},
        "Control.Thermostat.Calibration": {"0": {"min": -80, "max": 80}},
    },
)
MTS960 = layout("Control.Thermostat.ModeB Control.Thermostat.Calibration", {"Control.Thermostat.ModeB": ONE})
MTS300 = layout("Control.Thermostat.ModeC")
HUB = layout(
    "Hub.Online Hub.Battery Hub.ToggleX Hub.Mts100.All Hub.Mts100.Mode Hub.Mts100.Temperature Hub.Mts100.Adjust"
    " Hub.Sensor.All Hub.Sensor.TempHum Hub.Sensor.Smoke Control.Sensor.LatestX Hub.PairSubDev",
    subdevices={"01": "mts100v3", "02": "ms100", "03": "ms130", "04": "ma151", "05": "", "06": "teleporter"},
)
METER = layout("Control.ElectricityX Control.ConsumptionH", {"Control.ElectricityX": {"1": {}, "2": {}}})
PRESENCE = layout("Control.Sensor.LatestX Control.Presence.Config")
