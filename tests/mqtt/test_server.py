import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from homeward.mqtt.broker import Broker, Guest, Limits, Refusal
from homeward.mqtt.decode import decode
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import ConnAck, Connect, Disconnect, Packet, PingReq, PingResp, Publish, Subscribe
from homeward.mqtt.packets import Subscription as To
from homeward.mqtt.reasons import Reason
from homeward.mqtt.server import Server

from .house import Now, TestGuest

EXAMPLE = Path(__file__).parents[2] / "docs" / "mqtt" / "broker.md"


class Caller:
    """A client over a real socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, level: int = 4) -> None:
        self._reader, self._writer, self._level = reader, writer, level
        self._rest = b""

    def send(self, *packets: Packet) -> None:
        self._writer.write(b"".join(packet.encode(self._level) for packet in packets))

    async def get(self) -> Packet | None:
        """The next packet; None when the server has hung up."""
        while not (found := scan(self._rest, 0, 1 << 24)):
            data = await self._reader.read(65_536)
            if not data:
                return None
            self._rest += data
        self._rest = self._rest[found[2] :]
        return decode(found[0], found[1], self._level)

    def close(self) -> None:
        self._writer.close()


async def call(port: int, connect: Connect) -> Caller:
    caller = Caller(*await asyncio.open_connection("127.0.0.1", port), level=connect.level)
    caller.send(connect)
    return caller


async def called(port: int, connect: Connect) -> Caller:
    """As `call`, as soon as somebody listens there."""
    while True:
        try:
            return await call(port, connect)
        except OSError:
            await asyncio.sleep(0)


def welcome(broker: Broker, request: Connect) -> Guest | Refusal:
    return TestGuest(broker, request.client_id)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server(Broker(Limits(), Now()), welcome) as server:
        yield server


async def test_clients_of_all_versions_talk_to_each_other(server: Server) -> None:
    port = await server.listen("127.0.0.1", 0)
    callers = [await call(port, Connect(f"c{level}", level=level)) for level in (3, 4, 5)]
    for caller in callers:
        assert isinstance(await caller.get(), ConnAck)
        caller.send(Subscribe(1, (To("a"),)))
        await caller.get()
    callers[0].send(Publish("a", b"hello"))
    assert [await caller.get() for caller in callers] == [Publish("a", b"hello")] * 3
    for caller in callers:
        caller.close()


async def test_a_silent_client_is_told_and_hung_up(server: Server) -> None:
    port = await server.listen("127.0.0.1", 0)
    silent, stranger = await call(port, Connect("me", 10, level=5)), await asyncio.open_connection("127.0.0.1", port)
    await silent.get()
    for line in list(server.lines):
        line.check(server.loop.time() + 21.0)
    gone = await silent.get()
    assert isinstance(gone, Disconnect)
    assert gone.code == Reason.KEEP_ALIVE_TIMEOUT
    assert await silent.get() is None
    assert await stranger[0].read() == b""
    silent.close()
    stranger[1].close()


async def test_a_slow_reader_gets_all_that_waits_for_it_and_the_others_do_not_wait() -> None:
    server = Server(Broker(Limits(queued=100_000_000), Now()), welcome)
    port = await server.listen("127.0.0.1", 0)
    slow, quick = await call(port, Connect("slow")), await call(port, Connect("quick"))
    for caller in (slow, quick):
        await caller.get()
    slow.send(Subscribe(1, (To("a", 1),)))
    await slow.get()
    payloads = [number.to_bytes(2, "big") * 25_000 for number in range(400)]
    for number, payload in enumerate(payloads, 1):
        quick.send(Publish("a", payload, 1, packet_id=number))
        assert await quick.get() is not None
    quick.send(PingReq())
    assert await quick.get() == PingResp()
    got = [await slow.get() for _ in payloads]
    assert [packet.payload for packet in got if isinstance(packet, Publish)] == payloads
    for caller in (slow, quick):
        caller.close()
    await server.close()


async def test_whoever_reads_nothing_and_asks_for_answers_costs_no_more_than_it_may() -> None:
    limits = Limits(queued=200_000, burst=50_000)
    server = Server(Broker(limits, Now()), welcome)
    port = await server.listen("127.0.0.1", 0)
    slow, quick = await call(port, Connect("slow")), await call(port, Connect("quick"))
    for caller in (slow, quick):
        await caller.get()
    slow.send(Subscribe(1, (To("a"),)))
    await slow.get()
    (line,) = [line for line in server.lines if line._connection.guest.identity == "slow"]  # type: ignore[union-attr]
    for number in range(1_000):
        quick.send(Publish("a", bytes(20_000)))
        slow.send(PingReq())
        if not number % 10:
            quick.send(PingReq())
            assert await quick.get() == PingResp()
        assert line._transport.get_write_buffer_size() <= 350_000  # type: ignore[union-attr]
        assert server.broker.sessions["slow"].size <= 200_000
    assert server.broker.counts["dropped_slow"] > 100
    quick.close()
    slow.close()
    await server.close()
    assert server.broker.sessions == {}


async def test_clients_are_told_that_the_broker_goes_down() -> None:
    async with Server(Broker(Limits(), Now()), welcome) as server:
        caller = await call(await server.listen("127.0.0.1", 0), Connect("me", level=5))
        await caller.get()
    gone = await caller.get()
    assert isinstance(gone, Disconnect)
    assert gone.code == Reason.SERVER_SHUTTING_DOWN
    caller.close()


async def test_the_example_of_the_manual_lets_friends_in(unused_tcp_port: int) -> None:
    code = re.search(r"```python\n(.*?)```", EXAMPLE.read_text(), re.DOTALL)
    assert code
    example: dict[str, Any] = {}
    exec(code[1], example)  # noqa: S102 - it is ours
    task = asyncio.ensure_future(example["main"](unused_tcp_port))
    try:
        async with asyncio.timeout(10):
            friend = await called(unused_tcp_port, Connect("me", username="me", password=b"friend"))
        stranger = await call(unused_tcp_port, Connect("you"))
        assert await stranger.get() == ConnAck(4)
        assert await friend.get() == ConnAck(0)
        friend.send(Subscribe(1, (To("#"),)), Publish("from/me/x", b"1"), Publish("from/you/x", b"2"), PingReq())
        assert [await friend.get() for _ in range(3)][1:] == [Publish("from/me/x", b"1"), PingResp()]
    finally:
        task.cancel()
    friend.close()
    stranger.close()
