"""MQTT 3.1.1, 3.3.1.3: retained messages."""

from __future__ import annotations

import pytest

from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk

SUBSCRIBE = "82 06 0001 0001 't' 02"
SUBSCRIBED = "90 03 0001 02"


@clause("MQTT-3.3.1-5")
@pytest.mark.parametrize(
    ("packet", "answer", "retained"),
    [
        ("31 04 0001 't' 'x'", "", "31 04 0001 't' 'x'"),
        ("33 06 0001 't' 0007 'x'", "40 02 0007", "33 06 0001 't' 0001 'x'"),
        ("35 06 0001 't' 0007 'x'", "50 02 0007", "35 06 0001 't' 0001 'x'"),
    ],
)
def test_a_message_to_be_retained_is_kept_with_its_qos(packet: str, answer: str, retained: str) -> None:
    desk = Desk()
    line = desk.client("a")
    line.send(packet)
    line.expect(answer)
    late = desk.client("b")
    late.send(SUBSCRIBE)
    late.expect(f"{SUBSCRIBED} {retained}")


@clause("MQTT-3.3.1-6")
def test_a_new_subscription_gets_the_last_retained_message_of_each_topic_it_takes_in() -> None:
    desk = Desk()
    line = desk.client("a")
    line.send("31 06 0003 't/1' 'x'  31 06 0003 't/2' 'x'  31 06 0003 't/2' 'y'  31 04 0001 'u' 'x'")
    late = desk.client("b")
    late.send("82 08 0001 0003 't/+' 02")
    late.expect(f"{SUBSCRIBED}  31 06 0003 't/1' 'x'  31 06 0003 't/2' 'y'")


@clause("MQTT-3.3.1-7")
def test_a_retained_message_at_qos_0_takes_the_place_of_an_earlier_one() -> None:
    desk = Desk()
    line = desk.client("a")
    line.send("33 06 0001 't' 0007 'x'  31 04 0001 't' 'y'")
    late = desk.client("b")
    late.send(SUBSCRIBE)
    late.expect(f"{SUBSCRIBED}  31 04 0001 't' 'y'")


@clause("MQTT-3.3.1-8")
def test_what_a_new_subscription_gets_is_marked_as_retained() -> None:
    desk = Desk()
    desk.broker.publish("t", b"x", retain=True)
    line = desk.client()
    line.send(SUBSCRIBE)
    line.expect(f"{SUBSCRIBED}  31 04 0001 't' 'x'")


@clause("MQTT-3.3.1-9")
@pytest.mark.parametrize(
    ("packet", "sent"),
    [
        ("31 04 0001 't' 'x'", "30 04 0001 't' 'x'"),
        ("33 06 0001 't' 0007 'x'", "32 06 0001 't' 0001 'x'"),
        ("35 06 0001 't' 0007 'x'", "34 06 0001 't' 0001 'x'"),
    ],
)
def test_what_an_existing_subscription_gets_is_not_marked_as_retained(packet: str, sent: str) -> None:
    desk = Desk()
    watcher = desk.client("w")
    watcher.subscribe("t", 2)
    desk.client("a").send(packet)
    watcher.expect(sent)


@clause("MQTT-3.3.1-10")
def test_an_empty_retained_message_is_passed_on_and_removes_what_was_retained() -> None:
    desk = Desk()
    watcher = desk.client("w")
    watcher.subscribe("t")
    line = desk.client("a")
    line.send("31 04 0001 't' 'x'  31 03 0001 't'")
    watcher.expect("30 04 0001 't' 'x'  30 03 0001 't'")
    late = desk.client("b")
    late.send(SUBSCRIBE)
    late.expect(SUBSCRIBED)


@clause("MQTT-3.3.1-11")
def test_an_empty_message_is_not_retained() -> None:
    desk = Desk()
    desk.client("a").send("31 03 0001 't'")
    assert len(desk.broker.retained) == 0
    assert desk.vault.kept == {}
    late = desk.client("b")
    late.send(SUBSCRIBE)
    late.expect(SUBSCRIBED)


@clause("MQTT-3.3.1-12")
@pytest.mark.parametrize("packet", ["30 04 0001 't' 'y'", "30 03 0001 't'", "32 06 0001 't' 0007 'y'"])
def test_a_message_that_is_not_to_be_retained_leaves_the_retained_one_alone(packet: str) -> None:
    desk = Desk()
    line = desk.client("a")
    line.send("31 04 0001 't' 'x'")
    line.send(packet)
    late = desk.client("b")
    late.send(SUBSCRIBE)
    late.expect(f"{SUBSCRIBED}  31 04 0001 't' 'x'")


@clause("MQTT-3.3.1-12")
def test_a_message_that_is_not_to_be_retained_is_not() -> None:
    desk = Desk()
    desk.client("a").send("30 04 0001 't' 'x'")
    late = desk.client("b")
    late.send(SUBSCRIBE)
    late.expect(SUBSCRIBED)
