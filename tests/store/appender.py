"""A program that stores events as fast as it can and prints the seq of each that it was told is stored.

Called with the path of the database; runs until it is killed.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from homeward import settings
from homeward.clock import LoopClock
from homeward.model import Device, Event, EventKind
from homeward.store.sqlite import SqliteStore


async def main() -> None:
    loop = asyncio.get_running_loop()
    store = SqliteStore(
        Path(sys.argv[1]), settings.Store(commit_interval=0.001), LoopClock(loop), loop.call_soon_threadsafe
    )
    seq = store.load().seq
    store.put_device(Device("f-1", "f", "1", "One"))
    while True:
        gone: asyncio.Future[None] = loop.create_future()
        for _ in range(7):
            seq += 1
            batch = store.append(Event(seq, 0.0, "f-1", EventKind.STATE, {"n": seq}))
            batch.then(partial(print, seq))
        batch.then(lambda gone=gone: gone.set_result(sys.stdout.flush()))  # type: ignore[misc]
        await gone


asyncio.run(main())
