"""MQTT 5: what binds the client. DISCONNECT, and a server that breaks the rules."""

from __future__ import annotations

import pytest

from homeward.mqtt.packets import Publish
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.ours import Ours


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
