"""Bulbs and lamps. `capacity` says which fields hold now: 1 colour, 2 white's temperature, 4 luminance, 8 an effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

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

COLOUR, WHITE, LUMINANCE, EFFECT = 1, 2, 4, 8
_BOUNDS = {"luminance": (1.0, 100.0), "temperature": (1.0, 100.0), "rgb": (0.0, float(0xFFFFFF))}
_FIELDS = {"rgb": COLOUR, "temperature": WHITE, "luminance": LUMINANCE, "effect": EFFECT}


class Light(Organ):
    """One that `capacity` says what it is capable of; its relay turns it on and off."""

    def __init__(self, body: Body, capacity: int) -> None:
        super().__init__(body)
        self._capacity = capacity
        self._state: Params = {
            "channel": 0,
            "capacity": WHITE | LUMINANCE,
            "rgb": 0xFF7E00,
            "temperature": 50,
            "luminance": 80,
            "transform": 0,
            **({"effect": 0} if capacity & EFFECT else {}),
        }
        self.bounds = {key: bounds for key, bounds in _BOUNDS.items() if _FIELDS[key] & capacity}

    def boot(self, now: float) -> Tells:
        """How it shines."""
        return (Tell("Control.Light", self.digest()),)

    def digest(self) -> Params:
        """How it shines."""
        return {"light": dict(self._state)}

    def put(self, key: str, value: float, now: float) -> Tells:
        """As if its app had said so."""
        mode = {"luminance": self._state["capacity"], "rgb": COLOUR | LUMINANCE}.get(key, WHITE | LUMINANCE)
        return self._change({key: round(value)}, mode)

    def get(self) -> Mapping[str, float]:
        """How it shines."""
        return {key: self._state[key] for key in self.bounds}

    def show(self, effect: int) -> Tells:
        """Play the effect with that number."""
        return self._change({"effect": effect}, EFFECT)

    def _change(self, fields: Params, mode: int) -> Tells:
        before = dict(self._state)
        self._state |= fields | {"capacity": mode & self._capacity or before["capacity"]}
        return (Tell("Control.Light", self.digest()),) if self._state != before else SILENCE

    def _get(self, payload: Params, now: float) -> Outcome:
        return Outcome(self.digest())

    def _set(self, payload: Params, now: float) -> Outcome:
        (item, *more) = items(payload, "light") or [{}]
        if more or item.get("channel", 0) != 0:
            raise Refused
        fields = changes(self._state, item, **_BOUNDS)
        told = fields.pop("capacity", 0)
        fields = {key: value for key, value in fields.items() if _FIELDS.get(key, self._capacity) & self._capacity}
        mode = told if told & self._capacity else sum({_FIELDS.get(key, 0) for key in fields})
        tells = [*self._change(fields, _whole(mode, self._state["capacity"])), *self._turn_on(now)]
        return Outcome(self._echo(), tells)

    def _turn_on(self, now: float) -> Tells:
        on = {"togglex": {"channel": 0, "onoff": 1}}
        return SILENCE if "light-stays-off" in self.body.quirks else self.body.act("SET Control.ToggleX", on, now)

    def _echo(self) -> Params:
        if "light-echo" not in self.body.quirks:
            return {}
        unused = {"temperature": -1} if self._state["capacity"] & COLOUR else {"rgb": -1}
        return {"light": self._state | unused}

    rows: ClassVar[Rows] = {"GET Control.Light": _get, "SET Control.Light": _set}


class Effects(Organ):
    """What a lamp can play; its app makes them."""

    def __init__(self, body: Body, light: Light) -> None:
        super().__init__(body)
        self._light = light
        self._effects: dict[str, Params] = {name: _effect(name, *made) for name, made in _BUILT_IN.items()}

    def _get(self, payload: Params, now: float) -> Outcome:
        return Outcome({"effect": list(self._effects.values())})

    def _set(self, payload: Params, now: float) -> Outcome:
        tells: list[Tell] = []
        for item in items(payload, "effect"):
            made = _effect("", "", "", 0)
            name = item.get("Id")
            if type(name) is not str or (name not in self._effects and len(self._effects) >= _MOST):
                raise Refused
            self._effects[name] = self._effects.get(name, made) | changes(made, item) | {"Id": name}
            if self._effects[name]["enable"]:
                tells += self._play(name)
        return Outcome({}, tells)

    def _play(self, name: str) -> Tells:
        for other, effect in self._effects.items():
            effect["enable"] = int(other == name)
        return self._light.show(list(self._effects).index(name))

    rows: ClassVar[Rows] = {"GET Control.Light.Effect": _get, "SET Control.Light.Effect": _set}


_MOST = 16
_BUILT_IN: Mapping[str, tuple[str, str, int]] = {
    "0000000000000000": ("Night", "light_effect_icon_night", 0xFF7E00),
    "0000000000000001": ("Reading", "light_effect_icon_reading", 0xFFF4E5),
}


def _effect(name: str, title: str, icon: str, rgb: int) -> Params:
    member: list[Any] = [{"rgb": rgb, "luminance": 60}]
    return {"Id": name, "effectName": title, "iconName": icon, "enable": 0, "mode": 0, "speed": 50, "member": member}


def _whole(mode: int, current: int) -> int:
    """A colour or a temperature comes with luminance; luminance alone leaves the rest as it is."""
    return mode | LUMINANCE if mode & (COLOUR | WHITE) else mode & EFFECT or current
