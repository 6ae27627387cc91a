"""MQTT 5, 4.13: malformed packets and protocol errors."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Refusal
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
    subscriber,
)

WRONG = [
    ("00 00", "81"),  # no such packet
    ("30 80808080 01", "81"),
    ("32 03 0001 't'", "81"),
    ("82 06 0001 00 0001 't'", "81"),
    ("e0 07 00 04 1f 0001 'x' 00", "81"),
    (CONNECT, "82"),
    ("30 04 0000 00 'x'", "82"),
    ("82 03 0001 00", "82"),
    ("f0 06 19 04 15 0001 'm'", "82"),
    ("30 08 0001 't' 03 23 0000 'x'", "94"),
    ("30 08 0001 't' 03 23 0005 'x'", "94"),
    ("30 ffff7f", "95"),
]


@clause("MQTT-4.13.1-1")
@pytest.mark.parametrize(("said", "reason"), WRONG)
def test_what_is_wrong_is_said_and_ends_the_connection(said: str, reason: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, f"e0 01 {reason}")


@clause("MQTT-4.13.1-1")
def test_what_came_before_it_is_done_and_what_comes_after_it_is_not() -> None:
    house = desk()
    listener = subscriber(house, "t")
    line = client(house)
    line.send("30 05 0001 't' 00 'x' 00 00 30 05 0001 't' 00 'y'")
    ends(line, "e0 01 81")
    listener.expect("30 05 0001 't' 00 'x'")


@clause("MQTT-4.13.1-1")
def test_the_session_of_who_breaks_the_rules_is_kept_for_it() -> None:
    house = desk()
    line = lasting(house)
    subscribe(line, "t", 1)
    line.send("00 00")
    ends(line, "e0 01 81")
    publish(client(house, "b"), "t", "x", 0x32, 1)
    again = house.line()
    again.send("10 13 0004 'MQTT' 05 00 0000 05 11 0000003c 0001 'a'")
    assert again.take().hex(" ").endswith("32 07 00 01 74 00 01 00 78")


@clause("MQTT-4.13.1-1")
def test_the_mistakes_of_one_client_are_not_anothers_loss() -> None:
    house = desk()
    listener = subscriber(house, "t")
    for number, (said, _) in enumerate(WRONG):
        line = client(house, str(number))
        line.send(said)
        assert line.ended
    publish(client(house), "t", "x")
    listener.expect("30 05 0001 't' 00 'x'")


@clause("MQTT-4.13.2-1", "MQTT-3.2.2-7")
def test_after_a_connack_that_refuses_the_connection_is_closed() -> None:
    line = desk().line(Refusal(5, "no", Reason.BANNED))
    line.send(CONNECT)
    line.expect_end("20 08 00 8a 05 1f 0002 'no'")


@clause("MQTT-4.13.2-1", "MQTT-3.14.4-2")
@pytest.mark.parametrize("reason", [0x80, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x93, 0x97, 0x98, 0xA0])
def test_after_a_disconnect_of_the_server_the_connection_is_closed(reason: int) -> None:
    line = client(desk())
    line.connection.close("no", Reason(reason))
    line.expect_end(f"e0 07 {reason:02x} 05 1f 0002 'no'")


@clause("MQTT-4.13.2-1")
def test_the_connection_is_closed_also_where_nothing_is_said() -> None:
    line = desk().line()
    line.send("10 13 0004 'MQTT' 05 02 0000 05 27 00000002 0001 'a'")
    line.expect_end()


@clause("MQTT-4.13.2-1")
@pytest.mark.parametrize("reason", ["80", "82", "93", "97"])
def test_a_clients_disconnect_with_an_error_is_an_end_like_any_other(reason: str) -> None:
    line = desk().line()
    line.send(CONNECT + f"e0 01 {reason}")
    line.expect_end(CONNECTED)
