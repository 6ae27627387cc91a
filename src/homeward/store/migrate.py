"""Brings a database to the layout this program knows: `migrations/sqlite/NNNN.sql`, each applied once, in order."""

from __future__ import annotations

import sqlite3
from importlib.resources import files
from importlib.resources.abc import Traversable

from homeward.errors import StorageError

MIGRATIONS = files("homeward.store") / "migrations" / "sqlite"


def migrate(connection: sqlite3.Connection, migrations: Traversable = MIGRATIONS) -> int:
    """Apply what is missing, each migration whole or not at all. Returns the version reached.

    The connection is in autocommit mode.

    Raises:
        StorageError: the database was made by a newer program; it is left as it is.
        sqlite3.Error: the database cannot be read or written.
    """
    scripts = {int(script.name[:4]): script for script in migrations.iterdir() if script.name.endswith(".sql")}
    newest = max(scripts)
    version = _version(connection)
    if version > newest:
        raise StorageError(
            f"the database has layout {version}, this program knows layouts up to {newest}",
            hint="Start the newer Homeward that wrote it, or restore a backup from before the upgrade.",
        )
    for number in range(version + 1, newest + 1):
        _apply(connection, number, scripts[number].read_text("utf-8"))
    return newest


def _version(connection: sqlite3.Connection) -> int:
    connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)")
    (version,) = connection.execute("SELECT max(version) FROM schema_version").fetchone()
    return version or 0


def _apply(connection: sqlite3.Connection, number: int, script: str) -> None:
    done = f"INSERT INTO schema_version VALUES ({number})"  # noqa: S608 - a number
    try:
        connection.executescript(f"BEGIN IMMEDIATE;\n{script}\n;{done};\nCOMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
