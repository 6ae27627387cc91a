"""MQTT 3.1.1, 3.3 to 3.7: PUBLISH and what answers it. Retained messages are in `test_retain.py`."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, octets


@clause("MQTT-3.3.1-1")
@pytest.mark.parametrize(("qos", "first", "again"), [(1, "32", "3a"), (2, "34", "3c")])
def test_a_message_that_is_sent_again_is_marked_as_a_duplicate(qos: int, first: str, again: str) -> None:
    desk = Desk()
    line = desk.client("a", clean=False)
    line.subscribe("t", 2)
    desk.broker.publish("t", b"x", qos)
    line.expect(f"{first} 06 0001 't' 0001 'x'")
    line.hang_up()
    line = desk.line()
    line.send("10 0d 0004 'MQTT' 04 00 0000 0001 'a'")
    line.expect(f"20 02 01 00  {again} 06 0001 't' 0001 'x'")


@clause("MQTT-3.3.1-2")
def test_a_duplicate_at_qos_0_closes_the_connection() -> None:
    line = Desk().client()
    line.send("38 04 0001 't' 'x'")
    line.expect_end(why="PUBLISH flags")


@clause("MQTT-3.3.1-3")
def test_the_dup_flag_of_a_publisher_is_its_own_affair() -> None:
    line = Desk().client()
    line.subscribe("t", 2)
    line.send("3a 06 0001 't' 0007 '1'")
    line.expect("32 06 0001 't' 0001 '1'  40 02 0007")
    line.send("3c 06 0001 't' 0008 '2'")
    line.expect("34 06 0001 't' 0002 '2'  50 02 0008")


@clause("MQTT-3.3.1-4")
@pytest.mark.parametrize("first", ["36", "37", "3e", "3f"])
def test_a_qos_of_3_closes_the_connection(first: str) -> None:
    line = Desk().client()
    line.send(f"{first} 06 0001 't' 0007 'x'")
    line.expect_end(why="PUBLISH flags")


@clause("MQTT-3.3.2-1")
@pytest.mark.parametrize("packet", ["30 00", "30 01 00", "30 03 0002 't'", "30 03 ffff 't'", "32 03 0001 't'"])
def test_a_message_without_a_whole_topic_name_closes_the_connection(packet: str) -> None:
    line = Desk().client()
    line.send(packet)
    line.expect_end(why="PUBLISH")
    assert line.guest
    assert line.guest.heard == []


@clause("MQTT-3.3.2-1")
def test_a_topic_name_that_is_not_utf_8_closes_the_connection() -> None:
    line = Desk().client()
    line.send("30 04 0002 c328")
    line.expect_end(why="utf-8")


@clause("MQTT-3.3.2-2")
@pytest.mark.parametrize("topic", ["#", "+", "a/+", "a/#", "a+b", "a#"])
def test_a_topic_name_with_a_wildcard_closes_the_connection(topic: str) -> None:
    line = Desk().client()
    line.send(bytes((0x30, 2 + len(topic), 0, len(topic))) + topic.encode())
    line.expect_end(why="no topic name")


@clause("MQTT-3.3.2-3")
def test_a_subscriber_gets_messages_whose_topic_name_its_filter_takes_in_and_no_others() -> None:
    desk = Desk()
    line = desk.client()
    line.subscribe("a/+")
    line.subscribe("b/#")
    for topic in ("a", "a/b", "a/b/c", "b", "b/c/d", "c"):
        desk.broker.publish(topic, b"")
    line.expect("30 05 0003 'a/b'  30 03 0001 'b'  30 07 0005 'b/c/d'")


@clause("MQTT-3.3.4-1")
@pytest.mark.parametrize(
    ("packet", "answer"),
    [
        ("30 04 0001 't' 'x'", ""),
        ("32 06 0001 't' 0007 'x'", "40 02 0007"),
        ("34 06 0001 't' 0007 'x'", "50 02 0007"),
    ],
)
def test_a_message_is_answered_as_its_qos_says(packet: str, answer: str) -> None:
    line = Desk().client()
    line.send(packet)
    line.expect(answer)
    assert line.guest
    assert line.guest.heard == [("t", b"x")]


@clause("MQTT-3.3.5-1")
@pytest.mark.parametrize("order", [("t/#", "t/+", "t/a"), ("t/a", "t/+", "t/#"), ("t/+", "t/a", "t/#")])
def test_of_overlapping_subscriptions_the_highest_qos_counts(order: tuple[str, ...]) -> None:
    desk = Desk()
    line = desk.client()
    for topic_filter in order:
        line.subscribe(topic_filter, {"t/#": 0, "t/+": 2, "t/a": 1}[topic_filter])
    desk.broker.publish("t/a", b"x", 2)
    line.expect("34 08 0003 't/a' 0001 'x'")


@clause("MQTT-3.3.5-2")
@pytest.mark.parametrize(
    ("packet", "answer"),
    [
        ("30 04 0001 't' 'x'", ""),
        ("32 06 0001 't' 0007 'x'", "40 02 0007"),
        ("34 06 0001 't' 0007 'x'", "50 02 0007"),
    ],
)
def test_a_message_that_is_not_allowed_is_acknowledged_and_goes_nowhere(packet: str, answer: str) -> None:
    desk = Desk()
    watcher = desk.client("w")
    watcher.subscribe("#")
    line = desk.client("a")
    assert line.guest
    line.guest.forbidden.add("t")
    line.send(packet)
    line.expect(answer)
    assert not line.ended
    watcher.expect("")


@clause("MQTT-3.6.1-1")
@pytest.mark.parametrize("flags", sorted(set(range(16)) - {2}))
def test_the_reserved_bits_of_pubrel_are_0010(flags: int) -> None:
    line = Desk().client()
    line.send("34 05 0001 't' 0007")
    line.expect("50 02 0007")
    line.send(bytes((0x60 | flags,)) + octets("02 0007"))
    line.expect_end(why=f"0x6{flags:x}")
