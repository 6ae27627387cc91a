"""MQTT 5: what binds the client. PUBLISH, SUBSCRIBE, UNSUBSCRIBE."""

from __future__ import annotations

import pytest

from homeward.mqtt.packets import SubAck, Subscription, UnsubAck
from homeward.mqtt.properties import Properties
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.ours import Ours


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
