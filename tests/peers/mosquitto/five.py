"""What MQTT 5 lets clients say about messages and themselves; and, at any level, what takes its time."""

from __future__ import annotations

from homeward.mqtt.packets import (
    Connect,
    Disconnect,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    Unsubscribe,
)
from homeward.mqtt.properties import Properties
from tests.peers.mosquitto.script import (
    ALL,
    CUT,
    FIVE,
    KEPT,
    LISTEN,
    LONG,
    does,
    joins,
    says,
    script,
    subscribes,
    waits,
    will,
)

_ALIAS = Properties(topic_alias=1)
_EVERYTHING = Properties(
    payload_format_indicator=1,
    message_expiry_interval=100,
    content_type="text/plain",
    response_topic="answers",
    correlation_data=b"\0\1",
    user_property=(("b", "1"), ("a", "2"), ("b", "1"), ("", "")),
)
_MESSAGES = (
    script(
        "a message with every property", FIVE, joins("a", "t"), does("a", Publish("t", b"x", properties=_EVERYTHING))
    ),
    script(
        "a message with every property, kept for a client that is away",
        FIVE,
        joins("a", "t", **KEPT),
        does("a", CUT),
        joins("b"),
        does("b", Publish("t", b"x", 1, packet_id=1, properties=_EVERYTHING)),
        does("a", Connect("a", **KEPT)),
    ),
    script(
        "a message that expires at once",
        FIVE,
        joins("a", "t"),
        says("a", "t", properties={"message_expiry_interval": 0}),
    ),
    script(
        "an empty content type and correlation",
        FIVE,
        joins("a", "t"),
        says("a", "t", properties={"content_type": "", "correlation_data": b""}),
    ),
    script("payload format 0", FIVE, joins("a", "t"), says("a", "t", properties={"payload_format_indicator": 0})),
    script("a QoS 2 message to nobody", FIVE, joins("a"), says("a", "t", qos=2)),
)
_ALIASES = (
    script(
        "a topic alias stands for its topic",
        FIVE,
        joins("a", "#"),
        says("a", "t", "one", properties=_ALIAS),
        says("a", "", "two", properties=_ALIAS),
        says("a", "u", "three", properties=_ALIAS),
        says("a", "", "four", 1, properties=_ALIAS),
    ),
    script("the largest topic alias", FIVE, joins("a", "#"), says("a", "t", properties={"topic_alias": 10})),
    script(
        "a topic alias is forgotten with its connection",
        FIVE,
        joins("a", "#", **KEPT),
        says("a", "t", properties=_ALIAS),
        does("a", CUT),
        does("a", Connect("a", **KEPT)),
        says("a", "", properties=_ALIAS),
    ),
    script(
        "a client that takes topic aliases",
        FIVE,
        joins("a", "#", properties={"topic_alias_maximum": 1}),
        *(says("a", topic) for topic in ("t", "t", "u", "t")),
    ),
)
_LIMITS = (
    script(
        "receive maximum 1 of a client",
        FIVE,
        joins("a", "t", properties={"receive_maximum": 1}),
        joins("b"),
        *(says("b", "t", text, 1) for text in "xyz"),
        says("b", "t", "at QoS 0"),
        does("a", PubAck(1)),
        does("a", PubAck(2)),
    ),
    script(
        "receive maximum 1 of a client, at QoS 2",
        FIVE,
        joins("a", "t", properties={"receive_maximum": 1}),
        joins("b"),
        *(does("b", Publish("t", text.encode(), 2, packet_id=ord(text)), PubRel(ord(text))) for text in "xy"),
        does("a", PubRec(1)),
        does("a", PubComp(1)),
    ),
    script(
        "more QoS 2 messages than the server takes at once",
        FIVE,
        joins("a"),
        does("a", *(Publish("t", b"x", 2, packet_id=number) for number in range(1, 7))),
    ),
    script(
        "a message larger than its client takes",
        FIVE,
        joins("a", "t", properties={"maximum_packet_size": 50}),
        joins("b"),
        says("b", "t", "x" * 100, 1),
        says("b", "t", "y", 1),
        says("b", "t", "x" * 100),
    ),
    script(
        "a client that takes only the smallest packets",
        FIVE,
        does("a", Connect("a", properties={"maximum_packet_size": 10})),
    ),
    script(
        "a client that wants no reasons in words",
        FIVE,
        joins("a", properties={"request_problem_information": 0}),
        does("a", PubRel(5)),
        does("a", b"\x36\x05\0\1t\0\1"),
    ),
    script("a client of MQTT 5 is taken over by one of MQTT 5", FIVE, joins("a"), does("b", Connect("a"))),
    script("what UNSUBSCRIBE answers", FIVE, joins("a", "t"), does("a", Unsubscribe(3, ("t", "t", "u")))),
    script(
        "an assigned client id ends with its connection",
        FIVE,
        does("a", Connect("", properties=LONG)),
        does("a", Disconnect()),
    ),
)
_LATER = (
    script(
        "a client that is silent for longer than its keep-alive",
        ALL,
        does("a", Connect("a", keep_alive=1)),
        does("a", LISTEN),
    ),
    script(
        "the will of a client that is silent",
        (4,),
        joins("w", "will"),
        does("a", Connect("a", keep_alive=1, will=will())),
        does("a", LISTEN),
    ),
    script(
        "a client that sends PINGREQ in time",
        ALL,
        does("a", Connect("a", keep_alive=2)),
        waits(3.5),
        says("a", "t", qos=1),
    ),
    script(
        "a will that is delayed by a second",
        FIVE,
        joins("w", "will"),
        does("a", Connect("a", will=will(properties={"will_delay_interval": 1}), **KEPT)),
        does("a", CUT),
        waits(2.5),
    ),
    script(
        "a will that is delayed for longer than its session lasts",
        FIVE,
        joins("w", "will"),
        does(
            "a",
            Connect(
                "a",
                clean=False,
                properties={"session_expiry_interval": 1},
                will=will(properties={"will_delay_interval": 100}),
            ),
        ),
        does("a", CUT),
        waits(2.5),
    ),
    script(
        "a session that lasts a second",
        FIVE,
        joins("a", "t", properties={"session_expiry_interval": 1}),
        does("a", CUT),
        waits(2.5),
        does("a", Connect("a", clean=False)),
    ),
    script(
        "a message that expires before its client is back",
        FIVE,
        joins("a", "t", **KEPT),
        does("a", CUT),
        joins("b"),
        says("b", "t", "short", 1, properties={"message_expiry_interval": 1}),
        says("b", "t", "long", 1),
        waits(2.5),
        does("a", Connect("a", **KEPT)),
    ),
    script(
        "a retained message that expires",
        FIVE,
        joins("a"),
        says("a", "t", retain=True, properties={"message_expiry_interval": 1}),
        waits(2.5),
        subscribes("a", "t"),
    ),
)

SCRIPTS = (*_MESSAGES, *_ALIASES, *_LIMITS)
SLOW = _LATER
"""Scripts that take seconds."""
