"""The journal: every event gets its number here, is stored, and is told of once it is."""

from __future__ import annotations

from functools import partial
from typing import Any

from homeward.bus.base import Bus
from homeward.model import Event, EventKind
from homeward.store.base import Batch, Store


class Journal:
    """Numbers events without gaps, from `seq` on, and announces them on the bus in that order."""

    def __init__(self, store: Store, bus: Bus, seq: int) -> None:
        self.seq = seq
        """Of the last event written."""
        self.announced = seq
        """Of the last event announced, which is stored."""
        self.batch: Batch | None = None
        """The batch of the last event written."""
        self._store, self._bus = store, bus
        self._waiting: list[Event] = []

    def write(self, kind: EventKind, device: str, data: dict[str, Any], now: float) -> Batch:
        """Keep an event and announce it when its batch is committed.

        Raises:
            StorageError, ProtocolError: as `Store.append`; then there was no such event.
        """
        event = Event(self.seq + 1, now, device, kind, data)
        batch = self._store.append(event)
        self.seq = event.seq
        if batch is self.batch:
            self._waiting.append(event)
        else:
            self.batch, self._waiting = batch, [event]
            batch.then(partial(self._announce, self._waiting))
        return batch

    def _announce(self, events: list[Event]) -> None:
        publish = self._bus.publish
        for event in events:
            self.announced = event.seq
            publish(event)
