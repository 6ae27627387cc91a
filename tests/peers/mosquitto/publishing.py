"""Messages both ways: every pair of QoS, acknowledgements in and out of turn, and what may not be published."""

from __future__ import annotations

from homeward.mqtt.packets import Connect, PubAck, PubComp, Publish, PubRec, PubRel, Subscription
from tests.peers.mosquitto.script import (
    ALL,
    CUT,
    FIVE,
    KEPT,
    Script,
    body,
    does,
    holds,
    joins,
    says,
    script,
)

_TOPIC = b"\0\1t"
_QOS = tuple(
    script(
        f"published at QoS {given}, subscribed at {wanted}",
        ALL,
        joins("a", Subscription("t", wanted)),
        joins("b"),
        says("b", "t", qos=given),
        does("a", *([PubRec(1), PubComp(1)] if min(given, wanted) == 2 else [PubAck(1)])),
    )
    for given in (0, 1, 2)
    for wanted in (0, 1, 2)
)
_EXCHANGES = (
    script(
        "a QoS 2 message twice before its PUBREL, and once after",
        ALL,
        joins("a", Subscription("t", 0)),
        holds("a", "t", "one"),
        holds("a", "t", "one", dup=True),
        does("a", PubRel(9)),
        holds("a", "t", "two"),
        does("a", PubRel(9)),
    ),
    script(
        "a QoS 2 identifier used again before its PUBREL",
        ALL,
        joins("a", Subscription("t", 0)),
        holds("a", "t", "one"),
        holds("a", "t", "two"),
        does("a", PubRel(9)),
    ),
    script("PUBREL twice", ALL, joins("a"), says("a", "t", qos=2), does("a", PubRel(9))),
    script("PUBREL of nothing", ALL, joins("a"), does("a", PubRel(5))),
    script("PUBACK of nothing", ALL, joins("a"), does("a", PubAck(5))),
    script("PUBREC of nothing", ALL, joins("a"), does("a", PubRec(5))),
    script("PUBCOMP of nothing", ALL, joins("a"), does("a", PubComp(5))),
    script("a QoS 1 message twice", ALL, joins("a", "t"), says("a", "t", qos=1), says("a", "t", qos=1, dup=True)),
    script(
        "acknowledgements in another order",
        ALL,
        joins("a", "t"),
        joins("b"),
        *(says("b", "t", text, 1) for text in "xyz"),
        does("a", PubAck(3), PubAck(1), PubAck(2)),
        says("b", "t", "last", 1),
    ),
    script(
        "PUBREC for a QoS 1 message",
        ALL,
        joins("a", Subscription("t", 1)),
        says("a", "t", qos=1),
        does("a", PubRec(1)),
    ),
    script("PUBACK for a QoS 2 message", ALL, joins("a", "t"), joins("b"), says("b", "t", qos=2), does("a", PubAck(1))),
    script("PUBCOMP before PUBREC", ALL, joins("a", "t"), joins("b"), says("b", "t", qos=2), does("a", PubComp(1))),
    script(
        "PUBREC twice",
        ALL,
        joins("a", "t"),
        joins("b"),
        says("b", "t", qos=2),
        does("a", PubRec(1)),
        does("a", PubRec(1)),
        does("a", PubComp(1)),
    ),
    script(
        "PUBREC that refuses ends the exchange",
        FIVE,
        joins("a", "t"),
        says("a", "t", qos=2),
        does("a", PubRel(9)),
        does("a", PubRec(1, 0x97)),
        does("a", PubComp(1)),
    ),
    script("PUBACK that refuses", FIVE, joins("a", "t"), says("a", "t", qos=1), does("a", PubAck(1, 0x97))),
    script(
        "what was not acknowledged comes again",
        ALL,
        joins("a", "t", **KEPT),
        joins("b"),
        says("b", "t", "one", 1),
        says("b", "t", "two", 2),
        says("b", "t", "three", 1),
        does("a", CUT),
        does("a", Connect("a", **KEPT)),
        does("a", PubAck(1), PubRec(2), PubComp(2)),
    ),
    script(
        "what was received and not completed is released again",
        ALL,
        joins("a", "t", **KEPT),
        joins("b"),
        says("b", "t", "two", 2),
        does("a", PubRec(1)),
        does("a", CUT),
        does("a", Connect("a", **KEPT)),
        does("a", PubComp(1)),
    ),
    script(
        "a QoS 2 message is published once over two connections",
        ALL,
        joins("w", Subscription("t", 0)),
        does("a", Connect("a", **KEPT)),
        holds("a", "t", "one"),
        does("a", CUT),
        does("a", Connect("a", **KEPT)),
        holds("a", "t", "one", dup=True),
        does("a", PubRel(9)),
    ),
    script(
        "a clean session forgets QoS 2 messages under way",
        ALL,
        joins("w", Subscription("t", 0)),
        does("a", Connect("a")),
        holds("a", "t", "one"),
        does("a", CUT),
        does("a", Connect("a")),
        does("a", PubRel(9)),
    ),
    script(
        "more messages than may be under way",
        ALL,
        joins("a", Subscription("t", 1)),
        joins("b"),
        does("b", *(Publish("t", str(number).encode(), 1, packet_id=number) for number in range(1, 9))),
        does("a", PubAck(1), PubAck(2)),
    ),
    script(
        "messages in a kept session come in order, as many as may be under way",
        ALL,
        joins("a", "t", **KEPT),
        does("a", CUT),
        joins("b"),
        does("b", *(Publish("t", str(number).encode(), 1, packet_id=number) for number in range(1, 9))),
        does("a", Connect("a", **KEPT)),
        does("a", *(PubAck(number) for number in range(1, 5))),
    ),
    script("an empty message", ALL, joins("a", "t"), says("a", "t", "")),
    script("a message of 1,900 bytes", ALL, joins("a", "t"), says("a", "t", "x" * 1_900)),
    script("a message to nobody", ALL, joins("a"), says("a", "t", qos=1), says("a", "t", qos=2)),
    script("topics of odd forms", ALL, joins("a", "#"), *(says("a", topic) for topic in ("/", "//a", " ", "é/€", "A"))),
    script("a topic below $SYS", ALL, joins("a", "$SYS/#"), says("a", "$SYS/mine", qos=1)),
    script("a topic that begins with $", ALL, joins("a", "$mine/#", "#", "+/t"), says("a", "$mine/t", qos=1)),
    script("a topic with a control character", ALL, joins("a", "#"), says("a", "a\x01")),
    script("a topic with U+FFFF", ALL, joins("a", "#"), says("a", "a\uffff")),
)


