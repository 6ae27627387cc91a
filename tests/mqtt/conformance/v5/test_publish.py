"""MQTT 5, 3.3: PUBLISH, its flags and topic, and what it leads to."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import back, client, desk, ends, lasting, publish, subscribe, subscriber


@clause("MQTT-3.3.1-1", "MQTT-4.4.0-1")
@pytest.mark.parametrize(("qos", "first"), [(1, "3a"), (2, "3c")])
def test_a_message_that_is_sent_again_says_so(qos: int, first: str) -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", qos)
    publish(client(house, "b"), "t", "x", 0x30 | qos << 1, 7)
    line.expect(f"{first.replace('a', '2').replace('c', '4')} 07 0001 't' 0001 00 'x'")
    line.hang_up()
    back(house, f"{first} 07 0001 't' 0001 00 'x'")


@clause("MQTT-3.3.1-2", "MQTT-4.3.1-1")
def test_at_qos_0_nothing_is_marked_as_sent_again() -> None:
    house = desk()
    listener = subscriber(house, "t", 0)
    line = client(house)
    line.send("3a 07 0001 't' 0001 00 'x'")
    listener.expect("30 05 0001 't' 00 'x'")
    line.take()
    line.send("38 05 0001 't' 00 'x'")
    ends(line, "e0 01 81")


@clause("MQTT-3.3.1-3")
@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("3a 07 0001 't' 0009 00 'x'", "32 07 0001 't' 0001 00 'x'"),
        ("3c 07 0001 't' 0009 00 'x'", "34 07 0001 't' 0001 00 'x'"),
    ],
)
def test_that_a_publisher_sends_again_is_not_passed_on(said: str, heard: str) -> None:
    house = desk()
    listener = subscriber(house, "t", 2)
    client(house).send(said)
    listener.expect(heard)


@clause("MQTT-3.3.1-4")
@pytest.mark.parametrize("first", ["36", "37", "3e", "3f"])
def test_there_is_no_qos_3(first: str) -> None:
    line = client(desk())
    line.send(f"{first} 07 0001 't' 0001 00 'x'")
    ends(line, "e0 01 81")


@clause("MQTT-3.3.2-1")
@pytest.mark.parametrize("said", ["30 06 0003 edbfbf 00", "30 04 0005 'ab'", "30 01 00", "30 00"])
def test_a_publish_that_does_not_begin_with_a_topic_name_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 81")


@clause("MQTT-3.3.2-1", "MQTT-4.7.3-1")
def test_a_publish_with_neither_topic_nor_alias_is_a_protocol_error() -> None:
    line = client(desk())
    line.send("30 04 0000 00 'x'")
    ends(line, "e0 01 82")


@clause("MQTT-3.3.2-2", "MQTT-4.7.0-1")
@pytest.mark.parametrize("topic", ["a/#", "a/+", "+/b", "#", "a+b", "a#b"])
def test_a_topic_name_with_a_wildcard_ends_the_connection(topic: str) -> None:
    line = client(desk())
    publish(line, topic, "x")
    ends(line, "e0 01 81")


@clause("MQTT-3.3.2-3")
def test_a_subscriber_gets_what_fits_its_filter_under_its_full_name() -> None:
    house = desk()
    listener = subscriber(house, "a/+/c")
    line = client(house)
    for topic in ("a/b/c", "a/b/c/d", "a/c", "a/b/d", "b/b/c", "a//c"):
        publish(line, topic, "x")
    listener.expect("30 09 0005 'a/b/c' 00 'x' 30 08 0004 'a//c' 00 'x'")


@clause("MQTT-3.3.4-1")
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("30 05 0001 't' 00 'x'", ""),
        ("32 07 0001 't' 0009 00 'x'", "40 02 0009"),
        ("34 07 0001 't' 0009 00 'x'", "50 02 0009"),
    ],
)
def test_a_publish_is_answered_as_its_qos_asks(said: str, answer: str) -> None:
    house = desk()
    subscriber(house, "t")
    line = client(house)
    line.send(said)
    line.expect(answer)


@clause("MQTT-3.3.4-2")
@pytest.mark.parametrize(("one", "other"), [(0, 1), (1, 0), (2, 1), (0, 2)])
def test_subscriptions_that_overlap_deliver_once_at_the_highest_of_their_qos(one: int, other: int) -> None:
    house = desk()
    listener = subscriber(house, "a/+", one)
    subscribe(listener, "a/#", other)
    publish(client(house), "a/b", "x", 0x34, 9)
    highest = max(one, other)
    listener.expect(f"{0x30 | highest << 1:02x} 09 0003 'a/b' 0001 00 'x'")


@clause("MQTT-3.3.4-3")
def test_a_message_comes_with_the_identifier_of_its_subscription() -> None:
    house = desk()
    listener = client(house, "listener")
    listener.send("82 09 0001 02 0b 07 0001 't' 01 82 0c 0002 05 0b ffffff7f 0001 'u' 00")
    listener.expect("90 04 0001 00 01 90 04 0002 00 00")
    line = client(house)
    publish(line, "t", "x")
    publish(line, "t", "y", 0x32, 9)
    publish(line, "u", "z")
    listener.expect("30 07 0001 't' 02 0b 07 'x' 32 09 0001 't' 0001 02 0b 07 'y' 30 0a 0001 'u' 05 0b ffffff7f 'z'")


@clause("MQTT-3.3.4-3")
def test_a_retained_message_comes_with_the_identifier_of_the_subscription_that_brings_it() -> None:
    house = desk()
    client(house).send("31 05 0001 't' 00 'x'")
    late = client(house, "late")
    late.send("82 09 0001 02 0b 07 0001 't' 00")
    late.expect("90 04 0001 00 00 31 07 0001 't' 02 0b 07 'x'")


@clause("MQTT-3.3.4-3")
def test_subscription_identifiers_survive_the_process() -> None:
    house = desk()
    line = lasting(house)
    line.send("82 09 0001 02 0b 07 0001 't' 01")
    house.restart()
    publish(client(house, "b"), "t", "x", 0x32, 9)
    back(house, "32 09 0001 't' 0001 02 0b 07 'x'")


@clause("MQTT-3.3.4-4")
def test_one_copy_has_the_identifiers_of_all_subscriptions_it_comes_by() -> None:
    house = desk()
    listener = client(house, "listener")
    listener.send("82 0b 0001 02 0b 01 0003 'a/b' 00 82 0b 0002 02 0b 02 0003 'a/+' 00")
    listener.send("82 09 0003 00 0003 'a/#' 00 82 09 0004 02 0b 03 0001 '#' 00")
    listener.take()
    publish(client(house), "a/b", "x")
    data = listener.take()
    assert data[:8].hex(" ") == "30 0d 00 03 61 2f 62 06"
    assert sorted((data[8:10], data[10:12], data[12:14])) == [b"\x0b\1", b"\x0b\2", b"\x0b\3"]
    assert data[14:] == b"x"


@clause("MQTT-3.3.4-5")
def test_of_several_copies_each_has_the_identifier_of_its_subscription() -> None:
    house = desk()
    listener = client(house, "listener")
    listener.send("82 09 0001 02 0b 01 0001 't' 00 82 12 0002 02 0b 02 000a '$share/s/t' 00")
    listener.expect("90 04 0001 00 00 90 04 0002 00 00")
    publish(client(house), "t", "x")
    heard = listener.take().hex(" ")
    assert sorted((heard[:26], heard[27:])) == ["30 07 00 01 74 02 0b 01 78", "30 07 00 01 74 02 0b 02 78"]


@clause("MQTT-3.3.4-6")
def test_a_client_that_sends_a_subscription_identifier_breaks_the_protocol() -> None:
    house = desk()
    listener = subscriber(house, "t")
    line = client(house)
    line.send("30 07 0001 't' 02 0b 07 'x'")
    ends(line, "e0 01 82")
    listener.expect("")


def test_a_message_larger_than_the_server_takes_ends_the_connection() -> None:
    line = client(desk(limits=Limits(packet=100, inflight=20, aliases=4)))
    line.send("30 65")
    ends(line, "e0 01 95")


@pytest.mark.parametrize("topic", ["a" * 1025, "/" * 64])
def test_a_topic_that_is_too_long_or_too_deep_ends_the_connection(topic: str) -> None:
    line = client(desk())
    publish(line, topic, "x")
    ends(line, "e0 01 90")
