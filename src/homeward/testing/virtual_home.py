"""A home without sockets: a family, its devices and apps, joined in memory on a virtual clock.

home = VirtualHome(Meross)
line = home.plug_in(Device("mss310", host="home", key=…, user_id=…))
home.clock.advance(10)
home.values[line.emulator.native_id]
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from homeward.clock import Handle
from homeward.families.base import (
    Answer,
    Call,
    Close,
    Effect,
    Effects,
    Emulator,
    Family,
    Fetch,
    Happened,
    MqttSession,
    Note,
    Peer,
    Publish,
    Refusal,
    Remember,
    Reply,
    Report,
    Request,
    Seen,
    Wake,
)
from homeward.model import Value
from homeward.mqtt.packets import Connect
from homeward.settings import Families
from homeward.testing.clock import VirtualClock
from homeward.testing.home import FakeHome

_DELAY = 0.01
"""Seconds that a message is on its way."""
_PAUSE = 1.0
"""Seconds after which a device whose link fell calls again."""
PEER = Peer("192.0.2.7", 50_000)
"""Where everyone calls from."""


class VirtualHome:
    """A family with everyone who talks to it. `values` are the entities' of each device; `notes` are what was odd."""

    def __init__(self, family: type[Family], settings: Any = None, facts: Mapping[str, Any] | None = None) -> None:
        self.clock = VirtualClock()
        self.home = FakeHome(settings or getattr(Families(), family.name), facts)
        self.family = family(self.home)
        self.values: dict[str, dict[str, Value]] = {}
        self.reports: list[Report] = []
        self.happened: list[Happened] = []
        self.notes: list[Note] = []
        self.answers: dict[int, Answer] = {}
        self.refusals: list[Refusal] = []
        self.links: dict[str, Link] = {}
        self._token = 0

    def plug_in(self, emulator: Emulator) -> Line:
        """Power a device on; it calls the family from then on."""
        return Line(self, emulator)

    def sign_in(self, request: Connect, hear: Callable[[str, bytes], None], fell: Callable[[str], None]) -> Link | None:
        """Let a client in, ending one that has the same identity. None when it was refused: see `refusals`."""
        answer = self.family.sign_in(request, PEER, self.clock.now())
        if answer is None or isinstance(answer, Refusal):
            self.refusals += [answer] if answer else []
            return None
        if older := self.links.get(answer.identity):
            older.close("taken over")
        return Link(self, answer, hear, fell)

    def adopt(self, native_id: str) -> None:
        """The owner adopts a device."""
        self.home.known[native_id].adopted = True
        for link in list(self.links.values()):
            if link.session.native_id == native_id:
                link.carry(link.session.adopted(self.clock.now()))

    def call(self, native_id: str, call: Call) -> int:
        """Put a request to a device that is connected; its answer will be in `answers` under the token returned."""
        self._token += 1
        link = next(link for link in self.links.values() if link.session.native_id == native_id)
        link.carry(link.session.call(self._token, call, self.clock.now()))
        return self._token

    def request(self, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Reply | None:
        """An HTTP request to the family."""
        reply = self.family.http(Request("POST", path, "", headers or {}, body, PEER), self.clock.now())
        if reply:
            self.home.remember(reply.effects)
        return reply

    def fetch(self, url: str) -> bytes | None:
        """What is at that URL: all of them lead to the family."""
        reply = self.family.http(Request("GET", urlsplit(url).path, "", {}, b"", PEER), self.clock.now())
        return reply.body if reply and reply.status == HTTPStatus.OK else None

    def deliver(self, message: Publish) -> None:
        """Give a message to whoever has subscribed to its topic."""
        for link in list(self.links.values()):
            if message.topic in link.filters:
                self.clock.call_later(_DELAY, partial(link.receive, message))


class Link:
    """One client's connection: its session on the family's side, two functions on its own."""

    def __init__(
        self, home: VirtualHome, session: MqttSession, hear: Callable[[str, bytes], None], fell: Callable[[str], None]
    ) -> None:
        self.session = session
        self.filters: set[str] = set()
        self._home, self._hear, self._fell = home, hear, fell
        self._timer: Handle | None = None
        home.links[session.identity] = self
        if session.native_id:
            home.home.online.add(session.native_id)
        self.carry(session.opened(home.clock.now()))

    def subscribe(self, topic_filter: str) -> bool:
        """Subscribe; whether it was allowed."""
        if not self.session.may_subscribe(topic_filter):
            return False
        self.filters.add(topic_filter)
        self.carry(self.session.subscribed(topic_filter, self._home.clock.now()))
        return True

    def publish(self, topic: str, payload: bytes) -> None:
        """The client publishes."""
        self.carry(self.session.published(topic, payload, self._home.clock.now()))
        if self.session.may_publish(topic):
            self._home.deliver(Publish(topic, payload))

    def receive(self, message: Publish) -> None:
        """A message reaches the client, if it is still there."""
        if self._home.links.get(self.session.identity) is self:
            self._hear(message.topic, message.payload)

    def close(self, reason: str) -> None:
        """End it."""
        if self._home.links.get(self.session.identity) is not self:
            return
        del self._home.links[self.session.identity]
        if self._timer:
            self._timer.cancel()
        if self.session.native_id:
            self._home.home.online.discard(self.session.native_id)
        self.carry(self.session.lost(reason, self._home.clock.now()))
        self._fell(reason)

    def carry(self, effects: Effects) -> None:
        """Do what the session answered with."""
        for effect in effects:
            self._do(effect)

    def _do(self, effect: Effect) -> None:
        home = self._home
        match effect:
            case Publish():
                home.deliver(effect)
            case Seen():
                home.home.see(home.family.name, effect)
            case Report():
                home.reports.append(effect)
                home.values.setdefault(effect.native_id, {}).update(effect.values)
            case Remember():
                home.home.remember((effect,))
            case Answer():
                home.answers[effect.token] = effect
            case Note():
                home.notes.append(effect)
            case Happened():
                home.happened.append(effect)
            case Close():
                self.close(effect.reason)
            case Wake():
                self._timer = _later(home, self._timer, effect.after, self._woken)

    def _woken(self) -> None:
        self.carry(self.session.wake(self._home.clock.now()))


class Line:
    """An emulated device on its link, which it makes again whenever it falls."""

    def __init__(self, home: VirtualHome, emulator: Emulator) -> None:
        self.emulator = emulator
        self.link: Link | None = None
        self.notes: list[Note] = []
        self._home = home
        self._timer: Handle | None = None
        self._carry(emulator.start(home.clock.now()))
        self._call()

    def set(self, key: str, value: Any) -> None:
        """A hand at the device."""
        self._carry(self.emulator.set(key, value, self._home.clock.now()))

    def request(self, body: bytes, path: str = "/config") -> Reply:
        """A request on its LAN address."""
        reply = self.emulator.http(Request("POST", path, "", {}, body, PEER), self._home.clock.now())
        self._carry(reply.effects)
        return reply

    def cut(self, reason: str = "the cable was pulled") -> None:
        """Let the link fall."""
        if self.link:
            self.link.close(reason)

    def _call(self) -> None:
        uplink = self.emulator.uplink()
        self.link = self._home.sign_in(uplink.connect, self._hear, self._fell) if uplink else None
        if not (uplink and self.link):
            if uplink:
                self._carry(self.emulator.disconnected("refused", self._home.clock.now()))
            self._home.clock.call_later(_PAUSE, self._call)
            return
        for wanted in uplink.subscriptions:
            self.link.subscribe(wanted.filter)
        self._carry(self.emulator.connected(self._home.clock.now()))

    def _hear(self, topic: str, payload: bytes) -> None:
        self._carry(self.emulator.message(topic, payload, self._home.clock.now()))

    def _fell(self, reason: str) -> None:
        self.link = None
        self._carry(self.emulator.disconnected(reason, self._home.clock.now()))
        self._home.clock.call_later(_PAUSE, self._call)

    def _woken(self) -> None:
        self._carry(self.emulator.wake(self._home.clock.now()))

    def _carry(self, effects: Effects) -> None:
        for effect in effects:
            match effect:
                case Publish() if self.link:
                    self._home.clock.call_later(_DELAY, partial(self.link.publish, effect.topic, effect.payload))
                case Wake():
                    self._timer = _later(self._home, self._timer, effect.after, self._woken)
                case Close():
                    self._home.clock.call_later(_DELAY, partial(self.cut, effect.reason))
                case Note():
                    self.notes.append(effect)
                case Fetch():
                    self._home.clock.call_later(_DELAY, partial(self._fetched, effect.url))

    def _fetched(self, url: str) -> None:
        self._carry(self.emulator.fetched(url, self._home.fetch(url), self._home.clock.now()))


def _later(home: VirtualHome, timer: Handle | None, after: float, fn: Callable[[], None]) -> Handle:
    if timer:
        timer.cancel()
    return home.clock.call_later(after, fn)
