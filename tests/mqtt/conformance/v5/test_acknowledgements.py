"""MQTT 5, 3.4 to 3.7: PUBACK, PUBREC, PUBREL, PUBCOMP."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Line
from tests.mqtt.conformance.v5.talk import client, desk, ends, publish, subscriber


@clause("MQTT-3.4.2-1", "MQTT-3.5.2-1")
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("32 07 0001 't' 0009 00 'x'", "40 02 0009"),
        ("32 0c 0006 'nobody' 0009 00 'x'", "40 03 0009 10"),
        ("32 0f 0009 'forbidden' 0009 00 'x'", "40 03 0009 87"),
        ("34 07 0001 't' 0009 00 'x'", "50 02 0009"),
        ("34 0c 0006 'nobody' 0009 00 'x'", "50 03 0009 10"),
        ("34 0f 0009 'forbidden' 0009 00 'x'", "50 03 0009 87"),
    ],
)
def test_an_acknowledgement_says_what_became_of_the_message(said: str, answer: str) -> None:
    house = desk()
    subscriber(house, "t")
    line = client(house)
    _forbid(line, "forbidden")
    line.send(said)
    line.expect(answer)


@clause("MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT-3.6.2-1", "MQTT-3.7.2-1")
@pytest.mark.parametrize("said", ["40 03 0001 01", "50 03 0001 92", "62 03 0001 80", "62 03 0001 10", "70 03 0001 91"])
def test_a_reason_that_its_packet_does_not_have_is_a_protocol_error(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 82")


@clause("MQTT-3.4.2-2", "MQTT-3.4.2-3", "MQTT-3.5.2-2", "MQTT-3.5.2-3")
def test_a_message_is_refused_without_words_to_who_takes_only_small_packets() -> None:
    house = desk()
    line = client(house, maximum_packet_size=16)
    _forbid(line, "no")
    line.send("32 08 0002 'no' 0001 00 'x' 34 08 0002 'no' 0002 00 'x'")
    line.expect("40 03 0001 87 50 03 0002 87")


@clause("MQTT-3.6.2-2", "MQTT-3.6.2-3", "MQTT-3.7.2-2", "MQTT-3.7.2-3")
def test_an_identifier_that_is_unknown_is_said_to_be_without_words_to_who_takes_only_small_packets() -> None:
    line = client(desk(), maximum_packet_size=16)
    line.send("62 02 0009 50 02 0009")
    line.expect("70 03 0009 92 62 03 0009 92")


@clause("MQTT-3.6.1-1")
@pytest.mark.parametrize("first", ["60", "61", "63", "64", "66", "6a", "6f"])
def test_a_pubrel_with_other_flags_ends_the_connection(first: str) -> None:
    line = client(desk())
    line.send(first + " 02 0001")
    ends(line, "e0 01 81")


@clause("MQTT-3.6.1-1")
def test_the_servers_pubrel_has_its_flags() -> None:
    house = desk()
    listener = subscriber(house, "t", 2)
    publish(client(house), "t", "x", 0x34, 9)
    listener.expect("34 07 0001 't' 0001 00 'x'")
    listener.send("50 02 0001")
    listener.expect("62 02 0001")


@clause("MQTT-3.6.2-1")
def test_a_pubrec_for_nothing_is_answered_by_a_pubrel_that_says_so() -> None:
    line = client(desk())
    line.send("50 02 0009")
    line.expect("62 03 0009 92")


@clause("MQTT-3.7.2-1")
def test_a_pubrel_for_nothing_is_answered_by_a_pubcomp_that_says_so() -> None:
    line = client(desk())
    line.send("62 02 0009")
    line.expect("70 03 0009 92")


@pytest.mark.parametrize(
    "said",
    [
        "40 02 0001",
        "40 03 0001 00",
        "40 04 0001 00 00",
        "40 03 0001 10",
        "40 09 0001 00 05 1f 0002 'ok'",
        "40 0b 0001 00 07 26 0001 'k' 0001 'v'",
    ],
)
def test_an_acknowledgement_may_leave_out_what_goes_without_saying(said: str) -> None:
    house = desk()
    listener = subscriber(house, "t", 1, receive_maximum=1)
    line = client(house)
    publish(line, "t", "x", 0x32, 1)
    publish(line, "t", "y", 0x32, 2)
    listener.expect("32 07 0001 't' 0001 00 'x'")
    listener.send(said)
    listener.expect("32 07 0001 't' 0002 00 'y'")


@pytest.mark.parametrize("said", ["40 02 0009", "70 02 0009", "50 03 0009 80"])
def test_an_acknowledgement_of_nothing_is_passed_over(said: str) -> None:
    line = client(desk())
    line.send(said + " c0 00")
    line.expect("d0 00")


@pytest.mark.parametrize("said", ["40 01 00", "50 00", "62 01 00", "70 05 0001 00 00 00"])
def test_an_acknowledgement_of_the_wrong_form_ends_the_connection(said: str) -> None:
    line = client(desk())
    line.send(said)
    ends(line, "e0 01 81")


def _forbid(line: Line, topic: str) -> None:
    assert line.guest
    line.guest.forbidden.add(topic)
