"""What a hub speaks for: devices on batteries that sleep, wake to tell and to hear, and fall silent."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import ClassVar

from homeward.families.meross.emulator.organ import SILENCE, Body, Tell, Tells
from homeward.families.meross.wire import Params

ONLINE, OFFLINE = 1, 2
LINK_LOST = 5061
_STEP = 300
"""Seconds by which a clock may be put right without anything being heard at another time."""
_PATIENCE = 7_200.0
"""Seconds after which a hub gives up one that it does not hear."""


class SubDevice:
    """One of them. A hand takes its batteries out (`asleep`), and drains them (`battery`, in %)."""

    model: ClassVar[str]
    every: ClassVar[float]
    """Seconds that it sleeps."""
    bounds: Mapping[str, tuple[float, float]] = {"battery": (0.0, 100.0), "asleep": (0.0, 1.0)}

    def __init__(self, body: Body, name: str) -> None:
        self.body = body
        self.id = name
        self.status = ONLINE
        self.battery = 100.0
        self.asleep = 0.0
        self.heard = 0
        self._heard_at = 0.0
        self._at = inf

    def start(self, now: float) -> None:
        """The hub has power."""
        self._heard_at, self._at = now, now + self.every
        self.heard = self.body.clock.read(now)

    def retimed(self, now: float) -> None:
        """Its hub's clock was put right: what it heard, it heard just now."""
        if abs(self.body.clock.read(now) - self.heard) > _STEP:
            self.heard = self.body.clock.read(now)

    def advance(self, now: float) -> Tells:
        """It sleeps, and wakes when its time has come; a hub gives up one that does not."""
        self.pass_time(now)
        if now < self._at:
            return SILENCE
        self._at = now + self.every
        if self.asleep:
            return self._miss() if now - self._heard_at >= _PATIENCE and self.status == ONLINE else SILENCE
        self._heard_at, self.heard = now, self.body.clock.read(now)
        back = [] if self.status == ONLINE else [self._turn(ONLINE)]
        return [*back, *self.wake(now)]

    def due(self) -> float:
        """When it wakes."""
        return self._at

    def pass_time(self, now: float) -> None:
        """The world around it goes on."""

    def wake(self, now: float) -> Tells:
        """It is awake for a moment: it does what it was told, and tells how it is."""
        return SILENCE

    def put(self, key: str, value: float, now: float) -> Tells:
        """A hand sets one of its `bounds`."""
        setattr(self, key, value)
        return SILENCE

    def get(self) -> Mapping[str, float]:
        """How that stands."""
        return {key: getattr(self, key) for key in self.bounds}

    def digest(self) -> Params:
        """Its place in the hub's digest; of one that is offline not even the type is told."""
        if self.status != ONLINE:
            return {"id": self.id, "status": self.status}
        return {"id": self.id, "status": self.status, "onoff": 1, "lastActiveTime": self.heard, **self.inside()}

    def inside(self) -> Params:
        """What the digest says beside that."""
        return {self.model: {}}

    def everything(self) -> Params:
        """What `Mts100.All` or `Sensor.All` says beside its id and whether it is online."""
        return {}

    def online(self) -> Params:
        """Whether it is."""
        return {"status": self.status, "lastActiveTime": self.heard}

    def _miss(self) -> Tells:
        return self._turn(OFFLINE), Tell("Hub.Exception", {"exception": [{"id": self.id, "code": LINK_LOST}]})

    def _turn(self, status: int) -> Tell:
        self.status = status
        return Tell("Hub.Online", {"online": [{"id": self.id, **self.online()}]})
