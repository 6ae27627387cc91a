"""MQTT 3.1.1, 3.1: CONNECT, its flags and fields. Wills are in `test_will.py`, sessions in `test_session.py`."""

from __future__ import annotations

from string import ascii_letters, digits

import pytest

from homeward.mqtt.broker import Refusal
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk

CONNECT = "10 0d 0004 'MQTT' 04 02 0000 0001 'a'"
ACCEPTED = "20 02 00 00"


@clause("MQTT-3.1.0-1")
@pytest.mark.parametrize(
    "packet",
    [
        "30 04 0001 'a' 'x'",
        "62 02 0001",
        "82 06 0001 0001 'a' 00",
        "c0 00",
        "e0 00",
    ],
)
def test_what_is_sent_before_connect_closes_the_connection(packet: str) -> None:
    desk = Desk()
    line = desk.line()
    line.send(packet)
    line.expect_end(why="before it is connected")
    line.send(CONNECT)
    line.expect("")


@clause("MQTT-3.1.0-2")
def test_a_second_connect_ends_the_client() -> None:
    line = Desk().line()
    line.send(CONNECT)
    line.expect(ACCEPTED)
    line.send(CONNECT)
    line.expect_end(why="a Connect from a client that is connected")


@clause("MQTT-3.1.2-1")
@pytest.mark.parametrize(
    "packet",
    [
        "10 0d 0004 'MQTx' 04 02 0000 0001 'a'",
        "10 0d 0004 'mqtt' 04 02 0000 0001 'a'",
        "10 0c 0003 'MQT' 04 02 0000 0001 'a'",
        "10 09 0000 04 02 0000 0001 'a'",
    ],
)
def test_another_protocol_name_ends_it_without_an_answer(packet: str) -> None:
    line = Desk().line()
    line.send(packet)
    line.expect_end(why="protocol")
    assert not line.requests


@clause("MQTT-3.1.2-2")
@pytest.mark.parametrize("level", ["00", "02", "03", "06", "84", "ff"])
def test_another_protocol_level_is_told_so_and_ended(level: str) -> None:
    line = Desk().line()
    line.send(f"10 0d 0004 'MQTT' {level} 02 0000 0001 'a'")
    line.expect_end("20 02 00 01", why="level")
    assert not line.requests


@clause("MQTT-3.1.2-3")
def test_the_reserved_connect_flag_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 0d 0004 'MQTT' 04 03 0000 0001 'a'")
    line.expect_end(why="reserved flag")


@clause("MQTT-3.1.2-18")
def test_a_user_name_without_its_flag_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 10 0004 'MQTT' 04 02 0000 0001 'a' 0001 'u'")
    line.expect_end(why="too many in a Connect")


@clause("MQTT-3.1.2-19")
def test_the_user_name_flag_without_a_user_name_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 0d 0004 'MQTT' 04 82 0000 0001 'a'")
    line.expect_end(why="a field of")


@clause("MQTT-3.1.2-20")
def test_a_password_without_its_flag_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 13 0004 'MQTT' 04 82 0000 0001 'a' 0001 'u' 0001 'p'")
    line.expect_end(why="too many in a Connect")


@clause("MQTT-3.1.2-21")
def test_the_password_flag_without_a_password_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 10 0004 'MQTT' 04 c2 0000 0001 'a' 0001 'u'")
    line.expect_end(why="a field of")


@clause("MQTT-3.1.2-22")
def test_a_password_without_a_user_name_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 10 0004 'MQTT' 04 42 0000 0001 'a' 0001 'p'")
    line.expect_end(why="a password and no user name")


@clause("MQTT-3.1.2-24")
def test_a_client_that_is_silent_for_one_and_a_half_keep_alives_is_disconnected_as_if_the_network_had_failed() -> None:
    desk = Desk()
    watcher = desk.client("w")
    watcher.subscribe("gone")
    line = desk.line()
    line.send("10 16 0004 'MQTT' 04 06 000a 0001 'a' 0004 'gone' 0001 'x'")
    line.expect(ACCEPTED)
    desk.advance(15)
    line.send("c0 00")
    line.expect("d0 00")
    desk.advance(15)
    assert not line.ended
    watcher.expect("")
    desk.advance(1)
    line.expect_end(why="keep-alive")
    watcher.expect("30 07 0004 'gone' 'x'")


@clause("MQTT-3.1.2-24")
def test_a_client_without_keep_alive_may_be_silent_for_ever() -> None:
    desk = Desk()
    line = desk.client(keep_alive=0)
    desk.advance(20_000)
    assert not line.ended


@clause("MQTT-3.1.3-1")
def test_the_fields_of_the_payload_come_in_their_order() -> None:
    line = Desk().line()
    line.send("10 21 0004 'MQTT' 04 c6 000a 0002 'id' 0002 'wt' 0003 'wm!' 0004 'user' 0002 'pw'")
    line.expect(ACCEPTED)
    (request,) = line.requests
    assert request.will
    assert (request.client_id, request.will.topic, request.will.payload) == ("id", "wt", b"wm!")
    assert (request.username, request.password) == ("user", b"pw")


@clause("MQTT-3.1.3-3")
def test_a_connect_without_a_client_id_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 0a 0004 'MQTT' 04 02 0000")
    line.expect_end(why="a field of")


