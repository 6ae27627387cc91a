import asyncio
from collections.abc import Callable

import msgspec
import pytest

from homeward.errors import StorageError
from homeward.families.base import Note, Peer
from homeward.mqtt.packets import Publish
from homeward.net.household import PEOPLE
from homeward.settings import Limits
from homeward.testing.clock import VirtualClock
from homeward.testing.store import MemoryStore

from .echo import TestHouse

Build = Callable[..., TestHouse]


class Writer:
    """Has something to be written, or fails to."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.flushed = 0
        self._fault = fault

    def flush(self) -> None:
        self.flushed += 1
        if self._fault:
            raise self._fault


async def test_the_limits_of_the_settings_are_those_of_the_brokers(build: Build) -> None:
    given = {
        "frame": 1_001,
        "topic": 12,
        "topic_levels": 3,
        "subscriptions": 4,
        "inflight": 5,
        "queued": 6_000,
        "topic_aliases": 7,
        "sessions": 8,
        "retained": 9_000,
        "outgoing": 10_000,
    }
    named = {"packet": 1_001, "levels": 3, "aliases": 7, "burst": 10_000}
    for broker in build(**given).household.brokers.values():
        assert msgspec.structs.asdict(broker.limits) == {
            **{name: given[name] for name in ("topic", "subscriptions", "inflight", "queued", "sessions", "retained")},
            **named,
        }
    assert build().household.mqtt_limits.burst < Limits().outgoing


async def test_each_family_and_the_people_have_a_realm_of_their_own(build: Build) -> None:
    brokers = build().household.brokers
    assert set(brokers) == {"echo", PEOPLE}
    brokers["echo"].publish("a", b"x", retain=True)
    assert len(brokers[PEOPLE].retained) == 0


async def test_all_that_a_turn_has_to_write_is_written_at_its_end_whoever_fails(build: Build) -> None:
    house = build().household
    writers = [Writer(), Writer(RuntimeError("a bug")), Writer()]
    for writer in writers:
        house.stir(writer)
    assert [writer.flushed for writer in writers] == [0, 0, 0]
    await asyncio.sleep(0)
    assert [writer.flushed for writer in writers] == [1, 1, 1]


async def test_the_brokers_are_swept_every_second_until_the_house_closes(build: Build, clock: VirtualClock) -> None:
    house = build().household
    people = house.brokers[PEOPLE]
    for topic in ("a", "b"):
        people.route(Publish(topic, b"x", retain=True, properties={"message_expiry_interval": 2 + (topic == "b")}))
    clock.advance(2)
    assert len(people.retained) == 1
    house.close()
    clock.advance(10)
    assert len(people.retained) == 1


async def test_what_is_retained_outlives_the_house_and_what_the_store_lost_does_not(build: Build) -> None:
    house = build()
    house.household.brokers[PEOPLE].publish("a", b"x", 1, retain=True)
    house.store.hold()
    house.household.brokers[PEOPLE].publish("b", b"x", 1, retain=True)
    house.store.lose()
    again = build(store=house.store).household.brokers
    assert again[PEOPLE].retained.get("a")
    assert len(again[PEOPLE].retained) == 1


@pytest.mark.parametrize("value", ["é", "bm9uc2Vuc2U="])
async def test_a_house_does_not_start_over_what_it_cannot_read(build: Build, value: str) -> None:
    store = MemoryStore()
    store.put_fact("mqtt people", "session me", value)
    with pytest.raises(StorageError, match="what the MQTT broker of people kept cannot be read"):
        build(store=store)


async def test_what_is_odd_is_counted_by_family(build: Build) -> None:
    house = build().household
    for _ in range(2):
        house.note("echo", Note("odd"), Peer("192.0.2.1", 4_000, "tcp:1883"))
    assert house.notes == {("echo", "odd"): 2}
