"""What is read back from a SQLite database at start."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from homeward.model import Description, Device, EventKind, State
from homeward.store.base import Loaded, replay
from homeward.store.pending import CODES

_description = msgspec.json.Decoder(Description)
_states = msgspec.json.Decoder(dict[str, State])
_object = msgspec.json.Decoder(dict[str, Any])
_any = msgspec.json.Decoder()


def load(connection: sqlite3.Connection) -> Loaded:
    """Everything but the history; the twin as the last event left it."""
    (seq,) = connection.execute("SELECT seq FROM checkpoint").fetchone()
    (last,) = connection.execute("SELECT max(seq) FROM events").fetchone()
    facts: dict[str, dict[str, Any]] = {}
    for owner, key, value in connection.execute("SELECT owner, key, value FROM facts"):
        facts.setdefault(owner, {})[key] = _any.decode(value)
    return Loaded(_devices(connection), _twin(connection, seq), facts, max(seq, last or 0), _online(connection))


def rows(connection: sqlite3.Connection) -> dict[str, int]:
    """The row of every device by its id, removed ones included."""
    return dict(connection.execute("SELECT id, row FROM devices"))


def _devices(connection: sqlite3.Connection) -> list[Device]:
    found = connection.execute(
        "SELECT id, family, native_id, name, adopted, first_seen, description, native FROM devices"
        " WHERE NOT removed ORDER BY first_seen, row"
    )
    return [_device(*columns) for columns in found]


def _device(
    device_id: str, family: str, native_id: str, name: str, adopted: int, first_seen: float, about: str, native: str
) -> Device:
    description = _description.decode(about)
    return Device(device_id, family, native_id, name, bool(adopted), first_seen, description, _object.decode(native))


def _twin(connection: sqlite3.Connection, seq: int) -> dict[str, dict[str, State]]:
    saved = connection.execute("SELECT id, states FROM twin JOIN devices ON row = device")
    twin = {device: _states.decode(states) for device, states in saved}
    told = connection.execute(
        "SELECT id, at, data FROM events JOIN devices ON row = device WHERE seq > ? AND kind = ? ORDER BY seq",
        (seq, CODES[EventKind.STATE]),
    )
    for device, at, data in told:
        replay(twin, device, at, _object.decode(data))
    return twin


def _online(connection: sqlite3.Connection) -> frozenset[str]:
    # A bare column beside max() is that of the row which has the maximum. The last condition is the index's.
    last = connection.execute(
        "SELECT id, kind, max(seq) FROM events JOIN devices ON row = device"
        " WHERE kind IN (?, ?) AND kind <> 5 GROUP BY device",
        (CODES[EventKind.ONLINE], CODES[EventKind.OFFLINE]),
    )
    return frozenset(device for device, kind, _ in last if kind == CODES[EventKind.ONLINE])
