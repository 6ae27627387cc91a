import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from homeward.errors import InvalidValue
from homeward.families.base import NOTHING, Close, Effects, Fetch, Publish, Reply, Request, Uplink, Wake
from homeward.mqtt.packets import Connect, Subscription
from homeward.net.door import DoorClosed, parse
from homeward.net.emulate import EmulatedDevice
from homeward.settings import Limits
from homeward.testing.clock import VirtualClock

from .echo import TestHouse

Build = Callable[..., TestHouse]


class Parrot:
    """A device that repeats what it is told, once it has been woken."""

    native_id, model, connections = "parrot", "parrot", 1

    def __init__(self, port: int) -> None:
        self.port = port
        self.lives: list[str] = []

    def uplink(self) -> Uplink | None:
        connect = Connect("echo", 30, username="u", password=b"sesame")
        return Uplink("127.0.0.1", self.port, connect, (Subscription("to/me", 1),)) if self.port else None

    def start(self, now: float) -> Effects:
        self.lives.append("start")
        return (Wake(10.0),)

    def connected(self, now: float) -> Effects:
        self.lives.append("connected")
        return (Publish("to/house", b"here", 1),)

    def disconnected(self, reason: str, now: float) -> Effects:
        self.lives.append("disconnected")
        return NOTHING

    def message(self, topic: str, payload: bytes, now: float) -> Effects:
        self.lives.append(payload.decode())
        return NOTHING

    def http(self, request: Request, now: float) -> Reply:
        if request.path == "/odd":
            return Reply(raw=b"HTTP/1.1 200 OK\n\r\nodd")
        return Reply(200, request.body, effects=(Publish("to/house", b"asked"),))

    def fetched(self, url: str, data: bytes | None, now: float) -> Effects:
        self.lives.append(f"fetched {data!r}")
        return NOTHING

    def wake(self, now: float) -> Effects:
        self.lives.append("wake")
        return NOTHING

    def set(self, key: str, value: Any, now: float) -> Effects:
        if key == "fetch":
            return (Fetch(value),)
        if key != "leave":
            raise InvalidValue(f"a parrot has no {key}")
        return (Close("told to"),)

    def state(self) -> Mapping[str, Any]:
        return {"lives": len(self.lives)}


class Perch:
    """A parrot's device that runs, and a way to wait for what it lives through."""

    def __init__(self, port: int, clock: VirtualClock) -> None:
        self.parrot = Parrot(port)
        self._news = asyncio.Event()
        self.device = EmulatedDevice(self.parrot, clock, lambda device: self._news.set())

    async def until(self, *lives: str) -> None:
        while self.parrot.lives[-len(lives) :] != list(lives):
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 5)


@asynccontextmanager
async def perch(port: int, clock: VirtualClock) -> AsyncIterator[Perch]:
    sitting = Perch(port, clock)
    task = asyncio.ensure_future(sitting.device.run())
    yield sitting
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_device_calls_over_tls_and_hears_what_is_said_to_it(build: Build, clock: VirtualClock) -> None:
    house = build()
    async with perch(house.port, clock) as sitting:
        await sitting.until("start", "hello", "connected")
        assert sitting.device.online
        house.household.brokers["echo"].publish("to/me", b"polly", 1)
        await sitting.until("polly")
    assert house.log()[0].tls.startswith("TLSv1.2")


async def test_it_calls_again_when_its_link_has_fallen(build: Build, clock: VirtualClock) -> None:
    house = build()
    async with perch(house.port, clock) as sitting:
        await sitting.until("connected")
        session = house.household.brokers["echo"].sessions["echo"]
        assert session.connection
        session.connection.close("fallen")
        await sitting.until("disconnected")
        assert not sitting.device.online
        clock.advance(1)
        await sitting.until("disconnected", "hello", "connected")


