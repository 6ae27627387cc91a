"""MQTT 5, 4.9: how much may be under way. The server's side of it, each way."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, Line
from tests.mqtt.conformance.v5.talk import back, client, desk, ends, lasting, publish, subscribe, subscriber


@clause("MQTT-4.9.0-1", "MQTT-3.3.4-9")
@pytest.mark.parametrize(("receive_maximum", "window"), [(1, 1), (3, 3), (20, 20), (65_535, 20)])
def test_the_window_is_as_wide_as_the_client_says_and_the_house_lets_it(receive_maximum: int, window: int) -> None:
    house = desk()
    listener = subscriber(house, "t", 1, receive_maximum=receive_maximum)
    for _ in range(25):
        house.broker.publish("t", b"", 1)
    assert len(listener.take()) == 8 * window


@clause("MQTT-4.9.0-1")
def test_who_says_nothing_gets_as_wide_a_window_as_the_house_has() -> None:
    house = desk()
    listener = subscriber(house, "t", 1)
    for _ in range(25):
        house.broker.publish("t", b"", 1)
    assert len(listener.take()) == 8 * 20


@clause("MQTT-4.9.0-2", "MQTT-3.3.4-9")
@pytest.mark.parametrize(
    ("qos", "sent", "answers"),
    [
        (1, "32 07 0001 't' 0001 00 'x'", ["40 02 0001"]),
        (1, "32 07 0001 't' 0001 00 'x'", ["40 03 0001 80"]),
        (2, "34 07 0001 't' 0001 00 'x'", ["50 02 0001", "70 02 0001"]),
        (2, "34 07 0001 't' 0001 00 'x'", ["50 03 0001 80"]),
    ],
)
def test_when_the_window_is_full_messages_wait_until_one_is_done_with(qos: int, sent: str, answers: list[str]) -> None:
    _, listener = _full(qos)
    listener.expect(sent)
    for answer in answers:
        listener.expect("")
        listener.send(answer)
        if answer == "50 02 0001":
            listener.expect("62 02 0001")
    listener.expect(sent.replace("0001 00", "0002 00").replace("'x'", "'y'"))


@clause("MQTT-4.9.0-2")
@pytest.mark.parametrize("answer", ["40 02 0002", "40 02 0009", "70 02 0001", "50 03 0009 80"])
def test_an_answer_to_something_else_makes_no_room(answer: str) -> None:
    _, listener = _full(1)
    listener.expect("32 07 0001 't' 0001 00 'x'")
    listener.send(answer)
    listener.expect("")


@clause("MQTT-4.9.0-2")
def test_the_window_is_no_wider_after_coming_back() -> None:
    house = desk()
    line = lasting(house, receive_maximum=2)
    subscribe(line, "t", 1)
    publisher = client(house, "b")
    for number in (1, 2, 3):
        publish(publisher, "t", str(number), 0x32, number)
    line.expect("32 07 0001 't' 0001 00 '1' 32 07 0001 't' 0002 00 '2'")
    line.hang_up()
    again = back(house, "3a 07 0001 't' 0001 00 '1'", receive_maximum=1)
    again.send("40 02 0001")
    again.expect("3a 07 0001 't' 0002 00 '2'")
    again.send("40 02 0002")
    again.expect("32 07 0001 't' 0003 00 '3'")


@clause("MQTT-3.3.4-10", "MQTT-4.9.0-3")
def test_when_the_window_is_full_everything_else_is_answered() -> None:
    house, line = _full(2)
    line.expect("34 07 0001 't' 0001 00 'x'")
    line.send("c0 00")
    line.expect("d0 00")
    line.send("82 07 0001 00 0001 'u' 00 a2 06 0002 00 0001 'u'")
    line.expect("90 04 0001 00 00 b0 04 0002 00 00")
    subscriber(house, "u", client_id="other")
    publish(line, "u", "x", 0x32, 1)
    publish(line, "u", "x", 0x34, 2)
    line.send("62 02 0002")
    line.expect("40 02 0001 50 02 0002 70 02 0002")
    line.send("50 02 0001")
    line.expect("62 02 0001")


@clause("MQTT-4.9.0-3")
def test_each_client_has_its_own_window() -> None:
    house, _ = _full(1)
    other = subscriber(house, "t", 1, client_id="other", receive_maximum=1)
    house.broker.publish("t", b"z", 1)
    other.expect("32 07 0001 't' 0001 00 'z'")


@pytest.mark.parametrize("first", [0x32, 0x34])
def test_a_client_that_has_more_under_way_than_the_server_takes_is_cut_off(first: int) -> None:
    house = desk(limits=Limits(packet=4096, inflight=3, aliases=4), patient=True)
    absent = lasting(house, "absent")
    absent.send("82 07 0001 00 0001 't' 02")
    house.vault.commit()
    absent.hang_up()
    line = client(house)
    for number in (1, 2, 3):
        publish(line, "t", "x", first, number)
    assert not line.ended  # the vault has not kept them, so none is acknowledged
    publish(line, "t", "x", first, 4)
    ends(line, "e0 01 93")


def test_a_qos_2_message_is_under_way_until_its_release() -> None:
    house = desk(limits=Limits(packet=4096, inflight=2, aliases=4))
    subscriber(house, "t")
    line = client(house)
    publish(line, "t", "x", 0x34, 1)
    publish(line, "t", "x", 0x34, 2)
    line.send("62 02 0001")
    publish(line, "t", "x", 0x34, 3)
    publish(line, "t", "x", 0x3C, 3)  # the same again is not one more
    line.expect("50 02 0001 50 02 0002 70 02 0001 50 02 0003 50 02 0003")
    publish(line, "t", "x", 0x34, 4)
    ends(line, "e0 01 93")


def _full(qos: int) -> tuple[Desk, Line]:
    """A client whose window has room for one message, and two that were published."""
    house = desk()
    listener = subscriber(house, "t", qos, receive_maximum=1)
    house.broker.publish("t", b"x", qos)
    house.broker.publish("t", b"y", qos)
    return house, listener
