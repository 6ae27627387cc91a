from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator

import pytest

from homeward.store.writer import Work, Writer


@pytest.fixture
async def writer() -> Iterator[Writer]:  # type: ignore[misc]
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    writer = Writer(connection, asyncio.get_running_loop().call_soon_threadsafe)
    yield writer
    writer.close()
    connection.close()


async def outcome(writer: Writer, work: Work) -> str:
    done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    writer.submit(work, done.set_result)
    return await done


def execute(statement: str) -> Work:
    def work(connection: sqlite3.Connection) -> None:
        connection.execute(statement)

    return work


def numbers(writer: Writer) -> list[int]:
    return [n for (n,) in writer._connection.execute("SELECT n FROM t ORDER BY n")]


async def test_work_is_done_in_the_one_thread_and_told_of_on_the_loop(writer: Writer) -> None:
    at = list[threading.Thread]()
    done = asyncio.get_running_loop().create_future()

    def finished(reason: str) -> None:
        at.append(threading.current_thread())
        done.set_result(reason)

    writer.submit(lambda connection: at.append(threading.current_thread()), finished)
    assert await done == ""
    assert at[0].name == "homeward-store"
    assert at[1] is threading.current_thread()


async def test_work_is_done_in_order(writer: Writer) -> None:
    order = list[int]()
    done = [outcome(writer, lambda connection, n=n: order.append(n)) for n in range(5)]  # type: ignore[misc]
    assert await asyncio.gather(*done) == [""] * 5
    assert order == [0, 1, 2, 3, 4]


async def test_work_that_fails_leaves_nothing_behind_and_its_reason_is_told(writer: Writer) -> None:
    def half(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO t VALUES (1)")
        connection.execute("INSERT INTO t VALUES (1)")

    assert await outcome(writer, half) == "UNIQUE constraint failed: t.n"
    assert numbers(writer) == []


@pytest.mark.parametrize("statement", ["nonsense", "INSERT INTO t VALUES ('\ud800')"])
async def test_the_thread_outlives_a_failure(writer: Writer, statement: str) -> None:
    assert await outcome(writer, execute(statement)) != ""
    assert await outcome(writer, execute("INSERT INTO t VALUES (1)")) == ""
    assert numbers(writer) == [1]


async def test_a_full_disk_is_a_reason_like_any_other(writer: Writer) -> None:
    writer._connection.execute("PRAGMA max_page_count = 2")

    numbers_without_end = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c"
    assert await outcome(writer, execute(f"INSERT INTO t {numbers_without_end}")) == "database or disk is full"
    assert numbers(writer) == []
