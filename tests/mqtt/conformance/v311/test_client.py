"""MQTT 3.1.1: what binds the client, proved on the sans-IO half of ours."""

from __future__ import annotations

import pytest

from homeward.mqtt.client.options import Options
from homeward.mqtt.client.state import ClientState
from homeward.mqtt.packets import Connect, Packet, PubAck, PubComp, Publish, Subscription, Will
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import octets


class Client:
    """Ours, at whose other end the test is the server."""

    def __init__(self, request: Connect | None = None, options: Options | None = None) -> None:
        self.state = ClientState(request or Connect("a", clean=False), options or Options())
        self.now = 0.0

    def connect(self, ack: str = "20 02 00 00") -> Client:
        """A connection is made, and the server answers so."""
        self.state.connect()
        self.state.take()
        self.receive(ack)
        return self

    def reconnect(self, ack: str = "20 02 01 00") -> Client:
        """The connection falls, and the next is answered so."""
        self.state.lost()
        return self.connect(ack)

    def receive(self, packet: str) -> list[Packet]:
        """The server sends these bytes, as `octets` reads them; what the application is told."""
        return self.state.receive(octets(packet), self.now)

    def expect(self, packet: str) -> None:
        """Exactly these bytes are what the server has got since last asked."""
        assert self.state.take().hex(" ") == octets(packet).hex(" ")


def received(client: Client, packet: str) -> list[Publish]:
    """The messages that the application is told of."""
    return [told for told in client.receive(packet) if isinstance(told, Publish)]


@clause("MQTT-1.5.3-1", "MQTT-1.5.3-2")
@pytest.mark.parametrize("topic", ["0002 c328", "0003 eda080", "0003 'a' 00 'b'"])
def test_a_string_that_is_none_makes_the_client_leave(topic: str) -> None:
    client = Client().connect()
    assert client.receive(f"30 {2 + int(topic[:4], 16):02x} {topic}") == []
    assert "PUBLISH" in client.state.over


@clause("MQTT-1.5.3-1")
@pytest.mark.parametrize("topic", ["\ud800", "a\udfffb"])
def test_the_client_sends_no_surrogates(topic: str) -> None:
    client = Client().connect()
    with pytest.raises(ValueError, match="surrogates not allowed"):
        client.state.publish(topic, b"x")
    with pytest.raises(ValueError, match="surrogates not allowed"):
        client.state.subscribe(Subscription(topic))
    client.expect("")


@clause("MQTT-1.5.3-2")
def test_the_client_sends_no_null_characters() -> None:
    client = Client().connect()
    with pytest.raises(ValueError, match="topic name"):
        client.state.publish("a\0b", b"x")
    with pytest.raises(ValueError, match="topic filter"):
        client.state.subscribe(Subscription("a\0b"))
    with pytest.raises(ValueError, match="topic filter"):
        client.state.unsubscribe("a\0b")
    client.expect("")


@clause("MQTT-1.5.3-3")
def test_the_client_keeps_a_byte_order_mark() -> None:
    client = Client().connect()
    assert received(client, "30 06 0004 efbbbf 'a'") == [Publish("\ufeffa", b"")]
    client.state.publish("\ufeffa", b"")
    client.expect("30 06 0004 efbbbf 'a'")


@clause("MQTT-2.2.2-2")
@pytest.mark.parametrize("right", ["20 02 00 00", "40 02 0001", "62 02 0001", "90 03 0001 00", "b0 02 0001", "d0 00"])
def test_invalid_flags_make_the_client_leave(right: str) -> None:
    packet = octets(right)
    for flags in set(range(16)) - {packet[0] & 15}:
        client = Client().connect()
        first = packet[0] & 0xF0 | flags
        client.state.receive(bytes((first,)) + packet[1:], 0.0)
        assert f"0x{first:02x}" in client.state.over


