from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import ClassVar

import pytest

from homeward.bus.local import LocalBus
from homeward.errors import DeviceOffline
from homeward.families.base import NOTHING, Answer, Call, Effects, Family, Report, Seen, Wake
from homeward.hub.hub import Hub
from homeward.model import Device, Entity, Event, EventKind, Platform
from homeward.net.doorlog import DoorLog
from homeward.net.household import Household
from homeward.net.visits import Visits
from homeward.settings import Settings
from homeward.testing.clock import VirtualClock
from homeward.testing.store import MemoryStore


class Knock:
    """Says `knock` every ten seconds and whatever it is told to; a reply ends with a full stop."""

    transport, deadline = "knocking", 0.2

    def __init__(self, port: int) -> None:
        self.native_id: str | None = "one"
        self.host, self.port = "127.0.0.1", port
        self.over = ""
        self.said = b""
        self.losses: list[str] = []
        self._queue: list[bytes] = []
        self._token = 0

    def opened(self, now: float) -> Effects:
        return self.wake(now)

    def wake(self, now: float) -> Effects:
        self._queue.append(b"knock")
        return (Wake(10.0),)

    def take(self, now: float) -> bytes:
        self.said = b""
        return self._queue.pop(0) if self._queue else b""

    def receive(self, data: bytes) -> bool:
        self.said += data
        return self.said.endswith(b".")

    def answered(self, failure: str, now: float) -> Effects:
        if failure or not self.said:
            self.over = failure or "nobody is in"
            return NOTHING
        if self._token:
            return (Answer(self._token, self.said.decode()),)
        return Seen("one"), Report("one", {"word": self.said.decode()})

    def lost(self, reason: str, now: float) -> Effects:
        self.losses.append(reason)
        return NOTHING

    def adopted(self, now: float) -> Effects:
        return NOTHING

    def call(self, token: int, call: Call, now: float) -> Effects:
        self._token = token
        self._queue.append(call.method.encode())
        return NOTHING


class Hermits(Family):
    """They never call."""

    name, title = "hermit", "Hermits"
    port = 0
    visits: ClassVar[list[Knock]] = []

    def visit(self, device: Device) -> Knock | None:
        self.visits.append(Knock(self.port))
        return self.visits[-1]

    def entities(self, device: Device) -> tuple[Entity, ...]:
        return (Entity("word", Platform.SENSOR, "Word"),)


class Phone:
    """Another way to the same hermit."""

    transport, peer, since, last_frame = "phone", "", 0.0, 0.0

    def call(self, token: int, call: Call) -> None:
        """It rings."""

    def adopted(self) -> None:
        """It does not mind."""

    def close(self, reason: str) -> None:
        """It is hung up."""


class Village:
    """A house with one hermit, who is at home behind `door`: what he says to a knock, or None for nothing at all."""

    def __init__(self, port: int) -> None:
        self.clock = VirtualClock()
        settings = Settings(adopt_all=True)
        self.hub = Hub(
            store=MemoryStore(), bus=LocalBus(), clock=self.clock, settings=settings, advertise="home", ports={}
        )
        family = self.hub.install(Hermits)
        assert isinstance(family, Hermits)
        self.family, family.port = family, port
        family.visits.clear()
        self.household = Household(hub=self.hub, clock=self.clock, settings=settings, log=DoorLog())
        self.hub.apply("hermit", Seen("one"), self.clock.now())
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.hub.subscribe(self.events.put_nowait)
        self.visits = Visits(self.household)

    async def next(self, *kinds: EventKind) -> Event:
        """The next event of these kinds."""
        async with asyncio.timeout(5):
            while (event := await self.events.get()).kind not in kinds:
                pass
        return event


@asynccontextmanager
async def village(answer: bytes | None = b"who is there.") -> AsyncIterator[Village]:
    async def open_door(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = await reader.read(99)
        if answer is None:
            await reader.read()
        with suppress(OSError):
            writer.write(answer or b"" if said == b"knock" else said + b".")
            writer.close()

    server = await asyncio.start_server(open_door, "127.0.0.1", 0)
    async with server:
        built = Village(server.sockets[0].getsockname()[1])
        yield built
        await built.visits.close()
        built.household.close()


async def test_a_device_that_does_not_call_is_called_on_after_a_while() -> None:
    async with village() as house:
        house.clock.advance(14)
        assert not house.family.visits
        house.clock.advance(6)
        assert (await house.next(EventKind.ONLINE)).data["reason"].startswith("connected by knocking from 127.0.0.1:")
        assert (await house.next(EventKind.STATE)).data == {"word": "who is there."}
        assert house.hub.device("hermit-one").transport == "knocking"
        house.clock.advance(60)
        assert len(house.family.visits) == 1


async def test_it_can_be_told_something_at_once() -> None:
    async with village() as house:
        house.clock.advance(20)
        await house.next(EventKind.ONLINE)
        assert await house.hub.call("hermit-one", Call("hello")) == "hello."


async def test_when_it_calls_the_visit_is_over_and_it_was_never_away() -> None:
    async with village() as house:
        house.clock.advance(20)
        await house.next(EventKind.ONLINE)
        house.hub.attach("hermit", "one", Phone())
        assert house.hub.device("hermit-one").transport == "phone"
        (visit,) = house.family.visits
        await asyncio.gather(*house.visits.tasks, return_exceptions=True)
        assert visit.losses == ["a newer connection of the same device took over"]
        house.clock.advance(120)
        assert len(house.family.visits) == 1
        assert house.events.empty() or (await house.events.get()).kind != EventKind.OFFLINE


async def test_one_that_calls_before_it_is_reached_keeps_its_own_connection() -> None:
    async with village() as house:
        house.clock.advance(20)
        house.hub.attach("hermit", "one", Phone())
        await asyncio.gather(*house.visits.tasks, return_exceptions=True)
        assert house.hub.device("hermit-one").transport == "phone"


@pytest.mark.parametrize(("answer", "reason"), [(b"", "nobody is in"), (None, "no answer in 0.2 s")])
async def test_one_that_does_not_answer_is_called_on_again_later(answer: bytes | None, reason: str) -> None:
    async with village(answer) as house:
        house.clock.advance(20)
        await asyncio.gather(*house.visits.tasks)
        assert [visit.over for visit in house.family.visits] == [reason]
        house.clock.advance(50)
        assert len(house.family.visits) == 1
        house.clock.advance(15)
        assert len(house.family.visits) == 2
        with pytest.raises(DeviceOffline):
            await house.hub.call("hermit-one", Call("hello"))


async def test_a_large_house_is_looked_at_in_many_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeward.net.visits._STEP", 1)
    async with village() as house:
        house.hub.apply("hermit", Seen("two"), house.clock.now())
        for _ in range(5):
            house.clock.advance(5)
            for _ in range(3):
                await asyncio.sleep(0)
        assert len(house.family.visits) >= 2


async def test_a_visit_that_fails_is_over_and_hurts_nobody() -> None:
    async with village() as house:
        house.family.port = 1
        house.clock.advance(20)
        await asyncio.gather(*house.visits.tasks)
        assert "refused" in house.family.visits[0].over or "Connect" in house.family.visits[0].over
        house.clock.advance(5)


async def test_when_the_house_closes_all_visits_end() -> None:
    async with village() as house:
        house.clock.advance(20)
        await house.next(EventKind.ONLINE)
        await house.visits.close()
        assert house.family.visits[0].losses == ["the visit ended"]
        assert (await house.next(EventKind.OFFLINE)).data == {"reason": "the visit ended"}
