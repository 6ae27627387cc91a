"""The client's half against packets of a server that does as the test says, and against our broker's half."""

from __future__ import annotations

from math import inf

import pytest

from homeward.mqtt.client import ClientState, Options
from homeward.mqtt.packets import (
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    MalformedPacket,
    Packet,
    PingReq,
    PingResp,
    PubAck,
    PubComp,
    Publish,
    SubAck,
    Subscribe,
    Subscription,
    UnsubAck,
    Unsubscribe,
)
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import Reason
from tests.mqtt.client.talk import LEVELS, begun, said, tell
from tests.mqtt.house import Line, broker

# --- signing in


@LEVELS
def test_a_session_and_a_broker_understand_each_other(level: int) -> None:
    line, state = Line(broker()), ClientState(Connect("me", level=level))
    state.connect()

    def exchange() -> list[Packet]:
        told: list[Packet] = []
        while data := state.take():
            line.connection.receive(data, 0.0)
            told += state.receive(line.connection.take(), 0.0)
        return told

    assert isinstance(exchange()[0], ConnAck)
    state.subscribe(Subscription("a", 2))
    assert exchange() == [SubAck(1, (2,))]
    for qos in (0, 1, 2):
        number = state.publish("a", bytes((qos,)), qos)
        told = exchange()
        heard = [packet for packet in told if isinstance(packet, Publish)]
        assert [(message.payload, message.qos) for message in heard] == [(bytes((qos,)), qos)]
        done = [packet.packet_id for packet in told if isinstance(packet, PubAck | PubComp)]
        assert done == ([number] if qos else [])
        state.acknowledge(heard[0])
        exchange()
    assert not line.connection.unacknowledged


def test_a_server_of_5_is_told_what_the_client_takes() -> None:
    state = ClientState(
        Connect("me", level=5, properties={"topic_alias_maximum": 3}), Options(packet=10_000, inflight=7)
    )
    state.connect()
    (connect,) = said(state)
    assert isinstance(connect, Connect)
    assert connect.properties == {"receive_maximum": 7, "maximum_packet_size": 10_000, "topic_alias_maximum": 3}


def test_a_refusal_ends_the_connection() -> None:
    state = ClientState(Connect("me"))
    state.connect()
    assert tell(state, ConnAck(5)) == [ConnAck(5)]
    assert state.over == "refused: not authorized (return code 5)"
    assert not state.connected


def test_a_name_that_the_server_gave_is_kept() -> None:
    ack = ConnAck(0, properties={"assigned_client_identifier": "you"})
    state = begun(5, ack=ack, properties={"session_expiry_interval": 60})
    state.lost()
    state.connect()
    (connect,) = said(state)
    assert isinstance(connect, Connect)
    assert (connect.client_id, connect.clean) == ("you", False)


@pytest.mark.parametrize(
    ("level", "asked", "granted", "clean"),
    [(4, {}, {}, True), (5, {}, {}, True), (5, {"session_expiry_interval": 9}, {"session_expiry_interval": 0}, True)],
)
def test_without_a_session_to_come_back_to_each_connection_begins_anew(
    level: int, asked: Properties, granted: Properties, clean: bool
) -> None:
    assert begun(level, ack=ConnAck(0, properties=granted), properties=asked).request.clean is clean


def test_a_session_that_was_not_asked_for_is_a_protocol_error() -> None:
    state = ClientState(Connect("me", level=5))
    state.connect()
    tell(state, ConnAck(0, session_present=True))
    assert "a session where a new one was asked for" in state.over


@LEVELS
@pytest.mark.parametrize(
    "packet", [Connect("x"), PingReq(), Subscribe(1, (Subscription("a"),)), Unsubscribe(1, ("a",))]
)
def test_what_no_server_sends_ends_the_connection(level: int, packet: Packet) -> None:
    state = begun(level)
    assert tell(state, PubComp(9), packet) == []
    assert "from a server" in state.over
    assert said(state) == ([Disconnect(Reason.PROTOCOL_ERROR)] if level == 5 else [Disconnect()])


@pytest.mark.parametrize("data", [b"\x00\x00", b"\xe0\x00", b"\xf0\x00"])
def test_what_is_no_packet_before_mqtt_5_ends_the_connection(data: bytes) -> None:
    state = begun(4)
    state.receive(data, 0.0)
    assert state.over


@pytest.mark.parametrize("packet", [Publish("a", b""), PubAck(1), PingResp(), Disconnect()])
def test_nothing_comes_before_the_connack(packet: Packet) -> None:
    state = ClientState(Connect("me", level=5))
    state.connect()
    tell(state, packet)
    assert "before CONNACK" in state.over


def test_a_second_connack_ends_the_connection() -> None:
    state = begun()
    tell(state, ConnAck(0))
    assert state.over == "a second CONNACK"


def test_what_came_before_a_malformed_packet_is_told() -> None:
    state = begun()
    number = state.publish("a", b"", 1)
    assert state.receive(PubAck(number).encode() + b"\x00\x00", 0.0) == [PubAck(number)]
    assert state.over


