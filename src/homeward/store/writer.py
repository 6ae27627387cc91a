"""The one thread that writes to a SQLite database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import TypeAlias

Work: TypeAlias = Callable[[sqlite3.Connection], None]
Done: TypeAlias = Callable[[str], None]


class Writer:
    """Does work on the write connection, in order, each piece in a transaction of its own."""

    def __init__(self, connection: sqlite3.Connection, call_soon: Callable[[Callable[[], None]], object]) -> None:
        self._connection = connection
        self._call_soon = call_soon
        self._work: SimpleQueue[tuple[Work, Done] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="homeward-store", daemon=True)
        self._thread.start()

    def submit(self, work: Work, done: Done) -> None:
        """Do `work`, then call `done` on the loop: with "" when it is committed, else with why nothing of it is."""
        self._work.put((work, done))

    def close(self) -> None:
        """Finish what was submitted and end the thread. Called once."""
        self._work.put(None)
        self._thread.join()

    def _run(self) -> None:
        while item := self._work.get():
            work, done = item
            self._call_soon(partial(done, self._transact(work)))

    def _transact(self, work: Work) -> str:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            work(self._connection)
            self._connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - if this thread ended, all that comes would wait in vain
            self._roll_back()
            return str(error)
        return ""

    def _roll_back(self) -> None:
        # After some errors (a full disk) SQLite has rolled back by itself, and a second time is an error.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")
