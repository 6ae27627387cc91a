"""MQTT 3.1.1, 3.2: CONNACK."""

from __future__ import annotations

import pytest

from homeward.errors import StorageError
from homeward.mqtt.broker import Refusal
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk

CLEAN = "10 0d 0004 'MQTT' 04 02 0000 0001 'a'"
LASTING = "10 0d 0004 'MQTT' 04 00 0000 0001 'a'"


@clause("MQTT-3.2.0-1")
def test_connack_comes_before_the_messages_that_wait() -> None:
    desk = Desk()
    line = desk.client("a", clean=False)
    line.subscribe("t", 1)
    line.hang_up()
    desk.broker.publish("t", b"x", 1)
    line = desk.line()
    line.send(LASTING + "c0 00")
    line.expect("20 02 01 00  32 06 0001 't' 0001 'x'  d0 00")


@clause("MQTT-3.2.2-1")
def test_a_clean_session_was_never_there_before() -> None:
    desk = Desk()
    desk.client("a", clean=False).hang_up()
    line = desk.line()
    line.send(CLEAN)
    line.expect("20 02 00 00")


@clause("MQTT-3.2.2-2")
def test_a_session_that_is_resumed_is_said_to_be_present() -> None:
    desk = Desk()
    desk.client("a", clean=False).hang_up()
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 01 00")


@clause("MQTT-3.2.2-3")
def test_a_session_that_is_new_is_said_not_to_be_present() -> None:
    desk = Desk()
    desk.client("b", clean=False).hang_up()
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 00 00")


@clause("MQTT-3.2.2-4")
@pytest.mark.parametrize("code", [1, 2, 3, 4, 5])
def test_a_client_that_is_refused_is_not_told_of_its_session(code: int) -> None:
    desk = Desk()
    desk.client("a", clean=False).hang_up()
    line = desk.line(Refusal(code, "no"))
    line.send(LASTING)
    line.expect(f"20 02 00 {code:02x}")


@clause("MQTT-3.2.2-5")
@pytest.mark.parametrize("code", [1, 2, 3, 4, 5])
def test_a_client_that_is_refused_is_ended(code: int) -> None:
    line = Desk().line(Refusal(code, "we are closed"))
    line.send(CLEAN)
    line.expect_end(f"20 02 00 {code:02x}", why="we are closed")


@clause("MQTT-3.2.2-6")
def test_what_no_return_code_is_for_ends_it_without_connack(monkeypatch: pytest.MonkeyPatch) -> None:
    line = Desk().line()

    def fail(_: object) -> None:
        raise StorageError("the disk is full")

    monkeypatch.setattr(line, "sign_in", fail)
    line.send(CLEAN)
    line.expect_end(why="the disk is full")
