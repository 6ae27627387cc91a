"""Mosquitto's clients and paho-mqtt speak with our MQTT endpoint, as an app of a Meross account."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import md5
from typing import Any

import pytest

from tests.peers.house import House
from tests.peers.processes import PATIENCE, Peer, Program, run, until

EMAIL, KEY, USER_ID = "me@example.com", "00112233445566778899aabbccddeeff", "42"
UUID = "2001010000000000000148e1e9000001"
APP = md5(b"API-of-a-test").hexdigest()
PUSHES, ANSWERS = f"/app/{USER_ID}/subscribe", f"/app/{USER_ID}-{APP}/subscribe"
PASSWORD = md5((USER_ID + KEY).encode()).hexdigest()


@pytest.fixture(scope="module")
def plug(house: House) -> Iterator[Program]:
    """A plug at the house, on an account whose key we chose."""
    house.account(EMAIL, "Secret 1", KEY, USER_ID)
    uuid, plug = house.plug(1, key=KEY, userid=USER_ID)
    assert uuid == UUID
    with plug:
        until(lambda: any(device["availability"]["online"] for device in house.cli("devices")), "the plug to be online")
        yield plug


def get_all() -> str:
    """A signed request for everything the plug has to say."""
    identifier, timestamp = md5(b"1").hexdigest(), 1_700_000_000
    header = {"messageId": identifier, "namespace": "Appliance.System.All", "method": "GET", "payloadVersion": 1}
    sign = md5(f"{identifier}{KEY}{timestamp}".encode()).hexdigest()
    return json.dumps({"header": {**header, "from": ANSWERS, "timestamp": timestamp, "sign": sign}, "payload": {}})


def sign_in(paho: Peer, house: House, version: str = "3.1.1") -> None:
    signed = {"client": f"app:{APP}", "username": USER_ID, "password": PASSWORD}
    paho.ask("connect", port=house.door, ca=str(house.ca), version=version, **signed)


def subscribe(paho: Peer, topic: str) -> int:
    """What it is granted."""
    granted: int = paho.ask("subscribe", client=f"app:{APP}", topic=topic)
    return granted


@pytest.mark.parametrize("version", ["mqttv31", "mqttv311"])
@pytest.mark.parametrize("qos", ["0", "1"])
def test_mosquittos_clients_ask_a_plug_and_hear_it_answer(
    house: House, plug: Program, program: Callable[[str], str], version: str, qos: str
) -> None:
    server: tuple[Any, ...] = ("-h", "127.0.0.1", "-p", str(house.door), "--cafile", house.ca, "-V", version, "-q", qos)
    user = ("-u", USER_ID, "-P", PASSWORD)
    listen = (
        program("stdbuf"),
        "-oL",
        program("mosquitto_sub"),
        *server,
        *user,
        "-i",
        f"app:{APP}",
        "-t",
        ANSWERS,
        "-C",
        "1",
        "-d",
    )
    with Program(*listen) as listener:
        until(lambda: any("SUBACK" in line for line in listener.said), "the subscription")
        other = f"app:{md5(b'another app').hexdigest()}"
        ask = (*server, *user, "-i", other, "-t", f"/appliance/{UUID}/subscribe", "-m", get_all())
        run(program("mosquitto_pub"), *ask)
        until(lambda: any('"GETACK"' in line for line in listener.said), "the answer")


def test_mosquittos_client_is_told_why_it_may_not_sign_in(
    house: House, plug: Program, program: Callable[[str], str]
) -> None:
    server = ("-h", "127.0.0.1", "-p", str(house.door), "--cafile", house.ca, "-i", f"app:{APP}")
    wrong = (*server, "-u", USER_ID, "-P", "0" * 32, "-t", "any", "-m", "any")
    with Program(program("mosquitto_pub"), *wrong) as refused:
        assert refused.process.wait(PATIENCE)
        until(lambda: any("not authorised" in line or "bad user name" in line for line in refused.said), "the reason")


@pytest.mark.parametrize("version", ["3.1", "3.1.1"])
def test_paho_hears_a_push_and_is_acknowledged(
    house: House, plug: Program, peer: Callable[[str], Peer], version: str
) -> None:
    paho = peer("paho_mqtt")
    sign_in(paho, house, version)
    assert [subscribe(paho, topic) for topic in (PUSHES, ANSWERS)] == [1, 1]

    paho.ask("publish", client=f"app:{APP}", topic=f"/appliance/{UUID}/subscribe", payload=get_all())
    assert json.loads(paho.wait_for("message", topic=ANSWERS)["payload"])["header"]["method"] == "GETACK"

    for on in (1, 0):
        plug.tell(f"onoff={on}")
        assert json.loads(paho.wait_for("message", topic=PUSHES)["payload"])["header"]["method"] == "PUSH"


def test_paho_may_not_listen_to_another_account(house: House, plug: Program, peer: Callable[[str], Peer]) -> None:
    paho = peer("paho_mqtt")
    sign_in(paho, house)
    assert [subscribe(paho, topic) for topic in ("/app/43/subscribe", "#")] == [128, 128]
