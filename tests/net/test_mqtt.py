import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from homeward.model import EventKind
from homeward.mqtt.client import Client, ConnectionRefused
from homeward.mqtt.decode import decode
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import (
    ConnAck,
    Connect,
    Packet,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    Subscribe,
    Subscription,
)
from homeward.net.household import PEOPLE
from homeward.settings import Mqtt

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


# --- people's clients, whose sessions outlive their connections


ANYBODY = Mqtt(anonymous=True)
LASTING = Connect("hass", clean=False, level=5, properties={"session_expiry_interval": 3_600})


class Caller:
    """A client that reads when the test says so."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, level: int) -> None:
        self._reader, self._writer, self._level = reader, writer, level
        self._rest = b""

    def send(self, *packets: Packet) -> None:
        self._writer.write(b"".join(packet.encode(self._level) for packet in packets))

    async def get(self) -> Packet | None:
        """The next packet; None at the end."""
        while not (found := scan(self._rest, 0, 1 << 24)):
            data = await self._reader.read(65_536)
            if not data:
                return None
            self._rest += data
        self._rest = self._rest[found[2] :]
        return decode(found[0], found[1], self._level)

    def close(self) -> None:
        self._writer.close()


async def call(house: TestHouse, connect: Connect, *packets: Packet) -> Caller:
    caller = Caller(*await asyncio.open_connection("127.0.0.1", house.port), connect.level)
    caller.send(connect, *packets)
    assert isinstance(await caller.get(), ConnAck)
    for _ in packets:
        await caller.get()
    return caller


@pytest.mark.parametrize("level", [4, 5])
async def test_a_slow_reader_costs_no_more_than_it_may_and_the_others_do_not_wait(build: Build, level: int) -> None:
    house = build(mqtt=ANYBODY, outgoing=200_000, queued=300_000)
    people = house.household.brokers[PEOPLE]
    slow = await call(house, Connect("slow", level=level), Subscribe(1, (Subscription("a"),)))
    quick = await call(house, Connect("quick", level=level), Subscribe(1, (Subscription("a"),)))
    receiver: Any = people.sessions[":slow"].connection and people.sessions[":slow"].connection.host
    payloads = [number.to_bytes(2, "big") * 10_000 for number in range(800)]
    for payload in payloads:
        people.publish("a", payload)
        got = await quick.get()
        assert isinstance(got, Publish)
        assert got.payload == payload
        assert receiver._stream.unwritten <= people.limits.burst + 25_000
        assert people.sessions[":slow"].size <= 300_000
    assert people.counts["dropped_slow"] > 100
    late = [await slow.get() for _ in range(len(payloads) - people.counts["dropped_slow"])]
    assert late[-1] == Publish("a", payloads[-1])
    slow.close()
    quick.close()


async def test_a_killed_house_keeps_what_it_has_acknowledged(build: Build) -> None:
    house = build(mqtt=ANYBODY)
    reader = await call(house, LASTING, Subscribe(1, (Subscription("#", 2),)))
    writer = await call(house, Connect("writer", clean=False))
    writer.send(Publish("a", b"1", 1, retain=True, packet_id=1), Publish("a", b"2", 2, packet_id=2))
    assert [await writer.get() for _ in range(2)] == [PubAck(1), PubRec(2)]
    got = [await reader.get() for _ in range(2)]
    reader.send(PubAck(packet_id=_id(got[0])), PubRec(_id(got[1])))
    assert await reader.get() == PubRel(_id(got[1]))
    house.store.hold()
    writer.send(Publish("b", b"3", 1, packet_id=3), Publish("b", b"4", 2, packet_id=4), PubRel(2))
    third = await reader.get()
    assert isinstance(third, Publish)
    assert third.payload == b"3"
    house.doorman.close()
    house.store.lose()
    for caller in (reader, writer):
        caller.close()

    again = build(mqtt=ANYBODY, store=house.store)
    reader = Caller(*await asyncio.open_connection("127.0.0.1", again.port), 5)
    reader.send(LASTING)
    greeting = await reader.get()
    assert isinstance(greeting, ConnAck)
    assert greeting.session_present
    assert await reader.get() == PubRel(_id(got[1]))
    writer = await call(again, Connect("writer", clean=False))
    assert again.household.brokers[PEOPLE].retained.get("a")
    writer.send(PubRel(2), Publish("b", b"3", 1, dup=True, packet_id=3), Publish("b", b"4", 2, dup=True, packet_id=4))
    assert [await writer.get() for _ in range(3)] == [PubComp(2), PubAck(3), PubRec(4)]
    messages = [await reader.get() for _ in range(2)]
    assert [message.payload for message in messages if isinstance(message, Publish)] == [b"3", b"4"]
    reader.close()
    writer.close()


async def test_a_familys_device_keeps_no_session(build: Build) -> None:
    house = build()
    connect = Connect("echo", clean=False, username="u", password=b"sesame")
    async with Client("127.0.0.1", house.port, connect) as client:
        await client.subscribe(Subscription("to/me", 1))
    assert house.household.brokers["echo"].publish("to/me", b"late", 1) == 0
    assert house.store.load().facts.get("mqtt echo", {}) == {}


def _id(packet: Packet | None) -> int:
    assert isinstance(packet, Publish)
    return packet.packet_id