@clause("MQTT-2.3.1-2")
def test_the_client_takes_an_unused_identifier_for_each_new_packet() -> None:
    client = Client().connect()
    client.state.publish("t", b"1", 1)
    client.state.subscribe(Subscription("t"))
    client.state.unsubscribe("t")
    client.state.publish("t", b"2", 2)
    client.expect("32 06 0001 't' 0001 '1'  82 06 0002 0001 't' 00  a2 05 0003 0001 't'  34 06 0001 't' 0004 '2'")
    client.state._outbox._last_id = 0xFFFF  # as if some 65,000 messages had gone by
    client.state.publish("t", b"3", 1)
    client.expect("32 06 0001 't' 0005 '3'")
    client.state._outbox._last_id = 0xFFFF
    client.receive("40 02 0001  b0 02 0003  50 02 0004  70 02 0004")
    client.expect("62 02 0004")
    for _ in range(3):
        client.state.publish("t", b"x", 1)
    client.expect("32 06 0001 't' 0001 'x'  32 06 0001 't' 0003 'x'  32 06 0001 't' 0004 'x'")


@clause("MQTT-2.3.1-3")
@pytest.mark.parametrize(("qos", "first", "again"), [(1, "32", "3a"), (2, "34", "3c")])
def test_the_client_sends_again_under_the_same_identifier(qos: int, first: str, again: str) -> None:
    client = Client().connect()
    client.state.publish("t", b"1", qos)
    client.state.publish("t", b"2", qos)
    client.expect(f"{first} 06 0001 't' 0001 '1'  {first} 06 0001 't' 0002 '2'")
    client.receive("40 02 0001" if qos == 1 else "50 02 0001  70 02 0001")
    client.state.take()
    client.reconnect().expect(f"{again} 06 0001 't' 0002 '2'")


@clause("MQTT-3.1.0-1")
def test_the_client_sends_connect_first_and_then_waits() -> None:
    client = Client(Connect("a"))
    client.state.publish("t", b"0", 0)
    client.state.publish("t", b"1", 1)
    client.expect("")
    client.state.connect()
    client.state.publish("t", b"2", 1)
    client.expect("10 0d 0004 'MQTT' 04 02 0000 0001 'a'")
    client.receive("20 02 00 00")
    client.expect("32 06 0001 't' 0001 '1'  32 06 0001 't' 0002 '2'")


@clause("MQTT-3.1.2-3")
@pytest.mark.parametrize(
    ("request_", "sent"),
    [
        (Connect("a"), "10 0d 0004 'MQTT' 04 02 0000 0001 'a'"),
        (Connect("a", 60, clean=False), "10 0d 0004 'MQTT' 04 00 003c 0001 'a'"),
        (Connect("a", username="u"), "10 10 0004 'MQTT' 04 82 0000 0001 'a' 0001 'u'"),
        (Connect("a", username="u", password=b"\xff"), "10 13 0004 'MQTT' 04 c2 0000 0001 'a' 0001 'u' 0001 ff"),
        (Connect("a", will=Will("w", b"x")), "10 13 0004 'MQTT' 04 06 0000 0001 'a' 0001 'w' 0001 'x'"),
        (Connect("a", will=Will("w", b"", 2, True)), "10 12 0004 'MQTT' 04 36 0000 0001 'a' 0001 'w' 0000"),
    ],
)
def test_the_flags_of_connect_are_those_of_its_payload(request_: Connect, sent: str) -> None:
    client = Client(request_)
    client.state.connect()
    client.expect(sent)


@clause("MQTT-3.1.2-6")
def test_a_clean_session_of_the_client_begins_without_what_it_had_received() -> None:
    client = Client(Connect("a", clean=True)).connect()
    assert received(client, "34 06 0001 't' 0007 'x'")
    client.reconnect("20 02 00 00")
    assert received(client, "34 06 0001 't' 0007 'y'") == [Publish("t", b"y", 2, packet_id=7)]


@clause("MQTT-3.1.2-14")
def test_the_client_has_no_will_at_a_qos_of_3() -> None:
    with pytest.raises(ValueError, match="QoS"):
        ClientState(Connect("a", will=Will("w", b"", 3)))


@clause("MQTT-3.1.2-22")
def test_the_client_has_no_password_without_a_user_name() -> None:
    with pytest.raises(ValueError, match="user name"):
        ClientState(Connect("a", password=b"p"))


@clause("MQTT-3.1.2-23")
def test_a_client_with_nothing_to_say_pings_within_its_keep_alive() -> None:
    client = Client(Connect("a", 60)).connect()
    for _ in range(5):
        assert client.state.wake_at <= client.now + 60
        client.now = client.state.wake_at
        client.state.wake(client.now)
        client.expect("c0 00")
        client.receive("d0 00")
    assert not client.state.over


