"""Lets go of history that is too old: hourly, in steps small enough that no commit waits long behind one."""

from __future__ import annotations

import sqlite3

import structlog

from homeward.clock import Clock, Handle
from homeward.store import runs
from homeward.store.writer import Writer

INTERVAL = 3_600.0
STEP = 1_000
PAUSE = 1.0

_DAY = 86_400.0
_log = structlog.get_logger("homeward.store")


class Pruner:
    """Deletes events older than `days`, but none that a restart would have to replay."""

    def __init__(self, writer: Writer, clock: Clock, days: float) -> None:
        self._writer, self._clock, self._age = writer, clock, days * _DAY
        self._deleted = 0
        self._timer: Handle | None = clock.call_later(INTERVAL, self._step)

    def stop(self) -> None:
        """Begin no further step."""
        if self._timer:
            self._timer.cancel()
        self._timer = None

    def _step(self) -> None:
        oldest = self._clock.now() - self._age
        self._writer.submit(lambda connection: self._delete(connection, oldest), self._done)

    def _delete(self, connection: sqlite3.Connection, oldest: float) -> None:
        # Only the oldest rows are looked at, or the table would be searched in vain from end to end.
        self._deleted = connection.execute(
            "DELETE FROM events WHERE seq IN (SELECT seq FROM events ORDER BY seq LIMIT ?)"
            " AND at < ? AND seq <= (SELECT seq FROM checkpoint)",
            (STEP, oldest),
        ).rowcount
        runs.trim(connection)

    def _done(self, reason: str) -> None:
        if reason:
            _log.warning("old history could not be deleted", reason=reason)
        if self._timer:
            again = self._deleted and not reason
            self._timer = self._clock.call_later(PAUSE if again else INTERVAL, self._step)
