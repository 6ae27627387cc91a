"""A thermostat on the wall (mts200): its modes, what holds them up, and the room that it heats. Tenths of a °C."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, floor, inf
from typing import ClassVar

from homeward.families.meross.emulator import week
from homeward.families.meross.emulator.organ import (
    SILENCE,
    Body,
    Organ,
    Outcome,
    Refused,
    Rows,
    Tell,
    Tells,
    changes,
    items,
)
from homeward.families.meross.emulator.room import Room
from homeward.families.meross.wire import Params

HEAT, COOL, ECO, AUTO, MANUAL = range(5)
_TARGETS = {HEAT: "heatTemp", COOL: "coolTemp", ECO: "ecoTemp", MANUAL: "manualTemp"}
_FOR_EVER, _TO_NEXT, _FOR_TIME = range(3)
_LOW, _HIGH = 50, 350
_STEP = 0.5
"""K by which the room must change for the thermostat to tell."""
_HYSTERESIS = 0.5
_SECTIONS = 8
_TEMPERATURES = dict.fromkeys((*_TARGETS.values(), "targetTemp"), (float(_LOW), float(_HIGH)))


class Thermostat(Organ):
    """`room` and `outside` are how warm it is, in °C, and `window` whether it is open."""

    bounds: Mapping[str, tuple[float, float]] = {"room": (-20.0, 60.0), "outside": (-40.0, 50.0), "window": (0.0, 1.0)}

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._room = Room()
        self._mode: Params = {
            "channel": 0,
            "onoff": 1,
            "mode": MANUAL,
            "state": 0,
            "currentTemp": 200,
            "heatTemp": 240,
            "coolTemp": 210,
            "ecoTemp": 120,
            "manualTemp": 190,
            "warning": 0,
            "targetTemp": 190,
            "min": _LOW,
            "max": _HIGH,
            "lmTime": 0,
        }
        self._told = dict(self._mode)
        self._window: Params = {"channel": 0, "status": 0, "detect": 1, "lmTime": 0}
        self._hold: Params = {"channel": 0, "mode": _FOR_EVER, "time": 60, "expire": 0}
        self._schedule: Params = {"channel": 0, "section": _SECTIONS, **week.usual(_SECTIONS)}
        self._held = False
        self._at = 0.0
        self._boundary = inf

    def advance(self, now: float) -> Tells:
        """The room changes, stretches of the schedule begin and holds end, each at its own time."""
        self._at = self._at or now
        while (at := self.due()) < now and at > self._at:
            self._pass(at)
        self._pass(now)
        return self._tell(now)

    def due(self) -> float:
        """When the room crosses what makes it switch or tell, a stretch begins, or a hold ends."""
        return min(self._boundary, *(self._room.reaches(mark) for mark in self._marks()))

    def retimed(self, now: float) -> None:
        """Another time is another stretch."""
        self._pass(now)

    def boot(self, now: float) -> Tells:
        """Its mode, and the window."""
        return Tell(_MODE, {"mode": [self._mode]}), Tell(_WINDOW, {"windowOpened": [self._window]})

    def digest(self) -> Params:
        """Its mode, and the window."""
        return {"thermostat": {"mode": [dict(self._mode)], "windowOpened": [dict(self._window)]}}

    def put(self, key: str, value: float, now: float) -> Tells:
        """Change the room."""
        if key == "window":
            self._window |= {"status": round(value), "lmTime": self.body.clock.read(now)}
            self._room.window = bool(round(value))
            self._pass(now)
            return Tell(_WINDOW, {"windowOpened": [dict(self._window)]}), *self._tell(now)
        setattr(self._room, {"room": "temperature"}.get(key, key), value)
        self._pass(now)
        return self._tell(now)

    def get(self) -> Mapping[str, float]:
        """The room."""
        room = self._room
        return {"room": round(room.temperature, 1), "outside": room.outside, "window": self._window["status"]}

    def _pass(self, now: float) -> None:
        self._room.advance(now)
        self._at = now
        self._boundary = self._follow(now)
        self._mode["currentTemp"] = round(self._room.temperature * 10)
        self._mode["state"] = int(self._wants_heat())
        self._room.heated = bool(self._mode["state"])

    def _follow(self, now: float) -> float:
        """Aim where its mode says; returns when that will be another place."""
        clock = self.body.clock.read(now)
        scheduled, begins = week.holds(self._schedule, clock, self.body.zone)
        ends = {_TO_NEXT: self._hold["expire"], _FOR_TIME: self._hold["expire"]}.get(self._hold["mode"], inf)
        if self._held and clock >= ends:
            self._held, self._mode["mode"] = False, AUTO
        automatic = self._mode["mode"] == AUTO
        self._mode["targetTemp"] = scheduled if automatic else self._mode[_TARGETS[self._mode["mode"]]]
        soonest = begins if automatic else ends if self._held else inf
        return inf if soonest == inf else max(self.body.clock.world(ceil(soonest)), now + 1)

    def _wants_heat(self) -> bool:
        if not self._mode["onoff"] or (self._window["status"] and self._window["detect"]):
            return False
        target = self._mode["targetTemp"] / 10
        return bool(self._room.temperature < target - (0.0 if self._room.heated else _HYSTERESIS))

    def _marks(self) -> tuple[float, ...]:
        """Temperatures at which something is to be done."""
        here, target = self._room.temperature, self._mode["targetTemp"] / 10
        below, above = floor(here / _STEP - _BARELY) * _STEP, ceil(here / _STEP + _BARELY) * _STEP
        return below - _HAIR, above + _HAIR, target + _HAIR, target - _HYSTERESIS - _HAIR

    def _tell(self, now: float) -> Tells:
        """The cloud hears of what switched, of another target, and of a room that changed enough."""
        new, old = self._mode, self._told
        warmer = abs(new["currentTemp"] - old["currentTemp"]) >= _STEP * 10
        if not warmer and all(new[key] == old[key] for key in new if key not in ("currentTemp", "lmTime")):
            return SILENCE
        new["lmTime"] = self.body.clock.read(now)
        self._told = dict(new)
        return (Tell(_MODE, {"mode": [self._told]}),)

    def _set_mode(self, payload: Params, now: float) -> Outcome:
        fields = self._one(payload, "mode", self._mode, _TEMPERATURES)
        fields = {key: value for key, value in fields.items() if key in _SETTABLE}
        mode = fields.get("mode", self._mode["mode"])
        if mode not in (*_TARGETS, AUTO) or fields.get("onoff", 1) not in (0, 1):
            raise Refused
        if (target := fields.pop("targetTemp", None)) is not None:
            fields |= {_TARGETS.get(mode, "manualTemp"): target, "mode": MANUAL if mode == AUTO else mode}
        mode = int(fields.get("mode") or 0) if "mode" in fields else mode
        self._hold_on(mode, now)
        self._mode |= fields
        self._pass(now)
        tells = self._tell(now)
        return Outcome({"mode": [dict(self._mode)]}, tells)

    def _hold_on(self, mode: int, now: float) -> None:
        """Leaving the schedule is for ever, until its next stretch, or for a time."""
        clock = self.body.clock.read(now)
        if mode == AUTO or self._hold["mode"] == _FOR_EVER:
            self._held = False
        elif self._mode["mode"] == AUTO:
            begins = week.holds(self._schedule, clock, self.body.zone)[1]
            ends = {_TO_NEXT: ceil(begins), _FOR_TIME: clock + self._hold["time"] * 60}
            self._held, self._hold["expire"] = True, ends[self._hold["mode"]]

    def _set_window(self, payload: Params, now: float) -> Outcome:
        fields = self._one(payload, "windowOpened", self._window, {"detect": (0.0, 1.0)})
        self._window |= {key: value for key, value in fields.items() if key == "detect"}
        self._pass(now)
        return Outcome({"windowOpened": [dict(self._window)]}, self._tell(now))

    def _set_hold(self, payload: Params, now: float) -> Outcome:
        fields = self._one(payload, "holdAction", self._hold, {"time": (1.0, 10_080.0)})
        if fields.get("mode", 0) not in (_FOR_EVER, _TO_NEXT, _FOR_TIME):
            raise Refused
        self._hold |= {key: value for key, value in fields.items() if key != "expire"}
        return Outcome({"holdAction": [dict(self._hold)]}, (Tell(_HOLD, {"holdAction": [dict(self._hold)]}),))

    def _set_schedule(self, payload: Params, now: float) -> Outcome:
        (item,) = items(payload, "schedule")[:1] or [{}]
        if item.get("channel", 0) != 0:
            raise Refused
        self._schedule |= week.checked(item)
        self._pass(now)
        return Outcome({"schedule": [dict(self._schedule)]}, self._tell(now))

    def _one(self, payload: Params, key: str, current: Params, bounds: Mapping[str, tuple[float, float]]) -> Params:
        (item,) = items(payload, key)[:1] or [{}]
        if item.get("channel", 0) != 0:
            raise Refused
        return changes(current, item, **bounds)

    rows: ClassVar[Rows] = {
        "GET Control.Thermostat.Mode": lambda self, payload, now: Outcome({"mode": [dict(self._mode)]}),
        "SET Control.Thermostat.Mode": _set_mode,
        "GET Control.Thermostat.WindowOpened": lambda self, payload, now: Outcome({"windowOpened": [self._window]}),
        "SET Control.Thermostat.WindowOpened": _set_window,
        "GET Control.Thermostat.HoldAction": lambda self, payload, now: Outcome({"holdAction": [self._hold]}),
        "SET Control.Thermostat.HoldAction": _set_hold,
        "GET Control.Thermostat.Schedule": lambda self, payload, now: Outcome({"schedule": [self._schedule]}),
        "SET Control.Thermostat.Schedule": _set_schedule,
    }


_MODE, _WINDOW, _HOLD = (f"Control.Thermostat.{name}" for name in ("Mode", "WindowOpened", "HoldAction"))
_SETTABLE = {"onoff", "mode", *_TEMPERATURES}
_BARELY, _HAIR = 0.02, 0.01
