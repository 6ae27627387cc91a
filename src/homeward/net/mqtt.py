"""The MQTT driver: a stream, the sans-IO connection on it, and the family session of whoever signed in."""

from __future__ import annotations

from homeward.families.base import Family, MqttSession, Peer, Refusal
from homeward.mqtt.connection import Connection
from homeward.mqtt.packets import Connect
from homeward.net.carrier import Carrier
from homeward.net.doorlog import Handshake
from homeward.net.household import Household
from homeward.net.stream import Writable
from homeward.store.base import Batch

_NOBODY = Refusal(2, "no family knows a client of this id")
_VERSIONS = {3: "mqtt 3.1", 4: "mqtt 3.1.1"}
_OVER_TLS = {version: f"{version} over TLS" for version in _VERSIONS.values()}


class MqttReceiver:
    """Receives from a stream, and hosts the connection that makes packets of it."""

    __slots__ = ("_connection", "_deadline", "_house", "_peer", "_stream")

    def __init__(self, house: Household, stream: Writable, peer: Peer) -> None:
        self._house = house
        self._stream = stream
        self._peer = peer
        now = house.loop.time()
        self._deadline = now + house.limits.handshake
        self._connection = Connection(house.broker, self, now)

    def receive(self, data: bytes) -> None:
        """Bytes arrived."""
        self._connection.receive(data, self._house.loop.time())

    def lost(self, reason: str) -> None:
        """The stream is over."""
        self._connection.lost(reason)

    def expired(self, now: float) -> str:
        """Silent for too long, or not signed in within the time for a handshake."""
        if self._connection.guest:
            return self._connection.expired(now)
        return "no sign-in, in the time for a handshake" if now > self._deadline else ""

    def flush(self) -> None:
        """Write what waits."""
        connection, stream = self._connection, self._stream
        if data := connection.take():
            stream.send(data)
        if connection.over:
            stream.close(connection.over)

    def sign_in(self, request: Connect) -> MqttGuest | Refusal:
        """Ask each family whether the client is one of its own."""
        for family in self._house.hub.families.values():
            if answer := family.sign_in(request, self._peer, self._house.clock.now()):
                return self._decide(request, family, answer)
        self._log(request, _NOBODY.reason)
        return _NOBODY

    def _decide(self, request: Connect, family: Family, answer: MqttSession | Refusal) -> MqttGuest | Refusal:
        self._log(request, answer.reason if isinstance(answer, Refusal) else "ok")
        if isinstance(answer, Refusal):
            return answer
        return MqttGuest(self._house, family, answer, self._peer, self._connection, _VERSIONS[request.level])

    def _log(self, request: Connect, verdict: str) -> None:
        self._house.log.add(
            Handshake(
                at=self._house.clock.now(),
                door=self._peer.door,
                peer=f"{self._peer.host}:{self._peer.port}",
                protocol=_VERSIONS[request.level],
                client=request.client_id,
                verdict=verdict,
                tls=self._peer.tls,
            )
        )


class MqttGuest(Carrier):
    """The carrier of an MQTT session, and what the broker knows of the client."""

    __slots__ = ("identity", "may_publish", "mqtt")

    def __init__(
        self, house: Household, family: Family, session: MqttSession, peer: Peer, wire: Connection, version: str
    ) -> None:
        super().__init__(house, family, session, peer, wire, _OVER_TLS[version] if peer.tls else version)
        self.identity = f"{family.name}:{session.identity}"
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
