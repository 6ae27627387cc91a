"""The namespaces of Meross, one row each: who says what in them, and how a payload looks.

Devices, emulated ones too, are steered by this table; what has no row is read by the habits of the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from homeward.families.meross.namespace_rows import ROWS
from homeward.families.meross.namespace_rows import Namespace as Namespace
from homeward.families.meross.namespace_rows import Quantity as Quantity
from homeward.families.meross.namespace_rows import Shape as Shape

ABILITY = "Appliance.System.Ability"
ALL = "Appliance.System.All"
BIND = "Appliance.Control.Bind"
CLOCK = "Appliance.System.Clock"
CONSUMPTION_CONFIG = "Appliance.Control.ConsumptionConfig"
CONSUMPTION_H = "Appliance.Control.ConsumptionH"
CONSUMPTION_X = "Appliance.Control.ConsumptionX"
DND = "Appliance.System.DNDMode"
DIGEST_HUB = "Appliance.Digest.Hub"
ELECTRICITY = "Appliance.Control.Electricity"
ELECTRICITY_X = "Appliance.Control.ElectricityX"
HUB_BIND = "Appliance.Hub.Bind"
HUB_UNBIND = "Appliance.Hub.Unbind"
KEY = "Appliance.Config.Key"
LIGHT = "Appliance.Control.Light"
LIGHT_EFFECT = "Appliance.Control.Light.Effect"
MULTIPLE = "Appliance.Control.Multiple"
ONLINE = "Appliance.System.Online"
REPORT = "Appliance.System.Report"
RUNTIME = "Appliance.System.Runtime"
SUBDEVICES = "Appliance.Hub.SubdeviceList"
TIME = "Appliance.System.Time"
TOGGLE = "Appliance.Control.Toggle"
TOGGLE_X = "Appliance.Control.ToggleX"
UNBIND = "Appliance.Control.Unbind"
UPGRADE = "Appliance.Control.Upgrade"

ALL_CHANNELS = 65_535
"""The channel that stands for all of them in the GET of a device with several."""

NAMESPACES: Mapping[str, Namespace] = {
    f"Appliance.{row.name}": row._replace(name=f"Appliance.{row.name}") for row in ROWS
}

CONFIRMED_BY: Mapping[str, str] = {
    **{
        name: ALL if row.digest else name
        for name, row in NAMESPACES.items()
        if "S" in row.verbs and (row.digest or set(row.verbs) & {"G", "Q"})
    },
    "Appliance.RollerShutter.Position": "Appliance.RollerShutter.State",
}
"""What to ask for to learn whether a SET came true; of a shutter, whether it moves."""


def namespace(name: str) -> Namespace:
    """The row of that name; for one that is not known, what the habits of the known ones make of it."""
    return NAMESPACES.get(name) or _guess(name)


_HABITS: Sequence[tuple[str, Shape]] = (
    (r"Hub\..*", Shape(True, "id", "[]")),
    (r"RollerShutter\..*", Shape(True, "channel", "[]")),
    (r"Control\.(Presence|Screen|Sensor|Thermostat)\..*", Shape(True, "channel", "each")),
)


def _guess(name: str) -> Namespace:
    """Keys are the last word in camel case with a small x at its end; those that configure have `config`."""
    short = name.removeprefix("Appliance.")
    last = short.rpartition(".")[2]
    key = "config" if short.startswith("Config.") else re.sub("X$", "x", last[:1].lower() + last[1:])
    shape = next((shape for habit, shape in _HABITS if re.fullmatch(habit, short)), Shape())
    return Namespace(name, key, "GSP", shape, set_many=shape.many)
