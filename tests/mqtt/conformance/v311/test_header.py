"""MQTT 3.1.1, 2: fixed header and packet identifiers."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, octets


@clause("MQTT-2.2.2-1")
def test_what_the_server_sends_has_the_reserved_flags_of_its_type() -> None:
    line = Desk().line()
    line.send("10 0d 0004 'MQTT' 04 02 0000 0001 'a'")
    line.expect("20 02 00 00")
    line.send("82 06 0001 0001 'a' 02")
    line.expect("90 03 0001 02")
    line.send("32 05 0001 'b' 0002")
    line.expect("40 02 0002")
    line.send("34 05 0001 'a' 0003")
    line.expect("34 05 0001 'a' 0001  50 02 0003")
    line.send("50 02 0001")
    line.expect("62 02 0001")
    line.send("62 02 0003")
    line.expect("70 02 0003")
    line.send("a2 05 0004 0001 'a'")
    line.expect("b0 02 0004")
    line.send("c0 00")
    line.expect("d0 00")


@clause("MQTT-2.2.2-2")
@pytest.mark.parametrize(
    "right",
    [
        "40 02 0001",
        "50 02 0001",
        "62 02 0001",
        "70 02 0001",
        "82 06 0001 0001 'a' 00",
        "a2 05 0001 0001 'a'",
        "c0 00",
    ],
)
def test_invalid_flags_close_the_connection(right: str) -> None:
    desk, packet = Desk(), octets(right)
    line = desk.client()
    line.send(packet)
    assert not line.ended
    for flags in set(range(16)) - {packet[0] & 15}:
        first = packet[0] & 0xF0 | flags
        line = desk.client()
        line.send(bytes((first,)) + packet[1:])
        line.expect_end(why=f"0x{first:02x}")


@clause("MQTT-2.2.2-2")
@pytest.mark.parametrize("flags", range(1, 16))
def test_invalid_flags_of_connect_close_the_connection(flags: int) -> None:
    line = Desk().line()
    line.send(bytes((0x10 | flags,)) + octets("0d 0004 'MQTT' 04 02 0000 0001 'a'"))
    line.expect_end(why=f"0x1{flags:x}")
    assert not line.requests


@clause("MQTT-2.3.1-1")
@pytest.mark.parametrize(
    "packet",
    ["82 06 0000 0001 'a' 00", "a2 05 0000 0001 'a'", "32 05 0001 'a' 0000", "34 05 0001 'a' 0000"],
    ids=["SUBSCRIBE", "UNSUBSCRIBE", "PUBLISH at QoS 1", "PUBLISH at QoS 2"],
)
def test_the_packet_identifier_0_closes_the_connection(packet: str) -> None:
    line = Desk().client()
    line.send(packet)
    line.expect_end(why="packet identifier 0")


@clause("MQTT-2.3.1-4")
def test_the_server_sends_again_under_the_same_identifier_and_takes_unused_ones_for_new_messages() -> None:
    desk = Desk()
    line = desk.client("a", clean=False)
    line.subscribe("t", 1)
    desk.broker.publish("t", b"1", 1)
    desk.broker.publish("t", b"2", 1)
    line.expect("32 06 0001 't' 0001 '1'  32 06 0001 't' 0002 '2'")
    line.send("40 02 0001")
    line.hang_up()
    line = desk.line()
    line.send("10 0d 0004 'MQTT' 04 00 0000 0001 'a'")
    line.expect("20 02 01 00  3a 06 0001 't' 0002 '2'")
    desk.broker.publish("t", b"3", 1)
    line.expect("32 06 0001 't' 0003 '3'")


@clause("MQTT-2.3.1-5")
def test_a_message_at_qos_0_has_no_packet_identifier() -> None:
    desk = Desk()
    line = desk.client()
    line.subscribe("t", 2)
    line.send("30 05 0001 't' 0007")
    line.expect("30 05 0001 't' 0007")
    assert line.guest
    assert line.guest.heard == [("t", b"\x00\x07")]


@clause("MQTT-2.3.1-6")
def test_the_answers_to_a_message_have_its_packet_identifier() -> None:
    desk = Desk()
    line = desk.client()
    line.send("32 05 0001 't' ffff")
    line.expect("40 02 ffff")
    line.send("34 05 0001 't' 1234")
    line.expect("50 02 1234")
    line.send("62 02 1234")
    line.expect("70 02 1234")
    line.subscribe("t", 2)
    desk.broker.publish("t", b"1", 2)
    desk.broker.publish("t", b"2", 2)
    line.expect("34 06 0001 't' 0001 '1'  34 06 0001 't' 0002 '2'")
    line.send("50 02 0002")
    line.expect("62 02 0002")


@clause("MQTT-2.3.1-7")
def test_suback_and_unsuback_have_the_identifier_of_what_they_answer() -> None:
    line = Desk().client()
    line.send("82 06 fedc 0001 'a' 00")
    line.expect("90 03 fedc 00")
    line.send("a2 05 ba98 0001 'a'")
    line.expect("b0 02 ba98")


@pytest.mark.parametrize(
    ("length", "encoded"),
    [
        (127, "7f"),
        (128, "80 01"),
        (16_383, "ff 7f"),
        (16_384, "80 80 01"),
        (2_097_151, "ff ff 7f"),
        (2_097_152, "80 80 80 01"),
    ],
)
def test_a_remaining_length_has_as_many_bytes_as_it_needs(length: int, encoded: str) -> None:
    line = Desk(Limits(packet=2_097_152)).client()
    line.subscribe("t")
    packet = octets(f"30 {encoded} 0001 't'") + bytes(length - 3)
    line.send(packet[:2])
    line.send(packet[2:4])
    line.send(packet[4:])
    line.expect(packet)
