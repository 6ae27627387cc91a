"""A family of four bytes: enough to bring every driver to life, and a house for it on loopback."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from homeward.bus.local import LocalBus
from homeward.clock import Clock
from homeward.errors import InvalidValue
from homeward.families.base import (
    NOTHING,
    Answer,
    Call,
    Close,
    Effects,
    Family,
    Happened,
    Note,
    Peer,
    Publish,
    Refusal,
    Reply,
    Report,
    Request,
    Seen,
    Send,
    Wake,
)
from homeward.hub.hub import Hub
from homeward.model import Device, Entity, Platform
from homeward.mqtt.packets import Connect
from homeward.net import tls
from homeward.net.door import parse
from homeward.net.doorlog import DoorLog
from homeward.net.doorman import Doorman
from homeward.net.household import Household
from homeward.net.recognise import recognise
from homeward.settings import Limits, Mqtt, Settings, Tls
from homeward.setup import certificates
from homeward.testing.clock import VirtualClock
from homeward.testing.store import MemoryStore

ECHO = b"ECHO"


class EchoSession:
    """Says back what it hears; a few words do more."""

    def __init__(self, family: Echo, native_id: str | None = None) -> None:
        self.native_id = native_id
        self.identity = "echo"
        self._family = family

    def opened(self, now: float) -> Effects:
        return (Seen("one"),) if self.native_id else (Wake(5.0),)

    def receive(self, data: bytes, now: float) -> Effects:
        word = data.removeprefix(ECHO)
        if word == b"i am":
            self.native_id = "one"
            return Seen("one"), Send(b"welcome")
        if word == b"alarm":
            return Happened("one", "alarm"), Send(b"noted")
        if word == b"grudge":
            return (Close("a grudge"),)
        if word == b"unspeakable":
            return (Happened("one", "said", {"text": "\ud800"}),)
        if word == b"crash":
            raise RuntimeError("a bug")
        if word == b"bye":
            return Send(b"bye"), Close("it asked to go")
        return (Send(data),)

    def wake(self, now: float) -> Effects:
        return (Send(b"tick"),)

    def lost(self, reason: str, now: float) -> Effects:
        self._family.lost.append(reason)
        if "grudge" in reason:
            raise RuntimeError("a bug")
        return NOTHING

    def adopted(self, now: float) -> Effects:
        return NOTHING

    def call(self, token: int, call: Call, now: float) -> Effects:
        if call.method != "echo":
            raise InvalidValue(f"{call.method!r} is not echo")
        return Send(b"call"), Answer(token, call.params)

    def may_publish(self, topic: str) -> bool:
        return topic.startswith("to/")

    def may_subscribe(self, topic_filter: str) -> bool:
        return topic_filter.startswith("to/")

    def subscribed(self, topic_filter: str, now: float) -> Effects:
        return (Publish(topic_filter, b"hello", 1),)

    def published(self, topic: str, payload: bytes, now: float) -> Effects:
        return (Report("one", {"word": payload.decode(errors="surrogateescape")}),)


class Echo(Family):
    """Speaks on every kind of door."""

    name = "echo"
    title = "Echo"

    def __init__(self, home: object) -> None:
        super().__init__(home)  # type: ignore[arg-type]
        self.lost: list[str] = []

    def greets(self, head: bytes, peer: Peer) -> bool:
        return head.startswith(ECHO)

    def connect(self, peer: Peer, now: float) -> EchoSession:
        return EchoSession(self)

    def datagram(self, data: bytes, peer: Peer, now: float) -> Effects | None:
        return (Send(data), Note("datagram")) if data.startswith(ECHO) else None

    def sign_in(self, request: Connect, peer: Peer, now: float) -> EchoSession | Refusal | None:
        if not request.client_id.startswith("echo"):
            return None
        return EchoSession(self, "one") if request.password == b"sesame" else Refusal(4, "the password is not sesame")

    def http(self, request: Request, now: float) -> Reply | None:
        if request.path == "/crash":
            raise RuntimeError("a bug")
        what = {"/store": "request", "/unspeakable": "\ud800"}.get(request.path)
        effects = (Seen("one"), Happened("one", what)) if what else ()
        return Reply(200, request.body, effects=effects) if request.path != "/none" else None

    def entities(self, device: Device) -> tuple[Entity, ...]:
        return (Entity("word", Platform.SENSOR, "Word"),)


class TestHouse:
    """Doors on free loopback ports, a store that can be held, time that stands still."""

    __test__ = False

    def __init__(self, keys: Path, settings: Settings, clock: Clock, store: MemoryStore | None = None) -> None:
        limits = settings.limits
        self.store = store or MemoryStore()
        self.hub = Hub(
            store=self.store, bus=LocalBus(), clock=clock, settings=settings, advertise="127.0.0.1", ports={}
        )
        self.family = self.hub.install(Echo)
        # Clients check certificates by the real time, whatever the house's clock says.
        paths = certificates.ensure(keys, ["127.0.0.1"], Tls(), time.time())
        self.ca = paths.ca
        self.log = DoorLog()
        self.household = Household(hub=self.hub, clock=clock, settings=settings, log=self.log)
        self.doorman = Doorman(
            clock=clock,
            limits=limits,
            contexts=tls.contexts(paths.leaf, paths.leaf_key),
            recognise=lambda head, peer, stream: recognise(self.household, head, peer, stream),
            log=self.log,
        )
        self.doorman.open(parse("127.0.0.1:0"))
        self.port = self.doorman.doors[0].spec.port

    def tls(self) -> ssl.SSLContext:
        """A client's context that trusts this house and nobody else, as strictly as newer Pythons do."""
        context = ssl.create_default_context(cafile=self.ca)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context


@contextmanager
def house(
    keys: Path, clock: VirtualClock, mqtt: Mqtt | None = None, store: MemoryStore | None = None, **limits: float
) -> Iterator[TestHouse]:
    """A house with these limits, shut at the end; with the store of an earlier one, the same after a restart."""
    settings = Settings(limits=msgspec.structs.replace(Limits(), **limits), mqtt=mqtt or Mqtt(), adopt_all=True)
    built = TestHouse(keys, settings, clock, store)
    yield built
    built.doorman.close()
