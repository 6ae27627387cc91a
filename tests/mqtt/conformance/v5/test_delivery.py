"""MQTT 5, 4.3, 4.4 and 4.6: QoS 0, 1 and 2, sending again, order. The server's side of it, each way."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, Line
from tests.mqtt.conformance.v5.talk import back, client, desk, lasting, publish, subscribe, subscriber

# --- QoS 0 and 1


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


# --- QoS 2, to the client


@clause("MQTT-4.3.3-2")
def test_at_qos_2_a_message_first_goes_out_as_new() -> None:
    house = desk()
    listener = subscriber(house, "t", 2)
    client(house).send("3c 07 0001 't' 0009 00 'x'")
    listener.expect("34 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.3.3-3", "MQTT-4.4.0-1")
def test_at_qos_2_a_message_is_sent_again_on_each_connection_until_it_is_received() -> None:
    line = _under_way(house := desk())
    for _ in range(3):
        line.hang_up()
        line = back(house, "3c 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.3.3-4")
def test_at_qos_2_that_a_message_was_received_is_answered_by_its_release() -> None:
    line = _under_way(desk())
    line.send("50 02 0001")
    line.expect("62 02 0001")
    line.send("50 02 0001")
    line.expect("62 02 0001")


@clause("MQTT-4.3.3-4", "MQTT-4.4.0-2")
@pytest.mark.parametrize("reason", ["80", "83", "87", "90", "91", "97", "99"])
def test_at_qos_2_a_message_that_was_refused_is_done_with(reason: str) -> None:
    line = _under_way(house := desk())
    line.send(f"50 03 0001 {reason}")
    line.expect("")
    line.hang_up()
    back(house)


@clause("MQTT-4.3.3-5", "MQTT-4.3.3-6")
def test_at_qos_2_the_release_is_sent_again_on_each_connection_and_the_message_is_not() -> None:
    line = _under_way(house := desk())
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
    line = _under_way(house := desk())
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


# --- QoS 2, from the client


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


# --- sending again


@clause("MQTT-4.4.0-1")
def test_on_a_connection_that_stands_nothing_is_sent_again() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 2)
    publisher = client(house, "b")
    publish(publisher, "t", "x", 0x34, 1)
    publish(publisher, "t", "y", 0x32, 2)
    publish(publisher, "t", "z", 0x34, 3)
    line.expect("34 07 0001 't' 0001 00 'x' 32 07 0001 't' 0002 00 'y' 34 07 0001 't' 0003 00 'z'")
    line.send("50 02 0001")
    line.expect("62 02 0001")
    house.advance(10_000)
    line.expect("")


@clause("MQTT-4.4.0-1")
def test_what_is_unacknowledged_is_sent_again_as_it_was_numbered_before_anything_newer() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 2)
    publisher = client(house, "b")
    publish(publisher, "t", "x", 0x34, 1)
    publish(publisher, "t", "y", 0x32, 2)
    publish(publisher, "t", "z", 0x34, 3)
    line.take()
    line.send("50 02 0003")
    line.hang_up()
    publish(publisher, "t", "new", 0x32, 4)
    back(house, "62 02 0003 3c 07 0001 't' 0001 00 'x' 3a 07 0001 't' 0002 00 'y' 32 09 0001 't' 0004 00 'new'")


@clause("MQTT-4.4.0-1")
def test_what_is_unacknowledged_is_sent_again_after_a_restart() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 2)
    publisher = client(house, "b")
    publish(publisher, "t", "x", 0x34, 1)
    publish(publisher, "t", "y", 0x32, 2)
    line.take()
    house.restart()
    back(house, "3c 07 0001 't' 0001 00 'x' 3a 07 0001 't' 0002 00 'y'")


@clause("MQTT-4.4.0-1")
def test_after_a_clean_start_nothing_is_sent_again() -> None:
    _under_way(house := desk()).hang_up()
    client(house)  # which gets nothing but its CONNACK


@clause("MQTT-4.4.0-2")
@pytest.mark.parametrize("reason", ["80", "83", "87", "90", "91", "97", "99"])
def test_at_qos_1_a_message_that_was_refused_is_not_sent_again(reason: str) -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 1)
    publish(client(house, "b"), "t", "x", 0x32, 9)
    line.expect("32 07 0001 't' 0001 00 'x'")
    line.send(f"40 03 0001 {reason}")
    line.hang_up()
    back(house)


# --- order


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


# --- answers that are none


@clause("MQTT-4.3.2-3", "MQTT-4.3.3-3", "MQTT-4.3.3-5")
@pytest.mark.parametrize(
    ("qos", "said"),
    [
        (1, "50 02 0001"),
        (1, "70 02 0001"),
        (1, "50 03 0001 80"),
        (2, "40 02 0001"),
        (2, "70 02 0001"),
        (2, "40 03 0001 80"),
    ],
)
def test_an_answer_of_another_kind_acknowledges_nothing(qos: int, said: str) -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", qos)
    publish(client(house, "b"), "t", "x", 0x30 | qos << 1, 9)
    line.take()
    line.send(said)
    line.hang_up()
    back(house, f"{0x38 | qos << 1:02x} 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.3.3-5")
@pytest.mark.parametrize("said", ["40 02 0001", "50 03 0001 80"])
def test_a_release_is_acknowledged_by_its_completion_alone(said: str) -> None:
    line = _under_way(house := desk())
    line.send("50 02 0001")
    line.expect("62 02 0001")
    line.send(said)
    line.hang_up()
    back(house, "62 02 0001")


@clause("MQTT-4.4.0-1", "MQTT-3.1.4-3")
def test_who_takes_over_its_own_connection_is_sent_again_what_is_unacknowledged() -> None:
    line = _under_way(house := desk())
    back(house, "3c 07 0001 't' 0001 00 'x'")
    assert line.ended


@clause("MQTT-3.1.2-25")
def test_what_is_sent_again_and_now_too_large_counts_as_delivered() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 1)
    publisher = client(house, "b")
    publish(publisher, "t", "0123456789", 0x32, 1)
    publish(publisher, "t", "x", 0x32, 2)
    line.take()
    line.hang_up()
    back(house, "3a 07 0001 't' 0002 00 'x'", maximum_packet_size=16).hang_up()
    back(house, "3a 07 0001 't' 0002 00 'x'")


def _under_way(house: Desk) -> Line:
    """A client that has got a QoS 2 message, and not said so."""
    line = lasting(house)
    subscribe(line, "t", 2)
    publish(client(house, "b"), "t", "x", 0x34, 9)
    line.expect("34 07 0001 't' 0001 00 'x'")
    return line
