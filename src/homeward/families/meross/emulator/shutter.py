"""A roller shutter: it moves as long as its configuration says it takes, and can be stopped on its way."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
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

OPEN, CLOSED, STOP = 100, 0, -1
_IDLE, _OPENING, _CLOSING = 0, 1, 2
_SIGNALS = {_OPENING: "signalOpen", _CLOSING: "signalClose"}
_BOUNDS = dict.fromkeys(_SIGNALS.values(), (0.0, 600_000.0))


class Shutter(Organ):
    """Firmware since 6.6.6 knows `intermediate` positions between open and closed. A hand moves `position`."""

    bounds: Mapping[str, tuple[float, float]] = {"position": (float(CLOSED), float(OPEN))}

    def __init__(self, body: Body, *, intermediate: bool) -> None:
        super().__init__(body)
        self.position: float = CLOSED
        self._target: float = CLOSED
        self._told = CLOSED
        self._state = _IDLE
        self._at = 0.0
        self._intermediate = intermediate
        self._adjusted: Params = {"channel": 0, "status": 0}
        self._config: Params = {"channel": 0, "signalOpen": 30_000, "signalClose": 30_000, "lmTime": 0}

    def advance(self, now: float) -> Tells:
        """It moves."""
        if self._state == _IDLE:
            return SILENCE
        way = self._speed() * (now - self._at)
        self.position = (
            min(self.position + way, self._target)
            if self._state == _OPENING
            else max(self.position - way, self._target)
        )
        self._at = now
        return self._halt() if abs(self.position - self._target) < _CLOSE_ENOUGH else SILENCE

    def due(self) -> float:
        """When it arrives."""
        return inf if self._state == _IDLE else self._at + abs(self._target - self.position) / self._speed()

    def boot(self, now: float) -> Tells:
        """How it stands."""
        return self._tell_position(), self._tell_state()

    def put(self, key: str, value: float, now: float) -> Tells:
        """Move it by hand."""
        self.position = self._target = value
        return self._halt()

    def get(self) -> Mapping[str, float]:
        """How it stands."""
        return {"position": round(self.position)}

    def _speed(self) -> float:
        """Percent a second."""
        return OPEN * 1000 / max(float(self._config[_SIGNALS[self._state]]), 1.0)

    def _go(self, to: int, now: float) -> Tells:
        self._target = to if self._intermediate else OPEN * round(to / OPEN)
        state = _IDLE if self.position == self._target else _OPENING if self._target > self.position else _CLOSING
        if state == _IDLE:
            return self._halt()
        self._state, self._at = state, now
        return (self._tell_state(),)

    def _halt(self) -> Tells:
        self._state = _IDLE
        self._told = round(self.position) if self._intermediate else OPEN * round(self._target / OPEN)
        return self._tell_position(), self._tell_state()

    def _tell_position(self) -> Tell:
        return Tell("RollerShutter.Position", {"position": [{"channel": 0, "position": self._told}]})

    def _tell_state(self) -> Tell:
        return Tell("RollerShutter.State", {"state": [{"channel": 0, "state": self._state}]})

    def _get_position(self, payload: Params, now: float) -> Outcome:
        told = round(self.position) if self._intermediate else self._told
        return Outcome({"position": [{"channel": 0, "position": told}]})

    def _set_position(self, payload: Params, now: float) -> Outcome:
        (item,) = items(payload, "position")[:1] or [{}]
        wanted = item.get("position")
        if type(wanted) is not int or not STOP <= wanted <= OPEN or item.get("channel", 0) != 0:
            raise Refused
        return Outcome({}, self._halt() if wanted == STOP else self._go(wanted, now))

    def _get_state(self, payload: Params, now: float) -> Outcome:
        return Outcome(self._tell_state().payload)

    def _get_config(self, payload: Params, now: float) -> Outcome:
        return Outcome({"config": [self._config]})

    def _set_config(self, payload: Params, now: float) -> Outcome:
        (item,) = items(payload, "config")[:1] or [{}]
        if item.get("channel", 0) != 0:
            raise Refused
        self._config |= changes(self._config, item, **_BOUNDS) | {"lmTime": self.body.clock.read(now)}
        return Outcome({})

    def _adjust(self, payload: Params, now: float) -> Outcome:
        return Outcome({"adjust": [self._adjusted]})

    def _set_adjust(self, payload: Params, now: float) -> Outcome:
        return Outcome({}, (Tell("RollerShutter.Adjust", {"adjust": [self._adjusted]}),))

    rows: ClassVar[Rows] = {
        "GET RollerShutter.Position": _get_position,
        "SET RollerShutter.Position": _set_position,
        "GET RollerShutter.State": _get_state,
        "GET RollerShutter.Config": _get_config,
        "SET RollerShutter.Config": _set_config,
        "PUSH RollerShutter.Adjust": _adjust,
        "SET RollerShutter.Adjust": _set_adjust,
    }


_CLOSE_ENOUGH = 1e-6
