"""MQTT 5: what binds the client. QoS 1 and 2, flow control."""

from __future__ import annotations

import pytest

from homeward.mqtt.packets import Publish, Subscription
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.ours import Ours


@clause("MQTT-4.3.2-2", "MQTT-4.3.2-3", "MQTT-3.3.1-1", "MQTT-3.3.1-3", "MQTT-4.4.0-1")
def test_at_qos_1_its_message_is_sent_on_each_connection_until_it_is_acknowledged() -> None:
    client = Ours()
    client.state.publish("t", b"x", 1)
    client.says("32 07 0001 't' 0001 00 'x'")
    for _ in range(2):
        client.again()
        client.says("3a 07 0001 't' 0001 00 'x'")
    client.hear("40 02 0001")
    client.again()
    client.says()


@clause("MQTT-4.3.3-2", "MQTT-4.3.3-3", "MQTT-4.3.3-4", "MQTT-4.3.3-5", "MQTT-4.3.3-6", "MQTT-3.6.1-1")
def test_at_qos_2_its_message_and_then_its_release_are_sent_on_each_connection() -> None:
    client = Ours()
    client.state.publish("t", b"x", 2)
    client.says("34 07 0001 't' 0001 00 'x'")
    client.again()
    client.says("3c 07 0001 't' 0001 00 'x'")
    client.hear("50 02 0001")
    client.says("62 02 0001")
    for _ in range(2):
        client.again()
        client.says("62 02 0001")
    client.hear("70 02 0001")
    client.again()
    client.says()


@clause("MQTT-4.4.0-2", "MQTT-4.3.3-4")
@pytest.mark.parametrize(
    ("qos", "answer"), [(1, "40 03 0001 80"), (1, "40 03 0001 97"), (2, "50 03 0001 80"), (2, "50 03 0001 97")]
)
def test_its_message_that_was_refused_is_not_sent_again(qos: int, answer: str) -> None:
    client = Ours()
    client.state.publish("t", b"x", qos)
    client.says(f"{0x30 | qos << 1:02x} 07 0001 't' 0001 00 'x'")
    assert len(client.hear(answer)) == 1
    client.says()
    client.again()
    client.says()


@clause("MQTT-4.3.2-3", "MQTT-4.3.3-3", "MQTT-4.3.3-5")
@pytest.mark.parametrize(
    ("qos", "answer"),
    [(1, "50 02 0001"), (1, "70 02 0001"), (1, "50 03 0001 80"), (2, "40 02 0001"), (2, "70 02 0001")],
)
def test_an_answer_of_another_kind_acknowledges_nothing_of_its(qos: int, answer: str) -> None:
    client = Ours()
    client.state.publish("t", b"x", qos)
    client.state.take()
    assert client.hear(answer) == []
    client.again()
    client.says(f"{0x38 | qos << 1:02x} 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.4.0-1")
def test_on_a_connection_that_stands_it_sends_nothing_again() -> None:
    client = Ours(keep_alive=10)
    client.state.publish("t", b"x", 1)
    client.state.publish("t", b"y", 2)
    client.hear("50 02 0002")
    client.says("32 07 0001 't' 0001 00 'x' 34 07 0001 't' 0002 00 'y' 62 02 0002")
    client.state.wake(client.state.wake_at)
    client.hear("d0 00", now=8.0)
    client.says("c0 00")


@clause("MQTT-4.6.0-1")
def test_it_sends_again_in_the_order_of_the_first_time() -> None:
    client = Ours()
    for payload, qos in ((b"1", 1), (b"2", 2), (b"3", 1), (b"4", 2)):
        client.state.publish("t", payload, qos)
    client.hear("40 02 0003")
    client.state.take()
    for _ in range(2):
        client.again()
        client.says("3a 07 0001 't' 0001 00 '1' 3c 07 0001 't' 0002 00 '2' 3c 07 0001 't' 0004 00 '4'")


@clause("MQTT-4.6.0-4")
def test_its_releases_are_in_the_order_of_the_receipts() -> None:
    client = Ours()
    for payload in (b"1", b"2", b"3"):
        client.state.publish("t", payload, 2)
    client.state.take()
    client.hear("50 02 0002 50 02 0003 50 02 0001")
    client.says("62 02 0002 62 02 0003 62 02 0001")
    client.again()
    client.says("62 02 0002 62 02 0003 62 02 0001")


@clause("MQTT-3.6.2-1", "MQTT-3.6.2-2", "MQTT-3.6.2-3")
def test_it_says_that_it_knows_nothing_of_a_receipt() -> None:
    client = Ours()
    client.hear("50 02 0009")
    client.says("62 03 0009 92")


@clause("MQTT-4.5.0-2", "MQTT-4.3.2-4", "MQTT-4.3.3-8", "MQTT-3.3.4-1", "MQTT-3.4.2-1", "MQTT-3.5.2-1")
def test_it_acknowledges_what_it_gets_though_it_never_subscribed() -> None:
    client = Ours()
    assert len(client.take("30 05 0001 't' 00 'x' 32 07 0001 't' 0007 00 'y' 34 07 0001 't' 0008 00 'z'")) == 3
    client.says("40 02 0007 50 02 0008")


