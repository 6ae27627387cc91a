"""MQTT 5, 3.14: DISCONNECT."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Challenge, Refusal
from homeward.mqtt.reasons import Reason
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import (
    CONNECT,
    CONNECTED,
    back,
    client,
    desk,
    ends,
    lasting,
    publish,
    subscribe,
    subscriber,
)

WITH_WILL = "10 18 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0001 'w' 0004 'gone'"


@clause("MQTT-3.14.0-1")
def test_who_is_refused_gets_no_disconnect() -> None:
    line = desk().line(Refusal(5, "no"))
    line.send(CONNECT)
    line.expect_end("20 08 00 87 05 1f 0002 'no'")


@clause("MQTT-3.14.0-1")
def test_who_breaks_the_protocol_before_it_is_let_in_gets_a_connack() -> None:
    line = desk().line(Challenge({"authentication_method": "m"}))
    line.send("10 12 0004 'MQTT' 05 02 0000 04 15 0001 'm' 0001 'a'")
    line.expect("f0 06 18 04 15 0001 'm'")
    line.send("30 05 0001 't' 00 'x'")
    ends(line, "20 03 00 82 00")


@clause("MQTT-3.14.1-1")
@pytest.mark.parametrize("first", ["e1", "e2", "e4", "e8", "ef"])
def test_reserved_flags_of_disconnect_are_answered_with_one(first: str) -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send(WITH_WILL)
    line.expect(CONNECTED)
    line.send(first + " 00")
    ends(line, "e0 01 81")
    listener.expect("30 08 0001 'w' 00 'gone'")  # it was no goodbye


@clause("MQTT-3.14.2-1")
@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (CONNECT, "82"),
        ("00 00", "81"),
        (b"\x30\x44\0\x41" + b"/" * 65 + b"\0", "90"),
        ("30 08 0001 't' 03 23 0009 'x'", "94"),
        ("30 ffff7f", "95"),
    ],
)
def test_the_server_says_why_it_goes(said: str | bytes, reason: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, f"e0 01 {reason}")


@clause("MQTT-3.14.2-1")
@pytest.mark.parametrize("reason", ["01", "10", "84", "85", "8a", "91", "92", "a3", "ff"])
def test_a_reason_that_disconnect_does_not_have_is_a_protocol_error(reason: str) -> None:
    line = client(desk())
    line.send(f"e0 01 {reason}")
    ends(line, "e0 01 82")


@clause("MQTT-3.14.2-1")
@pytest.mark.parametrize("reason", ["00", "04", "80", "81", "82", "83", "90", "93", "94", "95", "96", "97", "98", "99"])
def test_every_reason_that_a_client_may_give_is_taken(reason: str) -> None:
    line = client(desk())
    line.send(f"e0 01 {reason}")
    line.expect_end()


@clause("MQTT-3.14.2-2")
def test_the_servers_disconnect_has_no_session_expiry() -> None:
    house = desk(session_expiry=5.0)
    line = client(house, session_expiry_interval=5)
    house.broker.close()
    ends(line, "e0 01 8b")


@clause("MQTT-3.14.2-2")
def test_a_disconnect_says_a_reason_string_and_nothing_more() -> None:
    line = client(desk())
    line.connection.close("no", Reason.ADMINISTRATIVE_ACTION)
    line.expect_end("e0 07 98 05 1f 0002 'no'")


@clause("MQTT-3.14.2-3", "MQTT-3.14.2-4")
def test_disconnect_goes_without_words_where_they_make_it_too_large() -> None:
    house = desk()
    words = "0123456789"  # a packet of 17 bytes
    large, small = client(house, "large", maximum_packet_size=17), client(house, "small", maximum_packet_size=16)
    for line in (large, small):
        line.connection.close(words, Reason.ADMINISTRATIVE_ACTION)
    large.expect_end("e0 0f 98 0d 1f 000a '0123456789'")
    small.expect_end("e0 01 98")


@clause("MQTT-3.14.4-1")
def test_after_its_disconnect_the_server_is_silent() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 1)
    line.send(CONNECT)
    ends(line, "e0 01 82")
    publish(client(house, "b"), "t", "x", 0x32, 1)
    line.send("c0 00")
    house.advance(10)
    line.expect("")


@clause("MQTT-3.14.4-1")
def test_what_a_client_sends_after_its_disconnect_is_not_heard() -> None:
    house = desk()
    listener = subscriber(house, "t")
    line = client(house)
    line.send("e0 00 30 05 0001 't' 00 'x' c0 00")
    line.send("30 05 0001 't' 00 'y'")
    line.expect_end()
    listener.expect("")


@clause("MQTT-3.14.4-2")
@pytest.mark.parametrize(
    "said", ["e0 00", "e0 01 00", "e0 02 00 00", "e0 02 04 00", "e0 0f 00 0d 1f 0003 'bye' 26 0001 'k' 0001 'v'"]
)
def test_after_a_clients_disconnect_the_connection_is_closed_without_a_word(said: str) -> None:
    line = client(desk())
    line.send(said)
    line.expect_end()


@clause("MQTT-3.14.4-3")
@pytest.mark.parametrize("said", ["e0 00", "e0 01 00", "e0 02 00 00", "e0 07 00 05 11 00000000"])
def test_after_a_normal_disconnect_no_will_is_published(said: str) -> None:
    house = desk()
    listener = subscriber(house, "w")
    house.line().send(WITH_WILL + said)
    listener.expect("")


@clause("MQTT-3.1.2-8")
@pytest.mark.parametrize("reason", ["04", "80", "81", "82", "93", "97", "98"])
def test_after_a_disconnect_for_any_other_reason_the_will_is_published(reason: str) -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send(WITH_WILL + f"e0 01 {reason}")
    line.expect_end(CONNECTED)
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.2-23")
def test_a_client_may_change_its_session_expiry_as_it_goes() -> None:
    house = desk()
    short, long = lasting(house, "short"), lasting(house, "long")
    short.send("e0 07 00 05 11 00000000")
    long.send("e0 07 00 05 11 00000078")
    house.advance(100)
    back(house, client_id="long")
    line = house.line()
    line.send("10 17 0004 'MQTT' 05 00 0000 05 11 0000003c 0005 'short'")
    line.expect(CONNECTED)


def test_a_session_that_was_to_end_with_its_connection_cannot_be_made_to_last() -> None:
    line = client(desk())
    line.send("e0 07 00 05 11 0000003c")
    ends(line, "e0 01 82")
