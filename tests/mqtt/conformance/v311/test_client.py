"""MQTT 3.1.1, 1 to 3: what binds the client, proved on the sans-IO half of ours."""

from __future__ import annotations

import pytest

from homeward.mqtt.client.state import ClientState
from homeward.mqtt.packets import Connect, Publish, Subscription, Will
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.desk import octets
from tests.mqtt.conformance.v311.ours import Client, received


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
