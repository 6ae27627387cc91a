"""An aroma diffuser (mod100): it sprays, shines, and feels the air that it makes moist."""

from __future__ import annotations

from collections.abc import Mapping
from math import exp, inf
from typing import ClassVar

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
from homeward.families.meross.wire import Params

ECO, STRONG, OFF = 0, 1, 2
_MOISTURE = {ECO: 8.0, STRONG: 20.0, OFF: 0.0}
"""Percent that the air becomes moister, given time."""
_TAU = 1_800.0
_TELL_EVERY = 300.0
_SPRAY, _LIGHT, _SENSOR = (f"Control.Diffuser.{name}" for name in ("Spray", "Light", "Sensor"))
_BOUNDS = {"onoff": (0.0, 1.0), "mode": (0.0, 2.0), "luminance": (0.0, 100.0), "rgb": (0.0, float(0xFFFFFF))}


class Diffuser(Organ):
    """`temperature` (°C) and `humidity` (%) are the air's; `spray` and `light` its buttons."""

    bounds: Mapping[str, tuple[float, float]] = {
        "temperature": (-20.0, 60.0),
        "humidity": (0.0, 100.0),
        "spray": (0.0, 2.0),
        "light": (0.0, 1.0),
    }

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self.temperature = 22.0
        self.humidity = self._dry = 45.0
        self._spray: Params = {"channel": 0, "mode": OFF, "lmTime": 0}
        self._light: Params = {"channel": 0, "onoff": 0, "mode": 1, "luminance": 50, "rgb": 0x00FF7E, "lmTime": 0}
        self._at = self._tell_at = 0.0

    def advance(self, now: float) -> Tells:
        """The air becomes moister while it sprays, and dries again."""
        goal = min(self._dry + _MOISTURE[self._spray["mode"]], 100.0)
        self.humidity = goal + (self.humidity - goal) * exp(-max(now - (self._at or now), 0.0) / _TAU)
        self._at = now
        if now < self._tell_at:
            return SILENCE
        self._tell_at = now + _TELL_EVERY
        return (Tell(_SENSOR, self._sensor(now)),)

    def due(self) -> float:
        """When it tells of the air again."""
        return self._tell_at or inf

    def boot(self, now: float) -> Tells:
        """Both."""
        return Tell(_SPRAY, self._of(spray=self._spray)), Tell(_LIGHT, self._of(light=self._light))

    def digest(self) -> Params:
        """Both."""
        return {"diffuser": self._of(spray=self._spray, light=self._light)}

    def put(self, key: str, value: float, now: float) -> Tells:
        """Press a button, or change the air."""
        if key == "spray":
            return self._change(self._spray, {"mode": round(value)}, now, "spray")
        if key == "light":
            return self._change(self._light, {"onoff": round(value)}, now, "light")
        if key == "humidity":
            self._dry = value
        return super().put(key, value, now)

    def get(self) -> dict[str, float]:
        """Both, and the air."""
        air = {"temperature": self.temperature, "humidity": round(self.humidity, 1)}
        return {**air, "spray": self._spray["mode"], "light": self._light["onoff"]}

    def _of(self, **parts: Params) -> Params:
        return {"type": "mod100", **{key: [dict(part)] for key, part in parts.items()}}

    def _sensor(self, now: float) -> Params:
        read = {"humidity": self.humidity, "temperature": self.temperature}
        clock = self.body.clock.read(now)
        return {"type": "mod100", **{key: {"value": round(value * 10), "lmTime": clock} for key, value in read.items()}}

    def _change(self, part: Params, fields: Params, now: float, key: str) -> Tells:
        if all(part[name] == value for name, value in fields.items()):
            return SILENCE
        part |= fields | {"lmTime": self.body.clock.read(now)}
        return (Tell(_SPRAY if key == "spray" else _LIGHT, self._of(**{key: part})),)

    def _set(self, part: Params, payload: Params, now: float, key: str) -> Outcome:
        (item,) = items(payload, key)[:1] or [{}]
        if item.get("channel", 0) != 0:
            raise Refused
        return Outcome({}, self._change(part, changes(part, item, **_BOUNDS), now, key))

    rows: ClassVar[Rows] = {
        f"GET {_SPRAY}": lambda self, payload, now: Outcome(self._of(spray=self._spray)),
        f"SET {_SPRAY}": lambda self, payload, now: self._set(self._spray, payload, now, "spray"),
        f"GET {_LIGHT}": lambda self, payload, now: Outcome(self._of(light=self._light)),
        f"SET {_LIGHT}": lambda self, payload, now: self._set(self._light, payload, now, "light"),
        f"GET {_SENSOR}": lambda self, payload, now: Outcome(self._sensor(now)),
    }
