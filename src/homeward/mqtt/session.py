"""The client's half of one MQTT connection, without its socket."""

from __future__ import annotations

from homeward.mqtt.frames import scan
from homeward.mqtt.packets import (
    ConnAck,
    Connect,
    Disconnect,
    MalformedPacket,
    Packet,
    PingReq,
    PingResp,
    PubAck,
    Publish,
    SubAck,
    Subscribe,
    UnsubAck,
    Unsubscribe,
    decode,
)

_FROM_SERVER = (ConnAck, Publish, PubAck, SubAck, UnsubAck, PingResp)
_LIMIT = 268_435_455


class ClientSession:
    """Takes bytes, gives back the packets in them; what is to be sent waits in `take`.

    Messages at QoS 1 are acknowledged as they are received.
    """

    def __init__(self, connect: Connect, *, limit: int = _LIMIT) -> None:
        self._limit = limit
        self._rest = b""
        self._out = [connect.encode()]
        self._next_id = 0

    def receive(self, data: bytes) -> list[Packet]:
        """The packets that these bytes complete, in their order.

        Raises:
            MalformedPacket: the server broke the standard; the connection must be closed.
        """
        buffer, at, packets = self._rest + data, 0, list[Packet]()
        while found := scan(buffer, at, self._limit):
            first, body, at = found
            packet = decode(first, body)
            if not isinstance(packet, _FROM_SERVER):
                raise MalformedPacket(f"a {type(packet).__name__} from a server")
            if isinstance(packet, Publish) and packet.qos:
                self._out.append(PubAck(packet.packet_id).encode())
            packets.append(packet)
        self._rest = buffer[at:]
        return packets

    def publish(self, topic: str, payload: bytes, qos: int = 0, *, retain: bool = False) -> int:
        """Send a message; at QoS 1 returns the packet identifier that its PubAck will carry, else 0."""
        packet_id = self._packet_id() if qos else 0
        self._out.append(Publish(topic, payload, qos, retain, packet_id=packet_id).encode())
        return packet_id

    def subscribe(self, *filters: tuple[str, int]) -> int:
        """Subscribe to pairs of topic filter and QoS; returns the packet identifier that the SubAck will carry."""
        packet_id = self._packet_id()
        self._out.append(Subscribe(packet_id, filters).encode())
        return packet_id

    def unsubscribe(self, *filters: str) -> int:
        """Unsubscribe; returns the packet identifier that the UnsubAck will carry."""
        packet_id = self._packet_id()
        self._out.append(Unsubscribe(packet_id, filters).encode())
        return packet_id

    def ping(self) -> None:
        """Tell the server that the client is there."""
        self._out.append(PingReq().encode())

    def disconnect(self) -> None:
        """Say goodbye."""
        self._out.append(Disconnect().encode())

    def take(self) -> bytes:
        """What is to be written now."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def _packet_id(self) -> int:
        self._next_id = self._next_id % 0xFFFF + 1
        return self._next_id
