"""MQTT 5, 1.5: integers and strings."""

from __future__ import annotations

import pytest

from homeward.mqtt.packets import Publish
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import octets
from tests.mqtt.conformance.v5.talk import client, desk, ends, packet, publish, subscriber

MALFORMED = "e0 01 81"


@clause("MQTT-1.5.4-1")
@pytest.mark.parametrize(
    "said",
    [
        "30 07 0003 eda080 00 'x'",  # U+D800 as a topic name
        "30 06 0002 c080 00 'x'",  # U+0000 in two bytes
        "30 05 0001 ff 00 'x'",
        "30 05 0002 c3 00 'x'",  # which takes a byte of what follows
        "30 0b 0001 't' 06 03 0003 eda080 'x'",  # as a content type
        "82 09 0001 00 0003 eda080 00",
        "a2 08 0001 00 0003 eda080",
        "e0 08 00 06 1f 0003 eda080",
    ],
)
def test_what_is_not_utf_8_ends_the_connection_wherever_it_stands(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, MALFORMED)


@clause("MQTT-1.5.4-2")
@pytest.mark.parametrize(
    "said",
    [
        "30 07 0003 610062 00 'x'",
        "30 09 0001 't' 04 03 0001 00 'x'",
        "82 07 0001 00 0001 00 00",
        "a2 06 0001 00 0001 00",
    ],
)
def test_u_0000_ends_the_connection_wherever_it_stands(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, MALFORMED)


@clause("MQTT-1.5.4-3")
def test_a_byte_order_mark_is_a_character_like_any_other() -> None:
    house = desk()
    listener = subscriber(house, "\ufefft")
    plain = subscriber(house, "t", client_id="plain")
    client(house).send("30 08 0004 efbbbf 't' 00 'x'")
    listener.expect("30 08 0004 efbbbf 't' 00 'x'")
    plain.expect("")


@clause("MQTT-1.5.5-1")
@pytest.mark.parametrize(
    "said", ["30 06 0001 't' 8000 'x'", "30 09 0001 't' 828000 0101 'x'", "82 0a 0001 03 0b 8100 0001 't' 00"]
)
def test_a_variable_byte_integer_in_more_bytes_than_it_needs_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, MALFORMED)


@clause("MQTT-1.5.5-1")
@pytest.mark.parametrize(
    ("size", "length"),
    [(127, "7f"), (128, "80 01"), (16_383, "ff 7f"), (16_384, "80 80 01"), (2_097_152, "80 80 80 01")],
)
def test_a_variable_byte_integer_is_written_in_the_fewest_bytes(size: int, length: str) -> None:
    begin = Publish("t", bytes(size - 4)).encode(5)[:6]
    assert begin.hex(" ").startswith(f"30 {length}")
    assert begin[len(bytes.fromhex(length)) + 1] == 0  # where the topic begins


@clause("MQTT-1.5.7-1")
@pytest.mark.parametrize("pair", ["0002 c080 0000", "0000 0002 c080", "0001 00 0001 'v'", "0001 'k' 0001 00"])
def test_a_user_property_of_which_a_half_is_no_string_ends_the_connection(pair: str) -> None:
    line = client(desk())
    line.send(packet(0x82, octets("0001 07 26") + octets(pair) + octets("0001 't' 00")))
    ends(line, MALFORMED)


@clause("MQTT-1.5.7-1")
def test_a_user_property_is_two_strings() -> None:
    house = desk()
    listener = subscriber(house, "t")
    client(house).send("30 0e 0001 't' 09 26 0001 'k' 0003 'vé' 'x'")
    listener.expect("30 0e 0001 't' 09 26 0001 'k' 0003 'vé' 'x'")


def test_a_packet_may_come_in_pieces_of_a_byte() -> None:
    house = desk()
    listener, line = subscriber(house, "t"), client(house)
    for byte in bytes.fromhex("30 05 0001 74 00 78"):
        line.send(bytes((byte,)))
    listener.expect("30 05 0001 't' 00 'x'")


def test_packets_may_come_together() -> None:
    house = desk()
    listener, line = subscriber(house, "t"), client(house)
    line.send("30 05 0001 't' 00 'x' c000 30 05 0001 't' 00 'y'")
    listener.expect("30 05 0001 't' 00 'x' 30 05 0001 't' 00 'y'")
    line.expect("d0 00")


@pytest.mark.parametrize("said", ["30 80808080", "30 ffffffff 01"])
def test_a_remaining_length_of_more_than_four_bytes_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, MALFORMED)


def test_a_string_that_is_longer_than_its_packet_ends_the_connection() -> None:
    line = client(desk())
    line.send("30 04 0005 7478")
    ends(line, MALFORMED)


def test_an_empty_payload_is_a_message() -> None:
    house = desk()
    listener = subscriber(house, "t")
    publish(client(house), "t")
    listener.expect("30 04 0001 't' 00")
