"""What gathers for the next commit to SQLite, as rows, and the statements that write it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, TypeAlias

from homeward.model import Device, EventKind
from homeward.store import runs
from homeward.store.base import Batch, encode

KINDS = (
    EventKind.PENDING,
    EventKind.ADOPTED,
    EventKind.REMOVED,
    EventKind.DESCRIBED,
    EventKind.STATE,
    EventKind.ONLINE,
    EventKind.OFFLINE,
    EventKind.HAPPENED,
)
CODES = {kind: code for code, kind in enumerate(KINDS, 1)}
"""The number of each kind of event in the database; never changed, only added to."""

EVENT_WIDTH = 5

Row: TypeAlias = tuple[Any, ...]


class Pending(Batch):
    """Rows that wait for their commit. A later word on the same thing replaces an earlier one."""

    __slots__ = ("checkpoint", "devices", "events", "facts", "forgotten", "states")

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []
        """Rows of `events`, flat: `EVENT_WIDTH` items each."""
        self.devices: dict[int, Row] = {}
        self.forgotten: dict[int, int] = {}
        """Devices whose states and events go: row, and the last seq that goes."""
        self.states: dict[int, str] = {}
        self.facts: dict[tuple[str, str], str | None] = {}
        self.checkpoint: int | None = None

    def any(self) -> bool:
        """Whether there is anything to be written."""
        return bool(self.events or self.devices or self.facts or self.checkpoint is not None)

    def weight(self) -> int:
        """What it holds of what may wait, an event counting `EVENT_WIDTH`."""
        return len(self.events) + EVENT_WIDTH * (len(self.devices) + len(self.facts))

    def commit(self) -> None:
        """It is on the disk: its rows are no longer needed, though it may be remembered for long as the last word."""
        self.events, self.devices, self.facts, self.states = [], {}, {}, {}
        super().commit()

    def put_device(self, row: int, device: Device) -> None:
        """Write the device's row; raises `ProtocolError` as `encode` does."""
        encode(device)
        about = encode(device.description), encode(device.native)
        fields = device.id, device.family, device.native_id, device.name, device.adopted, device.first_seen
        self.devices[row] = (row, *fields, *about, False)

    def forget_device(self, row: int, device_id: str, seq: int) -> None:
        """Leave of a device nothing but its id, and of its events none up to `seq`."""
        self.devices[row] = (row, device_id, "", "", "", False, 0.0, "{}", "{}", True)
        self.forgotten[row] = seq
        self.states.pop(row, None)

    def write(self, connection: sqlite3.Connection) -> None:
        """Write it all, inside the transaction that the caller has begun.

        Many rows go in one statement: a statement gives up the interpreter once however long it runs, and to get that
        back from a busy loop may take milliseconds.
        """
        _insert(connection, _DEVICES, [item for row in self.devices.values() for item in row])
        _insert(connection, _EVENTS, self.events)
        if self.events:
            runs.extend(connection, self.events[-EVENT_WIDTH])
        for row, seq in self.forgotten.items():
            runs.forget(connection, row, seq)
            connection.execute("DELETE FROM twin WHERE device = ?", (row,))
        _insert(connection, _TWIN, [item for row in self.states.items() for item in row])
        self._write_facts(connection)
        if self.checkpoint is not None:
            connection.execute("UPDATE checkpoint SET seq = ?", (self.checkpoint,))

    def _write_facts(self, connection: sqlite3.Connection) -> None:
        known: list[Any] = []
        gone: dict[str, list[str]] = {}
        for (owner, key), value in self.facts.items():
            if value is None:
                gone.setdefault(owner, []).append(key)
            else:
                known += owner, key, value
        _insert(connection, _FACTS, known)
        for owner, keys in gone.items():
            for start in range(0, len(keys), _ROWS_A_STATEMENT):
                some = keys[start : start + _ROWS_A_STATEMENT]
                marks = ",".join("?" * len(some))
                connection.execute(f"DELETE FROM facts WHERE owner = ? AND key IN ({marks})", (owner, *some))  # noqa: S608


_DEVICES = (
    "INSERT INTO devices VALUES {} ON CONFLICT (row) DO UPDATE SET (family, native_id, name, adopted, first_seen,"
    " description, native, removed) = (excluded.family, excluded.native_id, excluded.name, excluded.adopted,"
    " excluded.first_seen, excluded.description, excluded.native, excluded.removed)",
    "(?,?,?,?,?,?,?,?,?,?)",
)
_EVENTS = ("INSERT INTO events VALUES {}", "(?,?,?,?,?)")
_FACTS = ("REPLACE INTO facts VALUES {}", "(?,?,?)")
_TWIN = ("INSERT INTO twin VALUES {} ON CONFLICT (device) DO UPDATE SET states = excluded.states", "(?,?)")
_ROWS_A_STATEMENT = 500
"""Large, for a statement costs a hand-over of the interpreter; always the same, for SQLite then has it parsed already,
which is half of what a row costs."""


def _insert(connection: sqlite3.Connection, statement: tuple[str, str], items: Sequence[Any]) -> None:
    text, row = statement
    width = row.count("?")
    most = min(_ROWS_A_STATEMENT, connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // width) * width
    for start in range(0, len(items), most):
        chunk = items[start : start + most]
        connection.execute(text.format(",".join([row] * (len(chunk) // width))), chunk)
