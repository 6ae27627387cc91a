"""MQTT 5, 3.8 and 3.9: SUBSCRIBE, SUBACK."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Line
from tests.mqtt.conformance.v5.talk import LIMITS, back, client, desk, ends, lasting, publish, subscribe, subscriber


@clause("MQTT-3.8.1-1")
@pytest.mark.parametrize("first", ["80", "81", "83", "84", "86", "8a", "8f"])
def test_a_subscribe_with_other_flags_ends_the_connection(first: str) -> None:
    line = client(desk())
    line.send(f"{first} 07 0001 00 0001 't' 00")
    ends(line, "e0 01 81")


@clause("MQTT-3.8.3-1")
@pytest.mark.parametrize("topic_filter", ["0003 eda080", "0003 610062", "0003 'a/' ff"])
def test_a_filter_that_is_no_string_ends_the_connection(topic_filter: str) -> None:
    line = client(desk())
    line.send(f"82 09 0001 00 {topic_filter} 00")
    ends(line, "e0 01 81")


@clause("MQTT-3.8.3-2")
@pytest.mark.parametrize(("said", "reason"), [("82 03 0001 00", "82"), ("82 06 0001 00 0001 't'", "81")])
def test_a_subscribe_without_a_filter_and_its_options_ends_the_connection(said: str, reason: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, f"e0 01 {reason}")


@clause("MQTT-3.8.3-3")
def test_no_local_keeps_a_clients_own_messages_from_it() -> None:
    house = desk()
    listener = subscriber(house, "t", 4)
    publish(listener, "t", "mine")
    publish(client(house), "t", "yours")
    listener.expect("30 09 0001 't' 00 'yours'")


@clause("MQTT-3.8.3-3")
def test_no_local_holds_for_its_own_subscription_alone() -> None:
    house = desk()
    line = subscriber(house, "t", 5)
    subscribe(line, "#", 0)
    publish(line, "t", "x", 0x34, 1)
    line.expect("30 05 0001 't' 00 'x' 50 02 0001")


@clause("MQTT-3.8.3-3")
def test_no_local_holds_after_the_process_was_restarted() -> None:
    house = desk()
    subscribe(lasting(house), "t", 4)
    house.restart()
    again = back(house)
    publish(again, "t", "mine")
    publish(client(house, "b"), "t", "yours")
    again.expect("30 09 0001 't' 00 'yours'")


@clause("MQTT-3.8.3-4")
def test_no_local_on_a_shared_subscription_is_a_protocol_error() -> None:
    line = client(desk())
    line.send("82 10 0001 00 000a '$share/s/t' 04")
    ends(line, "e0 01 82")


@clause("MQTT-3.8.3-5")
@pytest.mark.parametrize("options", ["40", "80", "c0", "41"])
def test_reserved_options_end_the_connection(options: str) -> None:
    line = client(desk())
    line.send(f"82 07 0001 00 0001 't' {options}")
    ends(line, "e0 01 81")


@pytest.mark.parametrize("options", ["03", "30", "33"])
def test_options_that_mean_nothing_are_a_protocol_error(options: str) -> None:
    line = client(desk())
    line.send(f"82 07 0001 00 0001 't' {options}")
    ends(line, "e0 01 82")


@clause("MQTT-3.8.4-1", "MQTT-3.8.4-2")
def test_each_subscribe_is_answered_under_its_identifier() -> None:
    line = client(desk())
    line.send("82 07 0001 00 0001 't' 00 82 07 1234 00 0001 'u' 00 82 07 0001 00 0001 't' 00")
    line.expect("90 04 0001 00 00 90 04 1234 00 00 90 04 0001 00 00")


@clause("MQTT-3.8.4-3")
def test_the_same_filter_again_takes_the_place_of_the_first() -> None:
    house = desk()
    listener = client(house, "listener")
    listener.send("82 09 0001 02 0b 01 0001 't' 02 82 09 0002 02 0b 02 0001 't' 08")
    listener.expect("90 04 0001 00 02 90 04 0002 00 00")
    client(house).send("35 07 0001 't' 0001 00 'x'")
    listener.expect("31 07 0001 't' 02 0b 02 'x'")
    listener.send("82 07 0003 00 0001 't' 21")
    listener.expect("90 04 0003 00 01")
    publish(client(house, "b"), "t", "y", 0x34, 1)
    listener.expect("32 07 0001 't' 0001 00 'y'")


@clause("MQTT-3.8.4-4")
def test_a_subscription_that_is_replaced_brings_retained_messages_again_and_loses_none_that_are_under_way() -> None:
    house = desk()
    client(house).send("31 08 0001 't' 00 'kept'")
    listener = client(house, "listener", receive_maximum=1)
    listener.send("82 07 0001 00 0001 't' 21")
    listener.expect("90 04 0001 00 01")
    line = client(house, "b")
    publish(line, "t", "x", 0x32, 1)
    publish(line, "t", "y", 0x32, 2)
    listener.expect("32 07 0001 't' 0001 00 'x'")
    listener.send("82 07 0002 00 0001 't' 00 40 02 0001")
    data = listener.take()
    listener.send("40 02 0002")
    data += listener.take()
    for packet in ("90 04 00 02 00 00", "31 08 00 01 74 00 6b 65 70 74", "32 07 00 01 74 00 02 00 79"):
        assert packet in data.hex(" ")


@clause("MQTT-3.8.4-5", "MQTT-3.8.4-6", "MQTT-3.9.3-1")
def test_many_filters_are_as_good_as_one_each_and_are_answered_together_in_their_order() -> None:
    house = desk()
    client(house).send("31 05 0001 'a' 00 '1' 31 05 0001 'c' 00 '3'")
    listener = client(house, "listener")
    _forbid(listener, "b")
    listener.send("82 13 0001 00 0001 'c' 02 0001 'b' 01 0001 'a' 00 0001 'a' 21")
    listener.expect("90 07 0001 00 02 87 00 01 31 05 0001 'c' 00 '3' 31 05 0001 'a' 00 '1'")
    line = client(house, "line")
    publish(line, "a", "x", 0x34, 1)
    publish(line, "b", "y", 0x34, 2)
    publish(line, "c", "z", 0x34, 3)
    listener.expect("32 07 0001 'a' 0001 00 'x' 34 07 0001 'c' 0002 00 'z'")


@clause("MQTT-3.8.4-7", "MQTT-3.9.3-2")
@pytest.mark.parametrize("qos", ["00", "01", "02"])
def test_every_qos_is_granted_as_it_is_asked_for(qos: str) -> None:
    line = client(desk())
    line.send(f"82 07 0001 00 0001 't' {qos}")
    line.expect(f"90 04 0001 00 {qos}")


@clause("MQTT-3.8.4-7", "MQTT-3.9.3-2")
def test_a_subscription_that_rules_forbid_is_refused_and_brings_nothing() -> None:
    house = desk()
    line = client(house)
    _forbid(line, "t")
    line.send("82 07 0001 00 0001 't' 01")
    line.expect("90 04 0001 00 87")
    publish(client(house, "b"), "t", "x")
    line.expect("")


@clause("MQTT-3.8.4-7", "MQTT-3.9.3-2")
def test_a_subscription_too_many_is_refused() -> None:
    line = client(desk(limits=Limits(packet=4096, inflight=20, aliases=4, subscriptions=1)))
    line.send("82 0f 0001 00 0001 't' 00 0001 'u' 00 0001 't' 01")
    line.expect("90 06 0001 00 00 97 01")


@clause("MQTT-3.8.4-8")
@pytest.mark.parametrize(
    ("published", "granted", "first"),
    [
        (0, 0, "30"),
        (0, 1, "30"),
        (0, 2, "30"),
        (1, 0, "30"),
        (2, 0, "30"),
        (1, 1, "32"),
        (1, 2, "32"),
        (2, 1, "32"),
        (2, 2, "34"),
    ],
)
def test_a_message_comes_at_the_lower_of_its_qos_and_the_one_granted(published: int, granted: int, first: str) -> None:
    house = desk()
    listener = subscriber(house, "t", granted)
    publish(client(house), "t", "x", 0x30 | published << 1, 9 if published else 0)
    if first == "30":
        listener.expect("30 05 0001 't' 00 'x'")
    else:
        listener.expect(f"{first} 07 0001 't' 0001 00 'x'")


@clause("MQTT-3.9.2-1", "MQTT-3.9.2-2")
def test_a_refusal_has_no_words_that_could_make_it_too_large() -> None:
    line = client(desk(), maximum_packet_size=16)
    _forbid(line, "t")
    line.send("82 0b 0001 00 0001 't' 01 0001 'u' 01")
    line.expect("90 05 0001 00 87 01")


@pytest.mark.parametrize("identifier", ["01", "7f", "80 01", "ff ff ff 7f"])
def test_every_subscription_identifier_is_taken(identifier: str) -> None:
    house = desk()
    listener = client(house, "listener")
    size = 1 + len(bytes.fromhex(identifier))
    listener.send(f"82 {7 + size:02x} 0001 {size:02x} 0b {identifier} 0001 't' 00")
    listener.expect("90 04 0001 00 00")
    publish(client(house), "t", "x")
    listener.expect(f"30 {5 + size:02x} 0001 't' {size:02x} 0b {identifier} 'x'")


def test_user_properties_of_a_subscribe_are_taken_and_passed_over() -> None:
    line = client(desk())
    line.send("82 15 0001 0e 26 0001 'k' 0001 'v' 26 0001 'k' 0001 'v' 0001 't' 00")
    line.expect("90 04 0001 00 00")


@pytest.mark.parametrize("topic_filter", ["a" * (LIMITS.topic + 1), "/" * LIMITS.levels])
def test_a_filter_that_is_too_long_or_too_deep_is_refused(topic_filter: str) -> None:
    line = client(desk())
    body = b"\0\1\0" + len(topic_filter).to_bytes(2, "big") + topic_filter.encode() + b"\0"
    size = len(body)
    line.send(b"\x82" + (bytes((size & 127 | 128, size >> 7)) if size > 127 else bytes((size,))) + body)
    line.expect("90 04 0001 00 8f")


def _forbid(line: Line, topic_filter: str) -> None:
    assert line.guest
    line.guest.forbidden.add(topic_filter)