@clause("MQTT-3.1.3-4")
@pytest.mark.parametrize("client_id", ["0002 c328", "0003 eda080", "0003 'a' 00 'b'"])
def test_a_client_id_that_is_no_string_closes_the_connection(client_id: str) -> None:
    line = Desk().line()
    line.send(f"10 {10 + 2 + int(client_id[:4], 16):02x} 0004 'MQTT' 04 02 0000 {client_id}")
    line.expect_end(why="U")
    assert not line.requests


@clause("MQTT-3.1.3-5")
@pytest.mark.parametrize("client_id", ["a", digits, ascii_letters[:23], ascii_letters[23:46], ascii_letters[46:]])
def test_a_client_id_of_letters_and_digits_is_taken(client_id: str) -> None:
    line = Desk().line()
    line.send(f"10 {12 + len(client_id):02x} 0004 'MQTT' 04 02 0000 {len(client_id):04x} '{client_id}'")
    line.expect(ACCEPTED)
    assert line.requests[0].client_id == client_id


@clause("MQTT-3.1.3-6")
def test_a_client_without_an_id_is_given_one_that_no_other_has() -> None:
    desk = Desk()
    one, other = desk.line(), desk.line()
    for line in (one, other):
        line.send("10 0c 0004 'MQTT' 04 02 0000 0000")
        line.expect(ACCEPTED)
    assert not one.ended
    assert [line.requests[0].client_id for line in (one, other)] == ["assigned-1", "assigned-2"]
    one.subscribe("t")
    other.send("30 04 0001 't' 'x'")
    one.expect("30 04 0001 't' 'x'")


@clause("MQTT-3.1.3-8")
def test_a_client_without_an_id_that_wants_its_session_kept_is_told_so_and_ended() -> None:
    line = Desk().line()
    line.send("10 0c 0004 'MQTT' 04 00 0000 0000")
    line.expect_end("20 02 00 02", why="client id")
    assert not line.requests


@clause("MQTT-3.1.3-9")
def test_a_client_id_that_the_house_does_not_take_is_told_so_and_ended() -> None:
    line = Desk().line(Refusal(2, "no such device"))
    line.send(CONNECT)
    line.expect_end("20 02 00 02", why="no such device")


@clause("MQTT-3.1.3-11")
def test_a_user_name_that_is_not_utf_8_closes_the_connection() -> None:
    line = Desk().line()
    line.send("10 11 0004 'MQTT' 04 82 0000 0001 'a' 0002 c328")
    line.expect_end(why="UTF-8")


@clause("MQTT-3.1.4-1")
@pytest.mark.parametrize(
    "packet",
    [
        "10 00",
        "10 06 0004 'MQTT'",
        "10 09 0004 'MQTT' 04 02 00",
        "10 0d 0004 'MQTT' 04 02 0000 0002 'a'",
        "10 0e 0004 'MQTT' 04 02 0000 0001 'ab'",
        "10 0d 0004 'MQTT' 04 1a 0000 0001 'a'",
        "10 0d 0004 'MQTT' 04 03 0000 0001 'a'",
    ],
)
def test_a_connect_that_is_wrong_closes_the_connection_without_connack(packet: str) -> None:
    desk = Desk()
    line = desk.line()
    line.send(packet)
    line.expect_end()
    assert not line.requests
    assert not desk.broker.sessions


@clause("MQTT-3.1.4-2")
def test_the_client_of_this_id_that_is_connected_already_is_disconnected() -> None:
    desk = Desk()
    older, bystander = desk.client("a"), desk.client("b")
    newer = desk.line()
    newer.send(CONNECT)
    newer.expect(ACCEPTED)
    older.expect_end(why="taken over")
    assert not bystander.ended
    older.hang_up()
    newer.send("c0 00")
    newer.expect("d0 00")


@clause("MQTT-3.1.4-3")
def test_a_clean_session_is_begun_by_a_client_that_is_let_in_and_by_no_other() -> None:
    desk = Desk()
    desk.client("a", clean=False).hang_up()
    intruder = desk.line(Refusal(4, "wrong password"))
    intruder.send(CONNECT)
    intruder.expect_end("20 02 00 04")
    returned = desk.line()
    returned.send("10 0d 0004 'MQTT' 04 00 0000 0001 'a'")
    returned.expect("20 02 01 00")
    returned.hang_up()
    desk.client("a", clean=True).hang_up()
    returned = desk.line()
    returned.send("10 0d 0004 'MQTT' 04 00 0000 0001 'a'")
    returned.expect("20 02 00 00")


@clause("MQTT-3.1.4-4")
def test_a_connect_that_is_right_is_accepted_with_return_code_0() -> None:
    line = Desk().line()
    line.send(CONNECT)
    line.expect(ACCEPTED)
    assert not line.ended


@clause("MQTT-3.1.4-5")
def test_nothing_after_a_refused_connect_is_processed() -> None:
    desk = Desk()
    watcher = desk.client("w")
    watcher.subscribe("#")
    line = desk.line(Refusal(5, "not yours"))
    line.send(CONNECT + "82 06 0001 0001 'a' 00  30 04 0001 'a' 'x'")
    line.send("32 05 0001 'a' 0002")
    line.expect_end("20 02 00 05", why="not yours")
    watcher.expect("")
    assert list(desk.broker.sessions) == ["w"]
