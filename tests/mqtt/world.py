"""A broker on a disk, and clients of it over links that break at any byte, on a virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from homeward.errors import StorageError
from homeward.mqtt.broker import Broker, Challenge, Connection, Limits, Pledge, Refusal
from homeward.mqtt.client import ClientState, Options
from homeward.mqtt.packets import Auth, ConnAck, Connect, Packet, Publish, SubAck, Subscription
from homeward.mqtt.properties import Properties
from homeward.testing.clock import VirtualClock
from tests.mqtt.house import TestGuest

LATENCY = 0.01
"""Seconds that bytes are under way."""
COMMIT, CONFIRM = 0.02, 0.005
"""Seconds that writes gather before they are on the disk, and until it is known that they are."""
PAUSE = 0.1
"""Seconds after which a client whose link fell calls again."""

Way = Literal["up", "down"]


class Disk:
    """A vault that commits in groups. A crash loses what is not on the disk yet, and whom it had promised something."""

    def __init__(self, clock: VirtualClock) -> None:
        self.kept: dict[str, bytes] = {}
        self.delay = COMMIT
        self.full = False
        """Whether it takes nothing."""
        self._clock = clock
        self._group: _Group | None = None

    def put(self, key: str, value: bytes | None) -> Pledge:
        if self.full:
            raise StorageError("the disk is full")
        if self._group is None:
            self._group = _Group()
            self._clock.call_later(self.delay, partial(self._commit, self._group))
        self._group.written[key] = value
        return self._group

    def crash(self) -> None:
        self._group = None

    def _commit(self, group: _Group) -> None:
        if self._group is not group:
            return
        self._group = None
        for key, value in group.written.items():
            if value is None:
                self.kept.pop(key, None)
            else:
                self.kept[key] = value
        self._clock.call_later(CONFIRM, group.keep)


class _Group:
    def __init__(self) -> None:
        self.written: dict[str, bytes | None] = {}
        self._promised: list[Callable[[], None]] | None = []

    def then(self, done: Callable[[], None]) -> None:
        if self._promised is None:
            done()
        else:
            self._promised.append(done)

    def keep(self) -> None:
        promised, self._promised = self._promised or [], None
        for done in promised:
            done()


class Link:
    """A TCP connection: bytes arrive in order or not at all. It may be made to break after so many more bytes."""

    def __init__(self, clock: VirtualClock) -> None:
        self.stands = True
        self.left: dict[Way, int | None] = {"up": None, "down": None}
        """How many bytes may still arrive each way before it breaks; None: any."""
        self.ends: dict[Way, Callable[[bytes], None]] = {}
        self.broken: Callable[[], None] = lambda: None
        self._clock = clock

    def send(self, way: Way, data: bytes) -> None:
        if self.stands and data:
            self._clock.call_later(LATENCY, partial(self._arrive, way, data))

    def break_down(self) -> None:
        if self.stands:
            self.stands = False
            self.broken()

    def _arrive(self, way: Way, data: bytes) -> None:
        if not self.stands:
            return
        left = self.left[way]
        if left is None or len(data) < left:
            self.left[way] = None if left is None else left - len(data)
            self.ends[way](data)
            return
        if left:
            self.ends[way](data[:left])
        self.break_down()


class Guest(TestGuest):
    """What it publishes goes into the house's own log too, before it is acknowledged."""

    def __init__(self, world: World, identity: str) -> None:
        super().__init__(world.broker, identity)
        self._world = world

    def published(self, topic: str, payload: bytes) -> Pledge | None:
        self._world.logged += 1
        return self._world.disk.put(f"log {self._world.logged:06}", payload)


class Desk:
    """The broker's end of a link."""

    def __init__(self, world: World, link: Link) -> None:
        self._world, self._link = world, link
        self._process = world.process
        self.connection = Connection(world.broker.limits, self, world.clock.now())
        link.ends["up"] = self._received

    def new_id(self) -> str:
        raise AssertionError("every client has a name")

    def sign_in(self, request: Connect) -> Guest | Refusal | Challenge:
        return Guest(self._world, request.client_id)

    def proceed(self, exchange: Auth) -> Refusal:
        raise AssertionError("nobody authenticates like that")

    def stir(self) -> None:
        self._world.clock.call_later(0, self._flush)

    def lost(self) -> None:
        if self._lives:
            self.connection.lost("the link fell")

    def stop_reading(self, seconds: float) -> None:
        """The client reads nothing for a while."""
        self.connection.blocked = True
        self._world.clock.call_later(seconds, self._read_again)

    def _read_again(self) -> None:
        if self._lives:
            self.connection.drained()

    @property
    def _lives(self) -> bool:
        return self._process == self._world.process

    def _received(self, data: bytes) -> None:
        if self._lives:
            self.connection.receive(data, self._world.clock.now())

    def _flush(self) -> None:
        if not self._lives:
            return
        self._link.send("down", self.connection.take())
        if self.connection.over and self._link.stands:
            self._world.endings.add(self.connection.over)
            self._world.clock.call_later(2 * LATENCY, self._link.break_down)
        elif not self.connection.blocked:
            self.connection.drained()


