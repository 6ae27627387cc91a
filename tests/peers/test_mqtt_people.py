"""Other people's MQTT clients, in each version that they speak, as plain users of a house's broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, NamedTuple

import pytest

from tests.peers.house import House
from tests.peers.processes import Peer, PeerError

PASSWORD = "Secret 1"
REFUSED = {"3.1": 1, "3.1.1": 0x80, "5": 0x87}
"""What SUBACK says of a subscription at QoS 1 that is not allowed; 3.1 has no word for it."""
NUMBERS = count()
SPOKEN = {"paho_mqtt": ("3.1", "3.1.1", "5"), "gmqtt": ("3.1.1", "5"), "aiomqtt": ("3.1.1", "5")}
PROPERTIES = {
    "content_type": "text/plain",
    "response_topic": "own/answers",
    "user_property": [["b", "1"], ["a", "2"], ["b", "3"]],
}


@pytest.fixture(scope="module")
def house(shared_house: House) -> House:
    """The house with two users: `me` may do everything, `guarded` is limited to `own/…`."""
    shared_house.cli("mqtt", "users", "add", "me", "--password-stdin", stdin=f"{PASSWORD}\n")
    limits = ("--publish", "own/#", "--subscribe", "own/#")
    shared_house.cli("mqtt", "users", "add", "guarded", "--password-stdin", *limits, stdin=f"{PASSWORD}\n")
    return shared_house


class Speaker(NamedTuple):
    """A library and the version that it is to speak. Client ids and topics are its own."""

    name: str
    version: str
    peer: Peer
    house: House
    number: int

    def id(self, client: str) -> str:
        return f"{client}-{self.name}-{self.number}"

    def topic(self, name: str) -> str:
        return f"own/{self.name}/{self.version}/{name}"

    def connect(self, client: str, username: str = "me", password: str = PASSWORD, **options: Any) -> None:
        signed = {"username": username, "password": password, "port": self.house.door, "ca": str(self.house.ca)}
        self.ask("connect", client, version=self.version, **signed, **options)

    def ask(self, command: str, client: str, **arguments: Any) -> Any:
        return self.peer.ask(command, client=self.id(client), **arguments)

    def heard(self, client: str, **fields: Any) -> dict[str, Any]:
        """The next message that a client hears, with these fields."""
        return self.peer.wait_for("message", client=self.id(client), **fields)


@pytest.fixture(
    params=[(name, version) for name, versions in SPOKEN.items() for version in versions],
    ids=lambda spoken: " ".join(spoken),
)
def speaker(request: pytest.FixtureRequest, house: House, peers: Callable[[str], Peer]) -> Iterator[Speaker]:
    name, version = request.param
    speaker = Speaker(name, version, peers(name), house, next(NUMBERS))
    yield speaker
    for client in ("a", "b", "c"):
        try:
            speaker.ask("leave", client)
        except PeerError:
            continue  # it had left


def test_messages_at_every_qos_both_ways(speaker: Speaker) -> None:
    speaker.connect("a")
    speaker.connect("b")
    for qos in (0, 1, 2):
        topic = speaker.topic(f"qos/{qos}")
        assert speaker.ask("subscribe", "a", topic=topic, qos=qos) == qos
        speaker.ask("publish", "b", topic=topic, payload=f"at {qos}", qos=qos)
        assert speaker.heard("a", topic=topic, qos=qos, retain=False)["payload"] == f"at {qos}"


def test_a_wildcard_takes_topics_in_and_others_not(speaker: Speaker) -> None:
    speaker.connect("a")
    speaker.ask("subscribe", "a", topic=speaker.topic("rooms/+/lamp"))
    for name in ("rooms/hall/lamp", "rooms/hall/fan", "rooms/attic/lamp"):
        speaker.ask("publish", "a", topic=speaker.topic(name), payload=name)
    assert [speaker.heard("a")["payload"] for _ in range(2)] == ["rooms/hall/lamp", "rooms/attic/lamp"]


def test_a_retained_message_is_there_until_it_is_cleared(speaker: Speaker) -> None:
    topic = speaker.topic("retained")
    speaker.connect("a")
    speaker.ask("publish", "a", topic=topic, payload="kept", retain=True)
    speaker.connect("b")
    speaker.ask("subscribe", "b", topic=topic)
    assert speaker.heard("b", topic=topic, retain=True)["payload"] == "kept"
    speaker.ask("publish", "a", topic=topic, payload="", retain=True)
    assert speaker.heard("b", topic=topic, retain=False)["payload"] == ""
    speaker.connect("c")
    speaker.ask("subscribe", "c", topic=topic)
    speaker.ask("publish", "a", topic=topic, payload="passing")
    assert speaker.heard("c", topic=topic)["payload"] == "passing"


def test_a_will_comes_when_the_network_is_gone_and_not_after_a_goodbye(speaker: Speaker) -> None:
    speaker.connect("b")
    speaker.ask("subscribe", "b", topic=speaker.topic("will"))
    for payload, end in (("no", "leave"), ("yes", "drop")):
        speaker.connect("a", will={"topic": speaker.topic("will"), "payload": payload, "qos": 1})
        speaker.ask(end, "a")
    assert speaker.heard("b")["payload"] == "yes"


def test_a_session_waits_for_its_client_with_what_came_meanwhile(speaker: Speaker) -> None:
    topic = speaker.topic("session")
    speaker.connect("a", clean=False)
    speaker.ask("subscribe", "a", topic=topic, qos=2)
    speaker.ask("leave", "a")
    speaker.connect("b")
    for qos in (1, 2):
        speaker.ask("publish", "b", topic=topic, payload=f"at {qos}", qos=qos)
    speaker.connect("a", clean=False)
    assert [(heard["payload"], heard["qos"]) for heard in (speaker.heard("a"), speaker.heard("a"))] == [
        ("at 1", 1),
        ("at 2", 2),
    ]
    speaker.ask("leave", "a")
    speaker.connect("a", clean=True)
    speaker.ask("publish", "b", topic=topic, payload="too late")
    speaker.ask("subscribe", "a", topic=topic)
    speaker.ask("publish", "b", topic=topic, payload="in time")
    assert speaker.heard("a")["payload"] == "in time"


def test_those_who_share_a_subscription_take_turns(speaker: Speaker) -> None:
    for client in ("a", "b"):
        speaker.connect(client)
        speaker.ask("subscribe", client, topic=f"$share/{speaker.id('g')}/{speaker.topic('shared')}")
    for number in range(4):
        speaker.ask("publish", "a", topic=speaker.topic("shared"), payload=str(number))
    heard = [[speaker.heard(client)["payload"] for _ in range(2)] for client in ("a", "b")]
    assert sorted(heard) == [["0", "2"], ["1", "3"]]


def test_properties_pass_through_in_mqtt_5(speaker: Speaker) -> None:
    said = PROPERTIES if speaker.version == "5" else {}
    speaker.connect("a")
    speaker.ask("subscribe", "a", topic=speaker.topic("properties"))
    speaker.ask("publish", "a", topic=speaker.topic("properties"), payload="x", properties=said)
    assert speaker.heard("a")["properties"] == said


def test_a_wrong_password_is_refused_in_words(speaker: Speaker) -> None:
    with pytest.raises(PeerError, match=r"(?i)bad user ?name or password"):
        speaker.connect("a", password="wrong")


def test_a_topic_that_is_not_the_users_is_neither_heard_nor_spoken_to(speaker: Speaker) -> None:
    speaker.connect("a", username="guarded")
    assert speaker.ask("subscribe", "a", topic="#") == REFUSED[speaker.version]
    speaker.connect("b")
    for topic in (f"other/{speaker.version}", speaker.topic("guarded")):
        speaker.ask("subscribe", "b", topic=topic)
    for topic in (f"other/{speaker.version}", speaker.topic("guarded")):
        speaker.ask("publish", "a", topic=topic, payload=topic)
    assert speaker.heard("b")["payload"] == speaker.topic("guarded")
