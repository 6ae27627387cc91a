"""MQTT 5: what binds the client."""

from __future__ import annotations

from math import inf

import pytest

from homeward.mqtt.client import Unsendable
from homeward.mqtt.client.options import Options
from homeward.mqtt.client.state import ClientState
from homeward.mqtt.packets import Connect, Publish, SubAck, Subscription, UnsubAck, Will
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import Reason
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.ours import CONNACK, RESUMED, Ours

PLAIN = Options(packet=4096, inflight=20, aliases=4)

# --- its CONNECT


@clause("MQTT-3.1.0-1", "MQTT-3.1.2-1", "MQTT-3.1.2-2", "MQTT-3.1.2-3", "MQTT-3.1.3-3")
def test_it_begins_with_connect() -> None:
    state = ClientState(Connect("a", 60, level=5), PLAIN)
    state.publish("t", b"x", 1)
    state.connect()
    assert state.take() == bytes.fromhex("10 19 0004 4d515454 05 02 003c 0b 21 0014 27 00001000 22 0004 0001 61")


@clause("MQTT-3.1.3-1", "MQTT-3.1.2-9", "MQTT-3.1.2-17", "MQTT-3.1.2-19")
def test_its_connect_has_its_fields_in_their_order() -> None:
    will = Will("w", b"m", 1, True, {"will_delay_interval": 5})
    connect = Connect("a", 0, False, "u", b"p", will, 5)
    assert connect.encode() == bytes.fromhex(
        "10 20 0004 4d515454 05 ec 0000 00 0001 61 05 18 00000005 0001 77 0001 6d 0001 75 0001 70"
    )


@clause("MQTT-3.1.2-11", "MQTT-3.1.2-13", "MQTT-3.1.2-16", "MQTT-3.1.2-18")
def test_its_connect_has_neither_flags_nor_fields_for_what_is_not_there() -> None:
    assert Connect("a", level=5).encode() == bytes.fromhex("10 0e 0004 4d515454 05 02 0000 00 0001 61")


@clause("MQTT-3.1.2-12")
def test_it_announces_no_will_at_qos_3() -> None:
    with pytest.raises(ValueError, match="QoS"):
        ClientState(Connect("a", will=Will("w", b"", 3), level=5))


@clause("MQTT-3.1.3-11", "MQTT-4.7.0-1")
def test_it_announces_no_will_for_a_filter() -> None:
    with pytest.raises(ValueError, match="topic name"):
        ClientState(Connect("a", will=Will("w/#", b""), level=5))


@clause("MQTT-1.5.4-1", "MQTT-3.1.3-4", "MQTT-3.1.3-12")
@pytest.mark.parametrize("connect", [Connect("\ud800", level=5), Connect("a", username="\udfff", level=5)])
def test_its_connect_has_no_surrogates(connect: Connect) -> None:
    with pytest.raises(ValueError, match="surrogates"):
        connect.encode()


@clause("MQTT-3.1.2-4", "MQTT-3.1.3-2", "MQTT-3.1.3-7")
def test_it_comes_back_to_its_session_under_the_client_id_that_it_was_given() -> None:
    state = ClientState(Connect("", level=5, properties={"session_expiry_interval": 60}), PLAIN)
    state.connect()
    assert state.take().hex(" ", 1).startswith("10 1d 00 04 4d 51 54 54 05 02")
    state.receive(bytes.fromhex("20 0a 00 00 07 12 0004 676f6f64"), 0.0)
    state.lost()
    state.connect()
    assert state.take() == bytes.fromhex(
        "10 21 0004 4d515454 05 00 0000 10 21 0014 27 00001000 22 0004 11 0000003c 0004 676f6f64"
    )


# --- CONNACK


@clause("MQTT-3.2.0-1", "MQTT-3.2.0-2")
def test_it_takes_one_connack_and_nothing_before_it() -> None:
    early = Ours("30 05 0001 't' 00 'x'")
    early.leaves()
    twice = Ours()
    twice.hear(CONNACK)
    twice.leaves("e0 01 82")


