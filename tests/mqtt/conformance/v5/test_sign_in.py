"""MQTT 5, 3.1.4: what the server does with a CONNECT."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Refusal
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import (
    CONNECT,
    CONNECTED,
    client,
    desk,
    ends,
    lasting,
    subscriber,
)


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
