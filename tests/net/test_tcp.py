import asyncio
from collections.abc import Callable

import pytest

from homeward.errors import InvalidValue
from homeward.families.base import Call
from homeward.testing.clock import VirtualClock

from .echo import TestHouse

Build = Callable[..., TestHouse]


async def known(house: TestHouse) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection of the device `one`."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(b"ECHOi am")
    assert await reader.readexactly(7) == b"welcome"
    return reader, writer


async def test_a_device_that_says_who_it_is_is_online_until_it_goes(build: Build) -> None:
    house = build()
    reader, writer = await known(house)
    view = house.hub.device("echo-one")
    assert view.availability.online
    assert view.transport == "echo over TCP"
    writer.write(b"bye")
    assert (await reader.read()).endswith(b"bye")
    assert not house.hub.device("echo-one").availability.online
    assert house.family.lost == ["it asked to go"]  # type: ignore[attr-defined]
    writer.close()


async def test_what_acknowledges_an_event_leaves_after_its_commit(build: Build) -> None:
    house = build()
    reader, writer = await known(house)
    house.store.hold()
    writer.write(b"alarm")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.readuntil(b"noted"), 0.05)
    assert [event.data.get("what") for event in house.store.committed][-1] != "alarm"
    house.store.release()
    assert (await reader.readuntil(b"noted")).endswith(b"noted")
    assert house.store.committed[-1].data == {"what": "alarm"}
    writer.close()


async def test_an_event_that_cannot_be_stored_is_not_acknowledged(build: Build) -> None:
    house = build()
    reader, writer = await known(house)
    house.store._backlog = 0
    house.store.fail("the disk is full")
    writer.write(b"alarm")
    assert b"noted" not in await reader.read()
    assert "the disk is full" in house.hub.device("echo-one").availability.reason
    writer.close()


async def test_what_cannot_be_stored_at_all_ends_the_connection_with_a_reason(build: Build) -> None:
    house = build()
    reader, writer = await known(house)
    writer.write(b"unspeakable")
    await reader.read()
    assert "cannot be written as JSON" in house.hub.device("echo-one").availability.reason
    writer.close()


async def test_a_call_is_put_and_answered(build: Build) -> None:
    house = build()
    reader, writer = await known(house)
    assert await house.hub.call("echo-one", Call("echo", {"a": 1})) == {"a": 1}
    with pytest.raises(InvalidValue, match="'shout' is not echo"):
        await house.hub.call("echo-one", Call("shout"))
    assert (await reader.readuntil(b"call")).endswith(b"call")
    writer.close()


async def test_a_session_is_woken_when_it_asked_to_be(build: Build, clock: VirtualClock) -> None:
    house = build()
    reader, writer = await known(house)
    clock.advance(5)
    assert (await reader.readuntil(b"tick")).endswith(b"tick")
    writer.close()
