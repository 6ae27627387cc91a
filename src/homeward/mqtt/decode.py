"""Packets from the bytes of a frame (`frames.py` finds those). What the standard forbids raises `MalformedPacket`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

from homeward.mqtt import properties
from homeward.mqtt.fields import Fields
from homeward.mqtt.packets import (
    NAMES,
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    Packet,
    PingReq,
    PingResp,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    Subscribe,
    Subscription,
    UnsubAck,
    Unsubscribe,
    Will,
)
from homeward.mqtt.properties import NONE, WILL, Properties
from homeward.mqtt.reasons import MalformedPacket, Reason, UnacceptableProtocol
from homeward.mqtt.topics import is_topic

_T = TypeVar("_T")
_A = TypeVar("_A", PubAck, PubRec, PubRel, PubComp)


def decode(first: int, body: bytes, level: int = 4) -> Packet:
    """The packet with this first byte and body, at the protocol level of its connection (a CONNECT says its own).

    Raises:
        UnacceptableProtocol: a CONNECT of a level that is not spoken here.
        MalformedPacket: anything else the standard forbids.
    """
    if first & 0xF0 == 0x30:
        return decode_publish(first, body, level)
    if level == 3:
        first &= 0xF7  # 3.1 lets DUP be set where 3.1.1 reserves the bit
    reader = _DECODERS.get(first)
    if reader is None or (level < 5 and first == 0xF0):
        raise MalformedPacket(f"no packet begins with 0x{first:02x}")
    fields = Fields(body)
    packet = reader(fields, level)
    if fields.left():
        raise MalformedPacket(f"{fields.left()} bytes too many in a {type(packet).__name__}")
    return packet


def decode_publish(first: int, body: bytes, level: int = 4) -> Publish:
    """A PUBLISH, whose flags are in its first byte [3.3.1]. In MQTT 5 its topic is empty when an alias stands for it.

    Raises:
        MalformedPacket: the standard forbids it.
    """
    qos = first >> 1 & 3
    if qos == 3 or (qos == 0 and first & 8 and level != 3):
        raise MalformedPacket(f"PUBLISH flags 0x{first & 15:x}")
    try:
        at = 2 + (body[0] << 8 | body[1])
        topic = body[2:at].decode()
        packet_id = 0
        if qos:
            packet_id = body[at] << 8 | body[at + 1]
            at += 2
    except (IndexError, UnicodeDecodeError) as error:
        raise MalformedPacket(f"PUBLISH: {error}") from None
    known = NONE
    if level == 5:
        known, at = _message_properties(body, at, topic)
    elif not topic:
        raise MalformedPacket("PUBLISH without a topic name")
    if at > len(body):
        raise MalformedPacket("PUBLISH that ends within its topic name")
    if "+" in topic or "#" in topic:  # reason 0x90 is for names that are correctly formed [5: 3.14.2.1]
        raise MalformedPacket(f"PUBLISH to {topic!r}, which is no topic name")
    if "\0" in topic or (qos and not packet_id):
        raise MalformedPacket("PUBLISH with U+0000 in its topic name, or with packet identifier 0")
    return Publish(topic, body[at:], qos, bool(first & 1), bool(first & 8), packet_id, known)


def _message_properties(body: bytes, at: int, topic: str) -> tuple[Properties, int]:
    """The properties of a PUBLISH that begin at `at`, and where its payload does."""
    known = NONE
    if body[at : at + 1] == b"\0":
        at += 1
    else:
        fields = Fields(body, at)
        known = properties.decode(fields, 3)
        at = len(body) - fields.left()
        _check_message(known)
    if not topic and "topic_alias" not in known:
        raise MalformedPacket("PUBLISH with neither topic name nor alias [5: 3.3.2.1]", Reason.PROTOCOL_ERROR)
    return known, at


def _check_message(known: Properties) -> None:
    if not is_topic(known.get("response_topic", "-")):
        raise MalformedPacket("a response topic that is no topic name [5: 3.3.2.3.5]", Reason.PROTOCOL_ERROR)
    if known.get("topic_alias") == 0:
        raise MalformedPacket("topic alias 0 [5: 3.3.2.3.4]", Reason.TOPIC_ALIAS_INVALID)


def _connect(fields: Fields, _: int) -> Connect:
    name, level = fields.text(), fields.byte()
    if name not in NAMES.values():
        raise MalformedPacket(f"another protocol than MQTT: {name!r} [3.1.2.1]", Reason.UNSUPPORTED_PROTOCOL_VERSION)
    if NAMES.get(level) != name:
        raise UnacceptableProtocol(f"protocol {name!r} level {level}")
    flags, keep_alive = fields.byte(), fields.number()
    if flags & 1 and level > 3:
        raise MalformedPacket("CONNECT with the reserved flag [3.1.2.3]")
    known = properties.decode(fields, 1) if level == 5 else NONE
    if "authentication_data" in known and "authentication_method" not in known:
        raise MalformedPacket("authentication data without its method [5: 3.1.2.11.10]", Reason.PROTOCOL_ERROR)
    client_id = fields.text()
    will = _will(fields, flags, level)
    # In 3.1 the packet's length goes before the flags of what comes last.
    username = fields.text() if flags & 0x80 and (level > 3 or fields.left()) else None
    password = fields.blob() if flags & 0x40 and (level > 3 or fields.left()) else None
    if level < 5 and password is not None and username is None:
        raise MalformedPacket("CONNECT with a password and no user name [3.1.2.9]")
    return Connect(client_id, keep_alive, bool(flags & 2), username, password, will, level, known)


def _will(fields: Fields, flags: int, level: int) -> Will | None:
    qos = flags >> 3 & 3
    if not flags & 4 and (level == 3 or not flags & 0x38):  # 3.1 disregards what there is no will for
        return None
    if qos == 3 or not flags & 4:
        raise MalformedPacket(f"CONNECT will flags 0x{flags:02x} [3.1.2.6]")
    known = properties.decode(fields, WILL) if level == 5 else NONE
    _check_message(known)
    topic = fields.text()
    if not is_topic(topic):
        raise MalformedPacket(f"a will for {topic!r}, which is no topic name [3.3.2.1]")
    return Will(topic, fields.blob(), qos, bool(flags & 0x20), known)


def _connack(fields: Fields, level: int) -> ConnAck:
    present, code = fields.byte(), fields.byte()
    if level == 3:
        present = 0  # a reserved byte there, which says nothing of a session
    if present > 1 or (present and code):
        raise MalformedPacket(f"CONNACK flags 0x{present:02x} with code {code} [3.2.2]")
    return ConnAck(code, bool(present), properties.decode(fields, 2) if level == 5 else NONE)


def _acknowledgement(make: type[_A], place: int, codes: Collection[int], fields: Fields, level: int) -> _A:
    return make(fields.packet_id(), *_reason(fields, place, codes, level))


def _reason(fields: Fields, place: int, codes: Collection[int], level: int) -> tuple[int, Properties]:
    """The reason and properties at a packet's end, either of which may be left out [5: 3.4.2]."""
    if level < 5 or not fields.left():
        return 0, NONE
    code = fields.byte()
    if code not in codes:
        raise MalformedPacket(f"reason code 0x{code:02x} in a packet of type {place}", Reason.PROTOCOL_ERROR)
    return code, properties.decode(fields, place) if fields.left() else NONE


