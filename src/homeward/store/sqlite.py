"""The store of one process: a SQLite file. The loop gathers rows, one thread commits them together, another reads.

The first event of a quiet period is committed at once; later ones gather for at most `commit_interval` while the
writer rests. WAL lets the reader go on meanwhile, `synchronous=FULL` keeps a commit through a power failure.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec

from homeward import settings
from homeward.clock import Clock
from homeward.errors import StorageError
from homeward.model import Device, Event, EventKind, State
from homeward.store import reader
from homeward.store.base import Batch, Loaded, encode
from homeward.store.commit import GroupCommit
from homeward.store.database import Database
from homeward.store.history import History, Query
from homeward.store.pending import CODES
from homeward.store.prune import Pruner
from homeward.store.writer import Writer


class SqliteStore:
    """Keeps everything in the file at `path`; `call_soon` is the loop's `call_soon_threadsafe`.

    Raises:
        StorageError: the file cannot be opened, another program has it, or a newer program made it.
    """

    def __init__(
        self, path: Path, limits: settings.Store, clock: Clock, call_soon: Callable[[Callable[[], None]], object]
    ) -> None:
        self._database = Database(path)
        self._rows = reader.rows(self._database.connection)
        self._seq = 0
        self._writer = Writer(self._database.connection, call_soon)
        self._commit = GroupCommit(self._writer, clock, limits)
        self._history = History(path)
        self._pruner = Pruner(self._writer, clock, limits.history_days)
        self._closed = False

    @property
    def trouble(self) -> str:
        """Why it cannot write now; empty when it can."""
        return self._commit.trouble

    def load(self) -> Loaded:
        """What is stored. Called once, before the first write."""
        try:
            loaded = reader.load(self._database.connection)
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise StorageError(f"the database cannot be read: {error}", hint="Restore a backup.") from error
        self._seq = loaded.seq
        return loaded

    def append(self, event: Event) -> Batch:
        """Keep an event; see `Store`."""
        commit = self._commit
        pending = commit.pending
        if len(pending.events) >= commit.space:
            raise commit.full()
        row = event.seq, event.at, self._rows[event.device], CODES[event.kind], encode(event.data)
        if not pending.events:
            commit.wake()
        pending.events += row
        self._seq = event.seq
        return pending

    def put_device(self, device: Device) -> Batch:
        """Keep a device; see `Store`."""
        pending = self._commit.take()
        row = self._rows.get(device.id) or len(self._rows) + 1
        pending.put_device(row, device)
        self._rows[device.id] = row
        self._commit.wake()
        return pending

    def delete_device(self, device_id: str) -> Batch:
        """Forget a device; see `Store`."""
        pending = self._commit.take()
        pending.forget_device(self._rows[device_id], device_id, self._seq)
        self._commit.wake()
        return pending

    def put_fact(self, owner: str, key: str, value: Any | None) -> Batch:
        """Keep or forget a fact; see `Store`."""
        pending = self._commit.take()
        encode((owner, key))
        pending.facts[owner, key] = None if value is None else encode(value)
        self._commit.wake()
        return pending

    def checkpoint(self, states: Mapping[str, Mapping[str, State]]) -> Batch:
        """Save states; see `Store`."""
        pending = self._commit.take()
        pending.states |= {self._rows[device]: encode(known) for device, known in states.items()}
        pending.checkpoint = self._seq
        self._commit.wake()
        return pending

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
        return await self._history.page(Query(device, kinds, after, before, limit, newest_first))

    async def close(self) -> None:
        """Write what is pending, end the threads; see `Store`."""
        if self._closed:
            return
        self._closed = True
        self._pruner.stop()
        reason = await self._commit.drain()
        await self._history.close()
        self._writer.close()
        self._database.close()
        if reason:
            lost = self._commit.unwritten()
            raise StorageError(f"{lost} events and what came with them could not be written: {reason}")
