"""MQTT 5, 3.3.2.3.4: topic aliases, each way."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.talk import back, client, desk, ends, lasting, publish, subscribe, subscriber


@clause("MQTT-3.3.2-7")
def test_a_topic_alias_of_the_client_ends_with_its_connection() -> None:
    house = desk()
    line = lasting(house)
    line.send("30 08 0001 't' 03 23 0001 'x'")
    line.hang_up()
    again = back(house)
    again.send("30 07 0000 03 23 0001 'y'")
    ends(again, "e0 01 82")


@clause("MQTT-3.3.2-7")
def test_a_topic_alias_of_the_server_ends_with_its_connection() -> None:
    house = desk()
    line = lasting(house, topic_alias_maximum=2)
    subscribe(line, "t", 1)
    publisher = client(house, "b")
    publish(publisher, "t", "x", 0x32, 1)
    line.expect("32 0a 0001 't' 0001 03 23 0001 'x'")
    line.hang_up()
    again = back(house, "3a 0a 0001 't' 0001 03 23 0001 'x'", topic_alias_maximum=2)
    publish(publisher, "t", "y", 0x32, 1)
    again.expect("32 09 0000 0002 03 23 0001 'y'")


@clause("MQTT-3.3.2-8")
def test_topic_alias_0_ends_the_connection() -> None:
    line = client(desk())
    line.send("30 08 0001 't' 03 23 0000 'x'")
    ends(line, "e0 01 94")


@clause("MQTT-3.3.2-8")
def test_the_servers_topic_aliases_begin_with_1() -> None:
    house = desk()
    listener = subscriber(house, "t", topic_alias_maximum=1)
    publish(client(house), "t", "x")
    listener.expect("30 08 0001 't' 03 23 0001 'x'")


@clause("MQTT-3.3.2-12")
@pytest.mark.parametrize("alias", ["0001", "0002", "0003", "0004"])
def test_every_topic_alias_up_to_the_maximum_is_taken(alias: str) -> None:
    house = desk()
    listener = subscriber(house, "#")
    line = client(house)
    line.send(f"30 08 0001 't' 03 23 {alias} 'x'")
    line.send(f"30 07 0000 03 23 {alias} 'y'")
    line.send(f"30 08 0001 'u' 03 23 {alias} 'x'")  # from here on it stands for another topic
    line.send(f"32 09 0000 0001 03 23 {alias} 'y'")
    listener.expect("30 05 0001 't' 00 'x' 30 05 0001 't' 00 'y' 30 05 0001 'u' 00 'x' 30 05 0001 'u' 00 'y'")


@clause("MQTT-3.3.2-12")
@pytest.mark.parametrize("alias", ["0005", "ffff"])
def test_a_topic_alias_above_the_maximum_ends_the_connection(alias: str) -> None:
    line = client(desk())
    line.send(f"30 08 0001 't' 03 23 {alias} 'x'")
    ends(line, "e0 01 94")


def test_a_topic_alias_that_stands_for_nothing_is_a_protocol_error() -> None:
    line = client(desk())
    line.send("30 07 0000 03 23 0001 'x'")
    ends(line, "e0 01 82")


def test_each_client_has_its_own_topic_aliases() -> None:
    house = desk()
    client(house, "a").send("30 08 0001 't' 03 23 0001 'x'")
    line = client(house, "b")
    line.send("30 07 0000 03 23 0001 'x'")
    ends(line, "e0 01 82")


@clause("MQTT-3.1.2-24")
def test_a_topic_alias_is_not_used_before_the_client_has_heard_of_it() -> None:
    house = desk()
    listener = subscriber(house, "t", topic_alias_maximum=1, maximum_packet_size=16)
    line = client(house)
    publish(line, "t", "0123456789")  # 16 bytes, and 19 with the alias
    listener.expect("30 0e 0001 't' 00 '0123456789'")
    publish(line, "t", "x")
    listener.expect("30 08 0001 't' 03 23 0001 'x'")
    publish(line, "t", "01234567")
    listener.expect("30 0e 0000 03 23 0001 '01234567'")
