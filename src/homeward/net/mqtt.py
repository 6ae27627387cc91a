"""The MQTT driver: a stream, the sans-IO connection on it, and the family session of whoever signed in."""

from __future__ import annotations

import secrets
from functools import cache

from homeward.families.base import Family, MqttSession, Peer, Refusal
from homeward.mqtt.broker import Connection
from homeward.mqtt.packets import Auth, Connect
from homeward.mqtt.reasons import Reason
from homeward.net.carrier import Carrier
from homeward.net.doorlog import Handshake
from homeward.net.household import Household
from homeward.net.people import Person
from homeward.net.stream import Writable
from homeward.store.base import Batch

_NO_SUCH_METHOD = Refusal(5, "no method of enhanced authentication is offered", Reason.BAD_AUTHENTICATION_METHOD)
_VERSIONS = {3: "mqtt 3.1", 4: "mqtt 3.1.1", 5: "mqtt 5"}


class MqttReceiver:
    """Receives from a stream, and hosts the connection that makes packets of it."""

    __slots__ = ("_connection", "_deadline", "_house", "_peer", "_stream")

    def __init__(self, house: Household, stream: Writable, peer: Peer) -> None:
        self._house = house
        self._stream = stream
        self._peer = peer
        now = house.loop.time()
        self._deadline = now + house.limits.handshake
        self._connection = Connection(house.mqtt_limits, self, now)

    def receive(self, data: bytes) -> None:
        """Bytes arrived."""
        self._connection.receive(data, self._house.loop.time())

    def drained(self) -> None:
        """The peer has read what waited for it."""
        self._connection.drained()

    def lost(self, reason: str) -> None:
        """The stream is over."""
        self._connection.lost(reason)

    def expired(self, now: float) -> str:
        """Silent for too long, or not signed in within the time for a handshake."""
        if self._connection.guest:
            if silent := self._connection.expired(now):
                self._connection.close(silent, Reason.KEEP_ALIVE_TIMEOUT)
                self.flush()
            return silent
        return "no sign-in, in the time for a handshake" if now > self._deadline else ""

    def flush(self) -> None:
        """Write what waits."""
        connection, stream = self._connection, self._stream
        if data := connection.take():
            stream.send(data)
        if connection.over:
            stream.close(connection.over)
        elif stream.unwritten:
            connection.blocked = True
        elif connection.session and connection.session.is_waiting:
            connection.drained()

    def stir(self) -> None:
        """There is something to be written."""
        self._house.stir(self)

    def new_id(self) -> str:
        """A client id for one that brings none."""
        return f"homeward-{secrets.token_hex(8)}"

    def proceed(self, exchange: Auth) -> Refusal:
        """No family has a method of enhanced authentication: `sign_in` has not begun one."""
        return _NO_SUCH_METHOD

    def sign_in(self, request: Connect) -> MqttGuest | Person | Refusal:
        """Ask each family whether the client is one of its own, then whether it is a person's."""
        if "authentication_method" in request.properties:
            self._log(request, _NO_SUCH_METHOD.reason)
            return _NO_SUCH_METHOD
        now = self._house.clock.now()
        for family in self._house.hub.families.values():
            if answer := family.sign_in(request, self._peer, now):
                return self._decide(request, family, answer)
        person = self._house.people.sign_in(request, self._peer, now)
        self._log(request, person.reason if isinstance(person, Refusal) else "ok")
        return person

    def _decide(self, request: Connect, family: Family, answer: MqttSession | Refusal) -> MqttGuest | Refusal:
        self._log(request, answer.reason if isinstance(answer, Refusal) else "ok")
        if isinstance(answer, Refusal):
            return answer
        transport = _transport(request.level, self._stream.framing, tls=bool(self._peer.tls))
        return MqttGuest(self._house, family, answer, self._peer, self._connection, transport)

    def _log(self, request: Connect, verdict: str) -> None:
        self._house.log.add(
            Handshake(
                at=self._house.clock.now(),
                door=self._peer.door,
                peer=f"{self._peer.host}:{self._peer.port}",
                protocol=_transport(request.level, self._stream.framing, tls=False),
                client=request.client_id,
                verdict=verdict,
                tls=self._peer.tls,
            )
        )


class MqttGuest(Carrier):
    """The carrier of an MQTT session, and what the broker knows of the client."""

    __slots__ = ("broker", "identity", "keep_alive", "may_publish", "mqtt")

    session_expiry = 0.0
    """A command that waited for its device could switch on a heater hours later: the hub's have a deadline instead."""

    def __init__(
        self, house: Household, family: Family, session: MqttSession, peer: Peer, wire: Connection, transport: str
    ) -> None:
        super().__init__(house, family, session, peer, wire, transport)
        self.broker = house.brokers[family.name]
        self.identity = session.identity
        self.keep_alive = family.keep_alive
        self.mqtt = session
        self.may_publish = session.may_publish

    def may_subscribe(self, topic_filter: str) -> bool:
        """Whether the family lets it."""
        return self.mqtt.may_subscribe(topic_filter)

    def subscribed(self, topic_filter: str) -> None:
        """It listens there now."""
        self.carry(self.mqtt.subscribed(topic_filter, self.heard()))

    def published(self, topic: str, payload: bytes) -> Batch | None:
        """It published; the batch is what its acknowledgement waits for."""
        self.last_frame = now = self.house.clock.now()  # `heard`, in line: this is the busiest place of the house
        return self.carry(self.mqtt.published(topic, payload, now))


@cache
def _transport(level: int, framing: str, *, tls: bool) -> str:
    """What is spoken, in words; thousands of connections share them."""
    layers = " and ".join([framing] * bool(framing) + ["TLS"] * tls)
    return f"{_VERSIONS[level]} over {layers}" if layers else _VERSIONS[level]
