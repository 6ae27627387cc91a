"""MQTT 5, 4.1 and 4.5: what a session holds, and for how long."""

from __future__ import annotations

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import CONNECTED, back, client, desk, lasting, publish, subscribe, subscriber


@clause("MQTT-4.1.0-1")
def test_a_session_lasts_as_long_as_its_connection_whatever_its_expiry() -> None:
    house = desk()
    line = lasting(house, session_expiry_interval=5)
    brief = client(house, "brief")
    for each in (line, brief):
        subscribe(each, "t", 1)
    publish(client(house, "b"), "t", "x", 0x32, 1)
    house.advance(1_000)
    for each in (line, brief):
        each.expect("32 07 0001 't' 0001 00 'x'")
    publish(client(house, "b"), "t", "y", 0x32, 1)
    for each in (line, brief):
        each.expect("32 07 0001 't' 0002 00 'y'")  # 1 is under way still


@clause("MQTT-4.1.0-2", "MQTT-3.1.2-23")
def test_a_session_ends_when_its_expiry_has_passed_and_not_before() -> None:
    house = desk()
    lasting(house, session_expiry_interval=10).hang_up()
    house.advance(9)
    back(house, session_expiry_interval=10).hang_up()
    house.advance(9)
    back(house, session_expiry_interval=10).hang_up()
    house.advance(10)
    line = house.line()
    line.send("10 13 0004 'MQTT' 05 00 0000 05 11 0000000a 0001 'a'")
    line.expect(CONNECTED)
    assert list(house.broker.sessions) == ["a"]


@clause("MQTT-4.1.0-2")
def test_a_session_that_has_expired_is_not_resumed_before_the_broker_sweeps_either() -> None:
    house = desk()
    lasting(house, session_expiry_interval=10).hang_up()
    house.clock.advance(10)
    line = house.line()
    line.send("10 13 0004 'MQTT' 05 00 0000 05 11 0000000a 0001 'a'")
    line.expect(CONNECTED)


@clause("MQTT-4.1.0-2")
def test_of_a_session_that_has_ended_nothing_is_left_in_the_vault() -> None:
    house = desk()
    line = lasting(house, session_expiry_interval=10)
    subscribe(line, "t", 2)
    publisher = client(house, "b")
    publish(publisher, "t", "x", 0x34, 1)
    publish(line, "t", "y", 0x34, 1)
    line.hang_up()
    publish(publisher, "t", "z", 0x32, 2)
    assert house.vault.kept
    house.advance(10)
    publisher.take()
    publish(publisher, "t", "nobody is left", 0x32, 3)
    publisher.expect("40 03 0003 10")
    assert not house.vault.kept


@clause("MQTT-4.1.0-2")
def test_the_time_that_the_process_was_down_counts() -> None:
    house = desk()
    lasting(house, session_expiry_interval=10).hang_up()
    house.advance(6)
    house.restart()
    house.advance(4)
    assert not house.broker.sessions


def test_a_clean_client_costs_the_vault_nothing() -> None:
    house = desk()
    line = subscriber(house, "t", 2)
    publish(client(house), "t", "x", 0x34, 1)
    line.expect("34 07 0001 't' 0001 00 'x'")
    assert not house.vault.kept


@clause("MQTT-4.5.0-1")
def test_a_message_goes_to_all_who_subscribed_whether_they_are_here_or_not() -> None:
    house = desk()
    here = subscriber(house, "t", 1, "here")
    again = subscriber(house, "+", 1, "again")
    absent = lasting(house)
    subscribe(absent, "#", 1)
    absent.hang_up()
    line = client(house, "line")
    publish(line, "t", "x", 0x32, 7)
    line.expect("40 02 0007")
    for listener in (here, again):
        listener.expect("32 07 0001 't' 0001 00 'x'")
    back(house, "32 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.5.0-1", "MQTT-4.3.2-4")
def test_a_message_is_not_acknowledged_before_it_is_kept_for_those_who_are_absent() -> None:
    house = desk(patient=True)
    absent = lasting(house)
    absent.send("82 07 0001 00 0001 't' 01")
    house.vault.commit()
    absent.hang_up()
    line = client(house, "line")
    publish(line, "t", "x", 0x32, 7)
    line.expect("")
    house.vault.commit()
    line.expect("40 02 0007")
    house.restart()
    back(house, "32 07 0001 't' 0001 00 'x'")


def test_at_qos_0_nothing_is_kept_for_those_who_are_absent() -> None:
    house = desk()
    absent = lasting(house)
    absent.send("82 0b 0001 00 0001 't' 01 0001 'u' 00")
    absent.hang_up()
    line = client(house, "line")
    publish(line, "t", "x")
    publish(line, "u", "x", 0x32, 1)
    back(house)
