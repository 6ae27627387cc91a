"""MQTT 5, 3.2: CONNACK."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Challenge, Refusal
from homeward.mqtt.reasons import Reason
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import (
    CONNECT,
    CONNECTED,
    client,
    desk,
    ends,
    lasting,
    publish,
    subscribe,
    without_words,
)

CHALLENGE = Challenge({"authentication_method": "m"})


@clause("MQTT-3.2.0-1")
def test_before_connack_nothing_comes_but_auth() -> None:
    house = desk()
    old = lasting(house)
    subscribe(old, "t", 1)
    old.hang_up()
    publish(client(house, "b"), "t", "x", 0x32, 1)
    line = house.line(CHALLENGE)
    line.send("10 17 0004 'MQTT' 05 00 0000 09 11 0000003c 15 0001 'm' 0001 'a'")
    line.expect("f0 06 18 04 15 0001 'm'")
    publish(client(house, "b"), "t", "y", 0x32, 1)
    line.expect("")
    line.send("f0 06 18 04 15 0001 'm'")
    connack = "20 12 01 00 0f 21 0014 27 00001000 22 0004 15 0001 'm'"
    line.expect(connack + "32 07 0001 't' 0001 00 'x' 32 07 0001 't' 0002 00 'y'")


@clause("MQTT-3.2.0-2")
def test_there_is_one_connack_whatever_the_client_sends() -> None:
    line = desk().line()
    line.send(CONNECT)
    line.expect(CONNECTED)
    line.send(CONNECT)
    ends(line, "e0 01 82")
    line.send(CONNECT)
    line.expect("")


@clause("MQTT-3.2.2-1")
@pytest.mark.parametrize(("flags", "present"), [("02", "00"), ("00", "01")])
def test_of_the_flags_only_session_present_is_ever_set(flags: str, present: str) -> None:
    house = desk()
    lasting(house).hang_up()
    line = house.line()
    line.send(f"10 0e 0004 'MQTT' 05 {flags} 0000 00 0001 'a'")
    assert line.take()[2:3].hex() == present


@clause("MQTT-3.2.2-2")
def test_after_clean_start_no_session_is_present_even_if_the_client_is_connected() -> None:
    house = desk()
    lasting(house)
    line = house.line()
    line.send(CONNECT)
    line.expect(CONNECTED)


@clause("MQTT-3.2.2-3", "MQTT-4.1.0-2")
def test_no_session_is_present_once_it_has_expired() -> None:
    house = desk()
    lasting(house).hang_up()
    house.advance(60)
    line = house.line()
    line.send("10 0e 0004 'MQTT' 05 00 0000 00 0001 'a'")
    line.expect(CONNECTED)


@clause("MQTT-3.2.2-6", "MQTT-3.2.2-7")
@pytest.mark.parametrize("reason", [0x80, 0x83, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x97, 0x9F])
def test_a_refusal_says_that_no_session_is_present_and_ends_the_connection(reason: int) -> None:
    house = desk()
    lasting(house).hang_up()
    line = house.line(Refusal(5, "no", Reason(reason)))
    line.send("10 0e 0004 'MQTT' 05 00 0000 00 0001 'a'")
    ends(line, f"20 03 00 {reason:02x} 00")


@clause("MQTT-3.2.2-8")
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("10 12 0004 'MQTT' 05 02 0000 04 15 0001 'm' 0001 'a' c0 00", "82"),
        ("10 12 0004 'MQTT' 05 02 0000 04 15 0001 'm' 0001 'a' 00 00", "81"),
    ],
)
def test_what_goes_wrong_while_a_client_signs_in_is_said_with_a_reason_of_connack(said: str, reason: str) -> None:
    line = desk().line(CHALLENGE)
    line.send(said)
    assert without_words(line.take()).hex(" ").endswith(f"20 03 00 {reason} 00")
    assert line.ended


@clause("MQTT-3.2.2-9", "MQTT-3.2.2-10", "MQTT-3.2.2-12")
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_there_is_no_maximum_qos_since_all_are_taken(qos: int) -> None:
    line = desk().line()
    line.send(f"10 14 0004 'MQTT' 05 {6 | qos << 3:02x} 0000 00 0001 'a' 00 0001 'w' 0000")  # a will at that QoS
    line.expect(CONNECTED)
    line.send(f"82 07 0001 00 0001 't' {qos:02x}")
    line.expect(f"90 04 0001 00 {qos:02x}")


@clause("MQTT-3.2.2-13")
def test_there_is_no_word_of_retained_messages_since_they_are_taken() -> None:
    line = desk().line()
    line.send("10 18 0004 'MQTT' 05 26 0000 00 0001 'a' 00 0001 'w' 0004 'gone'")
    line.expect(CONNECTED)


@clause("MQTT-3.2.2-19", "MQTT-3.2.2-20")
@pytest.mark.parametrize(("largest", "answer"), [("0a", "20 08 00 87 05 1f 0002 'no'"), ("09", "20 03 00 87 00")])
def test_a_refusal_goes_without_words_where_they_make_it_too_large(largest: str, answer: str) -> None:
    line = desk().line(Refusal(5, "no"))
    line.send(f"10 13 0004 'MQTT' 05 02 0000 05 27 000000{largest} 0001 'a'")
    line.expect_end(answer)


@clause("MQTT-3.2.2-22")
def test_without_a_server_keep_alive_the_clients_own_holds() -> None:
    house = desk(keep_alive=20)
    line = house.line()
    line.send("10 0e 0004 'MQTT' 05 02 000a 00 0001 'a'")
    line.expect(CONNECTED)
    house.advance(15)
    assert not line.ended
    house.advance(1)
    ends(line, "e0 01 8d")


@clause("MQTT-3.2.2-22")
@pytest.mark.parametrize("asked", ["0000", "001e"])
def test_a_server_keep_alive_is_told_and_holds(asked: str) -> None:
    house = desk(keep_alive=20)
    line = house.line()
    line.send(f"10 0e 0004 'MQTT' 05 02 {asked} 00 0001 'a'")
    line.expect("20 11 00 00 0e 21 0014 27 00001000 22 0004 13 0014")
    house.advance(30)
    assert not line.ended
    house.advance(1)
    ends(line, "e0 01 8d")


def test_a_session_expiry_that_the_house_cuts_short_is_told() -> None:
    house = desk(session_expiry=5.0)
    line = house.line()
    line.send("10 13 0004 'MQTT' 05 00 0000 05 11 00000006 0001 'a'")
    line.expect("20 13 00 00 10 21 0014 27 00001000 22 0004 11 00000005")
