"""MQTT 5: what binds the client. Enhanced authentication."""

from __future__ import annotations

import pytest

from homeward.mqtt.properties import Properties
from tests.mqtt.conformance.clause import clause
from tests.mqtt.conformance.v5.ours import CONNACK, Ours


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
