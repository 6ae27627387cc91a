"""MQTT control packets as data, and the bytes of each: versions 3.1 (`MQIsdp`, level 3), 3.1.1 (4) and 5 (5).

Section numbers in brackets are those of the OASIS standard MQTT 3.1.1, those of `[5: …]` of MQTT 5. `decode.py` reads
what is written here. What only MQTT 5 has is left out of the bytes of an earlier level.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from homeward.mqtt.fields import LARGEST, blob, number, text
from homeward.mqtt.properties import NONE, Properties
from homeward.mqtt.properties import encode as encode_properties
from homeward.mqtt.reasons import MalformedPacket as MalformedPacket
from homeward.mqtt.reasons import UnacceptableProtocol as UnacceptableProtocol

NAMES = {3: "MQIsdp", 4: "MQTT", 5: "MQTT"}
"""The protocol name that goes with each level."""


class Will(msgspec.Struct, frozen=True):
    """The message to publish for a client that goes without a DISCONNECT [3.1.2.5]."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: Properties = NONE


class Connect(msgspec.Struct, frozen=True):
    """A client asks to be connected [3.1]. `keep_alive` is in seconds, 0 for none; `clean` is MQTT 5's Clean Start."""

    client_id: str
    keep_alive: int = 0
    clean: bool = True
    username: str | None = None
    password: bytes | None = None
    will: Will | None = None
    level: int = 4
    properties: Properties = NONE

    def __repr__(self) -> str:
        return f"Connect(client_id={self.client_id!r}, username={self.username!r}, level={self.level})"

    def encode(self, level: int = 0) -> bytes:
        """Its bytes at its own level."""
        is_5 = self.level == 5
        flags = self.clean << 1
        parts = [text(NAMES[self.level]), bytes((self.level, 0)), number(self.keep_alive)]
        parts += [encode_properties(self.properties)] if is_5 else []
        parts.append(text(self.client_id))
        if self.will:
            flags |= 0x04 | self.will.qos << 3 | self.will.retain << 5
            parts += [encode_properties(self.will.properties)] if is_5 else []
            parts += [text(self.will.topic), blob(self.will.payload)]
        if self.username is not None:
            flags |= 0x80
            parts.append(text(self.username))
        if self.password is not None:
            flags |= 0x40
            parts.append(blob(self.password))
        parts[1] = bytes((self.level, flags))
        return frame(0x10, b"".join(parts))


class ConnAck(msgspec.Struct, frozen=True):
    """The server's answer to CONNECT [3.2]: a return code before MQTT 5, a reason code there; 0 is accepted."""

    code: int
    session_present: bool = False
    properties: Properties = NONE

    def encode(self, level: int = 4) -> bytes:
        body = bytes((self.session_present and level > 3, self.code))  # 3.1 reserves that byte
        return frame(0x20, body + encode_properties(self.properties) if level == 5 else body)


