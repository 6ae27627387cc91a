"""Who gets what: filters, overlaps, unsubscribing, and MQTT 5's options, identifiers and shared subscriptions."""

from __future__ import annotations

from homeward.mqtt.packets import Connect, PubComp, Publish, PubRec, Subscribe, Subscription, Unsubscribe
from homeward.mqtt.properties import Properties
from tests.peers.mosquitto.script import ALL, CUT, FIVE, KEPT, Script, body, does, joins, says, script, subscribes

_FILTERS = ("a/b", "+/b", "a/+", "#", "a/#", "a/b/#", "+", "+/+", "/+", "+/#", "a/+/c", "a//+")
_TOPICS = ("a", "a/b", "a/b/c", "/a", "/", "b/b", "A/b", "a//c", "a/", "$a/b")


def _wanted(topic_filter: str, levels: tuple[int, ...] = ALL) -> Script:
    return script(
        f"what the filter {topic_filter} takes in",
        levels,
        joins("a", topic_filter),
        does("a", *(Publish(topic, topic.encode()) for topic in _TOPICS)),
    )


def _refused(name: str, content: bytes, first: int = 0x82, levels: tuple[int, ...] = ALL) -> Script:
    return script(f"SUBSCRIBE {name}", levels, joins("a"), does("a", body(first, b"\0\1", content)))


_BAD = (
    _refused("to a#", b"\0\2a#\0"),
    _refused("to #/a", b"\0\3#/a\0"),
    _refused("to a+/b", b"\0\4a+/b\0"),
    _refused("to nothing", b"\0\0\0"),
    _refused("to a filter with U+0000", b"\0\2a\0\0"),
    _refused("to a filter that is not UTF-8", b"\0\2a\xff\0"),
    _refused("to a good filter and a bad one", b"\0\1a\0\0\2a#\0"),
    _refused("at QoS 3", b"\0\1a\3"),
    _refused("with reserved bits", b"\0\1a\xc0"),
    _refused("with MQTT 5's options before MQTT 5", b"\0\1a\x04", levels=(3, 4)),
    _refused("with retain handling 3", b"\0\1a\x30", levels=FIVE),
    _refused("without a filter", b""),
    _refused("without a QoS", b"\0\1a"),
    _refused("with a filter that ends too soon", b"\0\5a"),
    _refused("with flags 0", b"\0\1a\0", first=0x80),
    _refused("with flags 1", b"\0\1a\0", first=0x81),
    _refused("to a filter of 65 levels", b"\0\x81" + b"a/" * 64 + b"a\0"),
    script("SUBSCRIBE with identifier 0", ALL, joins("a"), does("a", body(0x82, b"\0\0", b"\0\1a\0"))),
)
_CHANGES = (
    script(
        "several filters in one SUBSCRIBE",
        ALL,
        joins("a", *(Subscription(f"t/{qos}", qos) for qos in (2, 0, 1))),
        *(says("a", f"t/{qos}", qos=1) for qos in (0, 1, 2)),
    ),
    script(
        "the same filter twice in one SUBSCRIBE",
        ALL,
        joins("a", Subscription("t", 0), Subscription("t", 1)),
        says("a", "t", qos=1),
    ),
    script(
        "a subscription again at a lower QoS",
        ALL,
        joins("a", Subscription("t", 1)),
        subscribes("a", "t", 0),
        says("a", "t", qos=1),
    ),
    script(
        "subscriptions that overlap",
        ALL,
        joins("a", Subscription("t/a", 0), Subscription("t/+", 1), Subscription("t/#", 0)),
        says("a", "t/a", qos=1),
    ),
    script(
        "unsubscribed",
        ALL,
        joins("a", "t", "t/#"),
        does("a", Unsubscribe(3, ("t",))),
        says("a", "t"),
        does("a", Unsubscribe(4, ("t/#",))),
        says("a", "t"),
    ),
    script("UNSUBSCRIBE from what was not subscribed", ALL, joins("a"), does("a", Unsubscribe(3, ("t", "u")))),
    script("UNSUBSCRIBE without a filter", ALL, joins("a"), does("a", body(0xA2, b"\0\1", b""))),
    script("UNSUBSCRIBE from an empty filter", ALL, joins("a"), does("a", body(0xA2, b"\0\1", b"\0\0"))),
    script("UNSUBSCRIBE from a#", ALL, joins("a"), does("a", Unsubscribe(3, ("a#",)))),
    script("UNSUBSCRIBE with identifier 0", ALL, joins("a"), does("a", body(0xA2, b"\0\0", b"\0\1a"))),
    script("UNSUBSCRIBE with flags 0", ALL, joins("a"), does("a", body(0xA0, b"\0\1", b"\0\1a"))),
    script(
        "what is under way when its client unsubscribes",
        ALL,
        joins("a", "t"),
        joins("b"),
        says("b", "t", qos=2),
        does("a", Unsubscribe(3, ("t",))),
        does("a", PubRec(1), PubComp(1)),
    ),
)
_NO_LOCAL = Subscription("t", 2, no_local=True)


