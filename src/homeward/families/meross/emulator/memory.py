"""What a device merely keeps: settings that it is told and tells again, by the table of namespaces."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from homeward.families.meross.emulator.organ import (
    SILENCE,
    Body,
    Organ,
    Outcome,
    Refused,
    Tell,
    asked,
    changes,
    items,
)
from homeward.families.meross.namespaces import Namespace, namespace
from homeward.families.meross.wire import Params

_FIELDS = 32
"""Fields that an item may have of which nothing is known."""
_THERMOSTAT = "Control.Thermostat."
_CENTIGRADE = {"channel": 0, "value": 0, "lmTime": 0}

FACTORY: Mapping[str, Any] = {
    "Config.Calibration": {},
    "Config.Info": {"homekit": {}, "matter": {}},
    "Config.NtpSite": {"site": "time.nist.gov"},
    "Config.OverTemp": {"enable": 1, "type": 1},
    "Config.StandbyKiller": [{"channel": 0, "power": 1_000, "time": 300, "enable": 2, "alert": 1}],
    "Control.AlertReport": [{"channel": 0, "type": 1, "value": {}}],
    "Control.Light.Favorite": [],
    "Control.OverTemp": [{"channel": 0, "value": 2, "type": 1}],
    "Control.PhysicalLock": [{"channel": 0, "onoff": 0}],
    "Control.Screen.Brightness": [{"channel": 0, "operation": 80, "standby": 20}],
    "Control.Sensor.History": [{"channel": 0, "value": []}],
    "Control.Thermostat.Calibration": [{**_CENTIGRADE, "min": -80, "max": 80}],
    "Control.Thermostat.DeadZone": [{**_CENTIGRADE, "value": 5, "min": 5, "max": 35}],
    "Control.Thermostat.Frost": [{**_CENTIGRADE, "value": 50, "min": 50, "max": 150, "onoff": 0, "warning": 0}],
    "Control.Thermostat.Overheat": [
        {**_CENTIGRADE, "value": 320, "min": 200, "max": 700, "onoff": 0, "warning": 2, "currentTemp": 200}
    ],
    "Control.Thermostat.Sensor": [{"channel": 0, "mode": 0}],
    "Control.Thermostat.SummerMode": [{"channel": 0, "mode": 1}],
    "Hub.Report": [],
    "Mcu.Firmware": {"productId": "", "version": "1.0.0", "type": ""},
    "System.DNDMode": {"mode": 0},
    "System.Factory": {"test": {"ledAging": 0, "wifiTest": 0}},
}
"""How it left the factory: an item, or a list of them by channel."""


class Memory(Organ):
    """For every namespace that the device lists and no other organ answers for."""

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._kept: dict[str, Any] = {}

    def answers(self, name: str) -> bool:
        """Whether it tells of this when it is pushed nothing."""
        return name in FACTORY and "Q" in namespace(f"Appliance.{name}").verbs

    def answer(self, method: str, name: str, payload: Params) -> Outcome:
        """As the table says: what it is asked for it tells, what it is told it keeps."""
        row = namespace(f"Appliance.{name}")
        verb = {"GET": "G", "SET": "S", "PUSH": "Q"}.get(method, "")
        if not verb or verb not in row.verbs or not row.key or name not in FACTORY:
            raise Refused
        kept = self._kept.setdefault(name, deepcopy(FACTORY[name]))
        return self._set(row, name, kept, payload) if verb == "S" else Outcome({row.key: _asked(row, kept, payload)})

    def _set(self, row: Namespace, name: str, kept: Any, payload: Params) -> Outcome:
        wanted = [(_item(row, kept, item), item) for item in items(payload, row.key)]
        for target, fields in [(target, _fields(target, item)) for target, item in wanted]:
            target |= fields
        told = {row.key: deepcopy(kept)}
        tells = (Tell(name, told),) if "P" in row.verbs else SILENCE
        return Outcome(told if name.startswith(_THERMOSTAT) else {}, tells)


def _asked(row: Namespace, kept: Any, payload: Params) -> Any:
    if not isinstance(kept, list) or not row.shape.keyed_by:
        return kept
    return asked({item[row.shape.keyed_by]: item for item in kept}, payload, row.key, row.shape.keyed_by)


def _item(row: Namespace, kept: Any, item: Params) -> Params:
    by = row.shape.keyed_by
    found: list[Params] = [one for one in kept if one[by] == item.get(by, 0)] if isinstance(kept, list) else [kept]
    if not found:
        raise Refused
    return found[0]


def _fields(target: Params, item: Params) -> Params:
    """Within `min` and `max`, where it has them; anything at all where the factory set nothing."""
    if not target:
        if len(item) > _FIELDS:
            raise Refused
        return item
    low, high = target.get("min"), target.get("max")
    bounds: Mapping[str, tuple[float, float]] = (
        {"value": (float(low), float(high))} if low is not None and high is not None else {}
    )
    return {
        key: value for key, value in changes(target, item, **bounds).items() if key not in ("min", "max", "warning")
    }