@clause("MQTT-3.2.2-1")
@pytest.mark.parametrize("flags", ["02", "80", "ff"])
def test_it_leaves_when_reserved_flags_of_connack_are_set(flags: str) -> None:
    client = Ours("", clean=False)
    assert client.hear(f"20 03 {flags} 00 00") == []
    client.leaves()


@clause("MQTT-3.2.2-6")
def test_it_leaves_when_a_refusal_says_that_a_session_is_present() -> None:
    client = Ours("", clean=False)
    assert client.hear("20 03 01 87 00") == []
    client.leaves()


@clause("MQTT-3.2.2-7", "MQTT-4.13.2-1")
def test_it_is_over_when_it_is_refused() -> None:
    client = Ours("20 03 00 87 00")
    client.leaves()
    client.state.publish("t", b"x", 1)
    client.says()


@clause("MQTT-3.2.2-4")
def test_it_leaves_when_the_server_has_a_session_that_it_knows_nothing_of() -> None:
    Ours(RESUMED).leaves()


@clause("MQTT-3.2.2-5")
def test_it_forgets_its_session_when_the_server_has() -> None:
    client = Ours()
    client.state.publish("t", b"x", 2)
    client.state.publish("t", b"y", 1)
    client.take("34 07 0001 't' 0007 00 'z'")
    client.hear("50 02 0001")
    client.says("34 07 0001 't' 0001 00 'x' 32 07 0001 't' 0002 00 'y' 50 02 0007 62 02 0001")
    client.again(CONNACK)
    client.says("32 07 0001 't' 0002 00 'y'")  # new to this server, and no word of what it has
    assert client.take("34 09 0001 't' 0007 00 'new'") == [Publish("t", b"new", 2, packet_id=7)]


@clause("MQTT-3.2.2-11")
@pytest.mark.parametrize(("maximum", "qos"), [("00", 1), ("00", 2), ("01", 2)])
def test_it_publishes_at_no_qos_above_the_servers(maximum: str, qos: int) -> None:
    client = Ours(f"20 05 00 00 02 24 {maximum}")
    with pytest.raises(Unsendable):
        client.state.publish("t", b"x", qos)
    client.says()


@clause("MQTT-3.2.2-14")
def test_it_retains_nothing_where_the_server_cannot() -> None:
    client = Ours("20 05 00 00 02 25 00")
    with pytest.raises(Unsendable):
        client.state.publish("t", b"x", retain=True)
    client.says()


@clause("MQTT-3.2.2-15")
@pytest.mark.parametrize("qos", [0, 1])
def test_it_publishes_nothing_larger_than_the_server_takes(qos: int) -> None:
    client = Ours("20 08 00 00 05 27 00000010")
    with pytest.raises(Unsendable):
        client.state.publish("t", b"x" * 11, qos)
    client.says()
    client.state.publish("t", b"0123456789")
    client.says("30 0e 0001 't' 00 '0123456789'")


@clause("MQTT-3.2.2-15")
def test_it_subscribes_to_nothing_in_packets_larger_than_the_server_takes() -> None:
    client = Ours("20 08 00 00 05 27 00000010")
    with pytest.raises(Unsendable):
        client.state.subscribe(Subscription("0123456789"))
    with pytest.raises(Unsendable):
        client.state.unsubscribe("01234567890")
    client.says()
    client.state.unsubscribe("0123456")
    client.says("a2 0c 0001 00 0007 '0123456'")


@clause("MQTT-3.2.2-15")
def test_what_was_published_for_another_server_and_is_too_large_for_this_one_is_given_up() -> None:
    client = Ours()
    client.state.publish("t", b"x" * 20, 1)
    client.state.lost()
    client.state.connect()
    client.state.take()
    told = client.hear("20 08 00 00 05 27 00000010")
    client.says()
    assert [type(each).__name__ for each in told] == ["ConnAck", "PubAck"]


@clause("MQTT-3.14.2-3", "MQTT-3.14.2-4", "MQTT-3.2.2-15")
def test_its_disconnect_goes_without_words_where_they_make_it_too_large() -> None:
    client = Ours("20 08 00 00 05 27 00000010")
    client.state.disconnect(Reason.UNSPECIFIED_ERROR, {"reason_string": "0123456789"})
    client.leaves("e0 01 80")


