"""MQTT 5, 4.3 and 4.6: QoS 0 and 1, and order. The server's side of it, each way."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import back, client, desk, lasting, publish, subscribe, subscriber


@clause("MQTT-4.3.1-1")
def test_at_qos_0_a_message_goes_out_once_and_is_not_answered() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 0)
    publish(client(house, "b"), "t", "x", 0x34, 9)
    line.expect("30 05 0001 't' 00 'x'")
    line.hang_up()
    back(house)


@clause("MQTT-4.3.2-2")
def test_at_qos_1_a_message_first_goes_out_as_new() -> None:
    house = desk()
    listener = subscriber(house, "t", 1)
    client(house).send("3a 07 0001 't' 0009 00 'x'")
    listener.expect("32 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.3.2-3", "MQTT-4.4.0-1")
def test_at_qos_1_a_message_is_sent_again_on_each_connection_until_it_is_acknowledged() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 1)
    publish(client(house, "b"), "t", "x", 0x32, 9)
    line.expect("32 07 0001 't' 0001 00 'x'")
    for _ in range(3):
        line.hang_up()
        line = back(house, "3a 07 0001 't' 0001 00 'x'")
    line.send("40 02 0001")
    line.hang_up()
    back(house)


@clause("MQTT-4.3.2-4")
def test_at_qos_1_the_acknowledgement_has_the_identifier_of_the_message() -> None:
    house = desk()
    subscriber(house, "t")
    line = client(house)
    publish(line, "t", "x", 0x32, 0x1234)
    line.expect("40 02 1234")


@clause("MQTT-4.3.2-5")
@pytest.mark.parametrize("first", ["32", "3a"])
def test_at_qos_1_after_the_acknowledgement_the_identifier_is_that_of_a_new_message(first: str) -> None:
    house = desk()
    listener = subscriber(house, "t", 0)
    line = client(house)
    for _ in range(2):
        line.send(f"{first} 07 0001 't' 0001 00 'x'")
        line.expect("40 02 0001")
        listener.expect("30 05 0001 't' 00 'x'")


@clause("MQTT-4.6.0-5", "MQTT-4.6.0-6")
@pytest.mark.parametrize(("qos", "first"), [(0, 0x30), (1, 0x32), (2, 0x34)])
def test_messages_of_a_client_come_in_the_order_in_which_it_sent_them(qos: int, first: int) -> None:
    house = desk()
    listener = subscriber(house, "+", qos)
    line = client(house)
    for number, payload in enumerate("stuvwxyz", 1):
        publish(line, "ab"[number % 2], payload, first, number if qos else 0)
    assert bytes(byte for byte in listener.take() if byte in b"stuvwxyz") == b"stuvwxyz"


@clause("MQTT-4.6.0-5")
def test_messages_that_wait_for_an_absent_client_come_in_order_and_so_again() -> None:
    house = desk()
    line = lasting(house, receive_maximum=2)
    subscribe(line, "t", 1)
    line.hang_up()
    publisher = client(house, "b")
    for number in (1, 2, 3):
        publish(publisher, "t", str(number), 0x32, number)
    line = back(house, "32 07 0001 't' 0001 00 '1' 32 07 0001 't' 0002 00 '2'", receive_maximum=2)
    line.hang_up()
    line = back(house, "3a 07 0001 't' 0001 00 '1' 3a 07 0001 't' 0002 00 '2'", receive_maximum=2)
    line.send("40 02 0001 40 02 0002")
    line.expect("32 07 0001 't' 0003 00 '3'")


@clause("MQTT-4.6.0-5")
def test_what_is_published_while_a_client_does_not_read_comes_in_order() -> None:
    house = desk()
    listener = subscriber(house, "t", 1)
    line = client(house)
    publish(line, "t", "1", 0x32, 1)
    listener.expect("32 07 0001 't' 0001 00 '1'")
    listener.connection.blocked = True
    publish(line, "t", "2", 0x32, 2)
    publish(line, "t", "3", 0x32, 3)
    listener.connection.drained()
    publish(line, "t", "4", 0x32, 4)
    listener.expect("32 07 0001 't' 0002 00 '2' 32 07 0001 't' 0003 00 '3' 32 07 0001 't' 0004 00 '4'")


def test_answers_come_in_the_order_of_what_they_answer() -> None:
    house = desk(patient=True)
    absent = lasting(house, "absent")
    absent.send("82 07 0001 00 0001 't' 02")
    house.vault.commit()
    absent.hang_up()
    line = client(house)
    publish(line, "t", "kept", 0x32, 1)
    publish(line, "nobody", "x", 0x32, 2)
    publish(line, "t", "kept", 0x34, 3)
    line.expect("")
    house.vault.commit()
    line.expect("40 02 0001 40 03 0002 10 50 02 0003")
