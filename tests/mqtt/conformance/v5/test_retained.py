"""MQTT 5, 3.3.1.3: retained messages."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import back, client, desk, lasting, subscribe, subscriber


@clause("MQTT-3.3.1-5")
def test_a_retained_message_takes_the_place_of_the_last_one() -> None:
    house = desk()
    line = client(house)
    line.send("31 07 0001 't' 00 'old' 33 0d 0001 't' 0001 04 03 0001 'c' 'new'")
    line.take()
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 02")
    late.expect("90 04 0001 00 02 33 0d 0001 't' 0001 04 03 0001 'c' 'new'")


@clause("MQTT-3.3.1-5")
def test_retained_messages_survive_their_publisher_and_the_process() -> None:
    house = desk()
    line = client(house)
    line.send("31 09 0001 't' 04 03 0001 'c' 'x' e0 00")
    house.restart()
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 00")
    late.expect("90 04 0001 00 00 31 09 0001 't' 04 03 0001 'c' 'x'")


@clause("MQTT-3.3.1-6")
def test_an_empty_retained_message_is_passed_on_and_removes_the_last_one() -> None:
    house = desk()
    line = client(house)
    line.send("31 05 0001 't' 00 'x'")
    listener = client(house, "listener")
    listener.send("82 07 0001 00 0001 't' 08")
    listener.expect("90 04 0001 00 00 31 05 0001 't' 00 'x'")
    line.send("31 04 0001 't' 00")
    listener.expect("31 04 0001 't' 00")
    subscriber(house, "t", client_id="late").expect("")
    assert not house.vault.kept


@clause("MQTT-3.3.1-7")
def test_an_empty_retained_message_is_not_kept() -> None:
    house = desk()
    client(house).send("31 04 0001 't' 00")
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 00")
    late.expect("90 04 0001 00 00")


@clause("MQTT-3.3.1-8")
def test_what_is_not_retained_leaves_what_is_alone() -> None:
    house = desk()
    line = client(house)
    line.send("30 0b 0001 'u' 00 'passing' 31 08 0001 't' 00 'kept' 30 0b 0001 't' 00 'passing' 30 04 0001 't' 00")
    late = client(house, "late")
    late.send("82 07 0001 00 0001 '#' 00")
    late.expect("90 04 0001 00 00 31 08 0001 't' 00 'kept'")


@clause("MQTT-3.3.1-9")
def test_with_retain_handling_0_each_subscribe_brings_the_retained_messages() -> None:
    house = desk()
    client(house).send("31 07 0003 'a/b' 00 'x' 31 05 0001 'c' 00 'y'")
    late = client(house, "late")
    for _ in range(2):
        late.send("82 09 0001 00 0003 'a/+' 00")
        late.expect("90 04 0001 00 00 31 07 0003 'a/b' 00 'x'")


@clause("MQTT-3.3.1-10")
def test_with_retain_handling_1_only_a_new_subscription_brings_the_retained_messages() -> None:
    house = desk()
    client(house).send("31 05 0001 't' 00 'x'")
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 10")
    late.expect("90 04 0001 00 00 31 05 0001 't' 00 'x'")
    late.send("82 07 0002 00 0001 't' 11")
    late.expect("90 04 0002 00 01")
    late.send("a2 06 0003 00 0001 't' 82 07 0004 00 0001 't' 10")
    late.expect("b0 04 0003 00 00 90 04 0004 00 00 31 05 0001 't' 00 'x'")


@clause("MQTT-3.3.1-10")
def test_a_subscription_of_a_session_that_goes_on_is_not_new() -> None:
    house = desk()
    late = lasting(house)
    subscribe(late, "t")
    late.hang_up()
    client(house, "b").send("31 05 0001 't' 00 'x'")
    again = back(house)
    again.send("82 07 0001 00 0001 't' 10")
    again.expect("90 04 0001 00 00")


@clause("MQTT-3.3.1-11")
def test_with_retain_handling_2_no_subscribe_brings_the_retained_messages() -> None:
    house = desk()
    client(house).send("31 05 0001 't' 00 'x'")
    late = client(house, "late")
    late.send("82 07 0001 00 0001 't' 20")
    late.expect("90 04 0001 00 00")


@clause("MQTT-3.3.1-12", "MQTT-3.3.1-13")
@pytest.mark.parametrize(("options", "flags"), [(0, ("30", "30")), (8, ("31", "30"))])
def test_whether_a_message_was_retained_is_passed_on_only_to_who_asked(options: int, flags: tuple[str, str]) -> None:
    house = desk()
    listener = subscriber(house, "t", options)
    client(house).send("31 05 0001 't' 00 'x' 30 05 0001 't' 00 'y'")
    listener.expect(f"{flags[0]} 05 0001 't' 00 'x' {flags[1]} 05 0001 't' 00 'y'")


@clause("MQTT-3.3.1-12")
@pytest.mark.parametrize("options", ["00", "08"])
def test_what_a_subscribe_brings_is_marked_as_retained_in_any_case(options: str) -> None:
    house = desk()
    client(house).send("31 05 0001 't' 00 'x'")
    late = client(house, "late")
    late.send(f"82 07 0001 00 0001 't' {options}")
    late.expect("90 04 0001 00 00 31 05 0001 't' 00 'x'")