@clause("MQTT-3.2.2-17", "MQTT-3.3.2-9")
def test_it_gives_as_many_topic_aliases_as_the_server_takes() -> None:
    client = Ours("20 06 00 00 03 22 0002")
    for topic in ("x", "y", "z", "x", "z"):
        client.state.publish(topic, b"!")
    client.says(
        "30 08 0001 'x' 03 23 0001 '!' 30 08 0001 'y' 03 23 0002 '!' 30 05 0001 'z' 00 '!' "
        "30 07 0000 03 23 0001 '!' 30 05 0001 'z' 00 '!'"
    )


@clause("MQTT-3.2.2-18")
@pytest.mark.parametrize("connack", [CONNACK, "20 06 00 00 03 22 0000"])
def test_it_gives_no_topic_aliases_where_the_server_takes_none(connack: str) -> None:
    client = Ours(connack)
    client.state.publish("t", b"x")
    client.state.publish("t", b"y")
    client.says("30 05 0001 't' 00 'x' 30 05 0001 't' 00 'y'")


@clause("MQTT-3.3.2-7")
def test_its_topic_aliases_and_the_servers_end_with_their_connection() -> None:
    client = Ours("20 06 00 00 03 22 0002")
    client.state.publish("t", b"x")
    client.hear("30 08 0001 'u' 03 23 0001 'y'")
    client.says("30 08 0001 't' 03 23 0001 'x'")
    client.again("20 06 01 00 03 22 0002")
    client.state.publish("t", b"x")
    client.says("30 08 0001 't' 03 23 0001 'x'")
    client.hear("30 07 0000 03 23 0001 'y'")
    client.leaves("e0 01 82")


@clause("MQTT-3.3.2-10")
@pytest.mark.parametrize("alias", ["0001", "0002", "0003", "0004"])
def test_it_takes_every_topic_alias_up_to_its_own_maximum(alias: str) -> None:
    client = Ours()
    messages = client.take(f"30 08 0001 't' 03 23 {alias} 'x'") + client.take(f"30 07 0000 03 23 {alias} 'y'")
    assert messages == [Publish("t", b"x"), Publish("t", b"y")]


@clause("MQTT-3.3.2-8", "MQTT-3.3.2-10")
@pytest.mark.parametrize("alias", ["0000", "0005"])
def test_it_leaves_when_a_topic_alias_is_0_or_above_its_maximum(alias: str) -> None:
    client = Ours()
    client.hear(f"30 08 0001 't' 03 23 {alias} 'x'")
    client.leaves("e0 01 94")


# --- keep-alive


@clause("MQTT-3.1.2-20")
def test_it_asks_for_the_server_before_its_keep_alive_is_over() -> None:
    client = Ours(keep_alive=10)
    assert 0 < client.state.wake_at < 10
    client.state.wake(client.state.wake_at)
    client.says("c0 00")


@clause("MQTT-3.1.2-20")
def test_without_a_keep_alive_it_asks_for_nothing() -> None:
    client = Ours(keep_alive=0)
    assert client.state.wake_at == inf


@clause("MQTT-3.1.2-21", "MQTT-3.2.2-21")
@pytest.mark.parametrize(("own", "told"), [(60, "000a"), (0, "000a"), (5, "000a")])
def test_the_servers_keep_alive_goes_before_its_own(own: int, told: str) -> None:
    client = Ours(f"20 06 00 00 03 13 {told}", keep_alive=own)
    assert 5 < client.state.wake_at < 10
    client.state.wake(client.state.wake_at)
    client.says("c0 00")


@clause("MQTT-3.1.2-21", "MQTT-3.2.2-21")
def test_a_server_keep_alive_of_0_takes_its_own_away() -> None:
    client = Ours("20 06 00 00 03 13 0000", keep_alive=10)
    assert client.state.wake_at == inf


# --- what it sends


@clause("MQTT-2.2.1-2", "MQTT-4.3.1-1", "MQTT-3.3.1-2", "MQTT-2.2.2-1")
def test_at_qos_0_it_sends_no_identifier_and_once() -> None:
    client = Ours()
    client.state.publish("t", b"x", retain=True)
    client.says("31 05 0001 't' 00 'x'")
    client.again()
    client.says()


