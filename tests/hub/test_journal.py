from __future__ import annotations

import pytest

from homeward.bus.local import LocalBus
from homeward.errors import StorageError
from homeward.hub.journal import Journal
from homeward.model import Event, EventKind
from homeward.testing.store import MemoryStore


def journal(store: MemoryStore, heard: list[Event]) -> Journal:
    bus = LocalBus()
    bus.subscribe(heard.append)
    return Journal(store, bus, 41)


def write(journal: Journal) -> None:
    journal.write(EventKind.STATE, "lamp-aa01", {"on": True}, 1.0)


def test_events_are_numbered_on_from_the_last_one_stored() -> None:
    heard = list[Event]()
    book = journal(MemoryStore(), heard)
    write(book)
    write(book)
    assert [event.seq for event in heard] == [42, 43]


def test_what_is_written_is_announced_batch_by_batch_as_each_is_committed() -> None:
    store, heard = MemoryStore(), list[Event]()
    book = journal(store, heard)
    store.hold()
    write(book)
    write(book)
    assert (book.seq, book.announced, heard) == (43, 41, [])
    store.release()
    write(book)
    assert (book.announced, [event.seq for event in heard]) == (44, [42, 43, 44])


def test_a_refused_event_leaves_no_gap() -> None:
    store, heard = MemoryStore(backlog=1), list[Event]()
    book = journal(store, heard)
    store.hold()
    write(book)
    with pytest.raises(StorageError):
        write(book)
    store.release()
    write(book)
    assert [event.seq for event in heard] == [42, 43]


def test_when_a_listener_hears_an_event_it_counts_as_announced() -> None:
    store, bus = MemoryStore(), LocalBus()
    book = Journal(store, bus, 0)
    seqs = list[tuple[int, int]]()
    bus.subscribe(lambda event: seqs.append((event.seq, book.announced)))
    store.hold()
    write(book)
    write(book)
    store.release()
    assert seqs == [(1, 1), (2, 2)]
