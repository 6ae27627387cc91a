"""MQTT 5, 3.1.2.5 and 3.1.3.2: the will."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import (
    CONNECTED,
    client,
    desk,
    ends,
    lasting,
    subscriber,
)
from tests.mqtt.house import TestGuest


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
    line = house.line()
    line.guest = TestGuest(house.broker, "a")
    line.guest.forbidden.add("w")
    line.send("10 18 0004 'MQTT' 05 06 0000 00 0001 'a' 00 0001 'w' 0004 'gone'")
    line.hang_up()
    listener.expect("")
