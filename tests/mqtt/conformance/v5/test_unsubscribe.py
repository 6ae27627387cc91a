"""MQTT 5, 3.10 and 3.11: UNSUBSCRIBE, UNSUBACK."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import back, client, desk, ends, lasting, publish, subscribe, subscriber


@clause("MQTT-3.10.1-1")
@pytest.mark.parametrize("first", ["a0", "a1", "a3", "a4", "a6", "aa", "af"])
def test_an_unsubscribe_with_other_flags_ends_the_connection(first: str) -> None:
    line = client(desk())
    line.send(f"{first} 06 0001 00 0001 't'")
    ends(line, "e0 01 81")


@clause("MQTT-3.10.3-1")
@pytest.mark.parametrize("topic_filter", ["0003 eda080", "0003 610062", "0003 'a/' ff"])
def test_a_filter_that_is_no_string_ends_the_connection(topic_filter: str) -> None:
    line = client(desk())
    line.send(f"a2 08 0001 00 {topic_filter}")
    ends(line, "e0 01 81")


@clause("MQTT-3.10.3-2")
def test_an_unsubscribe_without_a_filter_is_a_protocol_error() -> None:
    line = client(desk())
    line.send("a2 03 0001 00")
    ends(line, "e0 01 82")


@clause("MQTT-3.10.4-1")
def test_filters_are_compared_letter_by_letter() -> None:
    house = desk()
    listener = subscriber(house, "a/+")
    listener.send("a2 23 0001 00 0003 'a/b' 0003 'a/#' 0003 'A/+' 0004 'a/+/' 0003 '+/+' 0004 '/a/+'")
    listener.expect("b0 09 0001 00 11 11 11 11 11 11")
    line = client(house)
    publish(line, "a/b", "x")
    listener.expect("30 07 0003 'a/b' 00 'x'")
    listener.send("a2 08 0002 00 0003 'a/+'")
    listener.expect("b0 04 0002 00 00")
    publish(line, "a/b", "y")
    listener.expect("")


@clause("MQTT-3.10.4-1")
def test_an_unsubscribe_leaves_other_subscriptions_that_overlap() -> None:
    house = desk()
    listener = client(house, "listener")
    listener.send("82 09 0001 02 0b 01 0001 't' 02 82 09 0002 02 0b 02 0001 '#' 00 a2 06 0003 00 0001 't'")
    listener.expect("90 04 0001 00 02 90 04 0002 00 00 b0 04 0003 00 00")
    publish(client(house), "t", "x", 0x34, 1)
    listener.expect("30 07 0001 't' 02 0b 02 'x'")


@clause("MQTT-3.10.4-2")
def test_after_an_unsubscribe_nothing_new_comes_not_even_after_a_restart() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 1)
    line.send("a2 06 0001 00 0001 't'")
    line.expect("b0 04 0001 00 00")
    publisher = client(house, "b")
    publish(publisher, "t", "x", 0x32, 1)
    line.expect("")
    house.restart()
    publish(client(house, "b"), "t", "y", 0x32, 1)
    back(house)


@clause("MQTT-3.10.4-2")
def test_after_an_unsubscribe_no_retained_messages_come_that_were_still_to_be_sent() -> None:
    house = desk()
    client(house).send("33 07 0001 'a' 0001 00 'x' 33 07 0001 'b' 0002 00 'y'")
    line = client(house, "late", receive_maximum=1)
    line.send("82 07 0001 00 0001 '+' 01")
    line.expect("90 04 0001 00 01 33 07 0001 'a' 0001 00 'x'")
    line.send("a2 06 0002 00 0001 '+' 40 02 0001")
    line.expect("b0 04 0002 00 00")


@clause("MQTT-3.10.4-3")
def test_after_an_unsubscribe_what_is_under_way_is_completed() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 2)
    publisher = client(house, "b")
    publish(publisher, "t", "one", 0x34, 1)
    publish(publisher, "t", "two", 0x32, 2)
    line.expect("34 09 0001 't' 0001 00 'one' 32 09 0001 't' 0002 00 'two'")
    line.send("a2 06 0001 00 0001 't'")
    line.expect("b0 04 0001 00 00")
    line.hang_up()
    again = back(house, "3c 09 0001 't' 0001 00 'one' 3a 09 0001 't' 0002 00 'two'")
    again.send("50 02 0001 40 02 0002")
    again.expect("62 02 0001")
    again.send("70 02 0001")
    again.hang_up()
    back(house)


@clause("MQTT-3.10.4-4", "MQTT-3.10.4-5")
def test_each_unsubscribe_is_answered_under_its_identifier_even_if_nothing_was_deleted() -> None:
    line = subscriber(desk(), "t")
    line.send("a2 06 0001 00 0001 't' a2 06 1234 00 0001 't'")
    line.expect("b0 04 0001 00 00 b0 04 1234 00 11")


@clause("MQTT-3.10.4-6", "MQTT-3.11.3-1", "MQTT-3.11.3-2")
def test_many_filters_are_as_good_as_one_each_and_are_answered_together_in_their_order() -> None:
    house = desk()
    listener = client(house, "listener")
    listener.send("82 0f 0001 00 0001 'a' 00 0001 'b' 00 0001 'c' 00")
    listener.take()
    listener.send("a2 0f 0002 00 0001 'c' 0001 'x' 0001 'a' 0001 'a'")
    listener.expect("b0 07 0002 00 00 11 00 11")
    line = client(house)
    for topic in ("a", "b", "c"):
        publish(line, topic, "x")
    listener.expect("30 05 0001 'b' 00 'x'")


@clause("MQTT-3.11.2-1", "MQTT-3.11.2-2")
def test_an_unsuback_has_no_words_that_could_make_it_too_large() -> None:
    line = client(desk(), maximum_packet_size=16)
    line.send("a2 0d 0001 07 26 0001 'k' 0001 'v' 0001 't'")
    line.expect("b0 04 0001 00 11")
