"""MQTT 5, 4.3.3: QoS 2. The server's side of it, each way."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import back, client, desk, lasting, publish, subscribe, subscriber, under_way


@clause("MQTT-4.3.3-2")
def test_at_qos_2_a_message_first_goes_out_as_new() -> None:
    house = desk()
    listener = subscriber(house, "t", 2)
    client(house).send("3c 07 0001 't' 0009 00 'x'")
    listener.expect("34 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.3.3-3", "MQTT-4.4.0-1")
def test_at_qos_2_a_message_is_sent_again_on_each_connection_until_it_is_received() -> None:
    line = under_way(house := desk())
    for _ in range(3):
        line.hang_up()
        line = back(house, "3c 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.3.3-4")
def test_at_qos_2_that_a_message_was_received_is_answered_by_its_release() -> None:
    line = under_way(desk())
    line.send("50 02 0001")
    line.expect("62 02 0001")
    line.send("50 02 0001")
    line.expect("62 02 0001")


@clause("MQTT-4.3.3-4", "MQTT-4.4.0-2")
@pytest.mark.parametrize("reason", ["80", "83", "87", "90", "91", "97", "99"])
def test_at_qos_2_a_message_that_was_refused_is_done_with(reason: str) -> None:
    line = under_way(house := desk())
    line.send(f"50 03 0001 {reason}")
    line.expect("")
    line.hang_up()
    back(house)


@clause("MQTT-4.3.3-5", "MQTT-4.3.3-6")
def test_at_qos_2_the_release_is_sent_again_on_each_connection_and_the_message_is_not() -> None:
    line = under_way(house := desk())
    line.send("50 02 0001")
    line.expect("62 02 0001")
    for _ in range(3):
        line.hang_up()
        line = back(house, "62 02 0001")
    line.send("70 02 0001")
    line.hang_up()
    back(house)


@clause("MQTT-4.3.3-5", "MQTT-4.3.3-6")
def test_at_qos_2_the_release_is_sent_again_after_a_restart_and_the_message_is_not() -> None:
    line = under_way(house := desk())
    line.send("50 02 0001")
    line.expect("62 02 0001")
    house.restart()
    line = back(house, "62 02 0001")
    line.send("70 02 0001")
    house.restart()
    back(house)


@clause("MQTT-4.3.3-7")
@pytest.mark.parametrize("qos", [1, 2])
def test_what_was_sent_does_not_expire(qos: int) -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", qos)
    client(house, "b").send(f"{0x30 | qos << 1:02x} 0c 0001 't' 0009 05 02 0000000a 'x'")
    line.expect(f"{0x30 | qos << 1:02x} 0c 0001 't' 0001 05 02 0000000a 'x'")
    line.hang_up()
    house.advance(20)
    again = house.line()
    again.send("10 13 0004 'MQTT' 05 00 0000 05 11 0000003c 0001 'a'")
    assert again.take()[16:].hex(" ").startswith(f"{0x38 | qos << 1:02x} 0c 00 01 74 00 01 05 02")


@clause("MQTT-4.3.3-8")
def test_at_qos_2_a_message_is_delivered_and_its_receipt_said() -> None:
    house = desk()
    listener = subscriber(house, "t", 2)
    line = client(house)
    publish(line, "t", "x", 0x34, 0x1234)
    line.expect("50 02 1234")
    listener.expect("34 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.3.3-9")
def test_at_qos_2_the_identifier_of_a_message_that_was_refused_is_that_of_a_new_message() -> None:
    house = desk()
    listener = subscriber(house, "t")
    line = client(house)
    assert line.guest
    line.guest.forbidden.add("t")
    publish(line, "t", "x", 0x34, 1)
    line.expect("50 03 0001 87")
    line.guest.forbidden.clear()
    publish(line, "t", "y", 0x34, 1)
    line.expect("50 02 0001")
    listener.expect("30 05 0001 't' 00 'y'")


@clause("MQTT-4.3.3-10")
def test_at_qos_2_until_its_release_a_message_that_comes_again_is_not_delivered_again() -> None:
    house = desk()
    listener = subscriber(house, "t")
    line = lasting(house)
    publish(line, "t", "x", 0x34, 1)
    line.expect("50 02 0001")
    publish(line, "t", "x", 0x3C, 1)
    publish(line, "t", "x", 0x34, 1)
    line.expect("50 02 0001 50 02 0001")
    line.hang_up()
    again = back(house)
    publish(again, "t", "x", 0x3C, 1)
    again.expect("50 02 0001")
    listener.expect("30 05 0001 't' 00 'x'")


@clause("MQTT-4.3.3-10")
def test_at_qos_2_a_message_that_comes_again_after_a_restart_is_not_delivered_again() -> None:
    house = desk()
    line = lasting(house)
    publish(line, "t", "x", 0x34, 1)
    line.take()
    house.restart()
    listener = subscriber(house, "t")
    again = back(house)
    publish(again, "t", "x", 0x3C, 1)
    again.expect("50 02 0001")
    listener.expect("")


@clause("MQTT-4.3.3-11")
def test_at_qos_2_each_release_is_answered_under_its_identifier() -> None:
    house = desk()
    subscriber(house, "t")
    line = client(house)
    publish(line, "t", "x", 0x34, 0x1234)
    line.expect("50 02 1234")
    line.send("62 02 1234")
    line.expect("70 02 1234")
    line.send("62 02 1234")
    line.expect("70 03 1234 92")


@clause("MQTT-4.3.3-12")
@pytest.mark.parametrize("first", [0x34, 0x3C])
def test_at_qos_2_after_its_release_the_identifier_is_that_of_a_new_message(first: int) -> None:
    house = desk()
    listener = subscriber(house, "t")
    line = client(house)
    for _ in range(2):
        publish(line, "t", "x", first, 1)
        line.send("62 02 0001")
        line.expect("50 02 0001 70 02 0001")
        listener.expect("30 05 0001 't' 00 'x'")


@clause("MQTT-4.3.3-13")
def test_at_qos_2_the_exchange_is_completed_even_if_the_message_has_expired() -> None:
    house = desk()
    absent = lasting(house, "absent")
    subscribe(absent, "t", 2)
    absent.hang_up()
    line = client(house)
    line.send("34 0c 0001 't' 0001 05 02 00000001 'x'")
    line.expect("50 02 0001")
    house.advance(5)
    line.send("3c 0c 0001 't' 0001 05 02 00000001 'x'")
    line.expect("50 02 0001")
    line.send("62 02 0001")
    line.expect("70 02 0001")
    back(house, client_id="absent")
