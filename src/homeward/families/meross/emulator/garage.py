"""Garage doors: a motor that is set going, and a sensor that tells some time later where the door is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    asked,
    changes,
    items,
    pick,
)
from homeward.families.meross.wire import Params

_CONFIG = {"signalDuration": 1_000, "buzzerEnable": 1, "doorOpenDuration": 30_000, "doorCloseDuration": 30_000}
"""In ms."""
_MULTIPLE = {"doorEnable": 1, "timestamp": 0, "timestampMs": 0, "signalOpen": 1_000, "signalClose": 1_000, **_CONFIG}
_TIMES = ("doorCloseDuration", "doorOpenDuration")
_LONGEST = 600_000
_BOUNDS = dict.fromkeys(("signalDuration", "signalOpen", "signalClose", *_TIMES), (0.0, float(_LONGEST)))


class Door:
    """One: how it stands, and where it will be, and when, if the motor is going."""

    def __init__(self, channel: int, config: Params) -> None:
        self.state: Params = {"channel": channel, "open": 0, "lmTime": 0}
        self.config: Params = config
        self.target = 0
        self.at = inf


class Garage(Organ):
    """Doors by channel. A hand moves `open`, and holds up a door that is `blocked`."""

    def __init__(self, body: Body, channels: Sequence[int] = (0,)) -> None:
        super().__init__(body)
        several = len(channels) > 1
        self._doors = {one: Door(one, {"channel": one, **_MULTIPLE} if several else dict(_CONFIG)) for one in channels}
        self._keys = {f"open{one if several else ''}": door for one, door in self._doors.items()}
        self._odd = False
        self.blocked = 0.0
        self.bounds = {**dict.fromkeys(self._keys, (0.0, 1.0)), "blocked": (0.0, 1.0)}

    def is_open(self, channel: int) -> bool:
        """Whether the sensor says so."""
        return channel in self._doors and bool(self._doors[channel].state["open"])

    def advance(self, now: float) -> Tells:
        """Doors arrive, unless something is in their way."""
        return [tell for door in self._doors.values() if door.at <= now for tell in self._arrive(door, now)]

    def due(self) -> float:
        """When the next arrives."""
        return min(door.at for door in self._doors.values())

    def boot(self, now: float) -> Tells:
        """All of them."""
        return (Tell("GarageDoor.State", {"state": self._states()}),)

    def digest(self) -> Params:
        """All of them."""
        return {"garageDoor": self._states()}

    def put(self, key: str, value: float, now: float) -> Tells:
        """Open or close it by hand."""
        return super().put(key, value, now) if key == "blocked" else self._move(self._keys[key], round(value), now)

    def get(self) -> Mapping[str, float]:
        """How they stand."""
        return {**{key: door.state["open"] for key, door in self._keys.items()}, "blocked": self.blocked}

    def _arrive(self, door: Door, now: float) -> Tells:
        door.at = inf
        return SILENCE if self.blocked else self._move(door, door.target, now)

    def _move(self, door: Door, to: int, now: float) -> Tells:
        door.at = inf
        if door.state["open"] == to:
            return SILENCE
        door.state |= {"open": to, "lmTime": self.body.clock.read(now)}
        self.body.moved(door.state["channel"], now)
        bogus = [{"channel": 0, "open": 1, "lmTime": 0}] if "bogus-channel" in self.body.quirks else []
        return (Tell("GarageDoor.State", {"state": [dict(door.state), *bogus]}),)

    def _states(self) -> list[Params]:
        return [
            {**door.state, "doorEnable": door.config["doorEnable"]} if "doorEnable" in door.config else dict(door.state)
            for door in self._doors.values()
        ]

    def _get(self, payload: Params, now: float) -> Outcome:
        wanted = asked(self._doors, payload, "state")
        states = [state for state in self._states() if self._doors[state["channel"]] in wanted]
        self._odd = "dict-or-list" in self.body.quirks and not self._odd
        return Outcome({"state": states if len(self._doors) > 1 or self._odd else states[0]})

    def _set(self, payload: Params, now: float) -> Outcome:
        wanted = [(pick(self._doors, item), changes({"open": 0}, item)) for item in items(payload, "state")]
        if not all(fields.get("open") in (0, 1) for _, fields in wanted):
            raise Refused
        answers = [self._execute(door, fields["open"], now) for door, fields in wanted]
        return Outcome({"state": answers[0] if isinstance(payload["state"], dict) else answers})

    def _execute(self, door: Door, to: int, now: float) -> Params:
        """The motor starts; the answer says how the door stands, not how it will."""
        execute = int(door.state["open"] != to)
        door.target = to
        door.at = now + door.config[_TIMES[to]] / 1000 if execute else inf
        return {**door.state, "execute": execute}

    def _get_config(self, payload: Params, now: float) -> Outcome:
        return Outcome({"config": next(iter(self._doors.values())).config})

    def _set_config(self, payload: Params, now: float) -> Outcome:
        for item in items(payload, "config")[:1]:
            config = next(iter(self._doors.values())).config
            config |= changes(config, item, **_BOUNDS)
        return Outcome({})

    def _get_configs(self, payload: Params, now: float) -> Outcome:
        return Outcome({"config": [door.config for door in asked(self._doors, payload, "config")]})

    def _set_configs(self, payload: Params, now: float) -> Outcome:
        wanted = [(pick(self._doors, item), item) for item in items(payload, "config")]
        checked = [(door.config, changes(door.config, item, **_BOUNDS)) for door, item in wanted]
        for config, fields in checked:
            config |= fields
        return Outcome({})

    rows: ClassVar[Rows] = {
        "GET GarageDoor.State": _get,
        "SET GarageDoor.State": _set,
        "GET GarageDoor.Config": _get_config,
        "SET GarageDoor.Config": _set_config,
        "GET GarageDoor.MultipleConfig": _get_configs,
        "SET GarageDoor.MultipleConfig": _set_configs,
    }
