"""Pages of history, read from a SQLite database in a thread of its own, so that neither they nor commits wait."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from homeward.errors import StorageError
from homeward.model import Event, EventKind
from homeward.store.pending import CODES, KINDS

_data = msgspec.json.Decoder(dict[str, Any])


class Query(NamedTuple):
    """Which events; the fields are the arguments of `Store.events`."""

    device: str | None
    kinds: Collection[EventKind]
    after: int
    before: int | None
    limit: int
    newest_first: bool


class History:
    """Reads the file at `path`, which must exist."""

    def __init__(self, path: Path) -> None:
        self._uri = f"{path.resolve().as_uri()}?mode=ro"
        self._thread = ThreadPoolExecutor(1, "homeward-history")
        self._connection: sqlite3.Connection | None = None

    async def page(self, query: Query) -> list[Event]:
        """The events asked for, as far as they are committed.

        Raises:
            StorageError: the file cannot be read.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._read, query)

    async def close(self) -> None:
        """Finish what was asked for, end the thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _read(self, query: Query) -> list[Event]:
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._uri, uri=True, check_same_thread=False)
            return _select(self._connection, query)
        except sqlite3.Error as error:
            raise StorageError(f"the history cannot be read: {error}") from error

    def _close(self) -> None:
        if self._connection:
            self._connection.close()


def _select(connection: sqlite3.Connection, query: Query) -> list[Event]:
    conditions, values = zip(*_conditions(query), strict=True)
    text = (
        "SELECT seq, at, devices.id, kind, data FROM events JOIN devices ON devices.row = events.device"  # noqa: S608
        f" WHERE {' AND '.join(conditions)} ORDER BY seq {'DESC' if query.newest_first else 'ASC'} LIMIT ?"
    )
    found = connection.execute(text, (*(value for value in values if value is not None), query.limit))
    return [Event(seq, at, device, KINDS[code - 1], _data.decode(data)) for seq, at, device, code, data in found]


def _conditions(query: Query) -> Iterator[tuple[str, int | str | None]]:
    """Conditions in SQL, each with the value for its question mark, None where it has none."""
    yield "seq > ?", query.after
    if query.before is not None:
        yield "seq < ?", query.before
    if query.device is not None:
        yield "devices.id = ?", query.device
    if query.kinds:
        yield f"kind IN ({','.join(str(CODES[kind]) for kind in query.kinds)})", None
        if EventKind.STATE not in query.kinds:
            # In the words of the index of all but states, for else that index is not used.
            yield f"kind <> {CODES[EventKind.STATE]}", None
