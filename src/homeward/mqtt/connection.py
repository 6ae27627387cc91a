"""The server's half of one MQTT connection, versions 3.1 and 3.1.1, without its socket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from homeward.errors import ProtocolError, StorageError
from homeward.mqtt.broker import Broker, Guest, Host, Pledge, Refusal
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import (
    ConnAck,
    Connect,
    Disconnect,
    MalformedPacket,
    Packet,
    PingReq,
    PubAck,
    Publish,
    SubAck,
    Subscribe,
    UnacceptableProtocol,
    UnsubAck,
    Unsubscribe,
    Will,
    decode,
    decode_publish,
)
from homeward.mqtt.topics import is_filter

_NAMELESS = Refusal(2, "a client that keeps its session needs a client id [3.1.3.1]")
_NOT_GRANTED = 0x80
_PINGRESP = b"\xd0\x00"
_PUBACK = b"\x40\x02"


class Connection:
    """Takes bytes and the time; leaves bytes to be written in `take`, and the reason in `over` when it must end."""

    __slots__ = (
        "_broker",
        "_filters",
        "_inflight",
        "_marked",
        "_next_id",
        "_out",
        "_pledge",
        "_queued",
        "_rest",
        "_unkept",
        "_will",
        "guest",
        "host",
        "keep_alive",
        "last",
        "level",
        "over",
    )

    def __init__(self, broker: Broker, host: Host, now: float) -> None:
        self._broker = broker
        self.host = host
        self._rest = b""
        self._out: list[bytes] | None = None
        self._queued = 0
        self._marked = False
        self._filters: tuple[str, ...] = ()
        self._inflight: set[int] | None = None
        self._next_id = 0
        self._pledge: Pledge | None = None
        self._unkept: list[list[int]] | None = None
        self._will: Will | None = None
        self.guest: Guest | None = None
        self.level = 0
        self.keep_alive = 0
        self.last = now
        """When the last bytes came."""
        self.over = ""
        """Why the connection must end, once it must; what `take` still gives is written first."""

    def receive(self, data: bytes, now: float) -> None:
        """Bytes arrived, torn anywhere."""
        if self.over:
            return
        self.last = now
        buffer = self._rest + data if self._rest else data
        at, end, limit = 0, len(buffer), self._broker.limits.packet
        try:
            while at < end and (found := scan(buffer, at, limit)) and not self.over:
                first, body, at = found
                if first & 0xF0 == 0x30 and self.guest:
                    self._published(decode_publish(first, body), self.guest)
                else:
                    self._handle(self._decode(first, body))
        except UnacceptableProtocol as error:
            self.send(ConnAck(1).encode())
            self.close(str(error))
        except (ProtocolError, StorageError) as error:
            self.close(str(error))
        self._rest = buffer[at:]

    def expired(self, now: float) -> str:
        """Why the connection is to be given up for silence at this time [3.1.2.10]; empty while it is not."""
        silence = now - self.last
        if self.keep_alive and silence > 1.5 * self.keep_alive:
            return f"keep-alive: nothing heard for {silence:.0f} s"
        return ""

    def send(self, data: bytes) -> None:
        """Queue a whole packet."""
        if self.over:
            return
        if self._out is None:
            self._out = [data]
        else:
            self._out.append(data)
        self._queued += len(data)
        if not self._marked:
            self._mark()
        if self._queued > self._broker.limits.outgoing:
            self.close(f"it does not read: {self._queued} bytes were waiting for it")

    def deliver(self, topic: str, payload: bytes) -> None:
        """Send a message at QoS 1."""
        if self._inflight is None:
            self._inflight = set()
        if len(self._inflight) >= self._broker.limits.inflight:
            self.close(f"it does not acknowledge: {len(self._inflight)} messages were in flight")
            return
        self._next_id = self._next_id % 0xFFFF + 1
        while self._next_id in self._inflight:
            self._next_id = self._next_id % 0xFFFF + 1
        self._inflight.add(self._next_id)
        self.send(Publish(topic, payload, qos=1, packet_id=self._next_id).encode())

    def take(self) -> bytes:
        """What is to be written now."""
        self._marked = False
        if self._out is None:
            return b""
        data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out = None
        self._queued = 0
        return data

    def close(self, reason: str) -> None:
        """End it: from here on it belongs to nobody and hears nothing."""
        if self.over:
            return
        self.over = reason
        self._leave()
        if not self._marked:
            self._mark()

    def lost(self, reason: str) -> None:
        """The network connection is gone by itself."""
        self.over = self.over or reason
        self._leave()

    def _mark(self) -> None:
        self._marked = True
        self._broker.mark(self)

    def _decode(self, first: int, body: bytes) -> Packet:
        # 3.1 lets a client set DUP where 3.1.1 reserves the bit.
        return decode(first & 0xF7 if self.level == 3 and first & 0xF0 != 0x30 else first, body)

    def _handle(self, packet: Packet) -> None:
        if (self.guest is None) is not isinstance(packet, Connect):
            raise MalformedPacket(f"a {type(packet).__name__} where it is not allowed [3.1.0]")
        handler = self._HANDLERS.get(type(packet))
        if handler is None:
            raise MalformedPacket(f"a {type(packet).__name__} from a client")
        handler(self, packet)

    def _connect(self, packet: Connect) -> None:
        self.level = packet.level
        answer = self.host.sign_in(packet) if packet.client_id or packet.clean else _NAMELESS
        if isinstance(answer, Refusal):
            self.send(ConnAck(answer.code).encode())
            self.close(f"refused: {answer.reason}")
        else:
            self._let_in(packet, answer)

    def _let_in(self, packet: Connect, guest: Guest) -> None:
        self.guest = guest
        self.keep_alive = packet.keep_alive
        self._will = packet.will
        self.send(ConnAck(0).encode())
        # The house hears of the newcomer before it hears that an older one is gone: the device was never away.
        guest.opened()
        if not self.over:
            self._broker.enter(guest.identity, self)

    def _published(self, packet: Publish, guest: Guest) -> None:
        if packet.qos == 2:
            raise MalformedPacket("a message at QoS 2, which is not served yet")
        if len(packet.topic) > self._broker.limits.topic:
            raise MalformedPacket(f"a topic of {len(packet.topic)} characters")
        pledge = guest.published(packet.topic, packet.payload)
        if guest.may_publish(packet.topic):
            self._broker.publish(packet.topic, packet.payload, packet.qos)
        if packet.qos:
            self._acknowledge(packet.packet_id, pledge)

    def _acknowledge(self, packet_id: int, pledge: Pledge | None) -> None:
        # Acknowledgements leave in the order of their messages [4.6]; pledges are kept in the order they are made.
        if pledge is None and not self._unkept:
            self.send(_PUBACK + packet_id.to_bytes(2, "big"))
        elif self._unkept and (pledge is None or pledge is self._pledge):
            self._unkept[-1].append(packet_id)
        elif pledge is not None:
            self._unkept = [*(self._unkept or ()), [packet_id]]
            self._pledge = pledge
            pledge.then(self._kept)

    def _kept(self) -> None:
        if self._unkept:
            first, *later = self._unkept
            self._unkept = later or None
            self.send(b"".join([_PUBACK + number.to_bytes(2, "big") for number in first]))
        if not self._unkept:
            self._pledge = None

    def _acknowledged(self, packet: PubAck) -> None:
        if self._inflight:
            self._inflight.discard(packet.packet_id)
            self._inflight = self._inflight or None  # thousands of connections each keep what they do not need

    def _subscribe(self, packet: Subscribe) -> None:
        codes = tuple(self._grant(topic_filter, qos) for topic_filter, qos in packet.filters)
        self.send(SubAck(packet.packet_id, codes).encode())
        for (topic_filter, _), code in zip(packet.filters, codes, strict=True):
            if code != _NOT_GRANTED and self.guest:
                self.guest.subscribed(topic_filter)

    def _grant(self, topic_filter: str, qos: int) -> int:
        if not is_filter(topic_filter):
            raise MalformedPacket(f"{topic_filter!r} is no topic filter [4.7.1]")
        limits = self._broker.limits
        is_new = topic_filter not in self._filters
        full = is_new and len(self._filters) >= limits.subscriptions
        if full or len(topic_filter) > limits.topic or not (self.guest and self.guest.may_subscribe(topic_filter)):
            return _NOT_GRANTED
        if is_new:
            self._filters += (topic_filter,)
        self._broker.tree.add(topic_filter, self, min(qos, 1))
        return min(qos, 1)

    def _unsubscribe(self, packet: Unsubscribe) -> None:
        for topic_filter in packet.filters:
            if topic_filter in self._filters:
                self._filters = tuple(known for known in self._filters if known != topic_filter)
                self._broker.tree.remove(topic_filter, self)
        self.send(UnsubAck(packet.packet_id).encode())

    def _ping(self, _: PingReq) -> None:
        self.send(_PINGRESP)

    def _disconnect(self, _: Disconnect) -> None:
        self._will = None
        self.close("the client said goodbye")

    def _leave(self) -> None:
        guest, self.guest = self.guest, None
        if guest is None:
            return
        for topic_filter in self._filters:
            self._broker.tree.remove(topic_filter, self)
        self._broker.leave(guest.identity, self)
        if self._will and guest.may_publish(self._will.topic):
            self._broker.publish(self._will.topic, self._will.payload, min(self._will.qos, 1))
        guest.gone(self.over)

    _HANDLERS: ClassVar[dict[type, Callable[[Connection, Any], None]]] = {
        Connect: _connect,
        PubAck: _acknowledged,
        Subscribe: _subscribe,
        Unsubscribe: _unsubscribe,
        PingReq: _ping,
        Disconnect: _disconnect,
    }
