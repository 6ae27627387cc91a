"""MQTT 5, 3.1: the form of CONNECT, and who the client is."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Refusal
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import (
    CONNECT,
    CONNECTED,
    RESUMED,
    client,
    desk,
    ends,
    lasting,
    publish,
    subscribe,
    subscriber,
)


@clause("MQTT-3.1.0-1")
@pytest.mark.parametrize(
    "said", ["c0 00", "30 05 0001 't' 00 'x'", "82 07 0001 00 0001 't' 00", "e0 00", "f0 06 18 04 15 0001 'm'"]
)
def test_what_does_not_begin_with_connect_is_cut_off_without_an_answer(said: str) -> None:
    line = desk().line()
    line.send(said)
    line.expect_end()


@clause("MQTT-3.1.0-2")
def test_a_second_connect_is_a_protocol_error() -> None:
    line = client(desk())
    line.send(CONNECT)
    ends(line, "e0 01 82")


@clause("MQTT-3.1.2-1")
@pytest.mark.parametrize(
    "said",
    [
        "10 0e 0004 'MQTX' 05 02 0000 00 0001 'a'",
        "10 0e 0004 'mqtt' 05 02 0000 00 0001 'a'",
        "10 0f 0005 'MQTT5' 05 02 0000 00 0001 'a'",
        "10 0a 0000 05 02 0000 00 0001 'a'",
    ],
)
def test_another_protocol_is_cut_off_without_an_answer(said: str) -> None:
    line = desk().line()
    line.send(said)
    line.expect_end()


@clause("MQTT-3.1.2-2")
@pytest.mark.parametrize("level", ["00", "02", "06", "85", "ff"])
def test_who_speaks_another_version_is_told_so_in_the_way_that_all_versions_have_had(level: str) -> None:
    line = desk().line()
    line.send(f"10 0e 0004 'MQTT' {level} 02 0000 00 0001 'a'")
    line.expect_end("20 02 00 01")


@clause("MQTT-3.1.2-3")
def test_a_connect_with_the_reserved_flag_is_cut_off() -> None:
    line = desk().line()
    line.send("10 0e 0004 'MQTT' 05 03 0000 00 0001 'a'")
    ends(line)


@clause("MQTT-3.1.2-16")
def test_a_user_name_without_its_flag_is_too_much() -> None:
    line = desk().line()
    line.send("10 11 0004 'MQTT' 05 02 0000 00 0001 'a' 0001 'u'")
    ends(line)


@clause("MQTT-3.1.2-17")
def test_a_user_name_that_is_announced_and_not_there_ends_the_connection() -> None:
    line = desk().line()
    line.send("10 0e 0004 'MQTT' 05 82 0000 00 0001 'a'")
    ends(line)


@clause("MQTT-3.1.2-18")
def test_a_password_without_its_flag_is_too_much() -> None:
    line = desk().line()
    line.send("10 14 0004 'MQTT' 05 82 0000 00 0001 'a' 0001 'u' 0001 'p'")
    ends(line)


@clause("MQTT-3.1.2-19")
def test_a_password_that_is_announced_and_not_there_ends_the_connection() -> None:
    line = desk().line()
    line.send("10 11 0004 'MQTT' 05 c2 0000 00 0001 'a' 0001 'u'")
    ends(line)


@clause("MQTT-3.1.2-16", "MQTT-3.1.2-17", "MQTT-3.1.2-18", "MQTT-3.1.2-19")
@pytest.mark.parametrize(
    ("said", "username", "password"),
    [
        ("10 0e 0004 'MQTT' 05 02 0000 00 0001 'a'", None, None),
        ("10 11 0004 'MQTT' 05 82 0000 00 0001 'a' 0001 'u'", "u", None),
        ("10 12 0004 'MQTT' 05 42 0000 00 0001 'a' 0002 00ff", None, b"\0\xff"),
        ("10 14 0004 'MQTT' 05 c2 0000 00 0001 'a' 0001 'u' 0001 'p'", "u", b"p"),
        ("10 12 0004 'MQTT' 05 c2 0000 00 0001 'a' 0000 0000", "", b""),
    ],
)
def test_the_flags_say_whether_there_are_user_name_and_password(
    said: str, username: str | None, password: bytes | None
) -> None:
    line = desk().line()
    line.send(said)
    line.expect(CONNECTED)
    (request,) = line.requests
    assert (request.username, request.password) == (username, password)


@clause("MQTT-3.1.3-1")
def test_the_payload_has_its_fields_in_their_order() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 1f 0004 'MQTT' 05 c6 0000 00 0001 'a' 04 03 0001 'c' 0001 'w' 0001 'm' 0001 'u' 0001 'p'")
    line.expect(CONNECTED)
    (request,) = line.requests
    assert (request.client_id, request.username, request.password) == ("a", "u", b"p")
    line.hang_up()
    listener.expect("30 09 0001 'w' 04 03 0001 'c' 'm'")


@clause("MQTT-3.1.3-2")
def test_the_client_id_is_the_key_of_the_session() -> None:
    house = desk()
    one = lasting(house, "one")
    subscribe(one, "t", 1)
    one.hang_up()
    other = house.line()
    other.send("10 15 0004 'MQTT' 05 00 0000 05 11 0000003c 0003 'two'")
    other.expect(CONNECTED)
    back = house.line()
    back.send("10 15 0004 'MQTT' 05 00 0000 05 11 0000003c 0003 'one'")
    back.expect(RESUMED)
    publish(client(house), "t", "x", 0x32, 1)
    other.expect("")
    back.expect("32 07 0001 't' 0001 00 'x'")


@clause("MQTT-3.1.3-3")
def test_a_connect_without_a_client_id_is_cut_off() -> None:
    line = desk().line()
    line.send("10 0b 0004 'MQTT' 05 02 0000 00")
    ends(line)


@clause("MQTT-3.1.3-4")
@pytest.mark.parametrize("client_id", ["0003 eda080", "0001 ff", "0001 00"])
def test_a_client_id_that_is_no_string_ends_the_connection(client_id: str) -> None:
    line = desk().line()
    size = 0x0B + len(bytes.fromhex(client_id))
    line.send(f"10 {size:02x} 0004 'MQTT' 05 02 0000 00 {client_id}")
    ends(line)


@clause("MQTT-3.1.3-5")
@pytest.mark.parametrize(
    "said",
    [
        "10 0e 0004 'MQTT' 05 02 0000 00 0001 'z'",
        "10 24 0004 'MQTT' 05 02 0000 00 0017 '0123456789abcdefghijklm'",
        "10 24 0004 'MQTT' 05 02 0000 00 0017 'nopqrstuvwxyzABCDEFGHIJ'",
        "10 1d 0004 'MQTT' 05 02 0000 00 0010 'KLMNOPQRSTUVWXYZ'",
    ],
)
def test_client_ids_of_letters_and_digits_up_to_23_are_taken(said: str) -> None:
    line = desk().line()
    line.send(said)
    line.expect(CONNECTED)


@clause("MQTT-3.1.3-6", "MQTT-3.1.3-7", "MQTT-3.2.2-16")
@pytest.mark.parametrize("flags", ["00", "02"])
def test_who_brings_no_client_id_is_given_one_and_told(flags: str) -> None:
    house = desk()
    for number in (1, 2):
        line = house.line()
        line.send(f"10 0d 0004 'MQTT' 05 {flags} 0000 00 0000")
        line.expect(f"20 1b 00 00 18 21 0014 27 00001000 22 0004 12 000a 'assigned-{number}'")


@clause("MQTT-3.1.3-7")
def test_an_assigned_client_id_is_as_good_as_the_clients_own() -> None:
    house = desk()
    line = house.line()
    line.send("10 12 0004 'MQTT' 05 00 0000 05 11 0000003c 0000")
    line.expect("20 1b 00 00 18 21 0014 27 00001000 22 0004 12 000a 'assigned-1'")
    subscribe(line, "t", 1)
    line.hang_up()
    publish(client(house), "t", "x", 0x32, 1)
    back = house.line()
    back.send("10 1c 0004 'MQTT' 05 00 0000 05 11 0000003c 000a 'assigned-1'")
    back.expect(RESUMED + "32 07 0001 't' 0001 00 'x'")


@clause("MQTT-3.1.3-8")
def test_a_client_id_that_the_house_does_not_want_is_refused() -> None:
    line = desk().line(Refusal(2, "not you"))
    line.send(CONNECT)
    line.expect_end("20 0d 00 85 0a 1f 0007 'not you'")


@clause("MQTT-3.1.3-12")
@pytest.mark.parametrize("name", ["0003 eda080", "0003 610062", "0003 ffffff"])
def test_a_user_name_that_is_no_string_ends_the_connection(name: str) -> None:
    line = desk().line()
    line.send(f"10 13 0004 'MQTT' 05 82 0000 00 0001 'a' {name}")
    ends(line)