def _bad(name: str, first: int, rest: bytes, levels: tuple[int, ...] = ALL) -> Script:
    return script(f"PUBLISH {name}", levels, joins("a", "#"), does("a", body(first, rest, b"x")))


_BAD = (
    _bad("at QoS 3", 0x36, _TOPIC + b"\0\1"),
    _bad("at QoS 0 as a duplicate", 0x38, _TOPIC),
    _bad("with identifier 0", 0x32, _TOPIC + b"\0\0"),
    _bad("to an empty topic", 0x30, b"\0\0"),
    _bad("to a filter with #", 0x30, b"\0\1#"),
    _bad("to a filter with +", 0x30, b"\0\3a/+"),
    _bad("to a topic with U+0000", 0x30, b"\0\2a\0"),
    _bad("to a topic that is not UTF-8", 0x30, b"\0\2a\xff"),
    _bad("to a topic with a surrogate", 0x30, b"\0\3\xed\xa0\x80"),
    script("PUBLISH that ends within its topic", ALL, joins("a"), does("a", b"\x30\x03\0\5t")),
    script("PUBLISH without a topic", ALL, joins("a"), does("a", b"\x30\x00")),
    script("PUBLISH at QoS 1 without an identifier", ALL, joins("a"), does("a", b"\x32\x03" + _TOPIC)),
    script("a message of more than the largest packet", ALL, joins("a", "t"), says("a", "t", "x" * 2_100)),
)
SCRIPTS = (*_QOS, *_EXCHANGES, *_BAD)
