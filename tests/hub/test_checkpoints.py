from __future__ import annotations

from collections.abc import Mapping

import pytest

from homeward.model import State
from homeward.store.base import Batch
from homeward.testing.store import MemoryStore
from tests.hub.house import SETTINGS, House

INTERVAL = SETTINGS.store.checkpoint


class NotingStore(MemoryStore):
    """Notes whose states are saved."""

    def __init__(self, backlog: int = 100) -> None:
        super().__init__(backlog)
        self.saved: list[list[str]] = []

    def checkpoint(self, states: Mapping[str, Mapping[str, State]]) -> Batch:
        batch = super().checkpoint(states)
        self.saved.append(sorted(states))
        return batch


@pytest.fixture
def store() -> NotingStore:
    return NotingStore()


@pytest.fixture
def house(store: NotingStore) -> House:
    house = House(store=store)
    house.lamp()
    house.lamp("bb02")
    house.clock.advance(INTERVAL)
    store.saved.clear()
    return house


def test_now_and_then_the_twins_that_changed_are_saved(house: House, store: NotingStore) -> None:
    house.report(on=True)
    house.clock.advance(INTERVAL)
    house.report("bb02", on=True)
    house.clock.advance(INTERVAL)
    assert store.saved == [["lamp-aa01"], ["lamp-bb02"]]


def test_nothing_is_saved_when_nothing_has_changed(house: House, store: NotingStore) -> None:
    house.report(on=True)
    house.clock.advance(INTERVAL * 10)
    assert store.saved == [["lamp-aa01"]]


def test_after_a_start_what_was_replayed_is_saved_first(house: House, store: NotingStore) -> None:
    house.report(on=True)
    store.lose()
    house.restart()
    house.report("bb02", on=True)
    house.clock.advance(INTERVAL)
    assert store.saved[0] == ["lamp-aa01", "lamp-bb02"]
    store.committed.clear()
    assert {device: known["on"].value for device, known in store.load().states.items()} == {
        "lamp-aa01": True,
        "lamp-bb02": True,
    }


def test_what_the_store_refuses_now_is_saved_the_next_time() -> None:
    store = NotingStore(backlog=3)
    house = House(store=store)
    house.lamp()
    store.fail("disk full")
    for heat in range(3):
        house.report(heat=heat)
    house.clock.advance(INTERVAL)
    assert store.saved == []
    store.release()
    house.clock.advance(INTERVAL)
    assert store.saved == [["lamp-aa01"]]
