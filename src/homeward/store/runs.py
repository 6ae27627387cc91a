"""The events of one device, found without reading everyone's.

An ordinary index on the device would dirty a page for every device that speaks: with a thousand devices it costs four
times the insert itself, and wears out a memory card. So events are indexed a few thousand at a time, as a *run* sorted
by device; like the events themselves, runs are only ever written at the end. To find a device's events takes a look
into each run, and through the few events that are in no run yet.
"""

from __future__ import annotations

import sqlite3

LENGTH = 5_000
"""Events that make a run; a large commit makes a longer one."""


def extend(connection: sqlite3.Connection, seq: int) -> None:
    """Make a run of the events up to `seq` that are in none, if they are enough."""
    (end,) = connection.execute("SELECT coalesce(max(last), 0) FROM runs").fetchone()
    if seq - end >= LENGTH:
        connection.execute("INSERT INTO runs VALUES (?)", (seq,))
        connection.execute(
            "INSERT INTO history SELECT ?, device, seq FROM events WHERE seq > ? ORDER BY device, seq", (seq, end)
        )


def forget(connection: sqlite3.Connection, row: int, seq: int) -> None:
    """Delete the events of the device of that row, up to `seq`."""
    for statement in _FORGET:
        connection.execute(statement, {"row": row, "seq": seq})


def trim(connection: sqlite3.Connection) -> None:
    """Delete the runs all of whose events are deleted."""
    for statement in _TRIM:
        connection.execute(statement)


_FORGET = (
    "DELETE FROM events WHERE seq <= :seq AND device = :row AND seq > (SELECT coalesce(max(last), 0) FROM runs)",
    "DELETE FROM events WHERE seq IN (SELECT seq FROM runs CROSS JOIN history ON run = last AND device = :row)",
    "DELETE FROM history WHERE run IN (SELECT last FROM runs) AND device = :row",
)
_TRIM = (
    "DELETE FROM history WHERE run IN (SELECT last FROM runs WHERE last < (SELECT min(seq) FROM events))",
    "DELETE FROM runs WHERE last < (SELECT min(seq) FROM events)",
)
