"""MQTT 5, 4.4: what is sent again, and what acknowledges it."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import back, client, desk, lasting, publish, subscribe, under_way


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
    under_way(house := desk()).hang_up()
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
    line = under_way(house := desk())
    line.send("50 02 0001")
    line.expect("62 02 0001")
    line.send(said)
    line.hang_up()
    back(house, "62 02 0001")


@clause("MQTT-4.4.0-1", "MQTT-3.1.4-3")
def test_who_takes_over_its_own_connection_is_sent_again_what_is_unacknowledged() -> None:
    line = under_way(house := desk())
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