class Caller:
    """A client that subscribes once, publishes, notes what it is told, and calls again whenever its link falls."""

    def __init__(self, world: World, name: str, level: int, qos: int, window: int) -> None:
        properties: Properties = {"session_expiry_interval": 3600} if level == 5 else {}
        connect = Connect(name, clean=False, level=level, properties=properties)
        self.name, self.qos = name, qos
        self.state = ClientState(connect, Options(inflight=window, window=window))
        self.heard: list[bytes] = []
        self.published: dict[int, list[bytes]] = {0: [], 1: [], 2: []}
        self.missed: dict[bytes, None] = {}
        """What had been published before it was told that it is subscribed."""
        self.slow = 0.0
        """Seconds that what it is told waits to be handed over."""
        self.link: Link | None = None
        self.desk: Desk | None = None
        self._world = world
        self._is_subscribed = False
        self.call()

    def call(self) -> None:
        """Connect, when the broker is there."""
        if not self._world.process:
            self._world.clock.call_later(PAUSE, self.call)
            return
        link = self.link = Link(self._world.clock)
        desk = self.desk = Desk(self._world, link)
        link.ends["down"] = partial(self._received, link)

        def broken() -> None:
            self._world.clock.call_later(self._world.unaware, desk.lost)
            self._world.clock.call_later(LATENCY, partial(self._lost, link))

        link.broken = broken
        self.state.connect()
        self._flush()

    def publish(self, qos: int) -> None:
        payload = f"{self.name} {qos} {len(self.published[qos])}".encode()
        self.published[qos].append(payload)
        self.state.publish(f"t/{self.name}/{qos}", payload, qos, retain=qos > 0)
        self._flush()

    def _lost(self, link: Link) -> None:
        assert self.link is link
        self.link = None
        self.state.lost()
        self._world.clock.call_later(PAUSE, self.call)

    def _received(self, link: Link, data: bytes) -> None:
        if self.link is link:
            for packet in self.state.receive(data, self._world.clock.now()):
                self._hear(packet)
            self._flush()
            if self.state.over:
                self._world.endings.add(self.state.over)

    def _hear(self, packet: Packet) -> None:
        if isinstance(packet, Publish):
            self.heard.append(packet.payload)
            self._world.clock.call_later(self.slow, partial(self._take, packet))
        elif isinstance(packet, ConnAck) and not self._is_subscribed:
            self.state.subscribe(Subscription("t/#", self.qos, retain_handling=2))
        elif isinstance(packet, SubAck):
            self._is_subscribed = True
            for other in self._world.callers:
                self.missed |= dict.fromkeys(other.published[1] + other.published[2])

    def _take(self, message: Publish) -> None:
        self.state.acknowledge(message)
        self._flush()

    def _flush(self) -> None:
        if self.link:
            self.link.send("up", self.state.take())


class World:
    """All of it."""

    def __init__(self, limits: Limits) -> None:
        self.clock = VirtualClock()
        self.disk = Disk(self.clock)
        self.limits = limits
        self.process = 0
        """Which process of the broker runs; 0 while none does."""
        self.logged = 0
        self.endings: set[str] = set()
        """Why either end ended a connection by itself."""
        self.unaware = LATENCY
        """Seconds after which the broker learns that a link has fallen."""
        self.callers: list[Caller] = []
        self._processes = 0
        self.start()

    def start(self) -> None:
        """The broker comes up, with what the disk has."""
        self._processes += 1
        self.process = self._processes
        self.broker = Broker(self.limits, self.clock.now, self.disk)
        self.broker.restore((key, value) for key, value in self.disk.kept.items() if not key.startswith("log "))
        self._sweep(self.process)

    def crash(self, downtime: float) -> None:
        """The broker's machine loses its power, for so many seconds."""
        if self.process:
            self.process = 0
            self.disk.crash()
            for caller in self.callers:
                if caller.link:
                    caller.link.break_down()
            self.clock.call_later(downtime, self.start)

    @property
    def log(self) -> list[bytes]:
        """What the house has stored of what was published."""
        return [value for key, value in sorted(self.disk.kept.items()) if key.startswith("log ")]

    def _sweep(self, process: int) -> None:
        if process == self.process:
            self.broker.sweep()
            self.clock.call_later(1.0, partial(self._sweep, process))
