"""MQTT control packets: data, and the bytes of each. Versions 3.1 (`MQIsdp`, level 3) and 3.1.1 (level 4).

Section numbers in brackets are those of the OASIS standard MQTT 3.1.1. A packet is decoded from the flags and body
of a frame (`frames.py` finds those); what the standard forbids raises `MalformedPacket` and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct as Layout
from typing import TypeAlias, TypeVar

import msgspec

from homeward.errors import ProtocolError

NAMES = {3: "MQIsdp", 4: "MQTT"}
"""The protocol name that goes with each level."""

_U16 = Layout(">H")
_T = TypeVar("_T")


class MalformedPacket(ProtocolError):
    """A packet that the standard forbids. Its network connection must be closed [4.8]."""

    code = "malformed_packet"


class UnacceptableProtocol(MalformedPacket):
    """A CONNECT of a protocol name or level that is not spoken here; answered with return code 1 [3.1.2.2]."""

    code = "unacceptable_protocol"


class Will(msgspec.Struct, frozen=True):
    """The message to publish for a client that goes without a DISCONNECT [3.1.2.5]."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class Connect(msgspec.Struct, frozen=True):
    """A client asks to be connected [3.1]. `keep_alive` is in seconds, 0 for none."""

    client_id: str
    keep_alive: int = 0
    clean: bool = True
    username: str | None = None
    password: bytes | None = None
    will: Will | None = None
    level: int = 4

    def __repr__(self) -> str:
        return f"Connect(client_id={self.client_id!r}, username={self.username!r}, level={self.level})"

    def encode(self) -> bytes:
        flags = self.clean << 1
        parts = [_text(self.client_id)]
        if self.will:
            flags |= 0x04 | self.will.qos << 3 | self.will.retain << 5
            parts += [_text(self.will.topic), _blob(self.will.payload)]
        if self.username is not None:
            flags |= 0x80
            parts.append(_text(self.username))
        if self.password is not None:
            flags |= 0x40
            parts.append(_blob(self.password))
        head = _text(NAMES[self.level]) + bytes((self.level, flags)) + _U16.pack(self.keep_alive)
        return frame(0x10, head + b"".join(parts))


class ConnAck(msgspec.Struct, frozen=True):
    """The server's answer to CONNECT [3.2]: 0 accepted, 1 version, 2 identifier, 3 unavailable, 4 credentials, 5 no."""

    code: int
    session_present: bool = False

    def encode(self) -> bytes:
        return bytes((0x20, 2, self.session_present, self.code))