def _numbered(number: int, *filters: str) -> Subscribe:
    return Subscribe(number, tuple(map(Subscription, filters)), Properties(subscription_identifier=(number,)))


_OPTIONS = (
    script("no-local", FIVE, joins("a", _NO_LOCAL), joins("b"), says("a", "t"), says("b", "t")),
    script(
        "no-local beside a subscription without",
        FIVE,
        joins("a", _NO_LOCAL, Subscription("#", 0)),
        says("a", "t", qos=1),
    ),
    script("a subscription identifier", FIVE, joins("a"), does("a", _numbered(5, "t", "u")), says("a", "t")),
    script(
        "subscription identifiers of subscriptions that overlap",
        FIVE,
        joins("a"),
        does("a", _numbered(5, "t"), _numbered(6, "#")),
        says("a", "t"),
    ),
    script(
        "a subscription identifier that changes and goes",
        FIVE,
        joins("a"),
        does("a", _numbered(5, "t"), _numbered(6, "t")),
        says("a", "t"),
        subscribes("a", "t"),
        says("a", "t"),
    ),
    script(
        "a subscription identifier with a retained message",
        FIVE,
        joins("a"),
        says("a", "t", retain=True),
        does("a", _numbered(200, "t")),
    ),
    script(
        "a subscription identifier in a kept session",
        FIVE,
        joins("a", **KEPT),
        does("a", Subscribe(2, (Subscription("t", 1),), {"subscription_identifier": (268_435_455,)})),
        does("a", CUT),
        joins("b"),
        says("b", "t", qos=1),
        does("a", Connect("a", **KEPT)),
    ),
    script("subscription identifier 0", FIVE, joins("a"), does("a", b"\x82\x08\0\1\2\x0b\0\0\0\0")),
    script("two subscription identifiers", FIVE, joins("a"), does("a", b"\x82\x0b\0\1\4\x0b\1\x0b\2\0\1t\0")),
    script(
        "SUBSCRIBE and UNSUBSCRIBE with user properties",
        FIVE,
        joins("a"),
        does("a", Subscribe(2, (Subscription("t"),), {"user_property": (("a", "b"),)})),
        does("a", Unsubscribe(3, ("t",), {"user_property": (("a", "b"),)})),
    ),
)
_SHARED = (
    script(
        "one of those who share gets each message",
        ALL,
        joins("a", "$share/g/t"),
        joins("b", "t"),
        says("b", "t", "one"),
        says("b", "t", "two", 1),
    ),
    script(
        "two share, and each takes its turn",
        FIVE,
        joins("a", "$share/g/t"),
        joins("b", "$share/g/t"),
        joins("c"),
        *(says("c", "t", text) for text in "1234"),
    ),
    script("two groups", FIVE, joins("a", "$share/g/t"), joins("b", "$share/h/t"), says("a", "t")),
    script("a shared subscription and a plain one of one client", FIVE, joins("a", "$share/g/t", "t"), says("a", "t")),
    script(
        "those who share differ in QoS",
        FIVE,
        joins("a", Subscription("$share/g/t", 0)),
        joins("c"),
        says("c", "t", qos=2),
    ),
    script(
        "a retained message is not for those who share",
        FIVE,
        joins("a"),
        says("a", "t", retain=True),
        subscribes("a", "$share/g/t"),
    ),
    script(
        "unsubscribed from a share",
        FIVE,
        joins("a", "$share/g/t"),
        does("a", Unsubscribe(3, ("$share/g/t", "$share/h/t", "t"))),
        says("a", "t"),
    ),
    script("a share by a wildcard", FIVE, joins("a", "$share/g/#"), says("a", "t"), says("a", "$mine/t")),
    script(
        "a subscription identifier of a share",
        FIVE,
        joins("a"),
        does("a", _numbered(5, "$share/g/t")),
        says("a", "t"),
    ),
    script(
        "one who shares goes, and another gets what comes then",
        FIVE,
        joins("a", "$share/g/t"),
        joins("b", "$share/g/t"),
        does("b", CUT),
        joins("c"),
        *(says("c", "t", text) for text in "12"),
    ),
    *(
        script(f"SUBSCRIBE to {bad}", FIVE, joins("a"), subscribes("a", bad))
        for bad in ("$share/", "$share/g", "$share/g/", "$share//t", "$share/g+/t", "$share/g#/t", "$share/g/a#")
    ),
    script("no-local on a share", FIVE, joins("a"), subscribes("a", "$share/g/t", no_local=True)),
)

SCRIPTS = (*map(_wanted, _FILTERS), *_BAD, *_CHANGES, *_OPTIONS, *_SHARED)
