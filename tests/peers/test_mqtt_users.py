"""Other people's MQTT clients as plain users of a house: with rules, in every version, over WebSocket too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.peers.house import HOMEWARD, House
from tests.peers.processes import PATIENCE, Peer, Program, run, until

PASSWORD = "correct horse"
RULES = ("--publish", "notes/#", "--publish", "of/%u/#", "--subscribe", "notes/#")
VERSIONS = {"mqttv31": 3, "mqttv311": 4, "mqttv5": 5}


@pytest.fixture(scope="module")
def bob(house: House) -> dict[str, str]:
    """How bob signs in, who may publish to notes and below his own name, and hear notes."""
    house.cli("mqtt", "users", "add", "bob", *RULES, "--password-stdin", stdin=PASSWORD + "\n")
    return {"username": "bob", "password": PASSWORD}


def connected(peer: Callable[[str], Peer], house: House, bob: dict[str, str], **options: Any) -> Peer:
    paho = peer("paho_mqtt")
    assert paho.ask("connect", port=house.door, client_id="paho", **bob, **options) == "Success"
    return paho


@pytest.mark.parametrize("version", VERSIONS)
def test_mosquittos_clients_talk_to_each_other(
    house: House, bob: dict[str, str], program: Callable[[str], str], version: str
) -> None:
    server = ("-h", "127.0.0.1", "-p", str(house.door), "-V", version, "-u", "bob", "-P", PASSWORD, "-q", "2")
    listen = (
        program("stdbuf"),
        "-oL",
        program("mosquitto_sub"),
        *server,
        "-i",
        "ear",
        "-t",
        "notes/+",
        "-C",
        "1",
        "-d",
    )
    with Program(*listen) as listener:
        until(lambda: any("SUBACK" in line for line in listener.said), "the subscription")
        run(program("mosquitto_pub"), *server, "-i", "mouth", "-t", "notes/today", "-m", "milk")
        until(lambda: "milk" in listener.said, "the message")
        assert listener.process.wait(PATIENCE) == 0


def test_mosquittos_client_with_a_wrong_password_is_refused(
    house: House, bob: dict[str, str], program: Callable[[str], str]
) -> None:
    wrong = ("-h", "127.0.0.1", "-p", str(house.door), "-u", "bob", "-P", "wrong", "-t", "notes/a", "-m", "any")
    with Program(program("mosquitto_pub"), *wrong) as refused:
        assert refused.process.wait(PATIENCE)
        until(lambda: any("bad user name" in line or "not authorised" in line for line in refused.said), "the reason")


@pytest.mark.parametrize("protocol", VERSIONS.values())
@pytest.mark.parametrize("path", ["/mqtt", "/"])
@pytest.mark.parametrize("tls", [False, True])
def test_paho_speaks_over_a_websocket(
    house: House, bob: dict[str, str], peer: Callable[[str], Peer], protocol: int, path: str, tls: bool
) -> None:
    ca = str(house.ca) if tls else None
    paho = connected(peer, house, bob, protocol=protocol, transport="websockets", path=path, ca=ca)
    paho.wait_for("subscribed", mid=paho.ask("subscribe", topic="notes/#", qos=2), codes=[2])
    long = "x" * 100_000
    for qos in (0, 1, 2):
        paho.wait_for("acknowledged", mid=paho.ask("publish", topic=f"notes/{qos}", payload=long, qos=qos))
        assert paho.wait_for("message", topic=f"notes/{qos}")["payload"] == long


@pytest.mark.parametrize(("protocol", "code"), [(4, 128), (5, 135)])
def test_paho_may_do_what_bobs_rules_allow_and_no_more(
    house: House, bob: dict[str, str], peer: Callable[[str], Peer], protocol: int, code: int
) -> None:
    paho = connected(peer, house, bob, protocol=protocol)
    for topic in ("#", "of/bob/#", "+/today"):
        paho.wait_for("subscribed", mid=paho.ask("subscribe", topic=topic), codes=[code])
    paho.wait_for("subscribed", mid=paho.ask("subscribe", topic="notes/#"), codes=[1])
    for topic in ("other/a", "of/carol/a", "notes/a"):
        paho.wait_for("acknowledged", mid=paho.ask("publish", topic=topic, payload=topic))
    assert paho.wait_for("message")["topic"] == "notes/a"


def test_paho_hears_that_it_is_removed(house: House, peer: Callable[[str], Peer]) -> None:
    gone = house.cli("mqtt", "users", "add", "gone", "--draw")
    signed = {"username": "gone", "password": gone["password"]}
    connected(peer, house, signed)
    assert [user["connected"] for user in house.cli("mqtt", "users", "list") if user["name"] == "gone"] == [1]
    run(HOMEWARD, "mqtt", "users", "remove", "gone", "--data", house.data)
    again = peer("paho_mqtt")
    refused = again.ask("connect", port=house.door, client_id="paho", **signed)
    assert refused == "Bad user name or password"