class Publish(msgspec.Struct, frozen=True, gc=False):
    """An application message [3.3]. `packet_id` is 0 at QoS 0."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    dup: bool = False
    packet_id: int = 0

    def encode(self) -> bytes:
        head = _text(self.topic)
        if self.qos:
            head += _U16.pack(self.packet_id)
        return frame(0x30 | self.dup << 3 | self.qos << 1 | self.retain, head + self.payload)


class PubAck(msgspec.Struct, frozen=True, gc=False):
    """The receiver has taken responsibility for a QoS 1 message [3.4]."""

    packet_id: int

    def encode(self) -> bytes:
        return b"\x40\x02" + _U16.pack(self.packet_id)


class Subscribe(msgspec.Struct, frozen=True):
    """A client wants messages: pairs of topic filter and the highest QoS it wants them with [3.8]."""

    packet_id: int
    filters: tuple[tuple[str, int], ...]

    def encode(self) -> bytes:
        body = b"".join(_text(topic_filter) + bytes((qos,)) for topic_filter, qos in self.filters)
        return frame(0x82, _U16.pack(self.packet_id) + body)


class SubAck(msgspec.Struct, frozen=True):
    """The QoS granted to each filter of a SUBSCRIBE, or 0x80 for one that is refused [3.9]."""

    packet_id: int
    codes: tuple[int, ...]

    def encode(self) -> bytes:
        return frame(0x90, _U16.pack(self.packet_id) + bytes(self.codes))


class Unsubscribe(msgspec.Struct, frozen=True):
    """A client wants no more messages by these filters [3.10]."""

    packet_id: int
    filters: tuple[str, ...]

    def encode(self) -> bytes:
        return frame(0xA2, _U16.pack(self.packet_id) + b"".join(map(_text, self.filters)))


class UnsubAck(msgspec.Struct, frozen=True):
    """The filters of an UNSUBSCRIBE are gone [3.11]."""

    packet_id: int

    def encode(self) -> bytes:
        return b"\xb0\x02" + _U16.pack(self.packet_id)


class PingReq(msgspec.Struct, frozen=True):
    """The client is there [3.12]."""

    def encode(self) -> bytes:
        return b"\xc0\x00"


class PingResp(msgspec.Struct, frozen=True):
    """And so is the server [3.13]."""

    def encode(self) -> bytes:
        return b"\xd0\x00"


class Disconnect(msgspec.Struct, frozen=True):
    """The client goes of its own will [3.14]."""

    def encode(self) -> bytes:
        return b"\xe0\x00"


Packet: TypeAlias = (
    Connect | ConnAck | Publish | PubAck | Subscribe | SubAck | Unsubscribe | UnsubAck | PingReq | PingResp | Disconnect
)


def frame(first: int, body: bytes) -> bytes:
    """A whole packet from its first byte and what follows the remaining length [2.2]."""
    length = len(body)
    if length < 128:
        return bytes((first, length)) + body
    if length > 268_435_455:
        raise ValueError(f"an MQTT packet holds at most 268435455 bytes, not {length}")
    head = bytearray((first,))
    while length > 127:
        head.append(length & 127 | 128)
        length >>= 7
    head.append(length)
    return bytes(head) + body


def decode(first: int, body: bytes) -> Packet:
    """The packet with this first byte and body.

    Raises:
        UnacceptableProtocol: a CONNECT of another protocol or level.
        MalformedPacket: anything else the standard forbids.
    """
    if first & 0xF0 == 0x30:
        return decode_publish(first, body)
    reader = _DECODERS.get(first)
    if reader is None:
        raise MalformedPacket(f"no packet begins with 0x{first:02x}")
    fields = _Fields(body)
    packet = reader(fields)
    if fields.left():
        raise MalformedPacket(f"{fields.left()} bytes too many in a {type(packet).__name__}")
    return packet


def decode_publish(first: int, body: bytes) -> Publish:
    """A PUBLISH, whose flags are in its first byte [3.3.1]."""
    qos = first >> 1 & 3
    if qos == 3 or (qos == 0 and first & 8):
        raise MalformedPacket(f"PUBLISH flags 0x{first & 15:x}")
    try:
        start = 2 + (body[0] << 8 | body[1])
        topic = body[2:start].decode()
        packet_id = body[start] << 8 | body[start + 1] if qos else 0
    except (IndexError, UnicodeDecodeError) as error:
        raise MalformedPacket(f"PUBLISH: {error}") from None
    payload = body[start + 2 :] if qos else body[start:]
    if start > len(body) or not topic or "+" in topic or "#" in topic or "\0" in topic:
        raise MalformedPacket("PUBLISH without a proper topic name")
    if qos and not packet_id:
        raise MalformedPacket("PUBLISH with packet identifier 0")
    return Publish(topic, payload, qos, bool(first & 1), bool(first & 8), packet_id)


class _Fields:
    """Reads a body from its front; every read is checked against what is left."""

    __slots__ = ("_at", "_body")

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def left(self) -> int:
        return len(self._body) - self._at

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._body):
            raise MalformedPacket(f"a field of {count} bytes where {self.left()} are left")
        taken = self._body[self._at : end]
        self._at = end
        return taken

    def byte(self) -> int:
        return self.take(1)[0]

    def number(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def packet_id(self) -> int:
        if number := self.number():
            return number
        raise MalformedPacket("packet identifier 0")

    def blob(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        try:
            text = self.blob().decode()
        except UnicodeDecodeError as error:
            raise MalformedPacket(f"not UTF-8: {error.reason}") from None
        if "\0" in text:
            raise MalformedPacket("a string with U+0000")
        return text


def _connect(fields: _Fields) -> Connect:
    name, level = fields.text(), fields.byte()
    if NAMES.get(level) != name:
        raise UnacceptableProtocol(f"protocol {name!r} level {level}")
    flags, keep_alive = fields.byte(), fields.number()
    if flags & 1:
        raise MalformedPacket("CONNECT with the reserved flag [3.1.2.3]")
    client_id = fields.text()
    will = _will(fields, flags)
    username = fields.text() if flags & 0x80 else None
    password = fields.blob() if flags & 0x40 else None
    if level >= 4 and password is not None and username is None:
        raise MalformedPacket("CONNECT with a password and no user name [3.1.2.9]")
    return Connect(client_id, keep_alive, bool(flags & 2), username, password, will, level)


def _will(fields: _Fields, flags: int) -> Will | None:
    qos = flags >> 3 & 3
    if qos == 3 or (not flags & 4 and flags & 0x38):
        raise MalformedPacket(f"CONNECT will flags 0x{flags:02x} [3.1.2.6]")
    if not flags & 4:
        return None
    topic = fields.text()
    if not topic or "+" in topic or "#" in topic:
        raise MalformedPacket(f"a will for {topic!r}, which is no topic name [3.3.2.1]")
    return Will(topic, fields.blob(), qos, bool(flags & 0x20))


def _connack(fields: _Fields) -> ConnAck:
    present, code = fields.byte(), fields.byte()
    if present > 1:
        raise MalformedPacket(f"CONNACK flags 0x{present:02x}")
    return ConnAck(code, bool(present))


def _subscribe(fields: _Fields) -> Subscribe:
    packet_id, filters = fields.packet_id(), []
    while fields.left():
        topic_filter, qos = fields.text(), fields.byte()
        if not topic_filter or qos > 2:
            raise MalformedPacket(f"SUBSCRIBE to {topic_filter!r} at QoS {qos} [3.8.3]")
        filters.append((topic_filter, qos))
    return Subscribe(packet_id, _some(filters, "SUBSCRIBE"))


def _suback(fields: _Fields) -> SubAck:
    packet_id, codes = fields.packet_id(), tuple(fields.take(fields.left()))
    if any(code > 2 and code != 0x80 for code in codes):
        raise MalformedPacket(f"SUBACK codes {codes}")
    return SubAck(packet_id, codes)


def _unsubscribe(fields: _Fields) -> Unsubscribe:
    packet_id, filters = fields.packet_id(), []
    while fields.left():
        filters.append(fields.text())
    return Unsubscribe(packet_id, _some(filters, "UNSUBSCRIBE"))


def _some(filters: list[_T], packet: str) -> tuple[_T, ...]:
    if not filters:
        raise MalformedPacket(f"{packet} without a topic filter")
    return tuple(filters)


_DECODERS: dict[int, Callable[[_Fields], Packet]] = {
    0x10: _connect,
    0x20: _connack,
    0x40: lambda fields: PubAck(fields.packet_id()),
    0x82: _subscribe,
    0x90: _suback,
    0xA2: _unsubscribe,
    0xB0: lambda fields: UnsubAck(fields.packet_id()),
    0xC0: lambda fields: PingReq(),
    0xD0: lambda fields: PingResp(),
    0xE0: lambda fields: Disconnect(),
}


def _text(text: str) -> bytes:
    return _blob(text.encode())


def _blob(blob: bytes) -> bytes:
    return _U16.pack(len(blob)) + blob
