import asyncio
from collections.abc import Callable

import pytest

from homeward.model import EventKind
from homeward.mqtt.client import Client, ConnectionRefused
from homeward.mqtt.packets import Connect, Subscription

from .echo import TestHouse

Build = Callable[..., TestHouse]
ECHO = Connect("echo", username="u", password=b"sesame")


async def test_a_client_signs_in_subscribes_and_is_published_to(build: Build) -> None:
    house = build()
    async with Client("127.0.0.1", house.port, ECHO, tls=house.tls()) as client:
        assert await client.subscribe(Subscription("to/me", 1), Subscription("not/me", 0)) == (1, 0x80)
        message = await anext(client.messages())
        assert (message.topic, message.payload) == ("to/me", b"hello")
        await client.publish("to/me", b"world", qos=1)
        assert (await anext(client.messages())).payload == b"world"
    view = house.hub.device("echo-one")
    assert view.entities[0].value == "world"
    assert view.availability.reason.startswith("the client said goodbye")
    assert [(entry.protocol, entry.client, entry.verdict) for entry in house.log()] == [("mqtt 3.1.1", "echo", "ok")]
    assert house.log()[0].tls.startswith("TLSv1.")


@pytest.mark.parametrize(
    ("connect", "code", "verdict"),
    [
        (Connect("echo", username="u", password=b"wrong"), 4, "the password is not sesame"),
        (Connect("nobody"), 5, "no family knows a client of this id, and it gives no user name"),
    ],
)
async def test_a_client_that_may_not_come_in_is_told_and_noted(
    build: Build, connect: Connect, code: int, verdict: str
) -> None:
    house = build()
    client = Client("127.0.0.1", house.port, connect)
    with pytest.raises(ConnectionRefused) as caught:
        await client.open()
    assert caught.value.return_code == code
    assert house.log()[-1].verdict == verdict
    assert "wrong" not in repr(house.log())
    await client.closed


async def test_an_acknowledgement_leaves_when_the_report_is_stored(build: Build) -> None:
    house = build()
    async with Client("127.0.0.1", house.port, ECHO) as client:
        await client.subscribe(Subscription("to/me", 0))
        house.store.hold()
        acknowledged = asyncio.ensure_future(client.publish("to/me", b"stored?", qos=1))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(acknowledged), 0.05)
        house.store.release()
        await acknowledged
    assert house.store.committed[-2].data == {"word": "stored?"}


async def test_a_report_that_cannot_be_stored_is_not_acknowledged(build: Build) -> None:
    house = build()
    async with Client("127.0.0.1", house.port, ECHO) as client:
        await client.subscribe(Subscription("to/me", 0))
        house.store._backlog = 0
        house.store.fail("the disk is full")
        client.send("to/me", b"lost?", qos=1)
        await client.closed
    assert house.hub.device("echo-one").entities[0].value is None


async def test_what_cannot_be_stored_at_all_ends_the_connection_with_a_reason(build: Build) -> None:
    house = build()
    async with Client("127.0.0.1", house.port, ECHO) as client:
        await client.subscribe(Subscription("to/me", 0))
        client.send("to/me", b"\xff", qos=1)
        await client.closed
    assert "cannot be written as JSON" in house.hub.device("echo-one").availability.reason


async def test_a_silent_client_is_gone_after_one_and_a_half_keep_alives(build: Build) -> None:
    house = build()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    quick = Connect("echo", 1, username="u", password=b"sesame")
    writer.write(quick.encode() + b"\x82\x0a\0\1\0\5to/me\0")
    await reader.read()
    assert "keep-alive: nothing heard for" in house.hub.device("echo-one").availability.reason
    writer.close()


async def test_a_client_that_does_not_read_is_gone(build: Build) -> None:
    house = build(outgoing=300_000, frame=300_000)
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(ECHO.encode() + b"\x82\x0a\0\1\0\5to/me\1")
    await reader.readexactly(4)
    for _ in range(200):
        house.household.brokers["echo"].publish("to/me", bytes(100_000), 1)
        await asyncio.sleep(0)
        if not house.household.brokers["echo"].sessions:
            break
    assert "it does not read or acknowledge" in house.hub.device("echo-one").availability.reason
    writer.close()


async def test_a_newer_connection_takes_over_without_the_device_going_offline(build: Build) -> None:
    house = build()
    first = Client("127.0.0.1", house.port, ECHO)
    await first.open()
    await first.subscribe(Subscription("to/me", 0))
    async with Client("127.0.0.1", house.port, ECHO) as second:
        await second.subscribe(Subscription("to/me", 0))
        await first.closed
        assert house.hub.device("echo-one").availability.online
    kinds = [event.kind for event in house.store.committed]
    assert kinds.count(EventKind.OFFLINE) == 1