@clause("MQTT-4.6.0-2", "MQTT-4.6.0-3")
@pytest.mark.parametrize(("first", "answer"), [(0x32, 0x40), (0x34, 0x50)])
def test_its_acknowledgements_are_in_order_though_the_application_is_not(first: int, answer: int) -> None:
    client = Ours()
    said = " ".join(f"{first:02x} 07 0001 't' {number:04x} 00 'x'" for number in (3, 1, 2))
    messages = [told for told in client.hear(said) if isinstance(told, Publish)]
    client.says()
    for message in reversed(messages):
        client.state.acknowledge(message)
    client.says(" ".join(f"{answer:02x} 02 {number:04x}" for number in (3, 1, 2)))


@clause("MQTT-4.3.2-5")
@pytest.mark.parametrize("first", ["32", "3a"])
def test_at_qos_1_after_its_acknowledgement_the_identifier_is_that_of_a_new_message(first: str) -> None:
    client = Ours()
    for _ in range(2):
        assert len(client.take(f"{first} 07 0001 't' 0001 00 'x'")) == 1
        client.says("40 02 0001")


@clause("MQTT-4.3.3-10", "MQTT-4.3.3-11", "MQTT-4.3.3-12")
def test_at_qos_2_until_its_release_the_same_identifier_is_the_same_message() -> None:
    client = Ours()
    assert len(client.take("34 07 0001 't' 0001 00 'x'")) == 1
    client.says("50 02 0001")
    assert client.take("3c 07 0001 't' 0001 00 'x'") == []
    client.says("50 02 0001")
    client.again()
    assert client.take("3c 07 0001 't' 0001 00 'x'") == []
    client.says("50 02 0001")
    client.hear("62 02 0001")
    client.says("70 02 0001")
    assert len(client.take("34 09 0001 't' 0001 00 'new'")) == 1
    client.says("50 02 0001")


@clause("MQTT-3.7.2-1", "MQTT-3.7.2-2", "MQTT-3.7.2-3")
def test_it_says_that_it_knows_nothing_of_a_release() -> None:
    client = Ours()
    client.hear("62 02 0009")
    client.says("70 03 0009 92")


@clause("MQTT-3.3.4-7", "MQTT-4.9.0-1", "MQTT-4.9.0-2")
@pytest.mark.parametrize(
    ("qos", "answers"),
    [(1, ["40 02 0001"]), (1, ["40 03 0001 80"]), (2, ["50 02 0001", "70 02 0001"]), (2, ["50 03 0001 80"])],
)
def test_it_has_no_more_under_way_than_the_server_takes(qos: int, answers: list[str]) -> None:
    client = Ours("20 06 00 00 03 21 0001")
    client.state.publish("t", b"x", qos)
    client.state.publish("t", b"y", qos)
    client.says(f"{0x30 | qos << 1:02x} 07 0001 't' 0001 00 'x'")
    for answer in answers:
        client.says()
        client.hear(answer)
        if len(answers) == 2 and answer == answers[0]:
            client.says("62 02 0001")
            client.state.drained()
    client.says(f"{0x30 | qos << 1:02x} 07 0001 't' 0002 00 'y'")


@clause("MQTT-3.3.4-7", "MQTT-4.9.0-1")
def test_its_window_begins_anew_on_each_connection() -> None:
    client = Ours()
    for payload in (b"1", b"2", b"3"):
        client.state.publish("t", payload, 1)
    client.state.take()
    client.again("20 06 01 00 03 21 0002")
    client.says("3a 07 0001 't' 0001 00 '1' 3a 07 0001 't' 0002 00 '2'")
    client.hear("40 02 0002")
    client.says("3a 07 0001 't' 0003 00 '3'")


@clause("MQTT-3.3.4-8", "MQTT-4.9.0-3")
def test_when_its_window_is_full_it_sends_and_answers_all_else() -> None:
    client = Ours("20 06 00 00 03 21 0001", keep_alive=10)
    client.state.publish("t", b"x", 1)
    client.state.publish("t", b"y", 1)
    client.says("32 07 0001 't' 0001 00 'x'")
    client.state.subscribe(Subscription("t"))
    client.state.unsubscribe("t")
    client.take("32 07 0001 'u' 0007 00 'x' 34 07 0001 'u' 0008 00 'x'")
    client.hear("62 02 0008")
    client.state.wake(client.state.wake_at)
    client.says("82 07 0003 00 0001 't' 00 a2 06 0004 00 0001 't' 40 02 0007 50 02 0008 70 02 0008 c000")


@clause("MQTT-3.3.4-9")
def test_it_leaves_when_the_server_has_more_under_way_than_it_takes() -> None:
    client = Ours(receive_maximum=2)
    client.hear("32 07 0001 't' 0001 00 'x' 34 07 0001 't' 0002 00 'x'")
    client.says()
    client.hear("32 07 0001 't' 0003 00 'x'")
    client.leaves("e0 01 93")