@clause("MQTT-2.2.1-3", "MQTT-4.3.2-1", "MQTT-4.3.3-1")
def test_what_it_starts_has_an_identifier_of_its_own() -> None:
    client = Ours()
    client.state.publish("t", b"x", 1)
    client.state.publish("t", b"y", 2)
    client.state.subscribe(Subscription("t"))
    client.state.unsubscribe("t")
    client.says(
        "32 07 0001 't' 0001 00 'x' 34 07 0001 't' 0002 00 'y' 82 07 0003 00 0001 't' 00 a2 06 0004 00 0001 't'"
    )


@clause("MQTT-2.2.1-3")
def test_after_65535_it_takes_the_first_identifier_that_is_free() -> None:
    client = Ours()
    client.state.publish("t", b"x", 2)
    for number in range(2, 0x10000):
        assert client.state.subscribe(Subscription("t")) == number
        if number != 2:
            client.hear(b"\x90\x04" + number.to_bytes(2, "big") + b"\0\0")
    assert client.state.publish("t", b"y", 1) == 3


@clause("MQTT-2.2.1-5")
def test_its_answers_to_a_publish_have_its_identifier() -> None:
    client = Ours()
    client.take("32 07 0001 't' 1234 00 'x' 34 07 0001 't' 2345 00 'x'")
    client.says("40 02 1234 50 02 2345")
    client.hear("62 02 2345")
    client.says("70 02 2345")


@clause("MQTT-2.2.1-6")
def test_it_knows_answers_by_their_identifiers() -> None:
    client = Ours()
    client.state.subscribe(Subscription("t"))
    client.state.unsubscribe("t")
    assert client.hear("b0 04 0009 00 00 90 04 0009 00 00") == []
    assert client.hear("b0 04 0002 00 11 90 04 0001 00 00") == [UnsubAck(2, (0x11,)), SubAck(1, (0,))]


@clause("MQTT-3.3.1-4")
def test_it_publishes_nothing_at_qos_3() -> None:
    client = Ours()
    with pytest.raises(ValueError, match="QoS"):
        client.state.publish("t", b"x", 3)
    client.says()


@clause("MQTT-3.3.2-1", "MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-3.3.2-2", "MQTT-4.7.3-1", "MQTT-4.7.3-2", "MQTT-4.7.3-3")
@pytest.mark.parametrize("topic", ["", "a/#", "a+b", "a\0b", "\ud800", "a" * 65_536])
def test_it_publishes_to_nothing_that_is_no_topic_name(topic: str) -> None:
    client = Ours()
    for qos in (0, 1):
        with pytest.raises(ValueError, match=r".+"):
            client.state.publish(topic, b"x", qos)
    client.says()
    client.again()
    client.says()


@clause("MQTT-3.3.2-13", "MQTT-3.3.2-14", "MQTT-3.3.2-19", "MQTT-1.5.7-1")
@pytest.mark.parametrize(
    "properties",
    [
        {"response_topic": "r/#"},
        {"response_topic": "\ud800"},
        {"content_type": "\ud800"},
        {"user_property": (("k", "\ud800"),)},
    ],
)
def test_it_says_nothing_of_its_messages_that_the_standard_forbids(properties: Properties) -> None:
    client = Ours()
    with pytest.raises(ValueError, match=r".+"):
        client.state.publish("t", b"x", properties=properties)
    client.says()


@clause("MQTT-3.3.4-6", "MQTT-3.3.2-8", "MQTT-3.3.2-9")
@pytest.mark.parametrize("properties", [{"subscription_identifier": (1,)}, {"topic_alias": 0}, {"topic_alias": 9}])
def test_its_messages_have_no_subscription_identifiers_nor_aliases_but_its_own(properties: Properties) -> None:
    client = Ours()
    with pytest.raises(ValueError, match=r".+"):
        client.state.publish("t", b"x", properties=properties)
    client.says()


@clause("MQTT-3.8.1-1", "MQTT-3.8.3-5", "MQTT-3.10.1-1")
def test_it_sends_subscribe_and_unsubscribe_with_their_flags() -> None:
    client = Ours()
    client.state.subscribe(
        Subscription("a/+", 1, True, True, 2), Subscription("b"), properties={"subscription_identifier": (7,)}
    )
    client.state.unsubscribe("a/+", "b")
    client.says("82 0f 0001 02 0b 07 0003 'a/+' 2d 0001 'b' 00 a2 0b 0002 00 0003 'a/+' 0001 'b'")


