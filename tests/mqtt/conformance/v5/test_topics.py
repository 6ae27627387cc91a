"""MQTT 5, 4.7: topic names and topic filters."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import client, desk, ends, packet, publish, subscriber, text

FILTERS = [
    ("sport/tennis/#", ("sport/tennis", "sport/tennis/ranking", "sport/tennis/a/b"), ("sport", "sport/tenni")),
    ("sport/#", ("sport", "sport/"), ("sports",)),
    ("#", ("sport", "/", "a/b/c"), ()),
    ("sport/tennis/+", ("sport/tennis/player1", "sport/tennis/"), ("sport/tennis/player1/ranking", "sport/tennis")),
    ("sport/+", ("sport/",), ("sport",)),
    ("+", ("finance",), ("/finance", "a/b")),
    ("+/+", ("/finance", "a/b"), ("finance", "a/b/c")),
    ("/+", ("/finance",), ("finance", "/a/b")),
    ("+/tennis/#", ("sport/tennis", "sport/tennis/x", "/tennis"), ("tennis", "sport/x/tennis")),
    ("sport/+/player1", ("sport/tennis/player1", "sport//player1"), ("sport/player1", "sport/a/b/player1")),
]


@clause("MQTT-4.7.0-1", "MQTT-4.7.1-1", "MQTT-4.7.1-2")
@pytest.mark.parametrize(("topic_filter", "wanted", "others"), FILTERS, ids=[row[0] for row in FILTERS])
def test_wildcards_stand_for_levels(topic_filter: str, wanted: tuple[str, ...], others: tuple[str, ...]) -> None:
    house = desk()
    listener, line = subscriber(house, topic_filter), client(house)
    for topic in wanted:
        publish(line, topic, "x")
        listener.expect(packet(0x30, text(topic) + b"\0x"))
    for topic in others:
        publish(line, topic, "x")
        listener.expect("")


@clause("MQTT-4.7.1-1")
@pytest.mark.parametrize(
    "topic_filter", ["sport/tennis#", "sport/tennis/#/ranking", "#/a", "#/#", "a/#/#", "##", "a/##", "+#"]
)
def test_a_number_sign_is_a_whole_level_and_the_last(topic_filter: str) -> None:
    line = client(desk())
    line.send(packet(0x82, b"\0\1\0" + text(topic_filter) + b"\0"))
    ends(line, "e0 01 81")


@clause("MQTT-4.7.1-2")
@pytest.mark.parametrize("topic_filter", ["sport+", "+sport", "a/b+", "a/+b/c", "++"])
def test_a_plus_sign_is_a_whole_level(topic_filter: str) -> None:
    line = client(desk())
    line.send(packet(0x82, b"\0\1\0" + text(topic_filter) + b"\0"))
    ends(line, "e0 01 81")


@clause("MQTT-4.7.2-1")
@pytest.mark.parametrize("topic_filter", ["#", "+/monitor/Clients", "+/#", "+/+/+"])
def test_a_leading_wildcard_takes_in_no_topic_that_begins_with_a_dollar_sign(topic_filter: str) -> None:
    house = desk()
    listener = subscriber(house, topic_filter)
    client(house).send("30 18 0014 '$SYS/monitor/Clients' 00 'x' 31 18 0014 '$SYS/monitor/Clients' 00 'y'")
    listener.expect("")
    subscriber(house, topic_filter, client_id="late").expect("")


@clause("MQTT-4.7.2-1")
@pytest.mark.parametrize("topic_filter", ["$SYS/#", "$SYS/monitor/+", "$SYS/monitor/Clients"])
def test_a_topic_that_begins_with_a_dollar_sign_is_taken_in_by_who_says_so(topic_filter: str) -> None:
    house = desk()
    listener = subscriber(house, topic_filter)
    publish(client(house), "$SYS/monitor/Clients", "x")
    listener.expect("30 18 0014 '$SYS/monitor/Clients' 00 'x'")


@clause("MQTT-4.7.3-1")
@pytest.mark.parametrize(
    ("said", "reason"), [("82 06 0001 00 0000 00", "81"), ("82 0a 0001 00 0001 't' 00 0000 00", "81")]
)
def test_an_empty_filter_ends_the_connection(said: str, reason: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, f"e0 01 {reason}")


@clause("MQTT-4.7.3-1")
def test_a_topic_of_one_character_is_enough() -> None:
    house = desk()
    listener = subscriber(house, "/")
    publish(client(house), "/", "x")
    listener.expect("30 05 0001 '/' 00 'x'")


@clause("MQTT-4.7.3-2")
@pytest.mark.parametrize(
    "said", ["30 07 0003 610062 00 'x'", "82 09 0001 00 0003 610062 00", "a2 08 0001 00 0003 610062"]
)
def test_u_0000_in_a_topic_or_filter_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 81")


@clause("MQTT-4.7.3-3")
def test_the_longest_topic_and_filter_that_there_can_be_are_taken() -> None:
    house = desk(limits=Limits(packet=262_144, topic=65_535, inflight=20, aliases=4))
    topic = b"\xff\xff" + b"a" * 65_535
    listener = client(house, "listener")
    listener.send(b"\x82\x85\x80\x04\0\1\0" + topic + b"\0")
    listener.expect("90 04 0001 00 00")
    client(house).send(b"\x30\x83\x80\x04" + topic + b"\0x")
    listener.expect(b"\x30\x83\x80\x04" + topic + b"\0x")


@clause("MQTT-4.7.3-4")
@pytest.mark.parametrize(
    ("topic_filter", "topic"),
    [
        ("Accounts", "ACCOUNTS"),
        ("a", " a"),
        ("a", "/a"),
        ("a/b", "a//b"),
        ("a/", "a"),
        ("\u00e9", "e\u0301"),  # the same letter, composed and decomposed
        ("\uff41", "a"),  # its wide form
        ("\u212b", "\u00c5"),
    ],
)
def test_topics_are_compared_as_they_are(topic_filter: str, topic: str) -> None:
    house = desk()
    listener, other = subscriber(house, topic_filter), subscriber(house, topic, client_id="other")
    publish(client(house), topic, "x")
    listener.expect("")
    other.expect(packet(0x30, text(topic) + b"\0x"))


@clause("MQTT-4.7.3-4")
def test_characters_that_mean_nothing_to_us_are_kept() -> None:
    house = desk()
    topic = "\u2028\ufffd\U0010ffff\ue000 \t"
    listener = subscriber(house, topic)
    publish(client(house), topic, "x")
    listener.expect(packet(0x30, text(topic) + b"\0x"))
