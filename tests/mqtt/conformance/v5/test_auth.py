"""MQTT 5, 3.15 and 4.12: AUTH, enhanced authentication."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Challenge, Refusal
from homeward.mqtt.reasons import Reason
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, Line
from tests.mqtt.conformance.v5.talk import CONNECT, CONNECTED, client, desk, ends, subscriber

CONNECT_M = "10 17 0004 'MQTT' 05 02 0000 09 15 0001 'm' 16 0002 'hi' 0001 'a'"
CONNECTED_M = "20 12 00 00 0f 21 0014 27 00001000 22 0004 15 0001 'm'"
CHALLENGE = Challenge({"authentication_method": "m", "authentication_data": b"prove"})
CHALLENGED = "f0 0e 18 0c 15 0001 'm' 16 0005 'prove'"
ANSWER = "f0 0e 18 0c 15 0001 'm' 16 0005 'proof'"
AGAIN = "f0 0d 19 0b 15 0001 'm' 16 0004 'anew'"


@clause("MQTT-3.15.1-1")
@pytest.mark.parametrize("first", ["f1", "f2", "f4", "f8", "ff"])
def test_an_auth_with_flags_ends_the_connection(first: str) -> None:
    line = _let_in(desk())
    line.send(first + " 00")
    ends(line, "e0 01 81")


@clause("MQTT-3.15.2-1", "MQTT-4.12.0-2")
def test_a_challenge_is_to_be_continued_and_success_of_authenticating_again_is_said() -> None:
    line = desk().line(CHALLENGE)
    line.send(CONNECT_M)
    line.expect(CHALLENGED)
    line.send(ANSWER)
    line.expect(CONNECTED_M)
    line.send(AGAIN)
    line.expect("f0 06 00 04 15 0001 'm'")


@clause("MQTT-3.15.2-1")
@pytest.mark.parametrize("reason", ["01", "17", "1a", "80", "87"])
def test_a_reason_that_auth_does_not_have_is_a_protocol_error(reason: str) -> None:
    line = _let_in(desk())
    line.send(f"f0 06 {reason} 04 15 0001 'm'")
    ends(line, "e0 01 82")


@clause("MQTT-3.15.2-2", "MQTT-3.15.2-3")
def test_a_challenge_that_is_larger_than_the_client_takes_is_not_sent() -> None:
    line = desk().line(Challenge({"authentication_method": "m", "authentication_data": b"0123456789012345678901234"}))
    line.send("10 17 0004 'MQTT' 05 02 0000 09 27 00000020 15 0001 'm' 0001 'a'")
    line.expect("")
    line.send("f0 06 18 04 15 0001 'm'")
    line.expect(CONNECTED_M)


@clause("MQTT-3.15.2-2", "MQTT-3.15.2-3")
def test_an_auth_has_no_words_that_could_make_it_too_large() -> None:
    line = desk().line()
    line.send("10 17 0004 'MQTT' 05 02 0000 09 27 00000014 15 0001 'm' 0001 'a'")
    line.expect(CONNECTED_M)
    line.send("f0 15 19 13 15 0001 'm' 1f 0005 'hello' 26 0001 'k' 0001 'v'")
    line.expect("f0 06 00 04 15 0001 'm'")


@clause("MQTT-4.12.0-1")
@pytest.mark.parametrize("reason", [Reason.BAD_AUTHENTICATION_METHOD, Reason.NOT_AUTHORIZED])
def test_an_authentication_method_that_nobody_knows_is_refused(reason: Reason) -> None:
    line = desk().line(Refusal(5, "no such method", reason))
    line.send(CONNECT_M)
    ends(line, f"20 03 00 {reason:02x} 00")


@clause("MQTT-4.12.0-2", "MQTT-4.12.0-5")
def test_the_server_may_ask_more_than_once() -> None:
    line = desk().line(CHALLENGE, Challenge({"authentication_method": "m", "authentication_data": b"more"}))
    line.send(CONNECT_M)
    line.expect(CHALLENGED)
    line.send(ANSWER)
    line.expect("f0 0d 18 0b 15 0001 'm' 16 0004 'more'")
    line.send(ANSWER)
    line.expect(CONNECTED_M)


@clause("MQTT-4.12.0-3")
@pytest.mark.parametrize("said", [AGAIN, "f0 06 00 04 15 0001 'm'", "f0 00"])
def test_a_challenge_is_to_be_answered_with_continue(said: str) -> None:
    line = desk().line(CHALLENGE)
    line.send(CONNECT_M)
    line.expect(CHALLENGED)
    line.send(said)
    ends(line, "20 03 00 82 00")


@clause("MQTT-4.12.0-4", "MQTT-3.2.2-7")
def test_the_server_may_refuse_at_any_step() -> None:
    house = desk()
    listener = subscriber(house, "t")
    line = house.line(CHALLENGE, Refusal(5, "wrong"))
    line.send(CONNECT_M)
    line.expect(CHALLENGED)
    line.send(ANSWER + "30 05 0001 't' 00 'x'")
    line.expect_end("20 0b 00 87 08 1f 0005 'wrong'")
    line.send(ANSWER)
    line.expect("")
    listener.expect("")
    assert list(house.broker.sessions) == ["listener"]


@clause("MQTT-4.12.0-5", "MQTT-4.12.1-1")
@pytest.mark.parametrize(
    "said", ["f0 0e 18 0c 15 0001 'n' 16 0005 'proof'", "f0 0a 18 08 16 0005 'proof'", "f0 02 18 00"]
)
def test_an_answer_by_another_method_is_refused(said: str) -> None:
    line = desk().line(CHALLENGE)
    line.send(CONNECT_M)
    line.expect(CHALLENGED)
    line.send(said)
    ends(line, "20 03 00 82 00")


@clause("MQTT-4.12.0-6")
def test_who_names_no_method_gets_neither_auth_nor_method() -> None:
    line = desk().line()
    line.send(CONNECT)
    line.expect(CONNECTED)


@clause("MQTT-4.12.0-7")
@pytest.mark.parametrize("said", [AGAIN, ANSWER, "f0 00"])
def test_an_auth_of_who_named_no_method_is_a_protocol_error(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 82")


@clause("MQTT-3.1.2-30")
@pytest.mark.parametrize("said", ["c0 00", "30 05 0001 't' 00 'x'", "82 07 0001 00 0001 't' 00", CONNECT_M])
def test_until_connack_who_authenticates_may_say_nothing_else(said: str) -> None:
    house = desk()
    listener = subscriber(house, "t")
    line = house.line(CHALLENGE)
    line.send(CONNECT_M)
    line.expect(CHALLENGED)
    line.send(said)
    ends(line, "20 03 00 82 00")
    listener.expect("")


@clause("MQTT-4.12.1-1")
def test_authenticating_again_takes_as_many_steps_as_the_first_time() -> None:
    line = _let_in(desk())
    line.answers(CHALLENGE)
    line.send(AGAIN)
    line.expect(CHALLENGED)
    line.send("c0 00")  # life goes on meanwhile
    line.expect("d0 00")
    line.send(ANSWER)
    line.expect("f0 06 00 04 15 0001 'm'")


@clause("MQTT-4.12.1-1")
@pytest.mark.parametrize("said", ["f0 06 19 04 15 0001 'n'", "f0 09 19 07 16 0004 'anew'", "f0 01 19", ANSWER])
def test_authenticating_again_by_another_method_is_a_protocol_error(said: str) -> None:
    line = _let_in(desk())
    line.send(said)
    ends(line, "e0 01 82")


@clause("MQTT-4.12.1-2")
def test_who_fails_to_authenticate_again_is_told_and_cut_off() -> None:
    line = _let_in(desk())
    line.answers(CHALLENGE, Refusal(5, "wrong"))
    line.send(AGAIN)
    line.expect(CHALLENGED)
    line.send(ANSWER)
    line.expect_end("e0 0a 87 08 1f 0005 'wrong'")


def _let_in(house: Desk) -> Line:
    line = house.line()
    line.send(CONNECT_M)
    line.expect(CONNECTED_M)
    return line
