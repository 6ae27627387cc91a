"""MQTT 5: what binds the client. CONNECT, CONNACK, keep-alive."""

from __future__ import annotations

from math import inf

import pytest

from homeward.mqtt.client import Unsendable
from homeward.mqtt.client.options import Options
from homeward.mqtt.client.state import ClientState
from homeward.mqtt.packets import Connect, Publish, Subscription, Will
from homeward.mqtt.reasons import Reason
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.ours import CONNACK, RESUMED, Ours

PLAIN = Options(packet=4096, inflight=20, aliases=4)


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
