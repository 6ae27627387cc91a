"""MQTT 5, 2: fixed header, packet identifiers, properties."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import client, desk, ends, publish, subscriber


@clause("MQTT-2.1.3-1")
@pytest.mark.parametrize(
    "said",
    [
        "38 05 0001 't' 00 'x'",  # a duplicate at QoS 0
        "36 07 0001 't' 0001 00 'x'",  # QoS 3
        "41 02 0001",
        "52 02 0001",
        "60 02 0001",
        "6a 02 0001",
        "71 02 0001",
        "80 07 0001 00 0001 't' 00",
        "8a 07 0001 00 0001 't' 00",
        "a0 06 0001 00 0001 't'",
        "c1 00",
        "e1 00",
        "f8 00",
        "00 00",  # type 0
    ],
)
def test_flags_that_are_reserved_end_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 81")


@clause("MQTT-2.1.3-1")
def test_a_connect_with_flags_is_not_answered() -> None:
    line = desk().line()
    line.send("11 0e 0004 'MQTT' 05 02 0000 00 0001 'a'")
    line.expect_end()


@clause("MQTT-2.2.1-2")
def test_at_qos_0_the_payload_follows_the_properties_at_once() -> None:
    house = desk()
    listener = subscriber(house, "t", 2)
    client(house).send("30 07 0001 't' 00 0001 'x'")
    listener.expect("30 07 0001 't' 00 0001 'x'")


@clause("MQTT-2.2.1-3")
@pytest.mark.parametrize(
    "said",
    ["32 07 0001 't' 0000 00 'x'", "34 07 0001 't' 0000 00 'x'", "82 07 0000 00 0001 't' 00", "a2 06 0000 00 0001 't'"],
)
def test_packet_identifier_0_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 81")


@clause("MQTT-2.2.1-4", "MQTT-4.3.2-1", "MQTT-4.3.3-1")
@pytest.mark.parametrize(("qos", "first"), [(1, "32"), (2, "34")])
def test_each_message_of_the_server_has_an_identifier_of_its_own(qos: int, first: str) -> None:
    house = desk()
    listener, line = subscriber(house, "t", qos), client(house)
    for number in (1, 2, 3):
        publish(line, "t", "x", 0x30 | qos << 1, number)
    listener.expect(" ".join(f"{first} 07 0001 't' {number:04x} 00 'x'" for number in (1, 2, 3)))


@clause("MQTT-2.2.1-4")
def test_after_65535_the_server_takes_the_first_identifier_that_is_free() -> None:
    house = desk(limits=Limits(inflight=0xFFFF, queued=1 << 30, burst=1 << 30))
    listener = subscriber(house, "t", 1)
    for _ in range(0xFFFF):
        house.broker.publish("t", b"", 1)
    assert listener.take()[-8:].hex() == "3206000174ffff00"
    listener.send(b"".join(b"\x40\2" + number.to_bytes(2, "big") for number in range(3, 0xFFFF)))  # not 1, 2 and 65535
    house.broker.publish("t", b"x", 1)
    listener.expect("32 07 0001 't' 0003 00 'x'")


@clause("MQTT-2.2.1-4")
def test_an_identifier_that_is_free_again_is_not_taken_before_its_turn() -> None:
    house = desk()
    listener, line = subscriber(house, "t", 1), client(house)
    publish(line, "t", "x", 0x32, 1)
    listener.send("40 02 0001")
    publish(line, "t", "y", 0x32, 1)
    listener.expect("32 07 0001 't' 0001 00 'x' 32 07 0001 't' 0002 00 'y'")


@clause("MQTT-2.2.1-5")
@pytest.mark.parametrize("number", ["0001", "abcd", "ffff"])
def test_the_answers_to_a_publish_have_its_identifier(number: str) -> None:
    house = desk()
    line = client(house)
    subscriber(house, "t")
    line.send(f"32 07 0001 't' {number} 00 'x'")
    line.expect(f"40 02 {number}")
    line.send(f"34 07 0001 't' {number} 00 'x'")
    line.expect(f"50 02 {number}")
    line.send(f"62 02 {number}")
    line.expect(f"70 02 {number}")


@clause("MQTT-2.2.1-5")
def test_the_release_of_the_servers_message_has_its_identifier() -> None:
    house = desk()
    listener, line = subscriber(house, "t", 2), client(house)
    publish(line, "t", "x", 0x34, 9)
    publish(line, "t", "y", 0x34, 10)
    listener.expect("34 07 0001 't' 0001 00 'x' 34 07 0001 't' 0002 00 'y'")
    listener.send("50 02 0002 50 02 0001")
    listener.expect("62 02 0002 62 02 0001")


@clause("MQTT-2.2.1-6")
@pytest.mark.parametrize("number", ["0001", "abcd", "ffff"])
def test_suback_and_unsuback_have_the_identifier_of_what_they_answer(number: str) -> None:
    line = client(desk())
    line.send(f"82 07 {number} 00 0001 't' 00")
    line.expect(f"90 04 {number} 00 00")
    line.send(f"a2 06 {number} 00 0001 't'")
    line.expect(f"b0 04 {number} 00 00")


@clause("MQTT-2.2.2-1")
def test_a_packet_without_properties_says_so() -> None:
    house = desk()
    listener, line = client(house, "listener"), client(house)
    listener.send("82 07 0001 00 0001 't' 01")
    listener.expect("90 04 0001 00 01")
    publish(line, "t", "x", 0x32, 1)
    listener.expect("32 07 0001 't' 0001 00 'x'")
    listener.send("a2 06 0002 00 0001 't'")
    listener.expect("b0 04 0002 00 00")


@clause("MQTT-2.2.2-1")
@pytest.mark.parametrize(
    "said",
    [
        "32 05 0001 't' 0001",
        "82 02 0001",
        "82 06 0001 0001 't' 00",  # whose 00 of the length of `t` is taken for that of the properties
        "a2 02 0001",
    ],
)
def test_a_packet_that_leaves_out_the_length_of_its_properties_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    assert line.take()[:1] == b"\xe0"
    assert line.ended


@pytest.mark.parametrize(
    "said",
    [
        "30 08 0001 't' 03 21 0001 'x'",  # a receive maximum
        "30 07 0001 't' 02 04 00 'x'",  # a number that no property has
        "82 09 0001 02 01 00 0001 't' 00",
        "a2 08 0001 02 0b 01 0001 't'",
        "40 08 0001 00 04 03 0001 't'",
        "e0 06 00 04 15 0001 'm'",
    ],
)
def test_a_property_where_it_may_not_stand_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 81")


@pytest.mark.parametrize(
    "said",
    [
        "30 09 0001 't' 04 01 00 01 00 'x'",
        "30 0f 0001 't' 0a 02 00000001 02 00000001 'x'",
        "30 0d 0001 't' 08 03 0001 'c' 03 0001 'c' 'x'",
        "30 0d 0001 't' 08 08 0001 'r' 08 0001 'r' 'x'",
        "30 0d 0001 't' 08 09 0001 'c' 09 0001 'c' 'x'",
        "30 0b 0001 't' 06 23 0001 23 0001 'x'",
        "82 0b 0001 04 0b 01 0b 02 0001 't' 00",
        "e0 0c 00 0a 11 00000000 11 00000000",
        "e0 0a 00 08 1f 0001 'r' 1f 0001 'r'",
    ],
)
def test_a_property_that_comes_twice_is_a_protocol_error(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 82")


@pytest.mark.parametrize("said", ["30 07 0001 't' 02 01 02 'x'", "82 09 0001 02 0b 00 0001 't' 00"])
def test_a_property_with_a_value_that_it_may_not_have_is_a_protocol_error(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 82")


def test_properties_that_are_longer_than_their_packet_end_the_connection() -> None:
    line = client(desk())
    line.send("30 06 0001 't' 05 01 00")
    ends(line, "e0 01 81")