class Publish(msgspec.Struct, frozen=True, gc=False):
    """An application message [3.3]. `packet_id` is 0 at QoS 0."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    dup: bool = False
    packet_id: int = 0
    properties: Properties = NONE

    def encode(self, level: int = 4) -> bytes:
        head = text(self.topic)
        if self.qos:
            head += number(self.packet_id)
        if level == 5:
            head += encode_properties(self.properties)
        return frame(0x30 | self.dup << 3 | self.qos << 1 | self.retain, head + self.payload)


class _Acknowledgement(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    code: int = 0
    properties: Properties = NONE

    def _encode(self, first: int, level: int) -> bytes:
        body = number(self.packet_id)
        return frame(first, body + _reason(self.code, self.properties) if level == 5 else body)


class PubAck(_Acknowledgement, frozen=True, gc=False):
    """The receiver has taken responsibility for a QoS 1 message [3.4]."""

    def encode(self, level: int = 4) -> bytes:
        return self._encode(0x40, level)


class PubRec(_Acknowledgement, frozen=True, gc=False):
    """The receiver has taken responsibility for a QoS 2 message [3.5]."""

    def encode(self, level: int = 4) -> bytes:
        return self._encode(0x50, level)


class PubRel(_Acknowledgement, frozen=True, gc=False):
    """The sender has discarded the QoS 2 message: its identifier may be released [3.6]."""

    def encode(self, level: int = 4) -> bytes:
        return self._encode(0x62, level)


class PubComp(_Acknowledgement, frozen=True, gc=False):
    """The identifier of the QoS 2 message is free again [3.7]."""

    def encode(self, level: int = 4) -> bytes:
        return self._encode(0x70, level)


class Subscription(msgspec.Struct, frozen=True):
    """A topic filter, the highest QoS it is wanted with, and MQTT 5's options [3.8.3; 5: 3.8.3.1].

    `retain_handling`: retained messages are sent at the subscribe (0), only if it is new (1), not at all (2).
    """

    filter: str
    qos: int = 0
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0

    @property
    def options(self) -> int:
        """The byte that says all but the filter."""
        return self.qos | self.no_local << 2 | self.retain_as_published << 3 | self.retain_handling << 4


class Subscribe(msgspec.Struct, frozen=True):
    """A client wants messages [3.8]."""

    packet_id: int
    filters: tuple[Subscription, ...]
    properties: Properties = NONE

    def encode(self, level: int = 4) -> bytes:
        mask = 0xFF if level == 5 else 0x03
        body = b"".join([text(wanted.filter) + bytes((wanted.options & mask,)) for wanted in self.filters])
        head = number(self.packet_id) + (encode_properties(self.properties) if level == 5 else b"")
        return frame(0x82, head + body)


class SubAck(msgspec.Struct, frozen=True):
    """The QoS granted to each filter of a SUBSCRIBE, or 0x80 (a reason in MQTT 5) for one that is refused [3.9]."""

    packet_id: int
    codes: tuple[int, ...]
    properties: Properties = NONE

    def encode(self, level: int = 4) -> bytes:
        if level == 5:
            return frame(0x90, number(self.packet_id) + encode_properties(self.properties) + bytes(self.codes))
        return frame(0x90, number(self.packet_id) + bytes([min(code, 0x80) for code in self.codes]))


class Unsubscribe(msgspec.Struct, frozen=True):
    """A client wants no more messages by these filters [3.10]."""

    packet_id: int
    filters: tuple[str, ...]
    properties: Properties = NONE

    def encode(self, level: int = 4) -> bytes:
        head = number(self.packet_id) + (encode_properties(self.properties) if level == 5 else b"")
        return frame(0xA2, head + b"".join(map(text, self.filters)))


class UnsubAck(msgspec.Struct, frozen=True):
    """The filters of an UNSUBSCRIBE are gone [3.11]; in MQTT 5 with a reason for each."""

    packet_id: int
    codes: tuple[int, ...] = ()
    properties: Properties = NONE

    def encode(self, level: int = 4) -> bytes:
        rest = encode_properties(self.properties) + bytes(self.codes) if level == 5 else b""
        return frame(0xB0, number(self.packet_id) + rest)


class PingReq(msgspec.Struct, frozen=True):
    """The client is there [3.12]."""

    def encode(self, level: int = 4) -> bytes:
        return b"\xc0\x00"


class PingResp(msgspec.Struct, frozen=True):
    """And so is the server [3.13]."""

    def encode(self, level: int = 4) -> bytes:
        return b"\xd0\x00"


class Disconnect(msgspec.Struct, frozen=True):
    """The client goes of its own will [3.14]; in MQTT 5 either side says why it goes."""

    code: int = 0
    properties: Properties = NONE

    def encode(self, level: int = 4) -> bytes:
        return frame(0xE0, _reason(self.code, self.properties) if level == 5 else b"")


class Auth(msgspec.Struct, frozen=True):
    """A step of enhanced authentication; there is none before MQTT 5 [5: 3.15]."""

    code: int = 0
    properties: Properties = NONE

    def encode(self, level: int = 5) -> bytes:
        return frame(0xF0, _reason(self.code, self.properties))


Packet: TypeAlias = (
    Connect
    | ConnAck
    | Publish
    | PubAck
    | PubRec
    | PubRel
    | PubComp
    | Subscribe
    | SubAck
    | Unsubscribe
    | UnsubAck
    | PingReq
    | PingResp
    | Disconnect
    | Auth
)


def frame(first: int, body: bytes) -> bytes:
    """A whole packet from its first byte and what follows the remaining length [2.2].

    Raises:
        ValueError: the body is longer than a packet can be.
    """
    length = len(body)
    if length < 128:
        return bytes((first, length)) + body
    if length > LARGEST:
        raise ValueError(f"an MQTT packet holds at most {LARGEST} bytes, not {length}")
    head = bytearray((first,))
    while length > 127:
        head.append(length & 127 | 128)
        length >>= 7
    head.append(length)
    return bytes(head) + body


def _reason(code: int, properties: Properties) -> bytes:
    """A reason and properties at a packet's end, as short as they may be said [5: 3.4.2.1]."""
    if properties:
        return bytes((code,)) + encode_properties(properties)
    return bytes((code,)) if code else b""
