"""MQTT 3.1.1, 3.1.2.4 and 4.1: sessions."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, Line

CLEAN = "10 0d 0004 'MQTT' 04 02 0000 0001 'a'"
LASTING = "10 0d 0004 'MQTT' 04 00 0000 0001 'a'"


def subscribed(desk: Desk, connect: str = LASTING, qos: int = 1) -> Line:
    """Client `a`, connected so, with a subscription to `t`."""
    line = desk.line()
    line.send(connect)
    line.expect("20 02 00 00")
    line.subscribe("t", qos)
    return line


@clause("MQTT-3.1.2-4")
def test_a_session_is_made_kept_and_resumed() -> None:
    desk = Desk()
    subscribed(desk).hang_up()
    desk.advance(60)
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 01 00")
    desk.broker.publish("t", b"x", 1)
    line.expect("32 06 0001 't' 0001 'x'")


@clause("MQTT-3.1.2-5")
@pytest.mark.parametrize("goodbye", ["", "e0 00"], ids=["without a word", "with DISCONNECT"])
def test_messages_at_qos_1_and_2_wait_for_a_client_that_is_away(goodbye: str) -> None:
    desk = Desk()
    line = subscribed(desk, qos=2)
    line.send(goodbye)
    line.hang_up()
    desk.broker.publish("t", b"1", 1)
    desk.broker.publish("t", b"2", 2)
    desk.broker.publish("other", b"3", 2)
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 01 00  32 06 0001 't' 0001 '1'  34 06 0001 't' 0002 '2'")


@clause("MQTT-3.1.2-6")
def test_a_clean_session_begins_without_what_was() -> None:
    desk = Desk()
    subscribed(desk).hang_up()
    desk.broker.publish("t", b"1", 1)
    line = desk.line()
    line.send(CLEAN)
    line.expect("20 02 00 00")
    desk.broker.publish("t", b"2", 1)
    line.expect("")


@clause("MQTT-3.1.2-6")
def test_a_clean_session_ends_with_its_connection() -> None:
    desk = Desk()
    subscribed(desk, CLEAN).hang_up()
    desk.broker.publish("t", b"1", 1)
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 00 00")
    desk.broker.publish("t", b"2", 1)
    line.expect("")


@clause("MQTT-3.1.2-7")
def test_a_retained_message_outlives_the_session_of_its_publisher() -> None:
    desk = Desk()
    line = desk.client("a")
    line.send("31 04 0001 't' 'x'")
    line.hang_up()
    assert "a" not in desk.broker.sessions
    late = desk.client("b")
    late.send("82 06 0001 0001 't' 00")
    late.expect("90 03 0001 00  31 04 0001 't' 'x'")


@clause("MQTT-3.1.3-2")
def test_each_client_id_has_a_session_of_its_own() -> None:
    desk = Desk()
    subscribed(desk).hang_up()
    other = desk.line()
    other.send("10 0d 0004 'MQTT' 04 00 0000 0001 'A'")
    other.expect("20 02 00 00")
    desk.broker.publish("t", b"x", 1)
    other.expect("")
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 01 00  32 06 0001 't' 0001 'x'")


@clause("MQTT-4.1.0-1")
def test_a_session_outlives_the_process_of_the_broker() -> None:
    desk = Desk()
    line = subscribed(desk, qos=2)
    desk.broker.publish("t", b"1", 2)
    line.expect("34 06 0001 't' 0001 '1'")
    line.send("50 02 0001  34 05 0001 'u' 0009")
    line.expect("62 02 0001  50 02 0009")
    desk.broker.publish("t", b"2", 1)
    line.expect("32 06 0001 't' 0002 '2'")
    desk.restart()
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 01 00  62 02 0001  3a 06 0001 't' 0002 '2'")
    desk.broker.publish("t", b"3", 1)
    line.expect("32 06 0001 't' 0003 '3'")
    line.send("3c 05 0001 'u' 0009")
    line.expect("50 02 0009")
    assert line.guest
    assert line.guest.heard == []


@clause("MQTT-4.1.0-1")
def test_a_session_with_nothing_in_it_is_a_session() -> None:
    desk = Desk()
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 00 00")
    desk.restart()
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 01 00")


@clause("MQTT-4.1.0-2")
def test_a_session_that_was_connected_until_the_process_ended_has_all_its_time() -> None:
    desk = Desk(session_expiry=10)
    subscribed(desk).hang_up()
    desk.advance(5)
    desk.client("a", clean=False)
    desk.advance(60)
    desk.restart()
    desk.advance(9)
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 01 00")


@clause("MQTT-4.1.0-2")
def test_a_session_lasts_as_long_as_its_connection() -> None:
    desk = Desk(session_expiry=10)
    line = subscribed(desk)
    desk.advance(3600)
    desk.broker.publish("t", b"x", 1)
    line.expect("32 06 0001 't' 0001 'x'")
    line.hang_up()
    desk.advance(9)
    line = desk.line()
    line.send(LASTING)
    line.expect("20 02 01 00  3a 06 0001 't' 0001 'x'")
