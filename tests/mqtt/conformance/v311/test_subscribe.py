"""MQTT 3.1.1, 3.8 and 3.9: SUBSCRIBE and SUBACK."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, octets


@clause("MQTT-3.8.1-1")
@pytest.mark.parametrize("flags", sorted(set(range(16)) - {2}))
def test_the_reserved_bits_of_subscribe_are_0010(flags: int) -> None:
    line = Desk().client()
    line.send(bytes((0x80 | flags,)) + octets("06 0001 0001 't' 00"))
    line.expect_end(why=f"0x8{flags:x}")


@clause("MQTT-3.8.3-1")
@pytest.mark.parametrize("topic_filter", ["0002 c328", "0003 eda080"])
def test_a_filter_that_is_not_utf_8_closes_the_connection(topic_filter: str) -> None:
    line = Desk().client()
    line.send(f"82 {5 + int(topic_filter[:4], 16):02x} 0001 {topic_filter} 00")
    line.expect_end(why="UTF-8")


@clause("MQTT-3.8.3-3")
def test_a_subscribe_without_a_filter_closes_the_connection() -> None:
    line = Desk().client()
    line.send("82 02 0001")
    line.expect_end(why="SUBSCRIBE without a topic filter")


@clause("MQTT-3.8.3-4")
@pytest.mark.parametrize("options", ["03", "04", "08", "10", "20", "40", "80", "fd"])
def test_reserved_bits_or_a_qos_of_3_beside_a_filter_close_the_connection(options: str) -> None:
    line = Desk().client()
    line.send(f"82 0a 0001 0001 't' 00 0001 'u' {options}")
    line.expect_end(why="SUBSCRIBE")
    assert line.guest
    assert line.guest.filters == []


@clause("MQTT-3.8.4-1")
def test_a_subscribe_is_answered() -> None:
    line = Desk().client()
    line.send("82 06 0001 0001 't' 00")
    line.expect("90 03 0001 00")


@clause("MQTT-3.8.4-2")
@pytest.mark.parametrize("packet_id", ["0001", "00ff", "ff00", "ffff"])
def test_suback_has_the_packet_identifier_of_its_subscribe(packet_id: str) -> None:
    line = Desk().client()
    line.send(f"82 06 {packet_id} 0001 't' 00")
    line.expect(f"90 03 {packet_id} 00")


@clause("MQTT-3.8.4-3")
def test_the_same_filter_replaces_its_subscription() -> None:
    desk = Desk()
    line = desk.client()
    line.send("82 06 0001 0001 't' 02  82 06 0002 0001 't' 00")
    line.expect("90 03 0001 02  90 03 0002 00")
    desk.broker.publish("t", b"x", 2)
    line.expect("30 04 0001 't' 'x'")
    line.send("a2 05 0003 0001 't'")
    line.expect("b0 02 0003")
    desk.broker.publish("t", b"y", 2)
    line.expect("")


@clause("MQTT-3.8.4-3")
def test_the_same_filter_gets_retained_messages_again() -> None:
    desk = Desk()
    desk.broker.publish("t", b"x", 1, retain=True)
    line = desk.client()
    line.send("82 06 0001 0001 't' 00")
    line.expect("90 03 0001 00  31 04 0001 't' 'x'")
    line.send("82 06 0002 0001 't' 01")
    line.expect("90 03 0002 01  33 06 0001 't' 0001 'x'")


@clause("MQTT-3.8.4-3")
def test_messages_under_way_are_not_interrupted_by_a_new_subscription() -> None:
    desk = Desk(Limits(inflight=1))
    line = desk.client()
    line.subscribe("t", 1)
    desk.broker.publish("t", b"1", 1)
    desk.broker.publish("t", b"2", 1)
    line.expect("32 06 0001 't' 0001 '1'")
    line.send("82 06 0002 0001 't' 00")
    line.expect("90 03 0002 00")
    line.send("40 02 0001")
    line.expect("32 06 0001 't' 0002 '2'")


@clause("MQTT-3.8.4-4")
def test_many_filters_are_as_many_subscribes_with_one_answer() -> None:
    desk = Desk()
    for topic in ("t", "u"):
        desk.broker.publish(topic, b"x", 2, retain=True)
    line = desk.client()
    line.send("82 0e 0001 0001 't' 00 0001 'u' 01 0001 't' 02")
    line.expect("90 05 0001 000102  31 04 0001 't' 'x'  33 06 0001 'u' 0001 'x'  35 06 0001 't' 0002 'x'")
    desk.broker.publish("t", b"y", 2)
    line.expect("34 06 0001 't' 0003 'y'")


@clause("MQTT-3.8.4-5")
def test_suback_says_for_each_filter_which_qos_was_granted_or_that_it_failed() -> None:
    desk = Desk()
    line = desk.client()
    assert line.guest
    line.guest.forbidden.add("secret")
    line.send("82 17 0001 0001 'a' 00 0001 'b' 01 0006 'secret' 02 0001 'c' 02")
    line.expect("90 06 0001 00 01 80 02")
    assert desk.broker.publish("secret", b"x") == 0


@clause("MQTT-3.8.4-6")
@pytest.mark.parametrize("granted", [0, 1, 2])
@pytest.mark.parametrize("published", [0, 1, 2])
def test_a_message_comes_at_the_lower_of_its_qos_and_the_one_granted(published: int, granted: int) -> None:
    desk = Desk()
    line = desk.client()
    line.subscribe("t", granted)
    desk.broker.publish("t", b"x", published)
    sent = ["30 04 0001 't' 'x'", "32 06 0001 't' 0001 'x'", "34 06 0001 't' 0001 'x'"]
    line.expect(sent[min(published, granted)])


@clause("MQTT-3.9.3-1")
def test_codes_in_suback_are_in_the_order_of_the_filters() -> None:
    line = Desk().client()
    line.send("82 12 0001 0001 'd' 02 0001 'a' 00 0001 'c' 01 0001 'b' 02")
    line.expect("90 06 0001 02 00 01 02")


@clause("MQTT-3.9.3-2")
@pytest.mark.parametrize("limits", [Limits(subscriptions=0), Limits(topic=1), Limits(levels=1)])
def test_whatever_a_subscription_fails_for_the_code_is_0x80(limits: Limits) -> None:
    line = Desk(limits).client()
    line.send("82 08 0001 0003 'a/b' 00")
    line.expect("90 03 0001 80")
