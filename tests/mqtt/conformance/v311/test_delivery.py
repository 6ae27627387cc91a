"""MQTT 3.1.1, 4.3 to 4.6: delivery at each QoS, again, and in order."""

from __future__ import annotations

import pytest

from homeward.mqtt.broker import Limits
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import Desk, Line

LASTING = "10 0d 0004 'MQTT' 04 00 0000 0001 'a'"


def lasting(desk: Desk) -> Line:
    """A new client with a session that lasts, subscribed to `t` at QoS 2."""
    line = desk.client("a", clean=False)
    line.subscribe("t", 2)
    return line


def resumed(desk: Desk) -> Line:
    """The same client on a new connection."""
    line = desk.line()
    line.send(LASTING)
    return line


@clause("MQTT-4.3.1-1")
def test_at_qos_0_a_message_is_sent_once() -> None:
    desk = Desk()
    line = lasting(desk)
    desk.broker.publish("t", b"x")
    line.expect("30 04 0001 't' 'x'")
    line.hang_up()
    resumed(desk).expect("20 02 01 00")


@clause("MQTT-4.3.2-1")
def test_at_qos_1_a_message_is_unacknowledged_until_puback() -> None:
    desk = Desk(Limits(inflight=2))
    line = lasting(desk)
    for payload in (b"1", b"2", b"3"):
        desk.broker.publish("t", payload, 1)
    line.expect("32 06 0001 't' 0001 '1'  32 06 0001 't' 0002 '2'")
    line.send("50 02 0007  70 02 0001  40 02 0003")
    line.expect("62 02 0007")
    line.send("40 02 0002")
    line.expect("32 06 0001 't' 0003 '3'")
    line.hang_up()
    resumed(desk).expect("20 02 01 00  3a 06 0001 't' 0001 '1'  3a 06 0001 't' 0003 '3'")


@clause("MQTT-4.3.2-1")
@pytest.mark.parametrize("qos", [1, 2])
def test_a_packet_identifier_in_use_is_not_taken_for_another_message(qos: int) -> None:
    desk = Desk()
    line = lasting(desk)
    desk.broker.publish("t", b"1", qos)
    line.take()
    desk.broker.sessions["a"]._next_id = 0xFFFE  # as if some 65,000 messages had gone by
    desk.broker.publish("t", b"2", 1)
    desk.broker.publish("t", b"3", 1)
    line.expect("32 06 0001 't' ffff '2'  32 06 0001 't' 0002 '3'")


@clause("MQTT-4.3.2-2")
def test_at_qos_1_the_identifier_stands_for_a_new_message_after_puback() -> None:
    line = Desk().client()
    line.send("32 06 0001 't' 0007 'x'  3a 06 0001 't' 0007 'x'  32 06 0001 't' 0007 'y'")
    line.expect("40 02 0007  40 02 0007  40 02 0007")
    assert line.guest
    assert line.guest.heard == [("t", b"x"), ("t", b"x"), ("t", b"y")]


@clause("MQTT-4.3.3-1")
def test_at_qos_2_a_message_is_sent_again_until_pubrec_and_pubrel_until_pubcomp() -> None:
    desk = Desk()
    line = lasting(desk)
    desk.broker.publish("t", b"x", 2)
    line.expect("34 06 0001 't' 0001 'x'")
    line.hang_up()
    line = resumed(desk)
    line.expect("20 02 01 00  3c 06 0001 't' 0001 'x'")
    line.send("50 02 0001")
    line.expect("62 02 0001")
    line.hang_up()
    line = resumed(desk)
    line.expect("20 02 01 00  62 02 0001")
    line.send("70 02 0001")
    line.hang_up()
    resumed(desk).expect("20 02 01 00")


@clause("MQTT-4.3.3-1")
def test_at_qos_2_a_puback_acknowledges_nothing() -> None:
    desk = Desk()
    line = lasting(desk)
    desk.broker.publish("t", b"x", 2)
    line.expect("34 06 0001 't' 0001 'x'")
    line.send("40 02 0001")
    line.hang_up()
    resumed(desk).expect("20 02 01 00  3c 06 0001 't' 0001 'x'")


@clause("MQTT-4.3.3-1")
def test_at_qos_2_a_second_pubrec_is_answered_like_the_first() -> None:
    desk = Desk()
    line = lasting(desk)
    desk.broker.publish("t", b"x", 2)
    line.expect("34 06 0001 't' 0001 'x'")
    line.send("50 02 0001  50 02 0001")
    line.expect("62 02 0001  62 02 0001")


@clause("MQTT-4.3.3-2")
def test_at_qos_2_a_message_is_taken_once_until_pubrel() -> None:
    desk = Desk()
    watcher = desk.client("w")
    watcher.subscribe("t", 2)
    line = desk.client("a", clean=False)
    line.send("34 06 0001 't' 0007 'x'  3c 06 0001 't' 0007 'x'")
    line.expect("50 02 0007  50 02 0007")
    line.hang_up()
    line = resumed(desk)
    line.expect("20 02 01 00")
    line.send("3c 06 0001 't' 0007 'x'")
    line.expect("50 02 0007")
    watcher.expect("34 06 0001 't' 0001 'x'")
    line.send("62 02 0007  62 02 0007")
    line.expect("70 02 0007  70 02 0007")
    line.send("34 06 0001 't' 0007 'y'")
    line.expect("50 02 0007")
    watcher.expect("34 06 0001 't' 0002 'y'")


