"""A store in memory that commits at once, or when it is told to: for whoever tests what must wait for a commit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from copy import deepcopy
from functools import partial
from typing import Any

from homeward.errors import StorageError
from homeward.model import Device, Event, EventKind, State
from homeward.store.base import Batch, Loaded, encode, replay


class MemoryStore:
    """Fulfils `Store`. What has been committed outlives `lose`, as a file outlives its program."""

    def __init__(self, backlog: int = 100_000) -> None:
        self.trouble = ""
        self.committed: list[Event] = []
        """The history, as far as it is committed."""
        self._backlog = backlog
        self._held = self._closed = False
        self._batch = Batch()
        self._work: list[Callable[[], None]] = []
        self._devices: dict[str, Device] = {}
        self._states: dict[str, dict[str, State]] = {}
        self._facts: dict[str, dict[str, Any]] = {}
        self._saved = 0
        self._seq = 0

    def hold(self) -> None:
        """Commit nothing until `release`."""
        self._held = True

    def fail(self, reason: str) -> None:
        """Commit nothing until `release`, and say why."""
        self._held, self.trouble = True, reason

    def release(self) -> None:
        """Commit what has gathered, and from now on everything at once."""
        self._held, self.trouble = False, ""
        self._commit()

    def lose(self) -> None:
        """The power fails: what is not committed is gone, and nobody is told of it."""
        self._held, self.trouble = False, ""
        self._work, self._batch = [], Batch()

    def load(self) -> Loaded:
        """What is committed. Unlike a real store this may be called again, by whoever plays a new start."""
        self._closed = False
        states = deepcopy(self._states)
        online: set[str] = set()
        for event in self.committed:
            if event.kind is EventKind.STATE and event.seq > self._saved:
                replay(states, event.device, event.at, event.data)
            if event.kind in (EventKind.ONLINE, EventKind.OFFLINE):
                (online.add if event.kind is EventKind.ONLINE else online.discard)(event.device)
        self._seq = max([self._saved, *(event.seq for event in self.committed[-1:])])
        devices = deepcopy(list(self._devices.values()))
        return Loaded(devices, states, deepcopy(self._facts), self._seq, frozenset(online))

    def append(self, event: Event) -> Batch:
        """Keep an event; see `Store`."""
        self._take(1)
        encode(event.data)
        self._seq = event.seq
        return self._do(lambda: self.committed.append(event))

    def put_device(self, device: Device) -> Batch:
        """Keep a device; see `Store`."""
        self._take(2)
        encode(device)
        kept = deepcopy(device)
        return self._do(lambda: self._devices.update({kept.id: kept}))

    def delete_device(self, device_id: str) -> Batch:
        """Forget a device; see `Store`."""
        self._take(2)
        return self._do(partial(self._forget, device_id, self._seq))

    def put_fact(self, owner: str, key: str, value: Any | None) -> Batch:
        """Keep or forget a fact; see `Store`."""
        self._take(2)
        encode((owner, key, value))
        return self._do(partial(self._put_fact, owner, key, deepcopy(value)))

    def checkpoint(self, states: Mapping[str, Mapping[str, State]]) -> Batch:
        """Save states; see `Store`."""
        self._take(2)
        return self._do(partial(self._save, {device: dict(known) for device, known in states.items()}, self._seq))

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
        """A page of history; see `Store`."""
        found = [
            event
            for event in self.committed
            if after < event.seq < (before or event.seq + 1)
            and device in (None, event.device)
            and (not kinds or event.kind in kinds)
        ]
        return (found[::-1] if newest_first else found)[:limit]

    async def close(self) -> None:
        """Commit what is pending; see `Store`. What cannot be committed is lost."""
        lost, reason = len(self._work), self.trouble
        if not reason:
            self.release()
        self.lose()
        self._closed = True
        if lost and reason:
            raise StorageError(f"{lost} writes are lost: {reason}")

    def _take(self, rows: int) -> None:
        if self._closed or len(self._work) + rows > self._backlog:
            raise StorageError(f"the store takes nothing more for now: {self.trouble or 'it is closed or full'}")

    def _do(self, step: Callable[[], Any]) -> Batch:
        self._work.append(step)
        batch = self._batch
        if not self._held:
            self._commit()
        return batch

    def _commit(self) -> None:
        work, self._work = self._work, []
        batch, self._batch = self._batch, Batch()
        for step in work:
            step()
        batch.commit()

    def _forget(self, device_id: str, seq: int) -> None:
        del self._devices[device_id]
        self._states.pop(device_id, None)
        self.committed = [event for event in self.committed if event.device != device_id or event.seq > seq]

    def _put_fact(self, owner: str, key: str, value: Any) -> None:
        facts = self._facts.setdefault(owner, {})
        facts.pop(key, None)
        facts.update({key: value} if value is not None else {})

    def _save(self, states: dict[str, dict[str, State]], seq: int) -> None:
        self._states |= states
        self._saved = seq