def test_packets_may_be_torn_at_every_byte() -> None:
    state = begun(5)
    message = Publish("a/b", bytes(300), properties={"content_type": "x"})
    told = [packet for byte in message.encode(5) * 2 for packet in state.receive(bytes((byte,)), 0.0)]
    assert told == [message, message]


def test_a_packet_larger_than_is_taken_ends_the_connection() -> None:
    state = begun(5, Options(packet=100))
    tell(state, Publish("a", bytes(200)))
    assert said(state) == [Disconnect(Reason.PACKET_TOO_LARGE)]


# --- subscribing


def test_subscribing_is_answered() -> None:
    state = begun(5)
    wanted = Subscription("a/+", 1, no_local=True, retain_as_published=True, retain_handling=2)
    asked = state.subscribe(wanted, properties={"subscription_identifier": (7,)})
    parted = state.unsubscribe("b")
    assert said(state) == [
        Subscribe(asked, (wanted,), {"subscription_identifier": (7,)}),
        Unsubscribe(parted, ("b",)),
    ]
    answers: list[Packet] = [
        SubAck(asked, (Reason.NOT_AUTHORIZED,)),
        UnsubAck(parted, (Reason.NO_SUBSCRIPTION_EXISTED,)),
    ]
    assert tell(state, *answers) == answers


# --- time and the end


def test_the_server_is_asked_whether_it_is_there() -> None:
    state = begun(keep_alive=100)
    assert state.wake_at == 75
    state.wake(74)
    assert said(state) == []
    state.wake(75)
    assert said(state) == [PingReq()]
    tell(state, PingResp(), now=76)
    state.wake(150)
    assert (said(state), state.over) == ([PingReq()], "")
    state.wake(225)
    assert (said(state), state.over) == ([], "the server answered no ping")


def test_the_servers_keep_alive_counts() -> None:
    state = begun(5, ack=ConnAck(0, properties={"server_keep_alive": 4}), keep_alive=100)
    assert state.wake_at == 3


@pytest.mark.parametrize(("keep_alive", "told"), [(0, {}), (100, {"server_keep_alive": 0})])
def test_without_keep_alive_there_is_nothing_to_wake_for(keep_alive: int, told: Properties) -> None:
    assert begun(5, ack=ConnAck(0, properties=told), keep_alive=keep_alive).wake_at == inf


def test_the_server_says_why_it_goes() -> None:
    state = begun(5)
    goodbye = Disconnect(Reason.SERVER_MOVED, {"server_reference": "there:1883", "reason_string": "moved house"})
    assert tell(state, goodbye) == [goodbye]
    assert state.over == "the server closed the connection: moved house"
    assert not state.connected


@LEVELS
def test_saying_goodbye(level: int) -> None:
    state = begun(level)
    state.disconnect(Reason.DISCONNECT_WITH_WILL_MESSAGE)
    assert said(state) == [Disconnect(4 if level == 5 else 0)]
    assert state.over == "closed"


# --- enhanced authentication


def scram(state_of: list[bytes]) -> ClientState:
    def answer(challenge: Properties) -> Properties:
        state_of.append(challenge["authentication_data"])
        if challenge["authentication_data"] == b"forged":
            raise MalformedPacket("the server does not know our password", Reason.NOT_AUTHORIZED)
        return {"authentication_data": challenge["authentication_data"] + b"!"}

    properties: Properties = {"authentication_method": "M", "authentication_data": b"hello"}
    return ClientState(Connect("me", level=5, properties=properties), authenticate=answer)


def test_a_challenge_is_answered_before_and_after_signing_in() -> None:
    asked: list[bytes] = []
    state = scram(asked)
    state.connect()
    said(state)
    challenge = Auth(Reason.CONTINUE_AUTHENTICATION, {"authentication_method": "M", "authentication_data": b"prove it"})
    answer = Auth(0x18, {"authentication_method": "M", "authentication_data": b"prove it!"})
    assert tell(state, challenge) == [challenge]
    assert said(state) == [answer]
    tell(state, ConnAck(0))
    state.authenticate_again(b"still me")
    assert said(state) == [Auth(0x19, {"authentication_method": "M", "authentication_data": b"still me"})]
    tell(state, challenge, Auth(0, {"authentication_method": "M"}))
    assert said(state) == [answer]
    assert asked == [b"prove it"] * 2


def test_a_server_that_cannot_prove_itself_is_left() -> None:
    state = scram([])
    state.connect()
    said(state)
    tell(state, Auth(0x18, {"authentication_method": "M", "authentication_data": b"forged"}))
    assert state.over == "the server does not know our password"


def test_a_challenge_that_nobody_asked_for_ends_the_connection() -> None:
    state = begun(5)
    tell(state, Auth(0x18, {"authentication_method": "M"}))
    assert "AUTH that nobody asked for" in state.over