@clause("MQTT-4.3.3-2")
def test_at_qos_2_pubrec_waits_until_the_message_is_kept() -> None:
    desk = Desk(patient=True)
    desk.client("a", clean=False)
    desk.vault.commit()
    line = resumed(desk)
    line.expect("20 02 01 00")
    line.send("34 06 0001 't' 0007 'x'")
    line.expect("")
    desk.vault.commit()
    line.expect("50 02 0007")


@clause("MQTT-4.4.0-1")
def test_what_is_unacknowledged_is_sent_again_under_its_identifiers() -> None:
    desk = Desk()
    line = lasting(desk)
    for qos in (1, 2, 2, 1):
        desk.broker.publish("t", bytes((qos,)), qos)
    line.take()
    line.send("50 02 0003  40 02 0004")
    line.expect("62 02 0003")
    line.hang_up()
    resumed(desk).expect("20 02 01 00  62 02 0003  3a 06 0001 't' 0001 01  3c 06 0001 't' 0002 02")


@clause("MQTT-4.5.0-1")
def test_a_message_reaches_every_client_with_a_subscription_for_it_also_the_absent_and_its_own_publisher() -> None:
    desk = Desk()
    lasting(desk).hang_up()
    here, elsewhere = desk.client("b"), desk.client("c")
    here.subscribe("+", 1)
    elsewhere.subscribe("u", 1)
    here.send("32 06 0001 't' 0007 'x'")
    here.expect("32 06 0001 't' 0001 'x'  40 02 0007")
    elsewhere.expect("")
    resumed(desk).expect("20 02 01 00  32 06 0001 't' 0001 'x'")


@clause("MQTT-4.6.0-1")
def test_messages_are_sent_again_in_their_order_and_before_newer_ones() -> None:
    desk = Desk(Limits(inflight=3))
    line = lasting(desk)
    for number in range(1, 6):
        desk.broker.publish("t", b"%d" % number, 1 + number % 2)
    line.expect("34 06 0001 't' 0001 '1'  32 06 0001 't' 0002 '2'  34 06 0001 't' 0003 '3'")
    line.hang_up()
    line = resumed(desk)
    line.expect("20 02 01 00  3c 06 0001 't' 0001 '1'  3a 06 0001 't' 0002 '2'  3c 06 0001 't' 0003 '3'")
    line.send("50 02 0001  70 02 0001  40 02 0002")
    line.expect("62 02 0001  32 06 0001 't' 0004 '4'  34 06 0001 't' 0005 '5'")


@clause("MQTT-4.6.0-5")
@pytest.mark.parametrize("qos", [0, 1, 2])
def test_messages_of_one_topic_come_in_their_order(qos: int) -> None:
    desk = Desk()
    line = lasting(desk)
    publisher = desk.client("b")
    head = ("30 04 0001 't'", "32 06 0001 't' 0007", "34 06 0001 't' 0007")[qos]
    for number in range(10):
        publisher.send(f"{head} '{number}'" + ("" if qos < 2 else " 62 02 0007"))
    sent = ("30 04 0001 't'", "32 06 0001 't' {:04x}", "34 06 0001 't' {:04x}")[qos]
    line.expect("  ".join(f"{sent.format(number + 1)} '{number}'" for number in range(10)))


@clause("MQTT-4.6.0-6")
def test_messages_that_wait_for_a_client_come_in_their_order() -> None:
    desk = Desk(Limits(inflight=1))
    lasting(desk).hang_up()
    publisher = desk.client("b")
    for number in range(1, 4):
        publisher.send(f"32 06 0001 't' 0007 '{number}'")
    line = resumed(desk)
    publisher.send("32 06 0001 't' 0007 '4'")
    line.expect("20 02 01 00  32 06 0001 't' 0001 '1'")
    for number in range(1, 4):
        line.send(f"40 02 {number:04x}")
        line.expect(f"32 06 0001 't' {number + 1:04x} '{number + 1}'")


@clause("MQTT-4.6.0-6")
def test_acknowledgements_leave_in_the_order_of_their_messages() -> None:
    desk = Desk(patient=True)
    line = desk.client("a", clean=False)
    line.send("82 06 0001 0001 't' 02")
    line.expect("")
    desk.vault.commit()
    line.expect("90 03 0001 02")
    publisher = desk.client("b")
    publisher.send("32 06 0001 't' 0001 '1'  32 06 0001 'u' 0002 '2'  34 06 0001 'u' 0003 '3'  32 06 0001 't' 0004 '4'")
    publisher.expect("")
    desk.vault.commit()
    publisher.expect("40 02 0001  40 02 0002  50 02 0003  40 02 0004")
