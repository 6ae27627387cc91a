"""Packets that a connected client must not send, and what MQTT 5 adds to get wrong."""

from __future__ import annotations

from homeward.mqtt.packets import Auth, ConnAck, Connect, PingResp, SubAck, UnsubAck, frame
from tests.peers.mosquitto.script import ALL, FIVE, LISTEN, Item, Script, body, does, five, joins, pair, script

_ID = b"\0\1"
_TOPIC = b"\0\1t"
_GONE = b"\x11\0\0\0\1"
"""A session expiry interval."""


def _bad(name: str, *items: Item, levels: tuple[int, ...] = ALL) -> Script:
    return script(name, levels, joins("a"), does("a", *items))


def _five(name: str, *items: Item) -> Script:
    return _bad(name, *items, levels=FIVE)


_OF_A_SERVER = (
    _bad("CONNACK from a client", ConnAck(0)),
    _bad("SUBACK from a client", SubAck(1, (0,))),
    _bad("UNSUBACK from a client", lambda level: UnsubAck(1, (0,)).encode(level)),
    _bad("PINGRESP from a client", PingResp()),
)
_FRAMES = (
    _bad("a packet of type 0", b"\x00\x00"),
    _bad("a packet of type 15", b"\xf0\x00", levels=(3, 4)),
    _bad("PINGREQ with flags", b"\xc1\x00"),
    _bad("PINGREQ with a body", b"\xc0\x01x"),
    _bad("DISCONNECT with flags", b"\xe1\x00", LISTEN),
    _bad("DISCONNECT with a body", b"\xe0\x01\x00", LISTEN),
    _bad("PUBACK with flags", b"\x41\x02\0\1"),
    _bad("PUBREC with flags", b"\x52\x02\0\1"),
    _bad("PUBCOMP with flags", b"\x71\x02\0\1"),
    _bad("PUBREL with flags 0", b"\x60\x02\0\1"),
    _bad("PUBACK of one byte", b"\x40\x01\0"),
    _bad("PUBACK of nothing at all", b"\x40\x00"),
    _bad("PUBACK with a byte too many", b"\x40\x03\0\1\0", levels=(3, 4)),
    _bad("PUBACK with identifier 0", b"\x40\x02\0\0"),
    _bad("PUBREL with identifier 0", b"\x62\x02\0\0"),
    _bad("PUBREL of one byte", b"\x62\x01\0"),
    _bad("UNSUBSCRIBE with a filter that ends too soon", body(0xA2, _ID, b"\0\5a")),
    _bad("UNSUBSCRIBE from a filter that is not UTF-8", body(0xA2, _ID, b"\0\2a\xff")),
    _bad("a remaining length of five bytes within a connection", b"\x30\x80\x80\x80\x80\x01"),
    _bad("a packet that says it is the largest there can be", b"\x30\xff\xff\xff\x7f"),
)
_REASONS = (
    _five("PUBACK with a reason it may not have", b"\x40\x04\0\1\x01\0"),
    _five("PUBREL with a reason it may not have", b"\x62\x04\0\1\x10\0"),
    _five("PUBREC with a reason that there is not", b"\x50\x03\0\1\x7f"),
    _five("DISCONNECT with a reason that there is not", b"\xe0\x01\x7f", LISTEN),
    _five("DISCONNECT with a reason of a server", b"\xe0\x02\x8b\0", LISTEN),
    _five("DISCONNECT with a reason and no properties", b"\xe0\x01\x00", LISTEN),
    _five("DISCONNECT with a server reference", five(0xE0, b"\0", b"\x1c\0\1x"), LISTEN),
    _five("DISCONNECT with a session expiry twice", five(0xE0, b"\0", _GONE * 2), LISTEN),
    _five("DISCONNECT with words", five(0xE0, b"\0", b"\x1f\0\1x" + pair("a", "b")), LISTEN),
    _five("AUTH without a method", Auth(0x18)),
    _five("AUTH of nothing at all", b"\xf0\x00"),
    _five("AUTH with flags", b"\xf1\x00"),
    _five("AUTH by a method that CONNECT did not name", Auth(0x19, {"authentication_method": "x"})),
    _five("AUTH with a reason that there is not", b"\xf0\x02\x01\0"),
    script("AUTH before CONNECT", FIVE, does("a", Auth(0x18, {"authentication_method": "x"}), LISTEN)),
    script(
        "AUTH in place of a CONNECT that is refused",
        FIVE,
        does("a", Connect("a", properties={"authentication_method": "x"})),
    ),
)
_PROPERTIES = (
    _five("PUBLISH with a property of CONNECT", five(0x30, _TOPIC, _GONE, b"x")),
    _five("PUBLISH with a property that there is not", five(0x30, _TOPIC, b"\x7f\0", b"x")),
    _five("PUBLISH with a property number of two bytes", five(0x30, _TOPIC, b"\x81\0\1", b"x")),
    _five("PUBLISH with properties longer than it is", b"\x30\x05" + _TOPIC + b"\x7fx"),
    _five("PUBLISH without the length of its properties", b"\x30\x03" + _TOPIC),
    _five("PUBLISH with a length of five bytes", frame(0x30, _TOPIC + b"\x80\x80\x80\x80\0x")),
    _five("PUBLISH with a length in more bytes than it needs", frame(0x30, _TOPIC + b"\x80\0x")),
    _five("PUBLISH with payload format 2", five(0x30, _TOPIC, b"\x01\2", b"x")),
    _five("PUBLISH with payload format 1 and what is not UTF-8", five(0x30, _TOPIC, b"\x01\1", b"\xff")),
    _five("PUBLISH with a payload format twice", five(0x30, _TOPIC, b"\x01\1\x01\1", b"x")),
    _five("PUBLISH with a message expiry twice", five(0x30, _TOPIC, b"\x02\0\0\0\1" * 2, b"x")),
    _five("PUBLISH with a content type twice", five(0x30, _TOPIC, b"\x03\0\1x" * 2, b"x")),
    _five("PUBLISH with a content type that is not UTF-8", five(0x30, _TOPIC, b"\x03\0\1\xff", b"x")),
    _five("PUBLISH with a response topic that is a filter", five(0x30, _TOPIC, b"\x08\0\1#", b"x")),
    _five("PUBLISH with an empty response topic", five(0x30, _TOPIC, b"\x08\0\0", b"x")),
    _five("PUBLISH with a subscription identifier", five(0x30, _TOPIC, b"\x0b\1", b"x")),
    _five("PUBLISH with a reason string", five(0x30, _TOPIC, b"\x1f\0\1x", b"x")),
    _five("PUBLISH with a user property that is not UTF-8", five(0x30, _TOPIC, b"\x26\0\1\xff\0\1x", b"x")),
    _five("PUBLISH with a user property of one half", five(0x30, _TOPIC, b"\x26\0\1a", b"x")),
    _five("PUBLISH with topic alias 0", five(0x30, _TOPIC, b"\x23\0\0", b"x")),
    _five("PUBLISH with a topic alias above the maximum", five(0x30, _TOPIC, b"\x23\0\x0b", b"x")),
    _five("PUBLISH with a topic alias that stands for nothing", five(0x30, b"\0\0", b"\x23\0\1", b"x")),
    _five("PUBLISH with a topic alias twice", five(0x30, _TOPIC, b"\x23\0\1" * 2, b"x")),
    _five("SUBSCRIBE with a property of PUBLISH", five(0x82, _ID, b"\x01\1", b"\0\1t\0")),
    _five("UNSUBSCRIBE with a subscription identifier", five(0xA2, _ID, b"\x0b\1", b"\0\1t")),
    _five("SUBSCRIBE with properties longer than it is", b"\x82\x07" + _ID + b"\x7f\0\1t\0"),
    _five("PUBACK with a property of PUBLISH", five(0x40, _ID + b"\0", b"\x01\1")),
    _five("PUBACK with words", five(0x40, _ID + b"\0", b"\x1f\0\1x" + pair("a", "b"))),
    _five("PUBACK with words twice", five(0x40, _ID + b"\0", b"\x1f\0\1x" * 2)),
)

SCRIPTS = (*_OF_A_SERVER, *_FRAMES, *_REASONS, *_PROPERTIES)
