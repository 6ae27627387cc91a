"""MQTT 5, 3.1: CONNECT."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.mqtt.broker import Limits, Refusal
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
    without_words,
)

LASTING = "10 13 0004 'MQTT' 05 00 0000 05 11 0000003c 0001 'a'"


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


# --- Clean Start


@clause("MQTT-3.1.2-4", "MQTT-3.1.4-4", "MQTT-3.2.2-2")
def test_clean_start_throws_the_old_session_away() -> None:
    house = desk()
    old = lasting(house)
    subscribe(old, "t", 1)
    old.hang_up()
    publish(client(house, "b"), "t", "missed", 0x32, 1)
    line = house.line()
    line.send("10 13 0004 'MQTT' 05 02 0000 05 11 0000003c 0001 'a'")
    line.expect(CONNECTED)  # no session present, and nothing that was missed
    publish(client(house, "b"), "t", "x", 0x32, 1)
    line.expect("")  # nor a subscription


@clause("MQTT-3.1.2-5", "MQTT-3.1.4-4", "MQTT-3.2.2-3")
def test_without_clean_start_the_session_goes_on() -> None:
    house = desk()
    old = lasting(house)
    subscribe(old, "t", 1)
    old.hang_up()
    publish(client(house, "b"), "t", "missed", 0x32, 1)
    line = house.line()
    line.send(LASTING)
    line.expect(RESUMED + "32 0c 0001 't' 0001 00 'missed'")


@clause("MQTT-3.1.2-6", "MQTT-3.2.2-3")
def test_without_clean_start_and_a_session_there_is_a_new_one() -> None:
    house = desk()
    line = house.line()
    line.send(LASTING)
    line.expect(CONNECTED)
    subscribe(line, "t")
    publish(client(house, "b"), "t", "x")
    line.expect("30 05 0001 't' 00 'x'")


@clause("MQTT-3.1.2-23")
def test_a_session_with_an_expiry_outlives_its_connection_and_the_process() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 1)
    line.send("e0 00")
    line.expect_end()
    publish(client(house, "b"), "t", "one", 0x32, 1)
    house.restart()
    publish(client(house, "b"), "t", "two", 0x32, 1)
    back = house.line()
    back.send(LASTING)
    back.expect(RESUMED + "32 09 0001 't' 0001 00 'one' 32 09 0001 't' 0002 00 'two'")


def test_a_session_without_an_expiry_ends_with_its_connection() -> None:
    house = desk()
    client(house).hang_up()
    line = house.line()
    line.send("10 0e 0004 'MQTT' 05 00 0000 00 0001 'a'")
    line.expect(CONNECTED)


def test_a_session_that_never_expires_lasts_as_long_as_the_house_lets_it() -> None:
    house = desk(session_expiry=100.0)
    line = house.line()
    line.send("10 13 0004 'MQTT' 05 00 0000 05 11 ffffffff 0001 'a'")
    line.expect("20 13 00 00 10 21 0014 27 00001000 22 0004 11 00000064")


# --- the will


@clause("MQTT-3.1.2-7", "MQTT-3.1.2-8")
def test_the_will_is_published_when_the_connection_is_lost() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 18 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0001 'w' 0004 'gone'")
    line.expect(CONNECTED)
    listener.expect("")
    line.hang_up()
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.2-8")
def test_the_will_is_published_when_the_client_breaks_the_rules() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 18 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0001 'w' 0004 'gone' 00 00")
    assert line.ended
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.2-8")
def test_a_will_waits_for_its_delay() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 22 0004 'MQTT' 05 04 0000 05 11 0000003c 0001 'a' 05 18 00000005 0001 'w' 0004 'gone'")
    line.hang_up()
    house.advance(4)
    listener.expect("")
    house.advance(1)
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.2-8")
@pytest.mark.parametrize("expiry", ["", "11 00000000"])
def test_a_will_waits_no_longer_than_its_session_lasts(expiry: str) -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    size = len(expiry.replace(" ", "")) // 2
    line.send(
        f"10 {0x1D + size:02x} 0004 'MQTT' 05 04 0000 {size:02x} {expiry} 0001 'a' 05 18 00000005 0001 'w' 0004 'gone'"
    )
    line.hang_up()
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.2-8")
def test_a_will_with_a_long_delay_is_published_when_the_session_expires() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 22 0004 'MQTT' 05 04 0000 05 11 00000003 0001 'a' 05 18 0000003c 0001 'w' 0004 'gone'")
    line.hang_up()
    house.advance(2)
    listener.expect("")
    house.advance(1)
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.2-8")
def test_a_clean_start_ends_the_session_and_so_publishes_the_will_that_waits() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 22 0004 'MQTT' 05 04 0000 05 11 0000003c 0001 'a' 05 18 00000005 0001 'w' 0004 'gone'")
    line.hang_up()
    client(house)
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.2-8")
def test_a_will_that_waits_is_not_forgotten_in_a_restart() -> None:
    house = desk()
    line = house.line()
    line.send("10 22 0004 'MQTT' 05 04 0000 05 11 0000003c 0001 'a' 05 18 00000005 0001 'w' 0004 'gone'")
    line.hang_up()
    house.restart()
    listener = subscriber(house, "w")
    house.advance(6)
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.2-8", "MQTT-3.1.2-10")
@pytest.mark.parametrize("said", ["", "e0 00"])
def test_a_will_that_is_done_with_stays_so_in_a_restart(said: str) -> None:
    house = desk()
    line = house.line()
    line.send("10 1d 0004 'MQTT' 05 04 0000 05 11 0000003c 0001 'a' 00 0001 'w' 0004 'gone'" + said)
    line.hang_up()
    house.restart()
    listener = subscriber(house, "w")
    house.advance(61)
    listener.expect("")


@clause("MQTT-3.1.2-7", "MQTT-3.1.2-8")
def test_the_will_of_who_was_connected_when_the_process_ended_is_published() -> None:
    house = desk()
    house.line().send("10 22 0004 'MQTT' 05 04 0000 05 11 0000003c 0001 'a' 05 18 00000005 0001 'w' 0004 'gone'")
    house.restart()
    listener = subscriber(house, "w")
    house.advance(4)
    listener.expect("")
    house.advance(1)
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.2-9")
@pytest.mark.parametrize(
    "said",
    [
        "10 0e 0004 'MQTT' 05 06 0000 00 0001 'a'",
        "10 0f 0004 'MQTT' 05 06 0000 00 0001 'a' 00",
        "10 12 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0001 'w'",
        "10 17 0004 'MQTT' 05 06 0000 00 0001 'a' 0001 'w' 0004 'gone'",
    ],
)
def test_a_will_that_is_announced_and_not_there_ends_the_connection(said: str) -> None:
    line = desk().line()
    line.send(said)
    ends(line)


@clause("MQTT-3.1.2-10")
def test_a_will_that_was_published_is_not_published_again() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 1d 0004 'MQTT' 05 04 0000 05 11 0000003c 0001 'a' 00 0001 'w' 0004 'gone'")
    line.hang_up()
    listener.expect("30 08 0001 'w' 00 'gone'")
    house.advance(61)  # its session ends
    listener.expect("")


@clause("MQTT-3.1.2-10", "MQTT-3.14.4-3")
def test_a_will_is_gone_after_a_normal_disconnect() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 22 0004 'MQTT' 05 04 0000 05 11 0000003c 0001 'a' 05 18 00000002 0001 'w' 0004 'gone' e0 00")
    line.expect_end(CONNECTED)
    house.advance(61)
    listener.expect("")


@clause("MQTT-3.1.2-11")
@pytest.mark.parametrize("flags", ["0a", "12", "1a"])
def test_a_will_qos_without_a_will_ends_the_connection(flags: str) -> None:
    line = desk().line()
    line.send(f"10 0e 0004 'MQTT' 05 {flags} 0000 00 0001 'a'")
    ends(line)


@clause("MQTT-3.1.2-12")
@pytest.mark.parametrize(
    ("flags", "first"), [("06", "30 08 0001 'w'"), ("0e", "32 0a 0001 'w' 0001"), ("16", "34 0a 0001 'w' 0001")]
)
def test_a_will_is_published_at_its_qos(flags: str, first: str) -> None:
    house = desk()
    listener = subscriber(house, "w", 2)
    line = house.line()
    line.send(f"10 18 0004 'MQTT' 05 {flags} 0000 00 0001 'a' 00 0001 'w' 0004 'gone'")
    line.hang_up()
    listener.expect(first + " 00 'gone'")


@clause("MQTT-3.1.2-12")
def test_a_will_at_qos_3_ends_the_connection() -> None:
    line = desk().line()
    line.send("10 18 0004 'MQTT' 05 1e 0000 00 0001 'a' 00 0001 'w' 0004 'gone'")
    ends(line)


@clause("MQTT-3.1.2-13")
def test_a_will_to_be_retained_that_is_not_there_ends_the_connection() -> None:
    line = desk().line()
    line.send("10 0e 0004 'MQTT' 05 22 0000 00 0001 'a'")
    ends(line)


@clause("MQTT-3.1.2-14")
def test_a_will_is_not_retained_if_not_asked_for() -> None:
    house = desk()
    listener = subscriber(house, "w", 8)  # which gets the flag as it was published
    line = house.line()
    line.send("10 18 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0001 'w' 0004 'gone'")
    line.hang_up()
    listener.expect("30 08 0001 'w' 00 'gone'")
    subscriber(house, "w", client_id="late").expect("")


@clause("MQTT-3.1.2-15")
def test_a_will_is_retained_if_asked_for() -> None:
    house = desk()
    listener = subscriber(house, "w", 8)
    line = house.line()
    line.send("10 18 0004 'MQTT' 05 26 0000 00 0001 'a' 00 0001 'w' 0004 'gone'")
    line.hang_up()
    listener.expect("31 08 0001 'w' 00 'gone'")
    late = client(house, "late")
    late.send("82 07 0001 00 0001 'w' 00")
    late.expect("90 04 0001 00 00 31 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.3-9")
def test_who_is_back_within_the_will_delay_has_no_will_published() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 22 0004 'MQTT' 05 04 0000 05 11 0000003c 0001 'a' 05 18 00000005 0001 'w' 0004 'gone'")
    line.hang_up()
    house.advance(4)
    back = lasting(house)
    house.advance(10)
    back.hang_up()
    house.advance(61)
    listener.expect("")


@clause("MQTT-3.1.3-9")
@pytest.mark.parametrize(("clean", "heard"), [(False, ""), (True, "30 08 0001 'w' 00 'gone'")])
def test_who_takes_over_its_own_connection_has_no_delayed_will_published_unless_it_begins_anew(
    clean: bool, heard: str
) -> None:
    house = desk()
    listener = subscriber(house, "w")
    house.line().send("10 22 0004 'MQTT' 05 04 0000 05 11 0000003c 0001 'a' 05 18 00000005 0001 'w' 0004 'gone'")
    lasting(house, clean=clean)
    house.advance(10)
    listener.expect(heard)


@clause("MQTT-3.1.3-10")
def test_a_will_keeps_its_properties_and_the_order_of_those_of_its_user() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send(
        "10 39 0004 'MQTT' 05 06 0000 00 0001 'a' 21 18 00000000 01 01 03 0001 'c' 08 0001 'r' 09 0001 'd' "
        "26 0001 'z' 0001 '1' 26 0001 'a' 0001 '2' 0001 'w' 0004 'gone'"
    )
    line.hang_up()
    listener.expect(
        "30 24 0001 'w' 1c 01 01 03 0001 'c' 08 0001 'r' 09 0001 'd' 26 0001 'z' 0001 '1' 26 0001 'a' 0001 '2' 'gone'"
    )


@clause("MQTT-3.1.3-11")
@pytest.mark.parametrize("topic", ["0003 eda080", "0003 610062", "0003 'a/#'", "0003 'a+b'", "0003 ffffff"])
def test_a_will_topic_that_is_none_ends_the_connection(topic: str) -> None:
    line = desk().line()
    line.send(f"10 1a 0004 'MQTT' 05 06 0000 00 0001 'a' 00 {topic} 0004 'gone'")
    ends(line)


def test_the_delay_of_a_will_is_not_told_to_those_who_get_it() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 27 0004 'MQTT' 05 04 0000 05 11 0000003c 0001 'a' 0a 18 00000001 02 0000000a 0001 'w' 0004 'gone'")
    line.hang_up()
    house.advance(1)
    listener.expect("30 0d 0001 'w' 05 02 0000000a 'gone'")


def test_a_will_that_rules_forbid_is_not_published() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line(Refusal(5, "no"))
    line.send("10 18 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0001 'w' 0004 'gone'")
    line.hang_up()
    listener.expect("")


# --- who it is


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


# --- letting in


@clause("MQTT-3.1.4-1")
@pytest.mark.parametrize(
    "said",
    [
        "10 0f 0004 'MQTT' 05 02 0000 00 0001 'a' 00",  # a byte too many
        "10 09 0004 'MQTT' 05 02 00",
        "10 11 0004 'MQTT' 05 02 0000 03 21 0000 0001 'a'",  # a receive maximum of 0
        "10 13 0004 'MQTT' 05 02 0000 05 27 00000000 0001 'a'",  # packets of no bytes
        "10 10 0004 'MQTT' 05 02 0000 02 19 02 0001 'a'",
        "10 10 0004 'MQTT' 05 02 0000 02 17 02 0001 'a'",
        "10 18 0004 'MQTT' 05 02 0000 0a 11 00000001 11 00000001 0001 'a'",
        "10 12 0004 'MQTT' 05 02 0000 04 16 0001 'd' 0001 'a'",  # authentication data without a method
        "10 10 0004 'MQTT' 05 02 0000 02 24 01 0001 'a'",  # a property of CONNACK
    ],
)
def test_a_connect_of_the_wrong_form_is_cut_off(said: str) -> None:
    line = desk().line()
    line.send(said)
    assert line.ended
    assert not line.requests


@clause("MQTT-3.1.4-2")
@pytest.mark.parametrize(("return_code", "reason"), [(2, "85"), (3, "88"), (4, "86"), (5, "87")])
def test_who_may_not_come_in_is_told_why_and_cut_off(return_code: int, reason: str) -> None:
    line = desk().line(Refusal(return_code, "no"))
    line.send(CONNECT)
    line.expect_end(f"20 08 00 {reason} 05 1f 0002 'no'")


@clause("MQTT-3.1.4-3")
@pytest.mark.parametrize("clean", [True, False])
def test_a_newer_connection_takes_the_place_of_the_older_one(clean: bool) -> None:
    house = desk()
    older = lasting(house)
    newer = lasting(house, clean=clean)
    ends(older, "e0 01 8e")
    newer.send("c0 00")
    newer.expect("d0 00")


@clause("MQTT-3.1.4-3")
def test_who_is_taken_over_has_its_will_published() -> None:
    house = desk()
    listener = subscriber(house, "w")
    line = house.line()
    line.send("10 18 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0001 'w' 0004 'gone'")
    client(house)
    listener.expect("30 08 0001 'w' 00 'gone'")


@clause("MQTT-3.1.4-5", "MQTT-3.2.0-1")
def test_who_may_come_in_is_told_so_before_anything_else() -> None:
    line = desk().line()
    line.send(CONNECT + " c0 00")
    line.expect(CONNECTED + " d0 00")


@clause("MQTT-3.1.4-6")
def test_after_a_refusal_nothing_more_is_heard() -> None:
    house = desk()
    listener = subscriber(house, "t")
    line = house.line(Refusal(5, "no"))
    line.send(CONNECT + "30 05 0001 't' 00 'x' c0 00")
    ends(line, "20 03 00 87 00")
    line.send("30 05 0001 't' 00 'x' c0 00")
    line.expect("")
    listener.expect("")


# --- what the client asks for


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
