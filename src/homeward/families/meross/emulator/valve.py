"""A radiator valve on batteries (mts100v3): its hub knows at once what it is told, the valve when it next wakes."""

from __future__ import annotations

from collections.abc import Mapping

from homeward.families.meross.emulator import week
from homeward.families.meross.emulator.organ import Body, Tell, Tells
from homeward.families.meross.emulator.room import Room
from homeward.families.meross.emulator.subdevice import SubDevice
from homeward.families.meross.wire import Params

CUSTOM, COMFORT, ECONOMY, AUTO, AWAY = range(5)
TARGETS = {CUSTOM: "custom", COMFORT: "comfort", ECONOMY: "economy", AWAY: "away"}
LOW, HIGH = 50, 350
TEMPERATURES = dict.fromkeys(TARGETS.values(), (float(LOW), float(HIGH)))
_SECTIONS = 6
_TELLING = 5
"""Tenths of a degree by which the room must have changed to be told."""
_HYSTERESIS = 0.3


class Valve(SubDevice):
    """`room` and `outside` are how warm it is, in °C."""

    model = "mts100v3"
    every = 60.0
    bounds: Mapping[str, tuple[float, float]] = {"room": (-20.0, 60.0), "outside": (-40.0, 50.0), **SubDevice.bounds}

    def __init__(self, body: Body, name: str) -> None:
        super().__init__(body, name)
        self.onoff = 1
        self.mode = CUSTOM
        self.adjust: Params = {"id": name, "temperature": 0}
        self.schedule: Params = {"id": name, **week.usual(_SECTIONS)}
        self.temperature: Params = {
            "id": name,
            "room": 200,
            "currentSet": 195,
            "heating": 0,
            "custom": 195,
            "comfort": 220,
            "economy": 180,
            "away": 120,
            "max": HIGH,
            "min": LOW,
            "openWindow": 0,
        }
        self._room = Room()

    @property
    def room(self) -> float:
        """How warm it is."""
        return round(self._room.temperature, 1)

    @room.setter
    def room(self, value: float) -> None:
        self._room.temperature = value

    @property
    def outside(self) -> float:
        """How cold it is there."""
        return self._room.outside

    @outside.setter
    def outside(self, value: float) -> None:
        self._room.outside = value

    def pass_time(self, now: float) -> None:
        """The room changes."""
        self._room.advance(now)

    def aim(self, now: float) -> None:
        """Set `currentSet` by the mode."""
        scheduled = week.holds(self.schedule, self.body.clock.read(now), self.body.zone)[0]
        target = scheduled if self.mode == AUTO else self.temperature[TARGETS[self.mode]]
        self.temperature["currentSet"] = target

    def wake(self, now: float) -> Tells:
        """Measure, turn the valve, and tell what is news."""
        told = self.temperature
        before = dict(told)
        self.aim(now)
        measured = round(self._room.temperature * 10) + round(self.adjust["temperature"] / 10)
        self._room.heated = self._wants_heat(measured / 10)
        told["heating"] = int(self._room.heated)
        if abs(measured - told["room"]) >= _TELLING or told["heating"] != before["heating"]:
            told["room"] = measured
        news = {key: told[key] for key in told if told[key] != before[key]}
        return (Tell("Hub.Mts100.Temperature", {"temperature": [{"id": self.id, **news}]}),) if news else ()

    def inside(self) -> Params:
        """Its mode and where it aims."""
        return {"scheduleBMode": 6, self.model: {"mode": self.mode, "currentSet": self.temperature["currentSet"]}}

    def everything(self) -> Params:
        """All of it."""
        return {
            "togglex": {"onoff": self.onoff},
            "timeSync": {"state": 1},
            "mode": {"state": self.mode},
            "temperature": {key: value for key, value in self.temperature.items() if key != "id"},
        }

    def _wants_heat(self, measured: float) -> bool:
        target = self.temperature["currentSet"] / 10
        return bool(self.onoff) and measured < target - (0.0 if self._room.heated else _HYSTERESIS)
