"""A hub with a family of lamps, all in memory and on a clock that stands still until it is told to go on."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar

import msgspec

from homeward.bus.local import LocalBus
from homeward.errors import InvalidValue
from homeward.families.base import Answer, Call, Family, Report, Seen
from homeward.hub.hub import Hub
from homeward.model import Description, Device, Entity, Event, EventKind, Platform, Value
from homeward.settings import Commands, Limits, Settings
from homeward.store.base import Batch
from homeward.testing.clock import VirtualClock
from homeward.testing.store import MemoryStore

SETTINGS = Settings(limits=Limits(pending_devices=3, calls=2), commands=Commands(deadline=10.0))


class Lamps(Family):
    """Lamps that take one command, `set`. A lamp whose notes say `dimmable` has a brightness."""

    name = "lamp"
    title = "Lamps"
    ENTITIES: ClassVar[tuple[Entity, ...]] = (
        Entity("on", Platform.SWITCH, "On", writable=True),
        Entity("heat", Platform.SENSOR, "Temperature", unit="°C"),
        Entity("dim", Platform.NUMBER, "Brightness", minimum=1, maximum=100, writable=True),
    )

    def entities(self, device: Device) -> Sequence[Entity]:
        return self.ENTITIES if device.native.get("dimmable") else self.ENTITIES[:2]

    def command(self, device: Device, key: str, value: Value) -> Call:
        if value == 13:
            raise InvalidValue("lamps are superstitious")
        return Call("set", {key: value})


class Wire:
    """A link that notes what it is told, and answers calls at once if it has been given answers."""

    def __init__(self, hub: Hub, clock: VirtualClock) -> None:
        self._hub = hub
        self.transport, self.peer = "mqtt", "10.0.0.5"
        self.since = self.last_frame = clock.now()
        self.calls: list[tuple[int, Call]] = []
        self.answers: list[Answer] = []
        self.greeted = 0
        self.closed: list[str] = []

    def call(self, token: int, call: Call) -> None:
        if call.method == "nonsense":
            raise InvalidValue("lamps know no nonsense")
        self.calls.append((token, call))
        if self.answers:
            self._hub.answered(msgspec.structs.replace(self.answers.pop(0), token=token))

    def adopted(self) -> None:
        self.greeted += 1

    def close(self, reason: str) -> None:
        self.closed.append(reason)


class House:
    """The hub and what is around it. `told` are the events that listeners have heard."""

    def __init__(self, settings: Settings = SETTINGS, store: MemoryStore | None = None) -> None:
        self.settings = settings
        self.store = store or MemoryStore()
        self.clock = VirtualClock()
        self.told: list[Event] = []
        self.hub = self._start()

    def restart(self) -> None:
        """The hub is dead, and its timers with it; a new one starts on what the store holds."""
        self.hub._timer.cancel()
        self.hub = self._start()

    def _start(self) -> Hub:
        bus = LocalBus()
        bus.subscribe(self.hear)
        hub = Hub(
            store=self.store,
            bus=bus,
            clock=self.clock,
            settings=self.settings,
            randomness=bytes,
            advertise="home.test",
            ports={"mqtts": 8883},
        )
        hub.install(Lamps)
        return hub

    def hear(self, event: Event) -> None:
        """Listen from before the hub's first event on."""
        self.told.append(event)

    def seen(self, native_id: str = "aa01", **native: Any) -> Batch | None:
        return self.hub.apply("lamp", Seen(native_id, Description(model="L1"), native), self.clock.now())

    def report(self, native_id: str = "aa01", **values: Value) -> Batch | None:
        return self.hub.apply("lamp", Report(native_id, values), self.clock.now())

    def lamp(self, native_id: str = "aa01", **native: Any) -> str:
        """An adopted lamp's id."""
        self.seen(native_id, **native)
        return self.hub.adopt(f"lamp-{native_id}").id

    def connect(self, native_id: str = "aa01") -> Wire:
        wire = Wire(self.hub, self.clock)
        self.hub.attach("lamp", native_id, wire)
        return wire

    def kinds(self) -> list[EventKind]:
        """Of the events told since this was last asked."""
        told, self.told[:] = [event.kind for event in self.told], []
        return told


async def begun(work: Coroutine[Any, Any, Any]) -> asyncio.Future[Any]:
    """Start something that will have to wait, and let it come so far."""
    task = asyncio.ensure_future(work)
    await turn()
    return task


async def turn() -> None:
    """Let the loop go round once."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(done.set_result, None)
    await done
