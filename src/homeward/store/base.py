"""The store: what the house remembers when the power fails. Everything handed in is kept in the order it came."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

import msgspec
import structlog

from homeward.errors import ProtocolError
from homeward.model import Device, Event, EventKind, State

_log = structlog.get_logger("homeward.store")
_encoder = msgspec.json.Encoder()


class Batch:
    """What is committed together: all of it, or as yet nothing."""

    __slots__ = ("_then", "committed")

    def __init__(self) -> None:
        self.committed = False
        self._then: list[Callable[[], None]] = []

    def then(self, done: Callable[[], None]) -> None:
        """Call `done` on the loop once this is committed, at once if it is. What is never stored is never told."""
        if self.committed:
            done()
        else:
            self._then.append(done)

    def commit(self) -> None:
        """For the store: it is on the disk. Whoever waits is told, in the order of asking."""
        self.committed = True
        waiting, self._then = self._then, []
        for done in waiting:
            try:
                done()
            except Exception:  # noqa: BLE001 - what one of them does wrong is not the others' loss
                _log.exception("what was to follow a commit failed")


class Loaded(msgspec.Struct, frozen=True):
    """All that is stored, but for the history. `seq` is that of the last event ever stored, 0 for none."""

    devices: list[Device]
    states: dict[str, dict[str, State]]
    facts: dict[str, dict[str, Any]]
    seq: int
    online: frozenset[str] = frozenset()
    """The devices of whose last coming and going it was told that they came."""


class Store(Protocol):
    """Keeps devices, their states, facts and events. One loop writes; each write joins the batch that gathers.

    A batch handed out is not committed yet or was handed out only once. When the store cannot write, what it has taken
    stays pending, `trouble` says why, and past `backlog` pending rows `append` and the other writes raise
    `StorageError`. A device that was put or deleted leaves room for one event: that event is not refused.
    """

    @property
    def trouble(self) -> str:
        """Why it cannot write now; empty when it can."""

    def load(self) -> Loaded:
        """What is stored. Called once, before the first write.

        Raises:
            StorageError: it cannot be read.
        """

    def append(self, event: Event) -> Batch:
        """Keep an event of a device that was put before. `event.seq` is greater than any before it.

        Raises:
            StorageError: refused, the backlog is full; nothing has changed.
            ProtocolError: the event's data cannot be written as JSON; nothing has changed.
        """

    def put_device(self, device: Device) -> Batch:
        """Keep a device as it is now, new or known.

        Raises:
            StorageError, ProtocolError: as for `append`.
        """

    def delete_device(self, device_id: str) -> Batch:
        """Forget a device, its states and its events so far.

        Raises:
            StorageError: as for `append`.
        """

    def put_fact(self, owner: str, key: str, value: Any | None) -> Batch:
        """Keep a JSON-able fact under a key of its owner's, None to forget it.

        Raises:
            StorageError, ProtocolError: as for `append`.
        """

    def checkpoint(self, states: Mapping[str, Mapping[str, State]]) -> Batch:
        """Save the states of the devices named, all events so far included; other devices' stay as last saved.

        Raises:
            StorageError: as for `append`.
        """

    async def events(
        self,
        *,
        device: str | None = None,
        kinds: Collection[EventKind] = (),
        after: int = 0,
        before: int | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> list[Event]:
        """At most `limit` stored events with `after` < seq < `before`, in the order of seq or its reverse.

        Raises:
            StorageError: the history cannot be read.
        """

    async def close(self) -> None:
        """Write what is pending, then let go of everything. Closing twice does nothing.

        Raises:
            StorageError: something pending could not be written; the message says how much and why.
        """


def encode(data: Any) -> str:
    """JSON for the database.

    Raises:
        ProtocolError: it holds what JSON cannot say, such as half of a surrogate pair.
    """
    try:
        return _encoder.encode(data).decode()
    except (TypeError, ValueError) as error:
        raise ProtocolError(f"this cannot be written as JSON: {error}") from error


def replay(states: dict[str, dict[str, State]], device: str, at: float, values: Mapping[str, Any]) -> None:
    """Bring a saved twin on by one STATE event."""
    known = states.setdefault(device, {})
    for key, value in values.items():
        known[key] = State(value, at)
