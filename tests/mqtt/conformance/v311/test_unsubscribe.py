"""MQTT 3.1.1, 3.10 and 3.11: UNSUBSCRIBE and UNSUBACK."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, octets


@clause("MQTT-3.10.1-1")
@pytest.mark.parametrize("flags", sorted(set(range(16)) - {2}))
def test_the_reserved_bits_of_unsubscribe_are_0010(flags: int) -> None:
    line = Desk().client()
    line.send(bytes((0xA0 | flags,)) + octets("05 0001 0001 't'"))
    line.expect_end(why=f"0xa{flags:x}")


@clause("MQTT-3.10.3-1")
@pytest.mark.parametrize(
    ("packet", "why"),
    [
        ("a2 09 0001 0001 't' 0002 c328", "UTF-8"),
        ("a2 06 0001 0001 't' 00", "a field of"),
        ("a2 06 0001 0003 't/'", "a field of"),
    ],
)
def test_filters_that_are_not_utf_8_one_behind_the_other_close_the_connection(packet: str, why: str) -> None:
    line = Desk().client()
    line.send(packet)
    line.expect_end(why=why)


@clause("MQTT-3.10.3-2")
def test_an_unsubscribe_without_a_filter_closes_the_connection() -> None:
    line = Desk().client()
    line.send("a2 02 0001")
    line.expect_end(why="UNSUBSCRIBE without a topic filter")


@clause("MQTT-3.10.4-1")
@pytest.mark.parametrize("other", ["t/a", "t/#", "T/+", "t/+/", "/t/+", "#"])
def test_only_the_very_same_filter_is_unsubscribed(other: str) -> None:
    desk = Desk()
    line = desk.client()
    line.subscribe("t/+")
    line.send(bytes((0xA2, 4 + len(other), 0, 2, 0, len(other))) + other.encode())
    line.expect("b0 02 0002")
    desk.broker.publish("t/a", b"x")
    line.expect("30 06 0003 't/a' 'x'")
    line.send("a2 07 0003 0003 't/+'")
    line.expect("b0 02 0003")
    desk.broker.publish("t/a", b"y")
    line.expect("")


@clause("MQTT-3.10.4-2")
def test_no_new_messages_come_after_an_unsubscribe() -> None:
    desk = Desk()
    line = desk.client()
    line.subscribe("t", 1)
    line.subscribe("u", 1)
    line.send("a2 05 0002 0001 't'")
    line.expect("b0 02 0002")
    desk.broker.publish("t", b"x", 1)
    desk.broker.publish("u", b"y", 1)
    line.expect("32 06 0001 'u' 0001 'y'")


@clause("MQTT-3.10.4-3")
def test_what_was_being_delivered_before_an_unsubscribe_is_delivered() -> None:
    desk = Desk(Limits(inflight=2))
    line = desk.client("a", clean=False)
    line.subscribe("t", 2)
    desk.broker.publish("t", b"1", 1)
    desk.broker.publish("t", b"2", 2)
    line.expect("32 06 0001 't' 0001 '1'  34 06 0001 't' 0002 '2'")
    line.send("a2 05 0002 0001 't'")
    line.expect("b0 02 0002")
    line.send("50 02 0002")
    line.expect("62 02 0002")
    line.hang_up()
    line = desk.line()
    line.send("10 0d 0004 'MQTT' 04 00 0000 0001 'a'")
    line.expect("20 02 01 00  62 02 0002  3a 06 0001 't' 0001 '1'")


@clause("MQTT-3.10.4-4")
@pytest.mark.parametrize("packet_id", ["0001", "00ff", "ff00", "ffff"])
def test_unsuback_has_the_packet_identifier_of_its_unsubscribe(packet_id: str) -> None:
    line = Desk().client()
    line.subscribe("t")
    line.send(f"a2 05 {packet_id} 0001 't'")
    line.expect(f"b0 02 {packet_id}")


@clause("MQTT-3.10.4-5")
def test_unsuback_comes_also_where_nothing_was_subscribed() -> None:
    line = Desk().client()
    line.send("a2 05 0001 0001 't'")
    line.expect("b0 02 0001")


@clause("MQTT-3.10.4-6")
def test_many_filters_are_as_many_unsubscribes_with_one_answer() -> None:
    desk = Desk()
    line = desk.client()
    for topic in ("t", "u", "v"):
        line.subscribe(topic)
    line.send("a2 0b 0001 0001 't' 0001 'x' 0001 'v'")
    line.expect("b0 02 0001")
    for topic in ("t", "u", "v"):
        desk.broker.publish(topic, b"")
    line.expect("30 03 0001 'u'")
