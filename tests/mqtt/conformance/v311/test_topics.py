"""MQTT 3.1.1, 4.7: topic names and topic filters."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from homeward.mqtt.packets import Publish, Subscribe, Subscription
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk


def subscribe(topic_filter: str) -> bytes:
    """SUBSCRIBE 1 at QoS 0."""
    data = topic_filter.encode()
    return bytes((0x82, 5 + len(data), 0, 1, 0, len(data))) + data + b"\x00"


def publish(topic: str) -> bytes:
    """PUBLISH at QoS 0, with nothing."""
    data = topic.encode()
    return bytes((0x30, 2 + len(data), 0, len(data))) + data


def matches(topic_filter: str, topic: str) -> bool:
    """Whether a client that subscribed to the filter gets the message."""
    line = Desk().client()
    line.send(subscribe(topic_filter))
    line.expect("90 03 0001 00")
    line.send(publish(topic))
    got = line.take()
    assert got in (b"", publish(topic))
    return bool(got)


@clause("MQTT-4.7.1-1")
def test_wildcards_are_for_filters_and_not_for_topic_names() -> None:
    desk = Desk()
    line = desk.client()
    line.send(subscribe("+/#"))
    line.expect("90 03 0001 00")
    line.send(publish("+/#"))
    line.expect_end(why="no topic name")


@clause("MQTT-4.7.1-2")
@pytest.mark.parametrize("topic_filter", ["a#", "#a", "#/a", "a/#/b", "##", "a/##", "a/b#", "#/", "#/#"])
def test_a_multi_level_wildcard_that_is_not_the_last_level_closes_the_connection(topic_filter: str) -> None:
    line = Desk().client()
    line.send(subscribe(topic_filter))
    line.expect_end(why="no topic filter")


@clause("MQTT-4.7.1-2")
@pytest.mark.parametrize(
    ("topic_filter", "topic", "taken"),
    [
        ("#", "a", True),
        ("#", "/a/b", True),
        ("a/#", "a", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a/", True),
        ("a/#", "ab", False),
        ("a/b/#", "a", False),
        ("/#", "a", False),
    ],
)
def test_a_multi_level_wildcard_takes_in_its_parent_and_all_below(topic_filter: str, topic: str, taken: bool) -> None:
    assert matches(topic_filter, topic) is taken


@clause("MQTT-4.7.1-3")
@pytest.mark.parametrize("topic_filter", ["a+", "+a", "a/b+", "+a/b", "++", "a/+b/c"])
def test_a_single_level_wildcard_that_is_no_whole_level_closes_the_connection(topic_filter: str) -> None:
    line = Desk().client()
    line.send(subscribe(topic_filter))
    line.expect_end(why="no topic filter")


@clause("MQTT-4.7.1-3")
@pytest.mark.parametrize(
    ("topic_filter", "topic", "taken"),
    [
        ("+", "a", True),
        ("+", "a/b", False),
        ("+", "/a", False),
        ("/+", "/a", True),
        ("+/+", "/a", True),
        ("a/+", "a/b", True),
        ("a/+", "a/", True),
        ("a/+", "a", False),
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/b/d", False),
        ("+/b/#", "a/b", True),
    ],
)
def test_a_single_level_wildcard_takes_in_one_level(topic_filter: str, topic: str, taken: bool) -> None:
    assert matches(topic_filter, topic) is taken


@clause("MQTT-4.7.2-1")
@pytest.mark.parametrize(
    ("topic_filter", "topic", "taken"),
    [
        ("#", "$SYS/a", False),
        ("+/a", "$SYS/a", False),
        ("+/#", "$SYS/a", False),
        ("$SYS/#", "$SYS/a", True),
        ("$SYS/+", "$SYS/a", True),
        ("#", "a/$SYS", True),
        ("a/+", "a/$SYS", True),
    ],
)
def test_a_leading_wildcard_takes_in_no_topic_with_a_leading_dollar(topic_filter: str, topic: str, taken: bool) -> None:
    assert matches(topic_filter, topic) is taken


@clause("MQTT-4.7.2-1")
def test_a_leading_wildcard_gets_no_retained_message_of_a_topic_with_a_leading_dollar() -> None:
    line = Desk().client()
    line.send("31 07 0004 '$S/a' 'x'  31 06 0003 'b/a' 'x'")
    line.send(subscribe("#"))
    line.expect("90 03 0001 00  31 06 0003 'b/a' 'x'")
    line.send(subscribe("+/a"))
    line.expect("90 03 0001 00  31 06 0003 'b/a' 'x'")
    line.send(subscribe("$S/+"))
    line.expect("90 03 0001 00  31 07 0004 '$S/a' 'x'")


@clause("MQTT-4.7.3-1")
@pytest.mark.parametrize(
    "packet",
    ["30 03 0000 'x'", "82 05 0001 0000 00", "a2 04 0001 0000"],
    ids=["PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE"],
)
def test_an_empty_topic_closes_the_connection(packet: str) -> None:
    line = Desk().client()
    line.send(packet)
    line.expect_end()


@clause("MQTT-4.7.3-1")
@pytest.mark.parametrize("topic", ["/", " ", "a//b"])
def test_one_character_is_enough_for_a_topic_and_none_for_a_level(topic: str) -> None:
    assert matches(topic, topic)


@clause("MQTT-4.7.3-2")
@pytest.mark.parametrize("packet", [publish("a\0"), subscribe("a\0"), subscribe("\0/#")])
def test_a_topic_with_the_null_character_closes_the_connection(packet: bytes) -> None:
    line = Desk().client()
    line.send(packet)
    line.expect_end(why="U+0000")


@clause("MQTT-4.7.3-3")
def test_a_topic_has_at_most_65535_bytes() -> None:
    topic = "ä" * 32_767
    line = Desk(Limits(topic=65_535)).client()
    line.subscribe(topic + "a")
    packet = bytes.fromhex("30 81 80 04 ff ff") + (topic + "a").encode()
    line.send(packet)
    line.expect(packet)
    with pytest.raises(ValueError, match="65535"):
        Publish(topic + "ä", b"").encode()
    with pytest.raises(ValueError, match="65535"):
        Subscribe(1, (Subscription(topic + "ä"),)).encode()


@clause("MQTT-4.7.3-4")
@pytest.mark.parametrize(
    ("topic_filter", "topic"),
    [
        ("accounts", "Accounts"),
        ("\u00e9", "e\u0301"),
        ("\ufb01", "fi"),
        ("\u2126", "\u03a9"),
        ("a", "a "),
        ("/a", "a"),
        ("a/", "a"),
        ("a//b", "a/b"),
        ("a%2fb", "a/b"),
        ("\ufeffa", "a"),
    ],
)
def test_topics_are_compared_as_they_are(topic_filter: str, topic: str) -> None:
    assert not matches(topic_filter, topic)
    assert matches(topic, topic)
    assert matches(topic_filter, topic_filter)
