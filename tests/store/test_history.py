from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeward.errors import StorageError
from homeward.model import Event, EventKind
from homeward.store import history, runs
from homeward.store.history import History, Query
from homeward.store.migrate import migrate
from homeward.store.pending import CODES

DEVICES = ("a", "b", "c")
KINDS = (EventKind.STATE, EventKind.ONLINE, EventKind.OFFLINE)

EVERYTHING = Query(None, (), 0, None, 1000, False)


class Table:
    """A database with a history that is written row by row."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        migrate(self.connection)
        for row, name in enumerate(DEVICES, 1):
            values = (row, name, "f", name, name, 1, 0.0, "{}", "{}", 0)
            self.connection.execute(f"INSERT INTO devices VALUES ({','.join('?' * 10)})", values)  # noqa: S608
        self.events: list[Event] = []

    def add(self, device: str, kind: EventKind) -> None:
        event = Event(len(self.events) + 1, 0.5, device, kind, {"n": len(self.events)})
        self.events.append(event)
        row = (event.seq, event.at, DEVICES.index(device) + 1, CODES[kind], msgspec.json.encode(event.data).decode())
        self.connection.execute("INSERT INTO events VALUES (?,?,?,?,?)", row)
        runs.extend(self.connection, event.seq)

    def expect(self, query: Query) -> list[Event]:
        found = [
            event
            for event in self.events
            if query.device in (None, event.device)
            and (not query.kinds or event.kind in query.kinds)
            and query.after < event.seq < (1000 if query.before is None else query.before)
        ]
        return (found[::-1] if query.newest_first else found)[: query.limit]

    def ask(self, *queries: Query) -> list[list[Event]]:
        async def pages() -> list[list[Event]]:
            file = History(self.path)
            found = [await file.page(query) for query in queries]
            await file.close()
            return found

        return asyncio.run(pages())


@pytest.fixture
def table(tmp_path: Path) -> Iterator[Table]:
    table = Table(tmp_path / "db")
    yield table
    table.connection.close()


@pytest.fixture
def short_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "LENGTH", 4)


queries = st.builds(
    Query,
    st.sampled_from([None, *DEVICES, "unknown"]),
    st.sets(st.sampled_from(KINDS)).map(tuple),
    st.integers(0, 30),
    st.none() | st.integers(0, 30),
    st.integers(1, 40),
    st.booleans(),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from(DEVICES), st.sampled_from(KINDS)), max_size=30),
    st.lists(queries, min_size=1, max_size=8),
)
def test_a_page_is_what_a_walk_through_all_events_would_give(
    tmp_path_factory: pytest.TempPathFactory,
    short_runs: None,
    events: list[tuple[str, EventKind]],
    asked: list[Query],
) -> None:
    table = Table(tmp_path_factory.mktemp("history") / "db")
    for device, kind in events:
        table.add(device, kind)
    assert table.ask(*asked) == [table.expect(query) for query in asked]
    table.connection.close()


@pytest.mark.parametrize(
    ("query", "forbidden"),
    [
        (EVERYTHING, ["TEMP B-TREE"]),
        (EVERYTHING._replace(device="a", newest_first=True), ["TEMP B-TREE", "SCAN events", "SCAN history"]),
        (EVERYTHING._replace(kinds=(EventKind.OFFLINE,)), ["SCAN events"]),
    ],
)
def test_no_page_reads_the_whole_table(table: Table, query: Query, forbidden: list[str]) -> None:
    values = {"device": "a", "after": 0, "before": 1, "limit": 1}
    plan = [
        str(step)
        for source in history._sources(query)
        for step in table.connection.execute(f"EXPLAIN QUERY PLAN {history._statement(source, query)}", values)
    ]
    assert plan
    assert not [step for step in plan for word in forbidden if word in step]


def test_removed_devices_leave_the_runs_too(table: Table, short_runs: None) -> None:
    for device in "abcabcabca":
        table.add(device, EventKind.STATE)
    runs.forget(table.connection, 1, 9)
    left = table.connection.execute("SELECT DISTINCT device FROM history ORDER BY device").fetchall()
    assert left == [(2,), (3,)]
    assert [event.seq for event in table.ask(EVERYTHING)[0]] == [2, 3, 5, 6, 8, 9, 10]


def test_runs_go_with_the_last_of_their_events(table: Table, short_runs: None) -> None:
    for _ in range(10):
        table.add("a", EventKind.STATE)
    table.connection.execute("DELETE FROM events WHERE seq <= 7")
    runs.trim(table.connection)
    assert table.connection.execute("SELECT last FROM runs").fetchall() == [(8,)]
    assert table.connection.execute("SELECT min(seq) FROM history").fetchall() == [(5,)]
    assert [event.seq for event in table.ask(EVERYTHING._replace(device="a"))[0]] == [8, 9, 10]


async def test_a_history_that_cannot_be_read_is_an_error_by_name(tmp_path: Path) -> None:
    absent = History(tmp_path / "absent.db")
    with pytest.raises(StorageError, match="the history cannot be read: unable to open database file"):
        await absent.page(EVERYTHING)
    await absent.close()
