"""A broker with hosts and guests that note what they are told, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable

from homeward.errors import StorageError
from homeward.mqtt.broker import Broker, Challenge, Connection, Limits, Pledge, Refusal, Vault
from homeward.mqtt.decode import decode
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import Auth, Connect, Packet


class Promise:
    """A pledge that is kept when the test says so."""

    def __init__(self) -> None:
        self._done: list[Callable[[], None]] = []

    def then(self, done: Callable[[], None]) -> None:
        self._done.append(done)

    def keep(self) -> None:
        done, self._done = self._done, []
        for each in done:
            each()


class Memory:
    """A vault that keeps its promises at once, or when the test says so."""

    def __init__(self, *, patient: bool = False) -> None:
        self.kept: dict[str, bytes] = {}
        """What a restart would find."""
        self.refuses = False
        """Whether it takes nothing."""
        self._patient = patient
        self._written: dict[str, bytes | None] = {}
        self._promise = Promise()

    def put(self, key: str, value: bytes | None) -> Pledge:
        if self.refuses:
            raise StorageError("the disk is full")
        self._written[key] = value
        promise = self._promise
        if not self._patient:
            self.commit()
            return _Kept()
        return promise

    def commit(self) -> None:
        """Keep all that was written, then say so."""
        written, self._written = self._written, {}
        promise, self._promise = self._promise, Promise()
        self.kept |= {key: value for key, value in written.items() if value is not None}
        for key in [key for key, value in written.items() if value is None]:
            self.kept.pop(key, None)
        promise.keep()


class _Kept:
    def then(self, done: Callable[[], None]) -> None:
        done()


class TestGuest:
    """May do what the test allows; notes everything."""

    __test__ = False

    def __init__(self, broker: Broker, identity: str, session_expiry: float = 3600.0, keep_alive: int = 0) -> None:
        self.broker = broker
        self.identity = identity
        self.session_expiry = session_expiry
        self.keep_alive = keep_alive
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

    def __init__(self, broker: Broker, identity: str = "me", refusal: Refusal | Challenge | None = None) -> None:
        self.guest = TestGuest(broker, identity)
        self.asked: Connect | None = None
        self.stirs = 0
        self.level = 4
        self._answers: list[TestGuest | Refusal | Challenge] = [refusal or self.guest]
        self.connection = Connection(broker.limits, self, 0.0)
        self.written = b""
        self._reads = True

    def new_id(self) -> str:
        return "assigned"

    def sign_in(self, request: Connect) -> TestGuest | Refusal | Challenge:
        self.asked = request
        self.level = request.level
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def proceed(self, exchange: Auth) -> TestGuest | Refusal | Challenge:
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def answer(self, *answers: TestGuest | Refusal | Challenge) -> None:
        """What its host says to the sign-in and the steps after it."""
        self._answers = list(answers)

    def stir(self) -> None:
        self.stirs += 1

    def send(self, *packets: Packet | bytes, now: float = 0.0) -> list[Packet]:
        """Send packets; what has come back."""
        for packet in packets:
            if isinstance(packet, Connect) and not self.asked:
                self.level = packet.level
        data = b"".join(packet if isinstance(packet, bytes) else packet.encode(self.level) for packet in packets)
        self.connection.receive(data, now)
        return self.got()

    def got(self) -> list[Packet]:
        """What has come since last asked; nothing while it does not read."""
        connection = self.connection
        while data := connection.take():
            self.written += data
            connection.blocked = not self._reads
            if self._reads and connection.session and connection.session.is_waiting:
                connection.drained()
        if not self._reads:
            return []
        at, packets = 0, []
        while found := scan(self.written, at, 1 << 20):
            packets.append(decode(found[0], found[1], connection.level or self.level))
            at = found[2]
        self.written = self.written[at:]
        return packets

    def stall(self) -> None:
        """It does not read from here on."""
        self._reads, self.connection.blocked = False, True

    def read(self) -> list[Packet]:
        """It reads again; what has come."""
        self._reads = True
        self.connection.drained()
        return self.got()


class Now:
    """A time that passes when the test says so."""

    def __init__(self, at: float = 1_000_000.0) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at


def broker(limits: Limits | None = None, now: Now | None = None, vault: Vault | None = None) -> Broker:
    """A broker whose time stands still."""
    return Broker(limits or Limits(), now or Now(), vault)


def signed_in(house: Broker, identity: str = "me", connect: Connect | None = None) -> Line:
    """A line that has signed in."""
    line = Line(house, identity)
    line.send(connect or Connect(identity))
    return line
