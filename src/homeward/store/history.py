"""Pages of history, read from a SQLite database in a thread of its own, so that neither they nor commits wait."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection, Sequence
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
                self._connection = sqlite3.connect(self._uri, uri=True, isolation_level=None, check_same_thread=False)
            # One transaction, so that no run is made between the parts of one answer.
            self._connection.execute("BEGIN")
            try:
                return _select(self._connection, query)
            finally:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise StorageError(f"the history cannot be read: {error}") from error

    def _close(self) -> None:
        if self._connection:
            self._connection.close()


class _Source(NamedTuple):
    """A way to find events, in SQL."""

    tables: str
    conditions: str = "TRUE"
    seq: str = "events.seq"
    order: tuple[str, ...] = ("events.seq",)


_ROW = "(SELECT row FROM devices WHERE id = :device)"
_END = "(SELECT coalesce(max(last), 0) FROM runs)"
_ALL = _Source("events")
_BESIDE_STATES = _Source(
    "events INDEXED BY events_beside_states", f"kind <> 5 AND (:device IS NULL OR events.device = {_ROW})"
)
_IN_RUNS = _Source(
    f"runs CROSS JOIN history ON run = last AND history.device = {_ROW} CROSS JOIN events ON events.seq = history.seq",
    seq="history.seq",
    order=("runs.last", "history.seq"),
)
_IN_NO_RUN = _Source("events", f"events.device = {_ROW} AND events.seq > {_END}")


def _select(connection: sqlite3.Connection, query: Query) -> list[Event]:
    sources = _sources(query)
    found: list[Event] = []
    for source in reversed(sources) if query.newest_first else sources:
        values = {
            "device": query.device,
            "after": query.after,
            "before": query.before if query.before is not None else 1 << 62,
            "limit": query.limit - len(found),
        }
        rows = connection.execute(_statement(source, query), values)
        found += [Event(seq, at, device, KINDS[code - 1], _data.decode(data)) for seq, at, device, code, data in rows]
    return found


def _sources(query: Query) -> Sequence[_Source]:
    if query.kinds and EventKind.STATE not in query.kinds:
        return (_BESIDE_STATES,)
    return (_ALL,) if query.device is None else (_IN_RUNS, _IN_NO_RUN)


def _statement(source: _Source, query: Query) -> str:
    direction = "DESC" if query.newest_first else "ASC"
    kinds = f"kind IN ({','.join(str(CODES[kind]) for kind in query.kinds)})" if query.kinds else "TRUE"
    return (
        f"SELECT events.seq, at, id, kind, data FROM {source.tables} CROSS JOIN devices ON row = events.device"  # noqa: S608
        f" WHERE {source.seq} > :after AND {source.seq} < :before AND {source.conditions} AND {kinds}"
        f" ORDER BY {', '.join(f'{column} {direction}' for column in source.order)} LIMIT :limit"
    )
