"""A hub: it has no metal of its own, and speaks for what is paired with it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from homeward.families.meross.emulator import week
from homeward.families.meross.emulator.organ import (
    Body,
    Organ,
    Outcome,
    Refused,
    Row,
    Rows,
    Tell,
    Tells,
    changes,
    items,
)
from homeward.families.meross.emulator.probe import Probe
from homeward.families.meross.emulator.subdevice import ONLINE, SubDevice
from homeward.families.meross.emulator.valve import AUTO, TARGETS, TEMPERATURES, Valve
from homeward.families.meross.wire import Params

KINDS: Mapping[str, type[SubDevice]] = {kind.model: kind for kind in (Valve, Probe)}
_MODES = (*TARGETS, AUTO)
_TEMPERATURE = "Hub.Mts100.Temperature"


def _toggle(valve: Valve) -> Params:
    return {"id": valve.id, "onoff": valve.onoff}


def _mode(valve: Valve) -> Params:
    return {"id": valve.id, "state": valve.mode}


def _temperature(valve: Valve) -> Params:
    return dict(valve.temperature)


def _all(sub: SubDevice) -> Params:
    mode = {"scheduleBMode": 6} if isinstance(sub, Valve) else {}
    there = sub.status == ONLINE
    return {"id": sub.id, **mode, "online": sub.online() if there else {"status": sub.status}} | (
        sub.everything() if there else {}
    )


_TOLD: Mapping[str, tuple[str, type[SubDevice], Callable[[Any], Params]]] = {
    "Hub.Online": ("online", SubDevice, lambda sub: {"id": sub.id, **sub.online()}),
    "Hub.Battery": ("battery", SubDevice, lambda sub: {"id": sub.id, "value": round(sub.battery)}),
    "Hub.ToggleX": ("togglex", Valve, _toggle),
    "Hub.Mts100.All": ("all", Valve, _all),
    "Hub.Mts100.Mode": ("mode", Valve, _mode),
    "Hub.Mts100.Temperature": ("temperature", Valve, _temperature),
    "Hub.Mts100.Adjust": ("adjust", Valve, lambda valve: valve.adjust),
    "Hub.Mts100.Schedule": ("schedule", Valve, lambda valve: valve.schedule),
    "Hub.Mts100.ScheduleB": ("schedule", Valve, lambda valve: valve.schedule),
    "Hub.Mts100.TimeSync": ("timeSync", Valve, lambda valve: {"id": valve.id, "state": 1}),
    "Hub.Sensor.All": ("all", Probe, _all),
    "Hub.Sensor.Latest": ("latest", Probe, Probe.samples),
    "Hub.Sensor.TempHum": ("tempHum", Probe, Probe.latest),
    "Hub.Sensor.Adjust": ("adjust", Probe, lambda probe: probe.adjust),
    "Hub.Sensor.Alert": ("alert", Probe, lambda probe: probe.alert),
}
"""What is told of each sub-device of a kind, by namespace: at which key, and how."""


def _teller(key: str, kind: type[SubDevice], one: Callable[[Any], Params]) -> Row:
    return lambda hub, payload, now: Outcome({key: [one(sub) for sub in hub.chosen(payload, key, kind)]})


class Hub(Organ):
    """With sub-devices of these `kinds`. What a hand can set of each has its model before it: `ms100_humidity`,
    `ms100_2_humidity` for the second one.
    """

    def __init__(self, body: Body, kinds: Sequence[str], seed: int) -> None:
        super().__init__(body)
        self.subs: dict[str, SubDevice] = {}
        self._keys: dict[str, tuple[SubDevice, str]] = {}
        self.bounds: Mapping[str, tuple[float, float]] = {}
        count: Counter[str] = Counter()
        for at, kind in enumerate(kinds):
            sub = KINDS[kind](body, f"{0x01000000 + seed * 256 + at:08X}")
            count[kind] += 1
            prefix = f"{kind}_{count[kind]}" if count[kind] > 1 else kind
            self.subs[sub.id] = sub
            self._keys |= {f"{prefix}_{key}": (sub, key) for key in sub.bounds}
        self.bounds = {name: sub.bounds[key] for name, (sub, key) in self._keys.items()}
        self._started = False

    def advance(self, now: float) -> Tells:
        """Each in its own time."""
        if not self._started:
            self._started = True
            for sub in self.subs.values():
                sub.start(now)
        return [tell for sub in self.subs.values() for tell in sub.advance(now)]

    def retimed(self, now: float) -> None:
        """For all of them."""
        for sub in self.subs.values():
            sub.retimed(now)

    def due(self) -> float:
        """When the next wakes."""
        return min(sub.due() for sub in self.subs.values())

    def boot(self, now: float) -> Tells:
        """Who is paired with it, who of them is there, and how full their batteries are."""
        told = {"subdevice": [self._entry(sub) for sub in self.subs.values()], "needReply": 1}
        online, battery = self._list("online", self._online), self._list("battery", self._battery)
        return (
            Tell("Hub.SubdeviceList", {"subdeviceList": told}),
            Tell("Hub.Online", online),
            Tell("Hub.Battery", battery),
        )

    def digest(self) -> Params:
        """All of them."""
        return {"hub": {"hubId": 1, "mode": 0, "subdevice": [sub.digest() for sub in self.subs.values()]}}

    def put(self, key: str, value: float, now: float) -> Tells:
        """A hand at one of them."""
        sub, name = self._keys[key]
        return sub.put(name, value, now)

    def get(self) -> Mapping[str, float]:
        """How they are."""
        return {name: sub.get()[key] for name, (sub, key) in self._keys.items()}

    def chosen(self, payload: Params, key: str, kind: type[SubDevice] = SubDevice) -> list[Any]:
        """Those of a kind that a GET asks for: all when it names none."""
        found = payload.get(key)
        ids = [item.get("id") for item in (found if isinstance(found, list) else [found]) if isinstance(item, dict)]
        subs = [sub for sub in self.subs.values() if isinstance(sub, kind) and (not ids or sub.id in ids)]
        if ids and len(subs) < len(set(map(str, ids))):
            raise Refused
        return subs

    def named(self, payload: Params, key: str, kind: type[SubDevice] = SubDevice) -> list[tuple[Any, Params]]:
        """Those of a kind that a SET is for, with what it says of each."""
        found: list[tuple[Any, Params]] = []
        for item in items(payload, key):
            name = item.get("id")
            sub = self.subs.get(name) if type(name) is str else None
            if not isinstance(sub, kind):
                raise Refused
            found.append((sub, item))
        return found

    def _list(self, key: str, one: Callable[[Any], Params], subs: Sequence[Any] | None = None) -> Params:
        return {key: [one(sub) for sub in (self.subs.values() if subs is None else subs)]}

    def _entry(self, sub: SubDevice) -> Params:
        return {
            "id": sub.id,
            "status": int(sub.status == ONLINE),
            "time": sub.heard,
            "hardware": "0000",
            "firmware": "0000",
        }

    def _online(self, sub: SubDevice) -> Params:
        return {"id": sub.id, **sub.online()}

    def _battery(self, sub: SubDevice) -> Params:
        return {"id": sub.id, "value": round(sub.battery)}

    def _get_digest(self, payload: Params, now: float) -> Outcome:
        return Outcome(self.digest())

    def _set_toggle(self, payload: Params, now: float) -> Outcome:
        wanted = [
            (valve, changes({"onoff": 0}, item).get("onoff")) for valve, item in self.named(payload, "togglex", Valve)
        ]
        if not all(onoff in (0, 1) for _, onoff in wanted):
            raise Refused
        for valve, onoff in wanted:
            valve.onoff = onoff
        told = self._list("togglex", _toggle, [valve for valve, _ in wanted])
        return Outcome({}, (Tell("Hub.ToggleX", told),))

    def _set_mode(self, payload: Params, now: float) -> Outcome:
        wanted = [
            (valve, changes({"state": 0}, item).get("state")) for valve, item in self.named(payload, "mode", Valve)
        ]
        if not all(state in _MODES for _, state in wanted):
            raise Refused
        for valve, state in wanted:
            valve.mode = state
            valve.aim(now)
        valves = [valve for valve, _ in wanted]
        aims = [{"id": valve.id, "currentSet": valve.temperature["currentSet"]} for valve in valves]
        told = (Tell("Hub.Mts100.Mode", self._list("mode", _mode, valves)), Tell(_TEMPERATURE, {"temperature": aims}))
        return Outcome(self._list("mode", _mode, valves), told)

    def _set_temperature(self, payload: Params, now: float) -> Outcome:
        wanted = [
            (valve, changes(dict.fromkeys(TEMPERATURES, 0), item, **TEMPERATURES))
            for valve, item in self.named(payload, "temperature", Valve)
        ]
        for valve, fields in wanted:
            valve.temperature |= fields
            valve.aim(now)
        answer = self._list("temperature", _temperature, [valve for valve, _ in wanted])
        return Outcome(answer, (Tell(_TEMPERATURE, answer),))

    def _set_schedule(self, payload: Params, now: float) -> Outcome:
        wanted = [(valve, week.checked(item)) for valve, item in self.named(payload, "schedule", Valve)]
        for valve, days in wanted:
            valve.schedule |= days
            valve.aim(now)
        return Outcome({})

    def _set_adjust(self, payload: Params, now: float) -> Outcome:
        for valve, fields in [
            (valve, changes(valve.adjust, item, temperature=(-500.0, 500.0)))
            for valve, item in self.named(payload, "adjust", Valve)
        ]:
            valve.adjust |= fields
        return Outcome({})

    def _adjust_sensor(self, payload: Params, now: float) -> Outcome:
        """What is sent is added to what was set before."""
        wanted = [(probe, changes(probe.adjust, item)) for probe, item in self.named(payload, "adjust", Probe)]
        for probe, fields in wanted:
            probe.adjust |= {key: max(-100, min(100, probe.adjust[key] + value)) for key, value in fields.items()}
        return Outcome({})

    def _set_alert(self, payload: Params, now: float) -> Outcome:
        for probe, fields in [
            (probe, changes(probe.alert, item)) for probe, item in self.named(payload, "alert", Probe)
        ]:
            probe.alert |= fields
        return Outcome({})

    rows: ClassVar[Rows] = {
        "GET Digest.Hub": _get_digest,
        "SET Hub.ToggleX": _set_toggle,
        "SET Hub.Mts100.Mode": _set_mode,
        "SET Hub.Mts100.Temperature": _set_temperature,
        "SET Hub.Mts100.Schedule": _set_schedule,
        "SET Hub.Mts100.ScheduleB": _set_schedule,
        "SET Hub.Mts100.Adjust": _set_adjust,
        "SET Hub.Mts100.TimeSync": lambda self, payload, now: Outcome({}),
        "SET Hub.Sensor.Adjust": _adjust_sensor,
        "SET Hub.Sensor.Alert": _set_alert,
        **{f"GET {name}": _teller(*told) for name, told in _TOLD.items()},
    }
