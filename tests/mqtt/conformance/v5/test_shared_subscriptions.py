"""MQTT 5, 4.8: shared subscriptions."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, Line
from tests.mqtt.conformance.v5.talk import (
    back,
    client,
    desk,
    ends,
    lasting,
    packet,
    publish,
    subscribe,
    subscriber,
    text,
)

SHARE = "$share/s/t"


@clause("MQTT-4.8.2-1")
def test_each_message_goes_to_one_of_those_who_share_and_all_have_their_turn() -> None:
    house = desk()
    shares = [subscriber(house, SHARE, client_id=name) for name in ("one", "two", "three")]
    line = client(house)
    for _ in range(6):
        publish(line, "t", "x")
    for share in shares:
        share.expect("30 05 0001 't' 00 'x' 30 05 0001 't' 00 'x'")


@clause("MQTT-4.8.2-1")
def test_other_names_and_other_filters_are_other_shares() -> None:
    house = desk()
    lines = [
        subscriber(house, topic_filter, client_id=str(number))
        for number, topic_filter in enumerate([SHARE, "$share/S/t", "$share/s/+", "t", "$share/s/u"])
    ]
    publish(client(house), "t", "x")
    for line in lines[:4]:
        line.expect("30 05 0001 't' 00 'x'")
    lines[4].expect("")


@clause("MQTT-4.8.2-1")
@pytest.mark.parametrize("topic_filter", ["$share//t", "$share/", "$share//"])
def test_a_share_without_a_name_ends_the_connection(topic_filter: str) -> None:
    line = client(desk())
    line.send(packet(0x82, b"\0\1\0" + text(topic_filter) + b"\0"))
    ends(line, "e0 01 81")


@clause("MQTT-4.8.2-1")
@pytest.mark.parametrize("topic_filter", ["$shared/s/t", "$SHARE/s/t", "$share", "share/s/t"])
def test_what_does_not_begin_with_share_is_a_filter_like_any_other(topic_filter: str) -> None:
    house = desk()
    listener = subscriber(house, topic_filter)
    line = client(house)
    publish(line, "t", "x")
    listener.expect("")
    publish(line, topic_filter, "x")
    listener.expect(packet(0x30, text(topic_filter) + b"\0x"))


@clause("MQTT-4.8.2-2")
@pytest.mark.parametrize(
    "topic_filter", ["$share/+/t", "$share/#/t", "$share/a+/t", "$share/a#b/t", "$share/s", "$share/s/"]
)
def test_a_share_name_with_wildcards_or_without_a_filter_ends_the_connection(topic_filter: str) -> None:
    line = client(desk())
    line.send(packet(0x82, b"\0\1\0" + text(topic_filter) + b"\0"))
    ends(line, "e0 01 81")


@clause("MQTT-4.8.2-2")
@pytest.mark.parametrize(
    ("topic_filter", "topic"), [("$share/s//t", "/t"), ("$share/s/a/#", "a/b"), ("$share/$/+", "t")]
)
def test_all_after_the_name_is_the_filter(topic_filter: str, topic: str) -> None:
    house = desk()
    listener = subscriber(house, topic_filter)
    publish(client(house), topic, "x")
    listener.expect(packet(0x30, text(topic) + b"\0x"))


@clause("MQTT-4.8.2-3")
def test_a_message_comes_at_the_qos_granted_to_who_gets_it() -> None:
    house = desk()
    shares = [subscriber(house, SHARE, qos, str(qos)) for qos in (0, 1, 2)]
    line = client(house)
    for number in (1, 2, 3):
        publish(line, "t", "x", 0x34, number)
    shares[0].expect("30 05 0001 't' 00 'x'")
    shares[1].expect("32 07 0001 't' 0001 00 'x'")
    shares[2].expect("34 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.8.2-4")
def test_a_qos_2_message_is_completed_by_who_began_it() -> None:
    house, line, other = _begun(2)
    line.hang_up()
    other.expect("")
    again = back(house, "3c 07 0001 't' 0001 00 'x'")
    again.send("50 02 0001")
    again.expect("62 02 0001")
    again.send("70 02 0001")
    other.expect("")


@clause("MQTT-4.8.2-5")
def test_a_qos_2_message_whose_receivers_session_ends_goes_to_nobody_else() -> None:
    house, line, other = _begun(2)
    line.hang_up()
    house.advance(61)
    other.expect("")
    assert list(house.broker.sessions) == ["other"]


@clause("MQTT-4.8.2-6")
@pytest.mark.parametrize(
    ("qos", "said"), [(1, "40 03 0001 80"), (1, "40 03 0001 97"), (2, "50 03 0001 80"), (2, "50 03 0001 97")]
)
def test_a_message_that_its_receiver_refuses_goes_to_nobody_else(qos: int, said: str) -> None:
    house, line, other = _begun(qos)
    line.send(said)
    other.expect("")
    line.expect("")
    line.hang_up()
    back(house)
    other.expect("")


@clause("MQTT-4.7.2-1")
def test_a_shared_wildcard_takes_in_no_topic_that_begins_with_a_dollar_sign() -> None:
    house = desk()
    listener = subscriber(house, "$share/s/#")
    publish(client(house), "$SYS/x", "x")
    listener.expect("")


def test_a_message_goes_to_one_who_is_here_rather_than_to_one_who_is_away() -> None:
    house = desk()
    away = lasting(house)
    subscribe(away, SHARE, 1)
    here = subscriber(house, SHARE, 1, "here")
    away.hang_up()
    line = client(house, "line")
    publish(line, "t", "x", 0x32, 1)
    publish(line, "t", "y", 0x32, 1)
    here.expect("32 07 0001 't' 0001 00 'x' 32 07 0001 't' 0002 00 'y'")
    back(house)


def test_a_message_waits_when_all_who_share_are_away() -> None:
    house = desk()
    away = lasting(house)
    subscribe(away, SHARE, 1)
    away.hang_up()
    publish(client(house, "line"), "t", "x", 0x32, 1)
    back(house, "32 07 0001 't' 0001 00 'x'")


def test_who_unsubscribes_or_goes_has_no_share_any_more() -> None:
    house = desk()
    one, two, three = (subscriber(house, SHARE, client_id=name) for name in ("one", "two", "three"))
    one.send("a2 0f 0001 00 000a '$share/s/t'")
    one.expect("b0 04 0001 00 00")
    two.hang_up()
    line = client(house)
    for payload in ("x", "y", "z"):
        publish(line, "t", payload)
    three.expect("30 05 0001 't' 00 'x' 30 05 0001 't' 00 'y' 30 05 0001 't' 00 'z'")
    one.expect("")
    three.send("a2 0f 0001 00 000a '$share/s/t'")
    publish(line, "t", "x", 0x32, 1)
    line.expect("40 03 0001 10")


def test_a_shared_subscription_brings_no_retained_messages() -> None:
    house = desk()
    client(house).send("31 05 0001 't' 00 'x'")
    subscriber(house, SHARE).expect("")


def test_a_share_is_kept_with_the_session() -> None:
    house = desk()
    subscribe(lasting(house), SHARE, 1)
    house.restart()
    publish(client(house, "line"), "t", "x", 0x32, 1)
    back(house, "32 07 0001 't' 0001 00 'x'")


def _begun(qos: int) -> tuple[Desk, Line, Line]:
    """A client that has got a message of a share and not answered, and another that shares with it."""
    house = desk()
    line = lasting(house)
    subscribe(line, SHARE, qos)
    house.broker.publish("t", b"x", qos)
    line.expect(f"{0x30 | qos << 1:02x} 07 0001 't' 0001 00 'x'")
    other = lasting(house, "other")
    subscribe(other, SHARE, qos)
    return house, line, other
