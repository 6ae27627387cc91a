from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from homeward.errors import StorageError
from homeward.store.migrate import MIGRATIONS, migrate


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        yield connection


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    (tmp_path / "0001.sql").write_text("CREATE TABLE a (n INTEGER);\nINSERT INTO a VALUES (1); -- a remark")
    return tmp_path


def version(connection: sqlite3.Connection) -> int:
    found: int = connection.execute("SELECT max(version) FROM schema_version").fetchone()[0]
    return found


def test_an_empty_file_reaches_the_newest_layout(connection: sqlite3.Connection) -> None:
    newest = max(int(script.name[:4]) for script in MIGRATIONS.iterdir() if script.name.endswith(".sql"))
    assert migrate(connection) == newest
    assert version(connection) == newest
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    assert {"devices", "twin", "facts", "events"} <= tables


def test_a_second_start_changes_nothing(connection: sqlite3.Connection) -> None:
    migrate(connection)
    before = list(connection.iterdump())
    migrate(connection)
    assert list(connection.iterdump()) == before


def test_migrations_are_numbered_without_gaps() -> None:
    names = sorted(script.name for script in MIGRATIONS.iterdir() if script.name.endswith(".sql"))
    assert names == [f"{number:04}.sql" for number in range(1, len(names) + 1)]


def test_a_database_of_the_layout_before_keeps_what_is_in_it(connection: sqlite3.Connection, migrations: Path) -> None:
    migrate(connection, migrations)
    connection.execute("INSERT INTO a VALUES (2)")
    (migrations / "0002.sql").write_text("ALTER TABLE a ADD COLUMN m INTEGER DEFAULT 7")
    assert migrate(connection, migrations) == 2
    assert connection.execute("SELECT n, m FROM a").fetchall() == [(1, 7), (2, 7)]


def test_a_migration_that_fails_leaves_the_layout_before(connection: sqlite3.Connection, migrations: Path) -> None:
    migrate(connection, migrations)
    (migrations / "0002.sql").write_text("CREATE TABLE b (n INTEGER); INSERT INTO nowhere VALUES (1)")
    with pytest.raises(sqlite3.Error, match="nowhere"):
        migrate(connection, migrations)
    assert version(connection) == 1
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'b'").fetchone() == (0,)


def test_a_database_newer_than_the_program_is_refused_and_left_alone(
    connection: sqlite3.Connection, migrations: Path
) -> None:
    migrate(connection, migrations)
    connection.execute("INSERT INTO schema_version VALUES (9)")
    before = list(connection.iterdump())
    with pytest.raises(StorageError, match="layout 9, this program knows layouts up to 1"):
        migrate(connection, migrations)
    assert list(connection.iterdump()) == before