@clause("MQTT-3.1.3-7")
def test_a_client_without_an_id_asks_for_a_clean_session() -> None:
    client = Client(Connect(""))
    client.state.connect()
    client.expect("10 0c 0004 'MQTT' 04 02 0000 0000")
    with pytest.raises(ValueError, match="client id"):
        ClientState(Connect("", clean=False))


@clause("MQTT-3.2.0-1")
@pytest.mark.parametrize("packet", ["30 03 0001 't'", "40 02 0001", "d0 00"])
def test_a_server_that_does_not_begin_with_connack_is_left(packet: str) -> None:
    client = Client()
    client.state.connect()
    client.state.take()
    assert client.receive(packet) == []
    assert "before CONNACK" in client.state.over


@clause("MQTT-3.2.2-1")
def test_a_server_that_has_a_session_where_a_clean_one_was_asked_for_is_left() -> None:
    client = Client(Connect("a", clean=True)).connect("20 02 01 00")
    assert "a session where a new one was asked for" in client.state.over


@clause("MQTT-3.2.2-4")
def test_a_server_that_refuses_and_has_a_session_is_left() -> None:
    client = Client().connect("20 02 01 05")
    assert "CONNACK flags" in client.state.over


@clause("MQTT-3.3.1-1")
def test_what_the_client_sends_for_the_first_time_is_no_duplicate() -> None:
    client = Client()
    client.state.publish("t", b"x", 1)
    client.connect().expect("32 06 0001 't' 0001 'x'")
    client.reconnect().expect("3a 06 0001 't' 0001 'x'")


@clause("MQTT-3.3.1-4")
@pytest.mark.parametrize("first", ["36", "3e"])
def test_a_qos_of_3_makes_the_client_leave(first: str) -> None:
    client = Client().connect()
    assert client.receive(f"{first} 05 0001 't' 0001") == []
    assert "PUBLISH flags" in client.state.over


@clause("MQTT-3.3.2-2")
@pytest.mark.parametrize("topic", ["a/+", "#", "a#"])
def test_the_client_publishes_to_no_wildcards(topic: str) -> None:
    client = Client().connect()
    with pytest.raises(ValueError, match="topic name"):
        client.state.publish(topic, b"x")
    client.expect("")


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


@clause("MQTT-3.8.3-3")
def test_the_client_subscribes_to_something() -> None:
    client = Client().connect()
    with pytest.raises(ValueError, match="topic filter"):
        client.state.subscribe()
    client.expect("")


@clause("MQTT-3.10.3-2")
def test_the_client_unsubscribes_from_something() -> None:
    client = Client().connect()
    with pytest.raises(ValueError, match="topic filter"):
        client.state.unsubscribe()
    client.expect("")


@clause("MQTT-3.14.4-1")
def test_the_client_closes_the_connection_after_disconnect() -> None:
    client = Client().connect()
    client.state.disconnect()
    client.expect("e0 00")
    assert client.state.over == "closed"


@clause("MQTT-3.14.4-2")
def test_the_client_sends_nothing_after_disconnect() -> None:
    client = Client(Connect("a", 60)).connect()
    (message,) = received(client, "32 06 0001 't' 0007 'x'")
    client.state.disconnect()
    client.expect("e0 00")
    client.state.publish("t", b"0", 0)
    client.state.publish("t", b"1", 1)
    client.state.acknowledge(message)
    client.state.wake(1000.0)
    client.state.drained()
    client.state.disconnect()
    client.receive("34 06 0001 't' 0008 'x'  62 02 0008")
    client.expect("")


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
    client = Client(options=Options(inflight=1)).connect()
    client.state.publish("t", b"1", 1)
    client.state.publish("t", b"2", 1)
    client.expect("32 06 0001 't' 0001 '1'")
    assert client.receive("40 02 0002  70 02 0001") == []
    client.expect("")
    client.reconnect().expect("3a 06 0001 't' 0001 '1'")
    assert client.receive("40 02 0001") == [PubAck(1)]
    client.expect("32 06 0001 't' 0002 '2'")


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
