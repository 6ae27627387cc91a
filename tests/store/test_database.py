from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from homeward.errors import StorageError
from homeward.store.database import Database


def test_a_commit_is_safe_from_a_power_failure(tmp_path: Path) -> None:
    database = Database(tmp_path / "homeward.db")
    asked = [f"PRAGMA {name}" for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert [database.connection.execute(pragma).fetchone()[0] for pragma in asked] == ["wal", 2, 1]
    database.close()


def test_what_holds_keys_is_for_its_owner_alone(tmp_path: Path) -> None:
    database = Database(tmp_path / "homeward.db")
    for name in ("homeward.db", "homeward.db-wal", "homeward.db-shm"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600, name
    database.close()


def test_a_database_that_is_in_use_is_refused(tmp_path: Path) -> None:
    database = Database(tmp_path / "homeward.db")
    with pytest.raises(StorageError, match=r"homeward\.db is in use") as caught:
        Database(tmp_path / "homeward.db")
    assert "Another Homeward" in caught.value.hint
    database.close()
    Database(tmp_path / "homeward.db").close()


def test_a_program_that_died_leaves_no_lock(tmp_path: Path) -> None:
    die = f"""
import os, pathlib
from homeward.store.database import Database
database = Database(pathlib.Path({str(tmp_path / "homeward.db")!r}))
os._exit(1)
"""
    assert subprocess.run([sys.executable, "-c", die]).returncode == 1  # noqa: S603
    Database(tmp_path / "homeward.db").close()


def test_a_file_that_is_no_database_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "homeward.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(StorageError, match=r"homeward\.db cannot be opened: file is not a database"):
        Database(path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"absent/homeward\.db cannot be opened: No such file or directory$"):
        Database(tmp_path / "absent" / "homeward.db")


def test_a_newer_program_s_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "homeward.db"
    Database(path).close()
    other = sqlite3.connect(path)
    other.execute("INSERT INTO schema_version VALUES (999)")
    other.commit()
    other.close()
    with pytest.raises(StorageError, match="layout 999"):
        Database(path)
