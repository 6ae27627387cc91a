"""A SQLite file, opened for the one program that may write to it, in the newest layout."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from pathlib import Path

from homeward.errors import StorageError
from homeward.store.migrate import migrate

PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON")


class Database:
    """The file at `path`, made if there is none; `connection` writes to it and is in autocommit mode.

    Raises:
        StorageError: it cannot be opened, another program has it, or a newer program made it.
    """

    def __init__(self, path: Path) -> None:
        with ExitStack() as opened:
            try:
                # Keys are kept in it, for the owner's eyes only.
                path.touch(mode=0o600)
                opened.enter_context(closing(_lock(path)))
                self.connection = opened.enter_context(closing(_connect(path)))
                migrate(self.connection)
            except OSError as error:
                raise StorageError(f"{path} cannot be opened: {error.strerror}") from error
            except sqlite3.Error as error:
                raise StorageError(f"{path} cannot be opened: {error}") from error
            self._opened = opened.pop_all()

    def close(self) -> None:
        """Let go of the file."""
        self._opened.close()


def _lock(path: Path) -> sqlite3.Connection:
    """What only one program can have at a time, and loses when it dies. Two would give one seq twice."""
    connection = sqlite3.connect(f"{path}.lock", timeout=0.0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        raise StorageError(f"{path} is in use", hint="Another Homeward is running on it: stop that first.") from error
    return connection


def _connect(path: Path) -> sqlite3.Connection:
    # Few statements are kept: one that inserts a thousand rows is large, and sizes seldom repeat.
    connection = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False, cached_statements=16)
    try:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
