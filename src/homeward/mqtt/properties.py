"""The properties of MQTT 5 packets [5: 2.2.2]: one table of what there is, how it is written, where it may stand."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypedDict, cast

from homeward.mqtt.fields import Fields, blob, text, variable
from homeward.mqtt.reasons import MalformedPacket, Reason


class Properties(TypedDict, total=False):
    """The properties of one packet. Those that may stand there several times are tuples."""

    payload_format_indicator: int
    message_expiry_interval: int
    content_type: str
    response_topic: str
    correlation_data: bytes
    subscription_identifier: tuple[int, ...]
    session_expiry_interval: int
    assigned_client_identifier: str
    server_keep_alive: int
    authentication_method: str
    authentication_data: bytes
    request_problem_information: int
    will_delay_interval: int
    request_response_information: int
    response_information: str
    server_reference: str
    reason_string: str
    receive_maximum: int
    topic_alias_maximum: int
    topic_alias: int
    maximum_qos: int
    retain_available: int
    user_property: tuple[tuple[str, str], ...]
    maximum_packet_size: int
    wildcard_subscription_available: int
    subscription_identifier_available: int
    shared_subscription_available: int


NONE = cast(Properties, MappingProxyType({}))
"""No properties; what a packet without any shares with all others."""
NEVER = 0xFFFF_FFFF
"""The session expiry interval of a session that does not expire."""

WILL = 0
"""The properties of a will stand within a CONNECT; elsewhere the place is the packet's type."""
_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _PUBREC, _PUBREL, _PUBCOMP = 1, 2, 3, 4, 5, 6, 7
_SUBSCRIBE, _SUBACK, _UNSUBSCRIBE, _UNSUBACK, _DISCONNECT, _AUTH = 8, 9, 10, 11, 14, 15
_MESSAGE = (_PUBLISH, WILL)
_ANSWERS = (_CONNACK, _PUBACK, _PUBREC, _PUBREL, _PUBCOMP, _SUBACK, _UNSUBACK, _DISCONNECT, _AUTH)


class _Form(NamedTuple):
    """How a value is written and read."""

    write: Callable[[Any], bytes]
    read: Callable[[Fields], Any]


class _Row(NamedTuple):
    number: int
    form: _Form
    places: Collection[int]
    repeats: bool = False
    values: range | None = None
    """What it may be, where that is less than its form can say; anything else is a protocol error."""


def _fixed(width: int) -> _Form:
    return _Form(lambda value: int(value).to_bytes(width, "big"), lambda fields: fields.number(width))


_BYTE, _TWO, _FOUR = _fixed(1), _fixed(2), _fixed(4)
_VARIABLE = _Form(variable, Fields.variable)
_TEXT = _Form(text, Fields.text)
_BLOB = _Form(blob, Fields.blob)
_PAIR = _Form(lambda pair: text(pair[0]) + text(pair[1]), lambda fields: (fields.text(), fields.text()))
_FLAG = range(2)
_POSITIVE = range(1, 1 << 32)

_ROWS: Mapping[str, _Row] = {
    "payload_format_indicator": _Row(0x01, _BYTE, _MESSAGE, values=_FLAG),
    "message_expiry_interval": _Row(0x02, _FOUR, _MESSAGE),
    "content_type": _Row(0x03, _TEXT, _MESSAGE),
    "response_topic": _Row(0x08, _TEXT, _MESSAGE),
    "correlation_data": _Row(0x09, _BLOB, _MESSAGE),
    "subscription_identifier": _Row(0x0B, _VARIABLE, (_PUBLISH, _SUBSCRIBE), repeats=True, values=_POSITIVE),
    "session_expiry_interval": _Row(0x11, _FOUR, (_CONNECT, _CONNACK, _DISCONNECT)),
    "assigned_client_identifier": _Row(0x12, _TEXT, (_CONNACK,)),
    "server_keep_alive": _Row(0x13, _TWO, (_CONNACK,)),
    "authentication_method": _Row(0x15, _TEXT, (_CONNECT, _CONNACK, _AUTH)),
    "authentication_data": _Row(0x16, _BLOB, (_CONNECT, _CONNACK, _AUTH)),
    "request_problem_information": _Row(0x17, _BYTE, (_CONNECT,), values=_FLAG),
    "will_delay_interval": _Row(0x18, _FOUR, (WILL,)),
    "request_response_information": _Row(0x19, _BYTE, (_CONNECT,), values=_FLAG),
    "response_information": _Row(0x1A, _TEXT, (_CONNACK,)),
    "server_reference": _Row(0x1C, _TEXT, (_CONNACK, _DISCONNECT)),
    "reason_string": _Row(0x1F, _TEXT, _ANSWERS),
    "receive_maximum": _Row(0x21, _TWO, (_CONNECT, _CONNACK), values=_POSITIVE),
    "topic_alias_maximum": _Row(0x22, _TWO, (_CONNECT, _CONNACK)),
    "topic_alias": _Row(0x23, _TWO, (_PUBLISH,)),
    "maximum_qos": _Row(0x24, _BYTE, (_CONNACK,), values=_FLAG),
    "retain_available": _Row(0x25, _BYTE, (_CONNACK,), values=_FLAG),
    "user_property": _Row(0x26, _PAIR, (*_ANSWERS, _CONNECT, *_MESSAGE, _SUBSCRIBE, _UNSUBSCRIBE), repeats=True),
    "maximum_packet_size": _Row(0x27, _FOUR, (_CONNECT, _CONNACK), values=_POSITIVE),
    "wildcard_subscription_available": _Row(0x28, _BYTE, (_CONNACK,), values=_FLAG),
    "subscription_identifier_available": _Row(0x29, _BYTE, (_CONNACK,), values=_FLAG),
    "shared_subscription_available": _Row(0x2A, _BYTE, (_CONNACK,), values=_FLAG),
}
_BY_NUMBER = {row.number: (name, row) for name, row in _ROWS.items()}


def encode(properties: Properties) -> bytes:
    """The properties as they stand in a packet, their length before them."""
    if not properties:
        return b"\0"
    body = b"".join(_encode(_ROWS[name], value) for name, value in properties.items())
    return variable(len(body)) + body


def decode(fields: Fields, place: int) -> Properties:
    """The properties that stand here in a packet of the type `place`, or in a will.

    Raises:
        MalformedPacket: they break the standard, or may not stand here.
    """
    length = fields.variable()
    if not length:
        return NONE
    within = Fields(fields.take(length))
    found: dict[str, Any] = {}
    while within.left():
        number = within.variable()
        name, row = _BY_NUMBER.get(number, ("", None))
        if row is None or place not in row.places:
            raise MalformedPacket(f"property 0x{number:02x} in a packet of type {place}")
        _add(found, name, row, row.form.read(within))
    return cast(Properties, found)


def _encode(row: _Row, value: Any) -> bytes:
    start = bytes((row.number,))
    values = value if row.repeats else (value,)
    return b"".join([start + row.form.write(item) for item in values])


def _add(found: dict[str, Any], name: str, row: _Row, value: Any) -> None:
    if row.values is not None and value not in row.values:
        raise MalformedPacket(f"{name} {value}", Reason.PROTOCOL_ERROR)
    if row.repeats:
        found[name] = (*found.get(name, ()), value)
    elif name in found:
        raise MalformedPacket(f"{name} twice in a packet", Reason.PROTOCOL_ERROR)
    else:
        found[name] = value
