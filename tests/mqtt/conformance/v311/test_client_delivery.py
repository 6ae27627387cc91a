"""MQTT 3.1.1, 4: what binds the client, proved on the sans-IO half of ours."""

from __future__ import annotations

import pytest

from homeward.mqtt.packets import PubAck, PubComp, Publish, Subscription
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v311.ours import Client, received


@clause("MQTT-4.1.0-1")
def test_the_client_keeps_its_session_over_connections() -> None:
    client = Client().connect()
    (message,) = received(client, "34 06 0001 't' 0007 'x'")
    client.state.acknowledge(message)
    client.expect("50 02 0007")
    client.reconnect()
    assert received(client, "3c 06 0001 't' 0007 'x'") == []
    client.expect("50 02 0007")


@clause("MQTT-4.3.1-1")
def test_the_client_sends_a_message_at_qos_0_once() -> None:
    client = Client().connect()
    client.state.publish("t", b"x", 0, retain=True)
    client.expect("31 04 0001 't' 'x'")
    client.reconnect().expect("")


@clause("MQTT-4.3.2-1")
def test_for_the_client_a_message_at_qos_1_is_unacknowledged_until_puback() -> None:
    client = Client().connect()
    client.state.publish("t", b"x", 1)
    client.expect("32 06 0001 't' 0001 'x'")
    assert client.receive("40 02 0002  70 02 0001") == []
    client.reconnect().expect("3a 06 0001 't' 0001 'x'")
    assert client.receive("40 02 0001") == [PubAck(1)]
    client.reconnect().expect("")


@clause("MQTT-4.3.2-2")
def test_for_the_client_an_identifier_at_qos_1_stands_for_a_new_message_after_puback() -> None:
    client = Client().connect()
    for packet in ("32 06 0001 't' 0007 'x'", "3a 06 0001 't' 0007 'x'"):
        (message,) = received(client, packet)
        client.state.acknowledge(message)
        client.expect("40 02 0007")


@clause("MQTT-4.3.3-1")
def test_the_client_sends_a_message_at_qos_2_until_pubrec_and_pubrel_until_pubcomp() -> None:
    client = Client().connect()
    client.state.publish("t", b"x", 2)
    client.expect("34 06 0001 't' 0001 'x'")
    assert client.receive("40 02 0001  70 02 0001") == []
    client.reconnect().expect("3c 06 0001 't' 0001 'x'")
    assert client.receive("50 02 0001") == []
    client.expect("62 02 0001")
    client.reconnect().expect("62 02 0001")
    assert client.receive("50 02 0001") == []
    client.expect("62 02 0001")
    assert client.receive("70 02 0001") == [PubComp(1)]
    client.reconnect().expect("")


@clause("MQTT-4.3.3-2")
def test_the_client_takes_a_message_at_qos_2_once_until_pubrel() -> None:
    client = Client().connect()
    (message,) = received(client, "34 06 0001 't' 0007 'x'")
    client.state.acknowledge(message)
    client.expect("50 02 0007")
    assert received(client, "3c 06 0001 't' 0007 'x'") == []
    client.expect("50 02 0007")
    client.receive("62 02 0007  62 02 0007")
    client.expect("70 02 0007  70 02 0007")
    assert received(client, "34 06 0001 't' 0007 'y'") == [Publish("t", b"y", 2, packet_id=7)]


@clause("MQTT-4.4.0-1")
def test_the_client_sends_again_what_is_unacknowledged() -> None:
    client = Client().connect()
    for qos in (1, 2, 2, 1):
        client.state.publish("t", bytes((qos,)), qos)
    client.state.take()
    client.receive("50 02 0003  40 02 0004")
    client.expect("62 02 0003")
    client.reconnect().expect("62 02 0003  3a 06 0001 't' 0001 01  3c 06 0001 't' 0002 02")


