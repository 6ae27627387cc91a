"""MQTT 5, 3.1.2.10 and 3.1.2.11: keep-alive, and what a client says it takes."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import (
    CONNECTED,
    client,
    desk,
    ends,
    publish,
    subscriber,
    without_words,
)


@clause("MQTT-3.1.2-22")
def test_one_and_a_half_keep_alives_of_silence_are_as_if_the_network_had_failed() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 18 0004 'MQTT' 05 06 000a 00 0001 'a' 00 0001 'w' 0004 'gone'")
    line.expect(CONNECTED)
    house.advance(15)
    assert not line.ended
    house.advance(1)
    ends(line, "e0 01 8d")
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.2-22")
@pytest.mark.parametrize("said", ["c0 00", "30 05 0001 't' 00 'x'", "40 02 0009"])
def test_any_packet_begins_the_keep_alive_anew(said: str) -> None:
    house = desk()
    line = client(house, keep_alive=10)
    house.advance(15)
    line.send(said)
    house.advance(15)
    assert not line.ended


@clause("MQTT-3.1.2-22")
def test_a_packet_that_never_ends_is_no_sign_of_life() -> None:
    house = desk()
    line = client(house, keep_alive=10)
    for byte in ("30", "7f", "00", "01", "74"):
        house.advance(3)
        line.send(byte)
    assert not line.ended
    house.advance(1)
    ends(line, "e0 01 8d")


def test_without_a_keep_alive_a_client_may_be_silent_for_ever() -> None:
    house = desk()
    line = client(house)
    house.advance(100_000)
    assert not line.ended


@clause("MQTT-3.1.2-24", "MQTT-3.1.2-25")
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_what_is_larger_than_the_client_takes_counts_as_delivered(qos: int) -> None:
    house = desk(limits=Limits(packet=4096, inflight=1, aliases=4))
    listener = subscriber(house, "t", qos, maximum_packet_size=16)
    line = client(house)
    first, number = 0x30 | qos << 1, int(qos > 0)
    publish(line, "t", "a" * (11 - 2 * bool(qos)), first, number)  # 17 bytes
    line.send("62 02 0001" if qos == 2 else "")
    publish(line, "t", "b" * (10 - 2 * bool(qos)), first, number and 2)  # 16
    got = listener.take()
    assert len(got) == 16
    assert got.endswith(b"bbbbbbbb")


@clause("MQTT-3.1.2-24")
def test_a_suback_that_is_larger_than_the_client_takes_is_not_sent() -> None:
    house = desk()
    line = client(house, maximum_packet_size=16)
    line.send(b"\x82\x33\0\1\0" + b"\0\1t\0" * 12)
    line.expect("")
    publish(client(house, "b"), "t", "x")
    line.expect("30 05 0001 't' 00 'x'")


@clause("MQTT-3.1.2-24")
def test_an_unsuback_that_is_larger_than_the_client_takes_is_not_sent() -> None:
    line = client(desk(), maximum_packet_size=16)
    line.send(b"\xa2\x27\0\1\0" + b"\0\1t" * 12)
    line.expect("")
    line.send("c0 00")
    line.expect("d0 00")


@clause("MQTT-3.1.2-24")
@pytest.mark.parametrize(
    ("largest", "answer"), [("00000010", CONNECTED), ("0000000f", "20 03 00 95 00"), ("00000004", "")]
)
def test_a_client_whose_connack_is_larger_than_it_takes_is_refused(largest: str, answer: str) -> None:
    house = desk()
    line = house.line()
    line.send(f"10 13 0004 'MQTT' 05 02 0000 05 27 {largest} 0001 'a'")
    assert without_words(line.take()).hex(" ") == without_words(bytes.fromhex(answer)).hex(" ")
    assert bool(line.ended) == (answer != CONNECTED)
    assert len(house.broker.sessions) == (answer == CONNECTED)


@clause("MQTT-3.1.2-26", "MQTT-3.3.2-11")
def test_the_server_gives_as_many_topic_aliases_as_the_client_takes() -> None:
    house = desk()
    listener = subscriber(house, "#", topic_alias_maximum=2)
    line = client(house)
    for topic in ("x", "y", "z", "x", "y", "z"):
        publish(line, topic, "!")
    listener.expect(
        "30 08 0001 'x' 03 23 0001 '!' 30 08 0001 'y' 03 23 0002 '!' 30 05 0001 'z' 00 '!'"
        "30 07 0000 03 23 0001 '!' 30 07 0000 03 23 0002 '!' 30 05 0001 'z' 00 '!'"
    )


@clause("MQTT-3.1.2-27")
@pytest.mark.parametrize("properties", [{}, {"topic_alias_maximum": 0}])
def test_the_server_gives_no_topic_aliases_to_who_takes_none(properties: dict[str, Any]) -> None:
    house = desk()
    listener = subscriber(house, "t", **properties)
    line = client(house)
    publish(line, "t", "x")
    publish(line, "t", "y")
    listener.expect("30 05 0001 't' 00 'x' 30 05 0001 't' 00 'y'")


@clause("MQTT-3.1.2-28")
@pytest.mark.parametrize("asked", ["00", "01"])
def test_no_response_information_is_given(asked: str) -> None:
    line = desk().line()
    line.send(f"10 10 0004 'MQTT' 05 02 0000 02 19 {asked} 0001 'a'")
    line.expect(CONNECTED)


@clause("MQTT-3.1.2-29")
def test_who_wants_no_problem_information_gets_none_beside_connack_and_disconnect() -> None:
    house = desk()
    line = client(house, request_problem_information=0)
    assert line.guest
    line.guest.forbidden |= {"no"}
    line.send("32 08 0002 'no' 0001 00 'x' 34 08 0002 'no' 0002 00 'x' 62 02 0009 50 02 0009")
    line.expect("40 03 0001 87 50 03 0002 87 70 03 0009 92 62 03 0009 92")
    line.send("82 08 0001 00 0002 'no' 00 a2 07 0001 00 0002 'no'")
    line.expect("90 04 0001 00 87 b0 04 0001 00 11")


@clause("MQTT-3.1.2-29")
def test_who_wants_no_problem_information_gets_the_user_properties_of_messages() -> None:
    house = desk()
    listener = subscriber(house, "t", request_problem_information=0)
    client(house).send("30 0c 0001 't' 07 26 0001 'k' 0001 'v' 'x'")
    listener.expect("30 0c 0001 't' 07 26 0001 'k' 0001 'v' 'x'")
