"""The hands that carry out what a family answered with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Protocol

from homeward.families.base import (
    Answer,
    Close,
    Effects,
    Family,
    Happened,
    Note,
    Peer,
    Publish,
    Remember,
    Report,
    Seen,
    Send,
)
from homeward.net.household import Household
from homeward.store.base import Batch


class Wire(Protocol):
    """The connection that effects speak of."""

    def send(self, data: bytes) -> None:
        """Send bytes to the peer."""

    def close(self, reason: str) -> None:
        """End the connection when all is sent."""


class Hands:
    """Carries out effects in their order. What would leave after something to be stored waits until it is."""

    __slots__ = ("family", "house", "origin", "wire")

    def __init__(self, house: Household, family: Family, peer: Peer, wire: Wire) -> None:
        self.house = house
        self.family = family
        self.origin = peer
        self.wire = wire

    def carry(self, effects: Effects) -> Batch | None:
        """Carry out effects; returns the batch that must be committed before anything is acknowledged.

        Raises:
            StorageError: the store takes nothing now.
        """
        batch: Batch | None = None
        for effect in effects:
            stored = self.actions[type(effect)](self, effect, batch)
            if stored is not None:
                batch = stored
        return batch

    def _store(self, effect: Seen | Report | Happened | Remember, _: Batch | None) -> Batch | None:
        return self.house.hub.apply(self.family.name, effect, self.house.clock.now())

    def _send(self, effect: Send, batch: Batch | None) -> None:
        if batch is None:
            self.wire.send(effect.data)
        else:
            batch.then(lambda: self.wire.send(effect.data))

    def _publish(self, effect: Publish, batch: Batch | None) -> None:
        if batch is None:
            self.house.brokers[self.family.name].publish(effect.topic, effect.payload, effect.qos)
        else:
            batch.then(lambda: self._publish(effect, None))

    def _close(self, effect: Close, batch: Batch | None) -> None:
        if batch is None:
            self.wire.close(effect.reason)
        else:
            batch.then(lambda: self.wire.close(effect.reason))

    def _answer(self, effect: Answer, _: Batch | None) -> None:
        self.house.hub.answered(effect)

    def _note(self, effect: Note, _: Batch | None) -> None:
        self.house.note(self.family.name, effect, self.origin)

    actions: ClassVar[dict[type, Callable[[Any, Any, Batch | None], Batch | None]]] = {
        Answer: _answer,
        Close: _close,
        Happened: _store,
        Note: _note,
        Publish: _publish,
        Remember: _store,
        Report: _store,
        Seen: _store,
        Send: _send,
    }