@clause("MQTT-3.8.3-2", "MQTT-3.10.3-2", "MQTT-4.7.1-1", "MQTT-4.7.1-2", "MQTT-4.8.2-1", "MQTT-4.8.2-2")
@pytest.mark.parametrize(
    "filters", [(), ("",), ("a#",), ("#/a",), ("+a",), ("$share//t",), ("$share/s",), ("$share/+/t",)]
)
def test_it_subscribes_to_nothing_that_is_no_filter(filters: tuple[str, ...]) -> None:
    client = Ours()
    with pytest.raises(ValueError, match="filter"):
        client.state.subscribe(*map(Subscription, filters))
    with pytest.raises(ValueError, match="filter"):
        client.state.unsubscribe(*filters)
    client.says()


@clause("MQTT-3.8.3-1", "MQTT-3.10.3-1")
def test_it_subscribes_to_no_surrogates() -> None:
    client = Ours()
    with pytest.raises(ValueError, match="surrogates"):
        client.state.subscribe(Subscription("\ud800"))
    with pytest.raises(ValueError, match="surrogates"):
        client.state.unsubscribe("\ud800")
    client.says()


@clause("MQTT-3.8.3-4")
def test_it_asks_for_no_share_with_no_local() -> None:
    client = Ours()
    with pytest.raises(ValueError, match="shared"):
        client.state.subscribe(Subscription("$share/s/t", no_local=True))
    client.says()


# --- delivery, from it


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


# --- delivery, to it


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


# --- flow control


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


# --- enhanced authentication


def proof(challenge: Properties) -> Properties:
    """An answer."""
    return {"authentication_data": challenge.get("authentication_data", b"") + b"!"}


@clause("MQTT-4.12.0-3", "MQTT-4.12.0-5", "MQTT-3.15.2-1")
def test_it_answers_a_challenge_by_the_method_that_it_named() -> None:
    client = Ours("f0 0e 18 0c 15 0001 'm' 16 0005 'prove'", authenticate=proof, authentication_method="m")
    client.says("f0 0f 18 0d 15 0001 'm' 16 0006 'prove!'")


@clause("MQTT-3.1.2-30")
def test_until_connack_it_says_nothing_else() -> None:
    client = Ours("", keep_alive=10, authenticate=proof, authentication_method="m")
    client.state.publish("t", b"x", 1)
    client.state.publish("t", b"y")
    client.state.wake(100.0)
    client.says()
    client.hear("f0 0e 18 0c 15 0001 'm' 16 0005 'prove'")
    client.says("f0 0f 18 0d 15 0001 'm' 16 0006 'prove!'")
    client.hear("20 07 00 00 04 15 0001 'm'")
    client.says("32 07 0001 't' 0001 00 'x'")


@clause("MQTT-4.12.0-7")
def test_without_a_method_it_sends_no_auth() -> None:
    client = Ours()
    with pytest.raises(ValueError, match="method"):
        client.state.authenticate_again(b"anew")
    client.says()


@clause("MQTT-4.12.0-6", "MQTT-4.12.0-7")
@pytest.mark.parametrize("connack", ["", CONNACK])
def test_without_a_method_it_leaves_when_the_server_sends_auth(connack: str) -> None:
    client = Ours(connack)
    client.hear("f0 06 18 04 15 0001 'm'")
    client.leaves("e0 01 82" if connack else "")


@clause("MQTT-4.12.0-5")
def test_it_leaves_when_the_server_names_another_method() -> None:
    client = Ours("f0 06 18 04 15 0001 'n'", authenticate=proof, authentication_method="m")
    client.leaves()


@clause("MQTT-4.12.1-1")
def test_it_authenticates_again_by_the_same_method() -> None:
    client = Ours("20 07 00 00 04 15 0001 'm'", authenticate=proof, authentication_method="m")
    client.state.authenticate_again(b"anew")
    client.says("f0 0d 19 0b 15 0001 'm' 16 0004 'anew'")
    client.hear("f0 0e 18 0c 15 0001 'm' 16 0005 'prove'")
    client.says("f0 0f 18 0d 15 0001 'm' 16 0006 'prove!'")
    client.hear("f0 06 00 04 15 0001 'm'")
    client.says()


