"""MQTT 5, 3.1.2.4 and 3.1.2.11.2: Clean Start, and how long a session lasts."""

from __future__ import annotations

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import (
    CONNECTED,
    RESUMED,
    client,
    desk,
    lasting,
    publish,
    subscribe,
)

LASTING = "10 13 0004 'MQTT' 05 00 0000 05 11 0000003c 0001 'a'"


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