@clause("MQTT-4.5.0-2")
def test_the_client_acknowledges_what_it_makes_nothing_of() -> None:
    client = Client().connect()
    for message in received(client, "32 06 0001 't' 0007 'x'  34 06 0001 'u' 0008 'x'"):
        client.state.acknowledge(message)
    client.expect("40 02 0007  50 02 0008")
    assert received(client, "3c 06 0001 'u' 0008 'x'") == []
    client.expect("50 02 0008")
    client.receive("62 02 0009")
    client.expect("70 02 0009")


@clause("MQTT-4.6.0-1")
def test_the_client_sends_again_in_order_and_before_newer_messages() -> None:
    client = Client().connect()
    for number in range(1, 4):
        client.state.publish("t", b"%d" % number, 1 + number % 2)
    client.state.take()
    client.state.lost()
    client.state.publish("t", b"4", 1)
    client.connect("20 02 01 00")
    client.expect("3c 06 0001 't' 0001 '1'  3a 06 0001 't' 0002 '2'  3c 06 0001 't' 0003 '3'  32 06 0001 't' 0004 '4'")


@clause("MQTT-4.6.0-2")
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_pubacks_are_in_the_order_of_their_messages(order: tuple[int, ...]) -> None:
    client = Client().connect()
    messages = received(client, "32 05 0001 't' 0009  32 05 0001 'u' 0007  32 05 0001 't' 0008")
    for index in order:
        client.state.acknowledge(messages[index])
    client.expect("40 02 0009  40 02 0007  40 02 0008")


@clause("MQTT-4.6.0-3")
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_pubrecs_are_in_the_order_of_their_messages(order: tuple[int, ...]) -> None:
    client = Client().connect()
    messages = received(client, "34 05 0001 't' 0009  34 05 0001 'u' 0007  34 05 0001 't' 0008")
    for index in order:
        client.state.acknowledge(messages[index])
    client.expect("50 02 0009  50 02 0007  50 02 0008")


@clause("MQTT-4.6.0-4")
def test_pubrels_are_in_the_order_of_the_pubrecs() -> None:
    client = Client().connect()
    for payload in (b"1", b"2", b"3"):
        client.state.publish("t", payload, 2)
    client.state.take()
    client.receive("50 02 0003  50 02 0001  50 02 0002")
    client.expect("62 02 0003  62 02 0001  62 02 0002")
    client.reconnect().expect("62 02 0003  62 02 0001  62 02 0002")


@clause("MQTT-4.8.0-1")
@pytest.mark.parametrize(
    "packet",
    ["10 0d 0004 'MQTT' 04 02 0000 0001 'a'", "82 06 0001 0001 'a' 00", "a2 05 0001 0001 'a'", "c0 00", "e0 00"],
    ids=["CONNECT", "SUBSCRIBE", "UNSUBSCRIBE", "PINGREQ", "DISCONNECT"],
)
def test_a_packet_that_no_server_sends_makes_the_client_leave(packet: str) -> None:
    client = Client().connect()
    assert client.receive(packet) == []
    assert "from a server" in client.state.over


@clause("MQTT-4.7.3-1")
def test_the_client_has_no_empty_topics() -> None:
    client = Client().connect()
    with pytest.raises(ValueError, match="topic name"):
        client.state.publish("", b"x")
    with pytest.raises(ValueError, match="topic filter"):
        client.state.subscribe(Subscription(""))
    with pytest.raises(ValueError, match="topic filter"):
        client.state.unsubscribe("")
    client.expect("")


@clause("MQTT-4.7.1-2", "MQTT-4.7.1-3")
@pytest.mark.parametrize("topic_filter", ["a#", "#/a", "a+", "+a/b"])
def test_the_client_subscribes_to_no_misplaced_wildcards(topic_filter: str) -> None:
    client = Client().connect()
    with pytest.raises(ValueError, match="topic filter"):
        client.state.subscribe(Subscription(topic_filter))
    client.expect("")
