"""A broker with hosts and guests that note what they are told, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable

from homeward.mqtt.broker import Broker, Limits, Pledge, Refusal
from homeward.mqtt.connection import Connection
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import Connect, Packet, decode


class Promise:
    """A pledge that is kept when the test says so."""

    def __init__(self) -> None:
        self._done: list[Callable[[], None]] = []

    def then(self, done: Callable[[], None]) -> None:
        self._done.append(done)

    def keep(self) -> None:
        for done in self._done:
            done()


class TestGuest:
    """May do what the test allows; notes everything."""

    __test__ = False

    def __init__(self, identity: str) -> None:
        self.identity = identity
        self.heard: list[tuple[str, bytes]] = []
        self.filters: list[str] = []
        self.over = ""
        self.promise: Promise | None = None
        self.forbidden: set[str] = set()

    def opened(self) -> None:
        pass

    def may_publish(self, topic: str) -> bool:
        return topic not in self.forbidden

    def may_subscribe(self, topic_filter: str) -> bool:
        return topic_filter not in self.forbidden

    def subscribed(self, topic_filter: str) -> None:
        self.filters.append(topic_filter)

    def published(self, topic: str, payload: bytes) -> Pledge | None:
        self.heard.append((topic, payload))
        return self.promise

    def gone(self, reason: str) -> None:
        self.over = reason


class Line:
    """One client's line to the broker: what it sends goes in, what it gets is decoded."""

    def __init__(self, broker: Broker, identity: str = "me", refusal: Refusal | None = None) -> None:
        self.guest = TestGuest(identity)
        self.asked: Connect | None = None
        self._refusal = refusal
        self.connection = Connection(broker, self, 0.0)
        self.written = b""

    def sign_in(self, request: Connect) -> TestGuest | Refusal:
        self.asked = request
        return self._refusal or self.guest

    def flush(self) -> None:
        self.written += self.connection.take()

    def send(self, *packets: Packet | bytes, now: float = 0.0) -> list[Packet]:
        """Send packets; what has come back when all is flushed."""
        data = b"".join(packet if isinstance(packet, bytes) else packet.encode() for packet in packets)
        self.connection.receive(data, now)
        return self.got()

    def got(self) -> list[Packet]:
        """What has come since last asked."""
        self.flush()
        at, packets = 0, []
        while found := scan(self.written, at, 1 << 20):
            packets.append(decode(found[0], found[1]))
            at = found[2]
        self.written = self.written[at:]
        return packets


def broker(limits: Limits | None = None) -> Broker:
    """A broker that is flushed by hand."""
    return Broker(limits or Limits(), stir=lambda: None)


def signed_in(house: Broker, identity: str = "me", connect: Connect | None = None) -> Line:
    """A line that has signed in."""
    line = Line(house, identity)
    line.send(connect or Connect(identity))
    return line