async def test_it_hangs_up_when_the_emulator_says_so(build: Build, clock: VirtualClock) -> None:
    house = build()
    async with perch(house.port, clock) as sitting:
        await sitting.until("connected")
        sitting.device.set("leave", True)
        await sitting.until("disconnected")
        with pytest.raises(InvalidValue, match="a parrot has no hat"):
            sitting.device.set("hat", "red")


async def test_it_waits_longer_each_time_that_nobody_is_there(clock: VirtualClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    waits: list[float] = []
    call_later = clock.call_later

    def note(delay: float, fn: Callable[[], None]) -> Any:
        waits.append(delay)
        return call_later(0.0 if len(waits) < 10 else delay, fn)

    clock.call_later = note  # type: ignore[method-assign]
    async with perch(port, clock) as sitting:
        await sitting.until("start", "disconnected")
        while len(waits) < 9:
            await asyncio.wait_for(asyncio.get_running_loop().run_in_executor(None, lambda: None), 5)
            clock.advance(0)
    assert waits[1:9] == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]


async def test_it_is_woken_when_it_asked_to_be(clock: VirtualClock) -> None:
    async with perch(0, clock) as sitting:
        await sitting.until("start")
        clock.advance(10)
        await sitting.until("start", "wake")


async def test_it_answers_at_its_lan_address_and_nothing_but_http(clock: VirtualClock) -> None:
    async with perch(0, clock) as sitting:
        doorman = sitting.device.open_lan(parse("127.0.0.1:0"), Limits())
        port = doorman.doors[0].spec.port
        async with httpx2.AsyncClient() as client:
            assert (await client.post(f"http://127.0.0.1:{port}/config", content=b"hello")).content == b"hello"
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"\x16\x03\x01" + bytes(20))
        assert await reader.read() == b""
        writer.close()
        with pytest.raises(DoorClosed):
            sitting.device.open_lan(parse(f"127.0.0.1:{port}"), Limits())
        doorman.close()


async def test_a_device_without_a_cloud_looks_every_second_whether_it_knows_of_one(
    build: Build, clock: VirtualClock
) -> None:
    house = build()
    async with perch(0, clock) as sitting:
        await sitting.until("start")
        for _ in range(5):
            clock.advance(1)
            await asyncio.sleep(0)
        sitting.parrot.port = house.port
        clock.advance(1)
        await sitting.until("hello", "connected")


async def answered(port: int, path: str) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbody".encode())
    data = await reader.read()
    writer.close()
    await writer.wait_closed()
    return data


async def refused(port: int) -> bool:
    try:
        return await answered(port, "/") == b""
    except ConnectionError:
        return True


async def test_a_file_is_fetched_and_what_cannot_be_had_is_none(clock: VirtualClock) -> None:
    async with perch(0, clock) as sitting:
        doorman = sitting.device.open_lan(parse("127.0.0.1:0"), Limits())
        port = doorman.doors[0].spec.port
        await sitting.until("start")
        sitting.device.set("fetch", f"http://127.0.0.1:{port}/file")
        await sitting.until("fetched b''")
        doorman.close()
        sitting.device.set("fetch", f"http://127.0.0.1:{port}/file")
        await sitting.until("fetched b''", "fetched None")
        sitting.device.set("fetch", "http://[")
        await sitting.until("fetched None", "fetched None")


async def test_a_file_that_is_too_large_is_not_had(clock: VirtualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeward.net.emulate._LARGEST", 3)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n1234")
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server, perch(0, clock) as sitting:
        await sitting.until("start")
        sitting.device.set("fetch", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        await sitting.until("fetched None")


async def test_its_http_may_not_be_what_it_should_be_and_it_takes_so_many_at_once(clock: VirtualClock) -> None:
    async with perch(0, clock) as sitting:
        doorman = sitting.device.open_lan(parse("127.0.0.1:0"), Limits())
        port = doorman.doors[0].spec.port
        assert await answered(port, "/odd") == b"HTTP/1.1 200 OK\n\r\nodd"
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await refused(port)
        writer.close()
        doorman.close()
