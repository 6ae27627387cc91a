"""A SQLite store on a disk that a test fills up, and things to store on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from homeward import settings
from homeward.model import Description, Device, Event, EventKind
from homeward.store.base import Batch
from homeward.store.sqlite import SqliteStore
from homeward.testing.clock import VirtualClock

PLUG = Device("meross-01", "meross", "01", "Plug", True, 1_700_000_000.5, Description("mss310"), {"key": "k"})
LAMP = Device("meross-02", "meross", "02", "Lamp")


def told(seq: int, device: Device = PLUG, kind: EventKind = EventKind.STATE, **data: Any) -> Event:
    return Event(seq, 1_700_000_000.25 + seq, device.id, kind, data)


class Disk:
    """Opens the store on a virtual clock; commits are made by its real thread."""

    def __init__(self, folder: Path, **limits: Any) -> None:
        self.path = folder / "homeward.db"
        self.limits = settings.Store(**limits)
        self.clock = VirtualClock()

    def open(self) -> SqliteStore:
        loop = asyncio.get_running_loop()
        self.store = SqliteStore(self.path, self.limits, self.clock, loop.call_soon_threadsafe)
        return self.store

    async def settle(self, batch: Batch) -> None:
        """Let the time pass that a batch gathers for, and wait until it is committed."""
        self.clock.advance(self.limits.commit_interval)
        await reached(batch.then)

    async def reopen(self) -> SqliteStore:
        await self.store.close()
        return self.open()

    def fill(self) -> None:
        """From now on the disk is full."""
        (pages,) = self.store._database.connection.execute("PRAGMA page_count").fetchone()
        self.store._database.connection.execute(f"PRAGMA max_page_count = {pages}")

    def make_room(self) -> None:
        """There is room again."""
        self.store._database.connection.execute("PRAGMA max_page_count = 1000000")

    async def try_again(self) -> None:
        """Let the store try to write what it could not, and wait for the outcome."""
        outcome = asyncio.get_running_loop().create_future()
        commit = self.store._commit
        was = commit._done

        def done(reason: str) -> None:
            was(reason)
            outcome.set_result(None)

        commit._done = done  # type: ignore[method-assign]
        self.clock.advance(1.0)
        await outcome
        commit._done = was  # type: ignore[method-assign]


async def reached(then: Callable[[Callable[[], None]], None]) -> None:
    """Wait for what calls back when it has come."""
    come = asyncio.get_running_loop().create_future()
    then(lambda: come.set_result(None))
    await come
