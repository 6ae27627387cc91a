from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from homeward.errors import StorageError
from homeward.model import EventKind
from homeward.store import pending
from tests.store.disk import LAMP, PLUG, Disk, reached, told

FULL = "database or disk is full"


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    disk = Disk(tmp_path, backlog=3_000)
    disk.open().load()
    await disk.settle(disk.store.put_device(PLUG))
    yield disk
    disk.make_room()
    await disk.store.close()


def large(seq: int) -> str:
    """Text that takes a page of its own."""
    return f"{seq:05}" * 1_000


async def test_an_event_is_on_the_disk_before_anyone_is_told(disk: Disk) -> None:
    other = sqlite3.connect(disk.path)
    seen = list[int]()
    batch = disk.store.append(told(1, onoff=True))
    batch.then(lambda: seen.extend(other.execute("SELECT count(*) FROM events").fetchone()))
    assert other.execute("SELECT count(*) FROM events").fetchone() == (0,)
    await disk.settle(batch)
    assert seen == [1]
    other.close()


async def test_a_commit_takes_one_statement_for_each_five_hundred_events(disk: Disk) -> None:
    statements = list[str]()
    connection = disk.store._database.connection
    connection.set_trace_callback(statements.append)
    await disk.settle([disk.store.append(told(seq, power=seq)) for seq in range(1, 1_001)][-1])
    connection.set_trace_callback(None)
    assert len([text for text in statements if text.startswith("INSERT INTO events")]) == 2
    assert len(await disk.store.events(limit=2_000)) == 1_000


async def test_more_events_than_a_statement_has_room_for_take_several(disk: Disk) -> None:
    connection = disk.store._database.connection
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 17)
    await disk.settle([disk.store.append(told(seq, power=seq)) for seq in range(1, 11)][-1])
    connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
    assert await disk.store.events() == [told(seq, power=seq) for seq in range(1, 11)]


async def test_on_a_full_disk_what_comes_in_waits_and_the_trouble_has_a_name(disk: Disk) -> None:
    disk.fill()
    kept = list[str]()
    disk.store.append(told(1, text=large(1))).then(lambda: kept.append("first"))
    await disk.try_again()
    assert disk.store.trouble == FULL
    disk.store.append(told(2, text=large(2))).then(lambda: kept.append("second"))
    await disk.try_again()
    assert kept == []
    assert await disk.store.events() == []


async def test_when_there_is_room_again_all_that_waited_is_stored_once_and_in_order(disk: Disk) -> None:
    disk.fill()
    kept = list[int]()
    for seq in range(1, 6):
        disk.store.append(told(seq, text=large(seq))).then(lambda seq=seq: kept.append(seq))  # type: ignore[misc]
        await disk.try_again()
    disk.make_room()
    await disk.try_again()
    assert disk.store.trouble == ""
    await disk.settle(disk.store.append(told(6, text=large(6))))
    assert kept == [1, 2, 3, 4, 5]
    assert await disk.store.events() == [told(seq, text=large(seq)) for seq in range(1, 7)]


async def test_past_the_backlog_events_are_refused_until_the_disk_has_room(disk: Disk) -> None:
    disk.fill()
    for seq in range(1, disk.limits.backlog + 1):
        batch = disk.store.append(told(seq, text=large(seq)))
    await disk.try_again()
    with pytest.raises(StorageError, match=FULL):
        disk.store.append(told(disk.limits.backlog + 1))
    with pytest.raises(StorageError, match=FULL):
        disk.store.put_fact("web", "token", 1)
    disk.make_room()
    await disk.try_again()
    assert batch.committed
    await disk.settle(disk.store.append(told(disk.limits.backlog + 1)))


async def test_whoever_puts_a_device_may_tell_of_it(disk: Disk) -> None:
    disk.fill()
    disk.store.put_device(LAMP)
    seq = 0
    while True:
        try:
            disk.store.put_device(LAMP)
        except StorageError:
            break
        seq += 1
        disk.store.append(told(seq, LAMP, EventKind.DESCRIBED))
    assert seq == disk.limits.backlog - 2


async def test_closing_writes_what_is_pending(disk: Disk) -> None:
    disk.store.append(told(1, onoff=True))
    disk.store.put_fact("web", "token", 1)
    await disk.store.close()
    loaded = disk.open().load()
    assert (loaded.seq, loaded.facts) == (1, {"web": {"token": 1}})


async def test_closing_on_a_full_disk_says_how_much_is_lost_and_why(disk: Disk) -> None:
    disk.fill()
    disk.store.append(told(1, text=large(1)))
    await disk.try_again()
    disk.store.append(told(2, text=large(2)))
    with pytest.raises(StorageError, match=f"2 events and what came with them could not be written: {FULL}"):
        await disk.store.close()
    assert disk.open().load().seq == 0


async def test_a_database_locked_by_another_program_is_waited_for(disk: Disk) -> None:
    disk.store._database.connection.execute("PRAGMA busy_timeout = 0")
    other = sqlite3.connect(disk.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    disk.store.append(told(1, onoff=True))
    await disk.try_again()
    assert disk.store.trouble == "database is locked"
    other.execute("ROLLBACK")
    other.close()
    await disk.try_again()
    assert (disk.store.trouble, await disk.store.events()) == ("", [told(1, onoff=True)])


async def test_reading_does_not_wait_for_writing(disk: Disk) -> None:
    await disk.settle(disk.store.append(told(1, onoff=True)))
    disk.store._database.connection.execute("BEGIN IMMEDIATE")
    disk.store._database.connection.execute("DELETE FROM events")
    assert await disk.store.events() == [told(1, onoff=True)]
    disk.store._database.connection.execute("ROLLBACK")


async def pruned(disk: Disk, wait: float) -> list[int]:
    """What is left of the history after a while, the pruner's step included."""
    disk.clock.advance(wait)
    await reached(lambda told: disk.store._writer.submit(lambda connection: None, lambda reason: told()))
    return [event.seq for event in await disk.store.events()]


async def test_history_too_old_to_be_kept_goes_in_small_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeward.store.prune.STEP", 4)
    disk = Disk(tmp_path, history_days=3_592 / 86_400)
    disk.open().load()
    disk.store.put_device(PLUG)
    for seq in range(1, 11):
        disk.store.append(told(seq, n=seq))
    await disk.settle(disk.store.checkpoint({}))
    assert await pruned(disk, 3_599.0) == list(range(1, 11))
    assert [await pruned(disk, 1.0) for _ in range(3)] == [[5, 6, 7, 8, 9, 10], [9, 10], [10]]
    assert (await disk.reopen()).load().seq == 10
    await disk.store.close()


async def test_what_a_start_would_replay_is_not_pruned(tmp_path: Path) -> None:
    disk = Disk(tmp_path, history_days=60 / 86_400)
    disk.open().load()
    disk.store.put_device(PLUG)
    disk.store.append(told(1, n=1))
    disk.store.checkpoint({})
    await disk.settle(disk.store.append(told(2, n=2)))
    assert await pruned(disk, 3_600.0) == [2]
    await disk.store.close()


async def test_a_database_that_cannot_be_understood_is_refused_by_name(disk: Disk) -> None:
    disk.store._database.connection.execute("UPDATE devices SET native = '{'")
    with pytest.raises(StorageError, match="the database cannot be read: Input data was truncated"):
        (await disk.reopen()).load()


def test_every_kind_of_event_has_a_number_of_its_own() -> None:
    assert set(pending.CODES) == set(EventKind)
    assert [pending.CODES[kind] for kind in pending.KINDS] == list(range(1, len(EventKind) + 1))
