"""What is published for those who come later, or for one who is gone: retained messages and wills."""

from __future__ import annotations

from homeward.mqtt.packets import Connect, Disconnect, Publish, Subscription
from tests.peers.mosquitto.script import ALL, CUT, FIVE, KEPT, does, joins, says, script, subscribes, will

_RETAINED = (
    script(
        "a retained message for those who come later",
        ALL,
        joins("a", "t"),
        says("a", "t", qos=1, retain=True),
        joins("b", "t"),
        joins("c", Subscription("t", 0)),
    ),
    script(
        "a retained message is replaced",
        ALL,
        joins("a"),
        *(says("a", "t", x, retain=True) for x in "xy"),
        joins("b", "t"),
    ),
    script(
        "a retained message is cleared",
        ALL,
        joins("a", "t"),
        says("a", "t", retain=True),
        says("a", "t", "", retain=True),
        joins("b", "t"),
    ),
    script("an empty retained message where there is none", ALL, joins("a", "t"), says("a", "t", "", 1, retain=True)),
    script(
        "a message that is not retained leaves the retained one",
        ALL,
        joins("a"),
        says("a", "t", "kept", retain=True),
        says("a", "t", "passing"),
        says("a", "t", ""),
        joins("b", "t"),
    ),
    script(
        "retained messages by wildcards",
        ALL,
        joins("a"),
        *(says("a", topic, retain=True) for topic in ("a/b", "$mine/t")),
        *(
            joins(f"{number}", wanted)
            for number, wanted in enumerate(("#", "a/#", "a/+", "+/b", "+/t", "$mine/#", "a/b/#"))
        ),
    ),
    script(
        "retained messages again at every SUBSCRIBE",
        ALL,
        joins("a"),
        says("a", "t", retain=True),
        subscribes("a", "t"),
        subscribes("a", "t"),
    ),
    script(
        "retained messages by two filters of one SUBSCRIBE",
        ALL,
        joins("a"),
        says("a", "a/b", retain=True),
        joins("b", "a/b", "a/#"),
    ),
    script(
        "a retained message outlives its publisher",
        ALL,
        joins("a"),
        says("a", "t", retain=True),
        does("a", Disconnect()),
        joins("b", "t"),
    ),
    *(
        script(
            f"retain handling {handling}",
            FIVE,
            joins("a"),
            says("a", "t", retain=True),
            subscribes("a", "t", retain_handling=handling),
            subscribes("a", "t", retain_handling=handling),
            subscribes("a", "t", 1, retain_handling=handling),
        )
        for handling in (0, 1, 2)
    ),
    script(
        "retain as published",
        FIVE,
        joins("a", Subscription("t", retain_as_published=True)),
        says("a", "t", retain=True),
        says("a", "t"),
        says("a", "t", "", retain=True),
    ),
    script(
        "a retained message of one's own, without no-local and with",
        FIVE,
        joins("a"),
        says("a", "t", retain=True),
        subscribes("a", "t", no_local=True),
        says("a", "t", "more", retain=True),
    ),
    script(
        "a retained message with properties",
        FIVE,
        joins("a"),
        does("a", Publish("t", b"x", retain=True, properties={"content_type": "c", "user_property": (("a", "b"),)})),
        joins("b", "t"),
    ),
)
_WILLS = (
    *(
        script(
            f"a will at QoS {qos} when the connection breaks",
            ALL,
            joins("w", "will"),
            does("a", Connect("a", will=will(qos=qos))),
            does("a", CUT),
        )
        for qos in (0, 1, 2)
    ),
    script(
        "no will after DISCONNECT",
        ALL,
        joins("w", "will"),
        does("a", Connect("a", will=will())),
        does("a", Disconnect()),
    ),
    script(
        "a will after DISCONNECT 0x04",
        FIVE,
        joins("w", "will"),
        does("a", Connect("a", will=will())),
        does("a", Disconnect(4)),
    ),
    script(
        "a will after a malformed packet",
        ALL,
        joins("w", "will"),
        does("a", Connect("a", will=will())),
        does("a", b"\x36\x05\0\1t\0\1"),
    ),
    script(
        "a retained will",
        ALL,
        joins("w", "will"),
        does("a", Connect("a", will=will(retain=True))),
        does("a", CUT),
        joins("b", "will"),
    ),
    script("an empty will", ALL, joins("w", "will"), does("a", Connect("a", will=will(""))), does("a", CUT)),
    script(
        "a will for its own kept session",
        ALL,
        joins("a", "will", will=will(qos=1), **KEPT),
        does("a", CUT),
        does("a", Connect("a", **KEPT)),
    ),
    script(
        "a will that is not of the next connection",
        ALL,
        joins("w", "will"),
        does("a", Connect("a", will=will(), **KEPT)),
        does("a", Disconnect()),
        does("a", Connect("a", **KEPT)),
        does("a", CUT),
    ),
    script(
        "a will with properties",
        FIVE,
        joins("w", "will"),
        does(
            "a",
            Connect(
                "a",
                will=will(
                    properties={
                        "payload_format_indicator": 1,
                        "message_expiry_interval": 100,
                        "content_type": "text",
                        "response_topic": "r",
                        "correlation_data": b"c",
                        "user_property": (("b", "1"), ("a", "2")),
                    }
                ),
            ),
        ),
        does("a", CUT),
    ),
    script(
        "a delayed will of a session that ends at once",
        FIVE,
        joins("w", "will"),
        does("a", Connect("a", will=will(properties={"will_delay_interval": 100}))),
        does("a", CUT),
    ),
    script(
        "a delayed will of a client that is back in time",
        FIVE,
        joins("w", "will"),
        does("a", Connect("a", will=will(properties={"will_delay_interval": 100}), **KEPT)),
        does("a", CUT),
        does("a", Connect("a", **KEPT)),
    ),
    script(
        "a delayed will of a client that begins anew",
        FIVE,
        joins("w", "will"),
        does("a", Connect("a", will=will(properties={"will_delay_interval": 100}), **KEPT)),
        does("a", CUT),
        does("a", Connect("a")),
    ),
)

SCRIPTS = (*_RETAINED, *_WILLS)