def _subscribe(fields: Fields, level: int) -> Subscribe:
    packet_id, filters = fields.packet_id(), []
    known = properties.decode(fields, 8) if level == 5 else NONE
    if len(known.get("subscription_identifier", ())) > 1:
        raise MalformedPacket("two subscription identifiers [5: 3.8.2.1.2]", Reason.PROTOCOL_ERROR)
    while fields.left():
        filters.append(_subscription(fields.text(), fields.byte(), level))
    return Subscribe(packet_id, _some(filters, "SUBSCRIBE"), known)


def _subscription(topic_filter: str, options: int, level: int) -> Subscription:
    qos, handling = options & 3, options >> 4 & 3
    if not topic_filter or options & (0xC0 if level == 5 else 0xFC):
        raise MalformedPacket(f"SUBSCRIBE to {topic_filter!r} with options 0x{options:02x} [3.8.3]")
    if qos == 3 or handling == 3:
        raise MalformedPacket(f"SUBSCRIBE at QoS {qos}, retain handling {handling} [3.8.3]", Reason.PROTOCOL_ERROR)
    return Subscription(topic_filter, qos, bool(options & 4), bool(options & 8), handling)


def _suback(fields: Fields, level: int) -> SubAck:
    packet_id = fields.packet_id()
    known = properties.decode(fields, 9) if level == 5 else NONE
    codes = tuple(fields.rest())
    if any(code > 2 and (code < 0x80 or (level < 5 and code != 0x80)) for code in codes):
        raise MalformedPacket(f"SUBACK codes {codes}")
    return SubAck(packet_id, codes, known)


def _unsubscribe(fields: Fields, level: int) -> Unsubscribe:
    packet_id, filters = fields.packet_id(), []
    known = properties.decode(fields, 10) if level == 5 else NONE
    while fields.left():
        filters.append(fields.text())
        if not filters[-1]:
            raise MalformedPacket("UNSUBSCRIBE from an empty topic filter [4.7.3]")
    return Unsubscribe(packet_id, _some(filters, "UNSUBSCRIBE"), known)


def _unsuback(fields: Fields, level: int) -> UnsubAck:
    packet_id = fields.packet_id()
    if level < 5:
        return UnsubAck(packet_id)
    known = properties.decode(fields, 11)
    return UnsubAck(packet_id, tuple(fields.rest()), known)


def _some(filters: list[_T], packet: str) -> tuple[_T, ...]:
    if not filters:
        raise MalformedPacket(f"{packet} without a topic filter", Reason.PROTOCOL_ERROR)
    return tuple(filters)


_RECEIVED = (0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99)
_RELEASED = (0x00, 0x92)
_AUTH = (0x00, 0x18, 0x19)
_LEFT = frozenset({0x00, 0x04, *range(0x80, 0xA3)} - {0x84, 0x85, 0x86, 0x88, 0x8A, 0x8C, 0x91, 0x92})
"""The reason codes that each packet may give [5: 2.4]."""

_DECODERS: dict[int, Callable[[Fields, int], Packet]] = {
    0x10: _connect,
    0x20: _connack,
    0x40: partial(_acknowledgement, PubAck, 4, _RECEIVED),
    0x50: partial(_acknowledgement, PubRec, 5, _RECEIVED),
    0x62: partial(_acknowledgement, PubRel, 6, _RELEASED),
    0x70: partial(_acknowledgement, PubComp, 7, _RELEASED),
    0x82: _subscribe,
    0x90: _suback,
    0xA2: _unsubscribe,
    0xB0: _unsuback,
    0xC0: lambda fields, level: PingReq(),
    0xD0: lambda fields, level: PingResp(),
    0xE0: lambda fields, level: Disconnect(*_reason(fields, 14, _LEFT, level)),
    0xF0: lambda fields, level: Auth(*_reason(fields, 15, _AUTH, level)),
}
