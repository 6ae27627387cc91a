"""Other people's MQTT clients as plain users of a house: with rules, in every version, over WebSocket too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.peers.house import HOMEWARD, House
from tests.peers.processes import PATIENCE, Peer, PeerError, Program, run, until

PASSWORD = "correct horse"
RULES = ("--publish", "notes/#", "--publish", "of/%u/#", "--subscribe", "notes/#")
FORM = "%t %q %r %p"
"""How mosquitto_sub shows a message: topic, QoS, whether it was retained, payload."""
VERSIONS = {"mqttv31": "3.1", "mqttv311": "3.1.1", "mqttv5": "5"}


@pytest.fixture(scope="module")
def house(shared_house: House) -> House:
    return shared_house


@pytest.fixture(scope="module")
def bob(house: House) -> dict[str, str]:
    """How bob signs in, who may publish to notes and below his own name, and hear notes."""
    house.cli("mqtt", "users", "add", "bob", *RULES, "--password-stdin", stdin=PASSWORD + "\n")
    return {"username": "bob", "password": PASSWORD}


def connected(peer: Callable[[str], Peer], house: House, bob: dict[str, str], **options: Any) -> Peer:
    paho = peer("paho_mqtt")
    paho.ask("connect", client="paho", port=house.door, **bob, **options)
    return paho


class Mosquitto:
    """mosquitto_pub and mosquitto_sub in one version of MQTT, signed in as bob."""

    def __init__(self, program: Callable[[str], str], house: House, version: str) -> None:
        self._program = program
        self.version = version
        self._server = ("-h", "127.0.0.1", "-p", str(house.door), "-V", version)

    def command(self, name: str, *options: str, password: str = PASSWORD) -> tuple[str, ...]:
        return (self._program(name), *self._server, "-u", "bob", "-P", password, *options)

    def publish(self, topic: str, payload: str, *options: str, qos: int = 1) -> None:
        message = ("-m", payload) if payload else ("-n",)
        run(*self.command("mosquitto_pub", "-t", topic, "-q", str(qos), *message, *options))

    def hear(self, *options: str) -> list[str]:
        """What comes until it ends by itself."""
        return run(*self.command("mosquitto_sub", "-F", FORM, *options)).splitlines()

    @contextmanager
    def listening(self, topic: str, *options: str) -> Iterator[Program]:
        """A mosquitto_sub whose subscription stands."""
        command = self.command("mosquitto_sub", "-d", "-q", "2", "-F", FORM, "-t", topic, *options)
        with Program(self._program("stdbuf"), "-oL", *command) as listener:
            until(lambda: any("SUBACK" in line for line in listener.said), "the subscription")
            yield listener


def heard(listener: Program) -> list[str]:
    """The messages that it heard until it ended."""
    assert listener.process.wait(PATIENCE) == 0
    until(lambda: "Client" in listener.said[-1] and "DISCONNECT" in listener.said[-1], "its last word")
    return [line for line in listener.said if line.startswith("notes/")]


@pytest.fixture(params=VERSIONS)
def mosquitto(
    request: pytest.FixtureRequest, program: Callable[[str], str], house: House, bob: dict[str, str]
) -> Mosquitto:
    return Mosquitto(program, house, request.param)


def test_mosquittos_clients_talk_at_every_qos(mosquitto: Mosquitto) -> None:
    with mosquitto.listening("notes/+", "-C", "3") as listener:
        for qos in (0, 1, 2):
            mosquitto.publish(f"notes/{qos}", "milk", qos=qos)
        assert heard(listener) == ["notes/0 0 0 milk", "notes/1 1 0 milk", "notes/2 2 0 milk"]


def test_mosquittos_client_hears_what_was_retained_and_not_cleared(mosquitto: Mosquitto) -> None:
    for name in "ab":
        mosquitto.publish(f"notes/kept/{name}", name, "-r")
    mosquitto.publish("notes/kept/a", "", "-r")
    assert mosquitto.hear("-t", "notes/kept/#", "-q", "1", "-C", "1") == ["notes/kept/b 1 1 b"]
    mosquitto.publish("notes/kept/b", "", "-r")


def test_mosquittos_clients_will_is_heard_when_it_is_killed(mosquitto: Mosquitto) -> None:
    will = ("--will-topic", "notes/will", "--will-payload", "gone", "--will-qos", "1")
    with mosquitto.listening("notes/will", "-C", "1") as listener:
        with mosquitto.listening("notes/any", *will) as mortal:
            mortal.process.kill()
        assert heard(listener) == ["notes/will 1 0 gone"]


def test_mosquittos_client_finds_what_came_in_its_absence(mosquitto: Mosquitto) -> None:
    expiry = ("-x", "100") if mosquitto.version == "mqttv5" else ()
    lasting = ("-c", *expiry, "-i", f"ear-{mosquitto.version}", "-q", "2", "-t", "notes/absent")
    mosquitto.hear(*lasting, "-E")
    for qos in (1, 2):
        mosquitto.publish("notes/absent", f"at {qos}", qos=qos)
    assert mosquitto.hear(*lasting, "-C", "2") == ["notes/absent 1 0 at 1", "notes/absent 2 0 at 2"]


def test_mosquittos_clients_share_a_subscription(mosquitto: Mosquitto) -> None:
    shared = f"$share/{mosquitto.version}/notes/shared"
    with mosquitto.listening(shared, "-C", "2") as one, mosquitto.listening(shared, "-C", "2") as other:
        run(*mosquitto.command("mosquitto_pub", "-t", "notes/shared", "-l"), stdin="0\n1\n2\n3\n")
        both = heard(one) + heard(other)
    assert sorted(both) == [f"notes/shared 0 0 {number}" for number in range(4)]


def test_mosquittos_clients_pass_properties_on(
    program: Callable[[str], str], house: House, bob: dict[str, str]
) -> None:
    mosquitto = Mosquitto(program, house, "mqttv5")
    said = {"content-type": "text/plain", "response-topic": "notes/answers", "correlation-data": "42"}
    properties = [part for name, value in said.items() for part in ("-D", "publish", name, value)]
    properties += ["-D", "publish", "user-property", "b", "1", "-D", "publish", "user-property", "a", "2"]
    with mosquitto.listening("notes/properties", "-C", "1", "-F", "notes/: %C %R %D %P %p") as listener:
        mosquitto.publish("notes/properties", "milk", *properties)
        assert heard(listener) == ["notes/: text/plain notes/answers 42 b:1 a:2 milk"]


def test_mosquittos_client_with_a_wrong_password_is_refused(mosquitto: Mosquitto) -> None:
    with Program(*mosquitto.command("mosquitto_pub", "-t", "notes/a", "-m", "any", password="wrong")) as refused:
        assert refused.process.wait(PATIENCE)
        until(lambda: any("bad user name or password" in line.lower() for line in refused.said), "the reason")


@pytest.mark.parametrize("version", ["mqttv311", "mqttv5"])
def test_mosquittos_client_hears_that_a_topic_is_not_bobs(
    program: Callable[[str], str], house: House, bob: dict[str, str], version: str
) -> None:
    mosquitto = Mosquitto(program, house, version)
    with Program(*mosquitto.command("mosquitto_sub", "-t", "#")) as denied:
        until(lambda: "All subscription requests were denied." in denied.said, "the reason")
    with mosquitto.listening("notes/#", "-C", "1") as listener:
        for topic in ("other/a", "notes/a"):
            mosquitto.publish(topic, "milk")
        assert heard(listener) == ["notes/a 1 0 milk"]


@pytest.mark.parametrize("version", VERSIONS.values())
@pytest.mark.parametrize("path", ["/mqtt", "/"])
@pytest.mark.parametrize("tls", [False, True])
def test_paho_speaks_over_a_websocket(
    house: House, bob: dict[str, str], peer: Callable[[str], Peer], version: str, path: str, tls: bool
) -> None:
    ca = str(house.ca) if tls else None
    paho = connected(peer, house, bob, version=version, transport="websockets", path=path, ca=ca)
    assert paho.ask("subscribe", client="paho", topic="notes/#", qos=2) == 2
    long = "x" * 100_000
    for qos in (0, 1, 2):
        paho.ask("publish", client="paho", topic=f"notes/{qos}", payload=long, qos=qos)
        assert paho.wait_for("message", topic=f"notes/{qos}")["payload"] == long


@pytest.mark.parametrize(("version", "code"), [("3.1.1", 128), ("5", 135)])
def test_paho_may_do_what_bobs_rules_allow_and_no_more(
    house: House, bob: dict[str, str], peer: Callable[[str], Peer], version: str, code: int
) -> None:
    paho = connected(peer, house, bob, version=version)
    for topic in ("#", "of/bob/#", "+/today"):
        assert paho.ask("subscribe", client="paho", topic=topic) == code
    assert paho.ask("subscribe", client="paho", topic="notes/#") == 1
    for topic in ("other/a", "of/carol/a", "notes/a"):
        paho.ask("publish", client="paho", topic=topic, payload=topic)
    assert paho.wait_for("message")["topic"] == "notes/a"


def test_paho_hears_that_it_is_removed(house: House, peer: Callable[[str], Peer]) -> None:
    gone = house.cli("mqtt", "users", "add", "gone", "--draw")
    signed = {"username": "gone", "password": gone["password"], "version": "3.1.1"}
    connected(peer, house, signed)
    assert [user["connected"] for user in house.cli("mqtt", "users", "list") if user["name"] == "gone"] == [1]
    run(HOMEWARD, "mqtt", "users", "remove", "gone", "--data", house.data)
    with pytest.raises(PeerError, match="Bad user name or password"):
        connected(peer, house, signed)