@clause("MQTT-3.15.2-2", "MQTT-3.15.2-3")
def test_its_auth_says_nothing_but_method_and_data() -> None:
    client = Ours("20 0c 00 00 09 15 0001 'm' 27 00000010", authenticate=proof, authentication_method="m")
    client.state.authenticate_again(b"12345")
    client.says("f0 0e 19 0c 15 0001 'm' 16 0005 '12345'")


# --- the end


@clause("MQTT-3.14.4-1", "MQTT-3.14.4-2", "MQTT-3.14.2-1")
def test_after_its_disconnect_it_says_nothing_more() -> None:
    client = Ours()
    client.state.disconnect()
    client.state.publish("t", b"x")
    client.state.publish("t", b"y", 1)
    client.hear("32 07 0001 't' 0001 00 'x' 62 02 0009")
    client.leaves("e0 00")


@clause("MQTT-3.14.4-1", "MQTT-4.13.2-1")
def test_after_the_servers_disconnect_it_says_nothing_more() -> None:
    client = Ours()
    client.hear("e0 01 8b")
    client.state.publish("t", b"y", 1)
    client.hear("32 07 0001 't' 0001 00 'x'")
    client.leaves()


@clause("MQTT-3.14.1-1", "MQTT-3.15.1-1", "MQTT-2.1.3-1", "MQTT-4.13.1-1")
@pytest.mark.parametrize(
    "said",
    [
        "e1 00",
        "f1 00",
        "42 02 0001",
        "60 02 0001",
        "91 04 0001 00 00",
        "d1 00",
        "36 07 0001 't' 0001 00 'x'",
        "38 04 0001 't' 00",
    ],
)
def test_it_leaves_when_reserved_flags_are_set(said: str) -> None:
    client = Ours()
    client.hear(said)
    client.leaves("e0 01 81")


@clause("MQTT-1.5.4-1", "MQTT-1.5.4-2", "MQTT-1.5.7-1", "MQTT-1.5.5-1")
@pytest.mark.parametrize(
    "said",
    [
        "30 06 0003 eda080 00",
        "30 04 0001 00 00",
        "30 0b 0001 't' 07 26 0001 'k' 0001 ff",
        "30 05 0001 't' 8000",
        "90 08 0001 04 1f 0001 00 00",
    ],
)
def test_it_leaves_when_it_cannot_read_what_the_server_says(said: str) -> None:
    client = Ours()
    client.hear(said)
    client.leaves("e0 01 81")


@clause("MQTT-1.5.4-3")
def test_it_keeps_a_byte_order_mark() -> None:
    assert Ours().take("30 08 0004 efbbbf 't' 00 'x'") == [Publish("\ufefft", b"x")]


@clause("MQTT-3.4.2-1", "MQTT-3.5.2-1", "MQTT-3.6.2-1", "MQTT-3.7.2-1", "MQTT-3.14.2-1", "MQTT-3.15.2-1")
@pytest.mark.parametrize(
    "said", ["40 03 0001 01", "50 03 0001 92", "62 03 0001 80", "70 03 0001 10", "e0 01 01", "f0 01 01"]
)
def test_it_leaves_when_a_reason_is_none_of_its_packets(said: str) -> None:
    client = Ours()
    client.hear(said)
    client.leaves("e0 01 82")


@clause("MQTT-3.1.2-24")
def test_it_leaves_when_a_packet_is_larger_than_it_takes() -> None:
    client = Ours()
    client.hear("30 8120")
    client.leaves("e0 01 95")


@pytest.mark.parametrize(
    "said", ["82 07 0001 00 0001 't' 00", "a2 06 0001 00 0001 't'", "c0 00", "10 0e 0004 'MQTT' 05 02 0000 00 0001 'a'"]
)
def test_it_leaves_when_the_server_says_what_only_clients_say(said: str) -> None:
    client = Ours()
    client.hear(said)
    client.leaves("e0 01 82")
