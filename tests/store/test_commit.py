from __future__ import annotations

import asyncio

import pytest

from homeward import settings
from homeward.errors import StorageError
from homeward.store.commit import RETRY, GroupCommit
from homeward.store.pending import Pending
from homeward.store.writer import Done, Work
from homeward.testing.clock import VirtualClock

INTERVAL = 0.02


class Writer:
    """Writes when the test says so."""

    def __init__(self) -> None:
        self.given: list[tuple[Pending, Done]] = []

    def submit(self, work: Work, done: Done) -> None:
        self.given.append((work.__self__, done))  # type: ignore[attr-defined]

    def end(self, reason: str = "") -> set[tuple[str, str]]:
        """Done with the first; returns the keys of its facts."""
        pending, done = self.given.pop(0)
        keys = set(pending.facts)
        done(reason)
        return keys


class Bench:
    """A group commit with its surroundings under control."""

    def __init__(self, backlog: int = 100) -> None:
        self.clock, self.writer = VirtualClock(), Writer()
        limits = settings.Store(commit_interval=INTERVAL, backlog=backlog)
        self.commit = GroupCommit(self.writer, self.clock, limits)  # type: ignore[arg-type]

    def put(self, key: str) -> Pending:
        pending = self.commit.take()
        pending.facts["test", key] = "1"
        self.commit.wake()
        return pending


def test_the_first_row_of_a_quiet_period_is_committed_at_once() -> None:
    bench = Bench()
    bench.put("a")
    assert bench.writer.given == []
    bench.clock.advance(0)
    assert len(bench.writer.given) == 1


def test_what_comes_in_the_same_turn_is_committed_together() -> None:
    bench = Bench()
    assert bench.put("a") is bench.put("b")
    bench.clock.advance(0)
    assert bench.writer.end() == {("test", "a"), ("test", "b")}


def test_a_committed_batch_that_is_remembered_holds_no_rows() -> None:
    bench = Bench()
    batch = bench.put("a")
    bench.clock.advance(0)
    bench.writer.end()
    assert batch.committed
    assert not batch.any()


def test_later_rows_gather_for_the_interval_after_a_commit_and_no_longer() -> None:
    bench = Bench()
    bench.put("a")
    bench.clock.advance(0)
    bench.writer.end()
    bench.put("b")
    bench.clock.advance(INTERVAL * 0.9)
    assert bench.writer.given == []
    bench.put("c")
    bench.clock.advance(INTERVAL * 0.1)
    assert bench.writer.end() == {("test", "b"), ("test", "c")}


def test_after_a_quiet_period_the_next_row_is_committed_at_once_again() -> None:
    bench = Bench()
    bench.put("a")
    bench.clock.advance(0)
    bench.writer.end()
    bench.clock.advance(INTERVAL)
    bench.put("b")
    bench.clock.advance(0)
    assert len(bench.writer.given) == 1


def test_while_the_writer_is_at_work_rows_gather_and_follow_as_soon_as_it_is_done() -> None:
    bench = Bench()
    bench.put("a")
    bench.clock.advance(0)
    bench.put("b")
    bench.clock.advance(INTERVAL * 10)
    assert len(bench.writer.given) == 1
    bench.writer.end()
    assert bench.writer.end() == {("test", "b")}


def test_nobody_is_told_before_the_commit() -> None:
    bench, told = Bench(), list[str]()
    bench.put("a").then(lambda: told.append("a"))
    bench.clock.advance(INTERVAL)
    assert told == []
    bench.writer.end()
    assert told == ["a"]


def test_what_could_not_be_written_is_tried_again_every_second_and_what_came_later_comes_later() -> None:
    bench, told = Bench(), list[str]()
    bench.put("a").then(lambda: told.append("a"))
    bench.clock.advance(0)
    bench.put("b").then(lambda: told.append("b"))
    for _ in range(3):
        bench.writer.end("disk full")
        assert bench.commit.trouble == "disk full"
        bench.clock.advance(RETRY * 0.9)
        assert bench.writer.given == []
        bench.clock.advance(RETRY * 0.1)
    assert told == []
    assert bench.writer.end() == {("test", "a")}
    assert (told, bench.commit.trouble) == (["a"], "")
    bench.clock.advance(INTERVAL)
    bench.writer.end()
    assert told == ["a", "b"]


def test_past_the_backlog_rows_are_refused_with_the_reason_until_there_is_room() -> None:
    bench = Bench(backlog=5)
    bench.put("a")
    bench.clock.advance(0)
    bench.put("b")
    bench.put("c")
    bench.put("d")
    with pytest.raises(StorageError, match="more comes in than it can write"):
        bench.put("e")
    bench.writer.end("disk full")
    with pytest.raises(StorageError, match="disk full"):
        bench.put("e")
    bench.clock.advance(RETRY)
    bench.writer.end()
    bench.put("e")


async def test_draining_writes_all_there_is_one_after_the_other() -> None:
    bench = Bench()
    bench.put("a")
    bench.clock.advance(0)
    bench.put("b")
    draining = asyncio.ensure_future(bench.commit.drain())
    for _ in range(2):
        await turn()
        bench.writer.end()
    assert await draining == ""
    assert bench.commit.unwritten() == 0
    assert not bench.commit.pending.any()


async def test_draining_a_store_that_cannot_write_is_tried_once_more_and_gives_the_reason() -> None:
    bench = Bench()
    bench.put("a").events += [0] * 5
    bench.clock.advance(0)
    bench.writer.end("disk full")
    draining = asyncio.ensure_future(bench.commit.drain())
    await turn()
    bench.writer.end("disk still full")
    assert await draining == "disk still full"
    assert bench.commit.unwritten() == 1
    bench.clock.advance(RETRY)
    assert bench.writer.given == []


async def test_a_drained_store_takes_nothing_more() -> None:
    bench = Bench()
    assert await bench.commit.drain() == ""
    with pytest.raises(StorageError, match="closed"):
        bench.put("a")


async def turn() -> None:
    """Let the loop go round once."""
    done = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(done.set_result, None)
    await done
