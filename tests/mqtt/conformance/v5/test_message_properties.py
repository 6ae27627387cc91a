"""MQTT 5, 3.3.2.3: what a message says of itself."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import back, client, desk, ends, lasting, publish, subscribe, subscriber


@clause("MQTT-3.3.2-4")
@pytest.mark.parametrize("format", ["00", "01"])
def test_the_payload_format_is_passed_on(format: str) -> None:  # noqa: A002
    house = desk()
    listener = subscriber(house, "t")
    client(house).send(f"30 07 0001 't' 02 01 {format} 'x'")
    listener.expect(f"30 07 0001 't' 02 01 {format} 'x'")


@clause("MQTT-3.3.2-5")
@pytest.mark.parametrize("seconds", [5, 60])
def test_a_message_that_has_expired_is_not_delivered(seconds: int) -> None:
    house = desk()
    line = lasting(house, session_expiry_interval=3600)
    subscribe(line, "t", 2)
    line.hang_up()
    client(house, "b").send(
        "32 0c 0001 't' 0001 05 02 00000005 'x' 34 0c 0001 't' 0002 05 02 00000005 'y' 32 07 0001 't' 0003 00 'z'"
    )
    house.advance(seconds)
    back(house, "32 07 0001 't' 0001 00 'z'")


@clause("MQTT-3.3.2-5")
def test_a_retained_message_that_has_expired_is_not_delivered() -> None:
    house = desk()
    client(house).send("31 0a 0001 't' 05 02 00000005 'x'")
    house.advance(5)
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 00")
    late.expect("90 04 0001 00 00")


@clause("MQTT-3.3.2-5")
@pytest.mark.parametrize("qos", [0, 1])
def test_a_message_that_expires_while_its_receiver_does_not_read_is_not_delivered(qos: int) -> None:
    house = desk()
    listener = subscriber(house, "t", qos)
    line = client(house)
    listener.connection.blocked = True
    line.send("32 0c 0001 't' 0001 05 02 00000005 'x'")
    house.advance(5)
    listener.connection.drained()
    listener.expect("")
    publish(line, "t", "y")
    listener.expect("30 05 0001 't' 00 'y'")


@clause("MQTT-3.3.2-6")
def test_a_message_is_passed_on_with_what_is_left_of_its_time() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 1)
    line.hang_up()
    client(house, "b").send("33 0c 0001 't' 0001 05 02 0000001e 'x'")
    house.advance(10)
    back(house, "32 0c 0001 't' 0001 05 02 00000014 'x'")
    house.advance(10)
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 00")
    late.expect("90 04 0001 00 00 31 0a 0001 't' 05 02 0000000a 'x'")


@clause("MQTT-3.3.2-6")
def test_a_message_that_is_passed_on_at_once_has_all_its_time() -> None:
    house = desk()
    listener = subscriber(house, "t")
    client(house).send("30 0a 0001 't' 05 02 0000001e 'x'")
    listener.expect("30 0a 0001 't' 05 02 0000001e 'x'")


@clause("MQTT-3.3.2-13", "MQTT-3.3.2-14")
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("30 0b 0001 't' 06 08 0003 eda080 'x'", "81"),
        ("30 09 0001 't' 04 08 0001 00 'x'", "81"),
        ("30 0b 0001 't' 06 08 0003 'r/#' 'x'", "82"),
        ("30 09 0001 't' 04 08 0001 '+' 'x'", "82"),
    ],
)
def test_a_response_topic_that_is_no_topic_name_ends_the_connection(said: str, reason: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, f"e0 01 {reason}")


@clause("MQTT-3.3.2-15", "MQTT-3.3.2-16", "MQTT-3.3.2-17", "MQTT-3.3.2-18", "MQTT-3.3.2-20")
@pytest.mark.parametrize(("first", "number", "heard"), [("30", "", ""), ("32", "0009", "0001"), ("34", "0009", "0001")])
def test_what_a_publisher_says_of_its_message_is_passed_on(first: str, number: str, heard: str) -> None:
    house = desk()
    listener = subscriber(house, "t", 2)
    said = (
        "2d 01 01 03 000a 'text/plain' 08 0001 'r' 09 0003 00ff80 "
        "26 0001 'b' 0001 '1' 26 0001 'a' 0001 '2' 26 0001 'b' 0000"
    )
    size = 0x32 + len(number) // 2
    client(house).send(f"{first} {size:02x} 0001 't' {number} {said} 'x'")
    listener.expect(f"{first} {size:02x} 0001 't' {heard} {said} 'x'")


@clause("MQTT-3.3.2-18")
def test_user_properties_keep_their_order_also_where_others_stand_between_them() -> None:
    house = desk()
    listener = subscriber(house, "t")
    client(house).send("30 17 0001 't' 12 26 0001 'b' 0001 '1' 03 0001 'c' 26 0001 'a' 0001 '2' 'x'")
    listener.expect("30 17 0001 't' 12 26 0001 'b' 0001 '1' 26 0001 'a' 0001 '2' 03 0001 'c' 'x'")


@clause("MQTT-3.3.2-19")
@pytest.mark.parametrize("said", ["30 0b 0001 't' 06 03 0003 eda080 'x'", "30 09 0001 't' 04 03 0001 00 'x'"])
def test_a_content_type_that_is_no_string_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 81")


@clause("MQTT-2.2.2-1")
@pytest.mark.parametrize(("qos", "first", "number"), [(0, "30", ""), (1, "32", "0001"), (2, "34", "0001")])
def test_messages_pass_between_clients_of_different_versions(qos: int, first: str, number: str) -> None:
    house = desk()
    older, newer = house.client("older"), subscriber(house, "t", qos, "newer")
    older.send(f"82 06 0001 0001 't' {qos:02x}")
    older.expect(f"90 03 0001 {qos:02x}")
    size = 4 + len(number) // 2
    house.client("old publisher").send(f"{first} {size:02x} 0001 't' {number} 'x'")
    older.expect(f"{first} {size:02x} 0001 't' {number} 'x'")
    newer.expect(f"{first} {size + 1:02x} 0001 't' {number} 00 'x'")
    number = number.replace("1", "2")
    client(house).send(f"{first} {size + 5:02x} 0001 't' {number} 04 03 0001 'c' 'y'")
    older.expect(f"{first} {size:02x} 0001 't' {number} 'y'")
    newer.expect(f"{first} {size + 5:02x} 0001 't' {number} 04 03 0001 'c' 'y'")
