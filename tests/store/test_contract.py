"""What every store promises, asked of each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from msgspec.structs import replace

from homeward.errors import ProtocolError, StorageError
from homeward.model import EventKind, State
from homeward.store.base import Batch, Store
from homeward.testing.store import MemoryStore
from tests.store.disk import LAMP, PLUG, Disk, told


class Place(Protocol):
    """Where a store is."""

    def open(self) -> Store: ...
    async def settle(self, batch: Batch) -> None: ...
    async def reopen(self) -> Store: ...


class Memory:
    """In memory, where there is nothing to wait for."""

    def __init__(self, backlog: int = 100_000) -> None:
        self.store = MemoryStore(backlog)

    def open(self) -> MemoryStore:
        return self.store

    async def settle(self, batch: Batch) -> None:
        assert batch.committed

    async def reopen(self) -> MemoryStore:
        await self.store.close()
        return self.store


@pytest.fixture(params=["memory", "sqlite"])
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Place]:
    place: Place = Memory() if request.param == "memory" else Disk(tmp_path)
    yield place
    if isinstance(place, Disk):
        await place.store.close()


async def test_a_new_store_is_empty(place: Place) -> None:
    loaded = place.open().load()
    assert (loaded.devices, loaded.states, loaded.facts, loaded.seq) == ([], {}, {}, 0)


async def test_devices_come_back_as_they_were_last_put(place: Place) -> None:
    store = place.open()
    store.load()
    store.put_device(PLUG)
    store.put_device(LAMP)
    await place.settle(store.put_device(replace(LAMP, name="Reading lamp", adopted=True)))
    loaded = (await place.reopen()).load()
    assert sorted(loaded.devices, key=lambda device: device.id) == [
        PLUG,
        replace(LAMP, name="Reading lamp", adopted=True),
    ]


async def test_facts_come_back_unless_they_were_forgotten(place: Place) -> None:
    store = place.open()
    store.load()
    store.put_fact("meross", "user", {"id": 7, "tokens": ["a"]})
    store.put_fact("meross", "old", 1)
    store.put_fact("web", "user", "someone else's")
    await place.settle(store.put_fact("meross", "old", None))
    facts = (await place.reopen()).load().facts
    assert facts == {"meross": {"user": {"id": 7, "tokens": ["a"]}}, "web": {"user": "someone else's"}}


async def test_states_are_those_saved_with_every_later_event_replayed(place: Place) -> None:
    store = place.open()
    store.load()
    store.put_device(PLUG)
    store.append(told(1, onoff=True, power=5.5))
    store.checkpoint({PLUG.id: {"onoff": State(True, 7.0), "power": State(5.5, 7.0)}})
    await place.settle(store.append(told(2, onoff=False, mode=None)))
    loaded = (await place.reopen()).load()
    assert loaded.seq == 2
    assert loaded.states == {
        PLUG.id: {"onoff": State(False, told(2).at), "power": State(5.5, 7.0), "mode": State(None, told(2).at)}
    }


async def test_a_checkpoint_leaves_the_states_of_devices_it_does_not_name(place: Place) -> None:
    store = place.open()
    store.load()
    store.put_device(PLUG)
    store.put_device(LAMP)
    store.append(told(1, onoff=True))
    store.checkpoint({PLUG.id: {"onoff": State(True, 1.0)}, LAMP.id: {"onoff": State(True, 1.0)}})
    store.append(told(2, onoff=False))
    await place.settle(store.checkpoint({PLUG.id: {"onoff": State(False, 2.0)}}))
    states = (await place.reopen()).load().states
    assert states == {PLUG.id: {"onoff": State(False, 2.0)}, LAMP.id: {"onoff": State(True, 1.0)}}


async def test_who_was_last_told_of_as_online_is_known(place: Place) -> None:
    store = place.open()
    store.load()
    store.put_device(PLUG)
    store.put_device(LAMP)
    store.append(told(1, PLUG, EventKind.ONLINE))
    store.append(told(2, LAMP, EventKind.ONLINE))
    store.append(told(3, PLUG, EventKind.OFFLINE))
    await place.settle(store.append(told(4, PLUG, EventKind.STATE, onoff=True)))
    assert (await place.reopen()).load().online == {LAMP.id}


async def test_a_deleted_device_takes_its_states_and_events_along_but_not_the_event_that_tells_of_it(
    place: Place,
) -> None:
    store = place.open()
    store.load()
    store.put_device(PLUG)
    store.put_device(LAMP)
    store.append(told(1, PLUG, onoff=True))
    store.append(told(2, LAMP, onoff=True))
    store.checkpoint({PLUG.id: {"onoff": State(True, 1.0)}})
    store.append(told(3, PLUG, onoff=False))
    store.delete_device(PLUG.id)
    await place.settle(store.append(told(4, PLUG, EventKind.REMOVED)))
    assert await store.events() == [told(2, LAMP, onoff=True), told(4, PLUG, EventKind.REMOVED)]
    loaded = (await place.reopen()).load()
    assert loaded.devices == [LAMP]
    assert PLUG.id not in loaded.states
    assert loaded.seq == 4


async def test_a_deleted_device_that_comes_back_is_new(place: Place) -> None:
    store = place.open()
    store.load()
    store.put_device(PLUG)
    store.append(told(1, onoff=True))
    store.delete_device(PLUG.id)
    store.append(told(2, kind=EventKind.REMOVED))
    store.put_device(replace(PLUG, name="Again"))
    await place.settle(store.append(told(3, power=1)))
    loaded = (await place.reopen()).load()
    assert loaded.devices == [replace(PLUG, name="Again")]
    assert loaded.states == {PLUG.id: {"power": State(1, told(3).at)}}


async def test_the_last_seq_is_known_even_when_its_event_is_not(place: Place) -> None:
    store = place.open()
    store.load()
    store.put_device(PLUG)
    store.append(told(1, onoff=True))
    store.append(told(2, onoff=False))
    await place.settle(store.checkpoint({}))
    store = await place.reopen()
    store.load()
    await place.settle(store.delete_device(PLUG.id))
    assert (await place.reopen()).load().seq == 2


PAGES: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [1, 2, 3, 4, 5, 6]),
    ({"newest_first": True}, [6, 5, 4, 3, 2, 1]),
    ({"limit": 2}, [1, 2]),
    ({"limit": 2, "newest_first": True}, [6, 5]),
    ({"after": 2, "before": 5}, [3, 4]),
    ({"before": 1}, []),
    ({"device": "meross-02"}, [2, 4, 5]),
    ({"device": "meross-02", "after": 2, "newest_first": True}, [5, 4]),
    ({"device": "meross-03"}, []),
    ({"kinds": [EventKind.OFFLINE, EventKind.ONLINE]}, [3, 4]),
    ({"kinds": [EventKind.STATE]}, [1, 2, 5, 6]),
    ({"kinds": [EventKind.STATE, EventKind.OFFLINE], "device": "meross-02"}, [2, 4, 5]),
    ({"kinds": [EventKind.OFFLINE], "device": "meross-01"}, []),
]


@pytest.mark.parametrize(("query", "seqs"), PAGES, ids=str)
async def test_a_page_of_history_holds_what_was_asked_for(place: Place, query: dict[str, Any], seqs: list[int]) -> None:
    store = place.open()
    store.load()
    store.put_device(PLUG)
    store.put_device(LAMP)
    events = [
        told(1, PLUG, onoff=True),
        told(2, LAMP, onoff=True),
        told(3, PLUG, EventKind.ONLINE, reason="r"),
        told(4, LAMP, EventKind.OFFLINE, reason="ü"),
        told(5, LAMP, onoff=None),
        told(6, PLUG, onoff=1.5),
    ]
    await place.settle([store.append(event) for event in events][-1])
    assert await store.events(**query) == [events[seq - 1] for seq in seqs]


async def test_what_cannot_be_written_is_refused_and_changes_nothing(place: Place) -> None:
    store = place.open()
    store.load()
    store.put_device(PLUG)
    broken = "\ud800"
    with pytest.raises(ProtocolError):
        store.append(told(1, mode=broken))
    with pytest.raises(ProtocolError):
        store.put_device(replace(LAMP, native={"key": broken}))
    with pytest.raises(ProtocolError):
        store.put_device(replace(LAMP, name=broken))
    with pytest.raises(ProtocolError):
        store.put_fact("meross", "key", broken)
    with pytest.raises(ProtocolError):
        store.put_fact("meross", broken, None)
    await place.settle(store.append(told(1, mode="sound")))
    loaded = (await place.reopen()).load()
    assert (loaded.devices, loaded.facts, loaded.seq) == ([PLUG], {}, 1)


async def test_a_closed_store_takes_nothing(place: Place) -> None:
    store = place.open()
    store.load()
    await place.settle(store.put_device(PLUG))
    await store.close()
    await store.close()
    with pytest.raises(StorageError):
        store.append(told(1))
    with pytest.raises(StorageError):
        store.put_device(LAMP)
    with pytest.raises(StorageError):
        store.put_fact("web", "token", 1)
