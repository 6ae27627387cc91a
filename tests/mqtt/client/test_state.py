"""The client's half against packets of a server that does as the test says, and against our broker's half."""

from __future__ import annotations

from math import inf

import pytest

from homeward.mqtt.client import ClientState, Options, Unsendable
from homeward.mqtt.decode import decode
from homeward.mqtt.frames import scan
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
    PubRec,
    PubRel,
    SubAck,
    Subscribe,
    Subscription,
    UnsubAck,
    Unsubscribe,
)
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import Reason
from tests.mqtt.house import Line, broker

LEVELS = pytest.mark.parametrize("level", [3, 4, 5])


def said(state: ClientState) -> list[Packet]:
    """What it wants written."""
    data, at, packets = state.take(), 0, list[Packet]()
    while at < len(data):
        found = scan(data, at, 1 << 28)
        assert found
        packets.append(decode(found[0], found[1], state.request.level))
        at = found[2]
    return packets


def tell(state: ClientState, *packets: Packet, now: float = 0.0) -> list[Packet]:
    """The server sends packets; what that tells the client's user."""
    return state.receive(b"".join(packet.encode(state.request.level) for packet in packets), now)


def begun(
    level: int = 4,
    options: Options = Options(),  # noqa: B008 (it is frozen)
    ack: ConnAck = ConnAck(0),  # noqa: B008
    **connect: object,
) -> ClientState:
    """A client that has been let in."""
    state = ClientState(Connect("me", level=level, **connect), options)  # type: ignore[arg-type]
    state.connect()
    said(state)
    tell(state, ack)
    assert state.connected
    return state


def again(state: ClientState, ack: ConnAck) -> list[Packet]:
    """The connection falls, and another is made; returns what the client says once it was let in."""
    state.lost()
    state.connect()
    said(state)
    tell(state, ack)
    return said(state)


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


# --- publishing


@LEVELS
@pytest.mark.parametrize("qos", [1, 2])
def test_what_was_not_acknowledged_is_sent_again_in_order(level: int, qos: int) -> None:
    state = begun(level, clean=False)
    numbers = [state.publish("a", bytes((each,)), qos) for each in range(3)]
    said(state)
    tell(state, PubAck(numbers[0]) if qos == 1 else PubRec(numbers[0]))
    resent = again(state, ConnAck(0, session_present=level > 3))
    duplicates = [
        Publish("a", bytes((each,)), qos, dup=True, packet_id=numbers[each], properties={}) for each in (1, 2)
    ]
    assert resent[-2:] == duplicates
    assert resent[:-2] == ([PubRel(numbers[0])] if qos == 2 else [])


@pytest.mark.parametrize("level", [4, 5])
def test_for_a_server_without_the_session_it_is_a_new_message(level: int) -> None:
    state = begun(level, clean=False)
    sure, unsure = state.publish("a", b"sure", 2), state.publish("a", b"unsure", 2)
    tell(state, PubRec(sure))
    state.lost()
    state.connect()
    said(state)
    assert tell(state, ConnAck(0)) == [ConnAck(0), PubComp(sure)]
    assert said(state) == [Publish("a", b"unsure", 2, packet_id=unsure)]


def test_what_was_published_without_a_connection_waits_for_one() -> None:
    state = ClientState(Connect("me"))
    number = state.publish("a", b"1", 1)
    state.publish("a", b"0")
    state.connect()
    assert len(said(state)) == 1
    tell(state, ConnAck(0))
    assert said(state) == [Publish("a", b"1", 1, packet_id=number)]
    assert state.dropped == 1


def test_no_more_is_under_way_than_the_server_takes_at_once() -> None:
    state = begun(5, ack=ConnAck(0, properties={"receive_maximum": 2}))
    numbers = [state.publish("a", b"", qos) for qos in (2, 1, 2, 1)]
    assert [packet.packet_id for packet in said(state)] == numbers[:2]  # type: ignore[union-attr]
    tell(state, PubRec(numbers[0]))
    assert said(state) == [PubRel(numbers[0])]
    tell(state, PubComp(numbers[0]))
    tell(state, PubAck(numbers[1]))
    assert [packet.packet_id for packet in said(state)] == numbers[2:]  # type: ignore[union-attr]


def test_a_server_that_cannot_say_how_many_it_takes_is_sent_few_at_once() -> None:
    state = begun(4, Options(window=2))
    numbers = [state.publish("a", b"", 2) for _ in range(3)]
    assert [packet.packet_id for packet in said(state)] == numbers[:2]  # type: ignore[union-attr]


def test_after_a_fall_too_no_more_is_under_way_than_the_server_takes() -> None:
    state = begun(5, clean=False)
    numbers = [state.publish("a", b"", 1) for _ in range(3)]
    resent = again(state, ConnAck(0, session_present=True, properties={"receive_maximum": 1}))
    assert resent == [Publish("a", b"", 1, dup=True, packet_id=numbers[0])]
    tell(state, PubAck(numbers[0]))
    assert said(state) == [Publish("a", b"", 1, dup=True, packet_id=numbers[1])]


def test_a_refused_message_is_done_with() -> None:
    state = begun(5, ack=ConnAck(0, properties={"receive_maximum": 1}))
    first, second = state.publish("a", b"", 2), state.publish("b", b"", 2)
    said(state)
    assert tell(state, PubRec(first, Reason.NOT_AUTHORIZED)) == [PubRec(first, Reason.NOT_AUTHORIZED)]
    assert said(state) == [Publish("b", b"", 2, packet_id=second)]


def test_packet_identifiers_of_what_is_under_way_are_not_given_again() -> None:
    state = begun()
    first = state.publish("a", b"", 1)
    asked = state.subscribe(Subscription("a"))
    numbers = []
    for _ in range(0xFFFF):
        numbers.append(state.publish("a", b"", 1))
        tell(state, PubAck(numbers[-1]))
    assert not {0, first, asked} & set(numbers)
    assert len(set(numbers)) == 0xFFFD


def test_when_all_identifiers_are_in_use_nothing_more_is_taken() -> None:
    state = ClientState(Connect("me"), Options(queued=1 << 30))
    for _ in range(0xFFFF):
        state.publish("a", b"", 1)
    with pytest.raises(Unsendable) as caught:
        state.publish("a", b"", 1)
    assert caught.value.reason == Reason.QUOTA_EXCEEDED


def test_messages_are_kept_up_to_a_limit() -> None:
    state = begun(4, Options(queued=1_000))
    number = state.publish("a", bytes(700), 1)
    with pytest.raises(Unsendable, match="of at most 1000") as caught:
        state.publish("a", bytes(700), 1)
    assert caught.value.reason == Reason.QUOTA_EXCEEDED
    tell(state, PubAck(number))
    assert state.publish("a", bytes(700), 2)


def test_messages_wait_while_the_server_does_not_read() -> None:
    state = begun()
    state.blocked = True
    number = state.publish("a", b"1", 1)
    state.publish("a", b"0")
    assert (said(state), state.dropped) == ([], 1)
    state.drained()
    assert said(state) == [Publish("a", b"1", 1, packet_id=number)]


LIMITED: list[tuple[Properties, Publish, Reason]] = [
    ({"maximum_packet_size": 30}, Publish("a", bytes(30), 1), Reason.PACKET_TOO_LARGE),
    ({"maximum_qos": 1}, Publish("a", b"", 2), Reason.QOS_NOT_SUPPORTED),
    ({"retain_available": 0}, Publish("a", b"", 1, retain=True), Reason.RETAIN_NOT_SUPPORTED),
]


@pytest.mark.parametrize(("properties", "message", "reason"), LIMITED)
def test_what_the_server_does_not_take_is_not_sent(properties: Properties, message: Publish, reason: Reason) -> None:
    state = begun(5, ack=ConnAck(0, properties=properties))
    with pytest.raises(Unsendable) as caught:
        state.publish(message.topic, message.payload, message.qos, retain=message.retain)
    assert caught.value.reason == reason
    assert said(state) == []


@pytest.mark.parametrize(("properties", "message", "reason"), LIMITED)
def test_what_waited_for_a_server_that_does_not_take_it_is_given_up(
    properties: Properties, message: Publish, reason: Reason
) -> None:
    state = ClientState(Connect("me", level=5))
    lost = state.publish(message.topic, message.payload, message.qos, retain=message.retain)
    kept = state.publish("b", b"", 1)
    state.connect()
    said(state)
    ack = ConnAck(0, properties=properties)
    assert tell(state, ack) == [ack, PubAck(lost, reason)]
    assert said(state) == [Publish("b", b"", 1, packet_id=kept)]


def test_topics_are_shortened_where_the_server_allows_it() -> None:
    state = begun(5, Options(aliases=1), ConnAck(0, properties={"topic_alias_maximum": 9}))
    for topic in ("a", "a", "b"):
        state.publish(topic, b"")
    assert said(state) == [
        Publish("a", b"", properties={"topic_alias": 1}),
        Publish("", b"", properties={"topic_alias": 1}),
        Publish("b", b""),
    ]


def test_a_resent_message_has_no_alias_of_the_last_connection() -> None:
    state = begun(5, ack=ConnAck(0, properties={"topic_alias_maximum": 9}), clean=False)
    state.publish("a", b"", 1)
    number = state.publish("a", b"", 1)
    assert again(state, ConnAck(0, session_present=True))[-1] == Publish("a", b"", 1, dup=True, packet_id=number)


def test_a_pubrec_of_nothing_is_answered_with_a_reason() -> None:
    state = begun(5)
    assert tell(state, PubRec(7), PubAck(8), PubComp(9), SubAck(10, (0,)), UnsubAck(11, (0,))) == []
    assert said(state) == [PubRel(7, Reason.PACKET_IDENTIFIER_NOT_FOUND)]


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


# --- being told


@LEVELS
def test_a_message_is_acknowledged_when_it_was_handed_over(level: int) -> None:
    state = begun(level)
    told = tell(state, *(Publish("a", b"", qos, packet_id=qos) for qos in (1, 2)))
    assert said(state) == []
    for message in told * 2:
        assert isinstance(message, Publish)
        state.acknowledge(message)
    assert said(state) == [PubAck(1), PubRec(2)]


@LEVELS
def test_a_message_at_qos_2_is_handed_over_once_whatever_is_sent_again(level: int) -> None:
    state = begun(level, clean=False)
    message = Publish("a", b"", 2, packet_id=5, properties={})
    again_ = Publish("a", b"", 2, dup=True, packet_id=5, properties={})
    present = ConnAck(0, session_present=level > 3)
    (heard,) = tell(state, message)
    assert again(state, present) == []
    assert tell(state, again_) == []
    assert isinstance(heard, Publish)
    state.acknowledge(heard)
    assert said(state) == [PubRec(5)]
    assert again(state, present) == []
    assert tell(state, again_) == []
    assert said(state) == [PubRec(5)]
    tell(state, PubRel(5))
    assert said(state) == [PubComp(5)]
    assert tell(state, message) == [message]


def test_what_was_handed_over_later_is_acknowledged_when_it_comes_again() -> None:
    state = begun(5, clean=False)
    (heard,) = tell(state, Publish("a", b"", 2, packet_id=5))
    again(state, ConnAck(0, session_present=True))
    assert isinstance(heard, Publish)
    state.acknowledge(heard)
    assert said(state) == []
    assert tell(state, Publish("a", b"", 2, dup=True, packet_id=5)) == []
    assert said(state) == [PubRec(5)]


def test_an_earlier_connections_message_is_not_acknowledged_in_the_next() -> None:
    state = begun(4, clean=False)
    (heard,) = tell(state, Publish("a", b"", 1, packet_id=5))
    again(state, ConnAck(0, session_present=True))
    assert isinstance(heard, Publish)
    state.acknowledge(heard)
    assert said(state) == []


@pytest.mark.parametrize(
    ("level", "ack", "dup", "is_new"),
    [(5, ConnAck(0), False, True), (3, ConnAck(0), False, True), (3, ConnAck(0), True, False)],
)
def test_identifiers_of_a_session_that_the_server_lost_are_free(
    level: int, ack: ConnAck, dup: bool, is_new: bool
) -> None:
    state = begun(level, clean=False)
    (heard,) = tell(state, Publish("a", b"", 2, packet_id=5, properties={}))
    assert isinstance(heard, Publish)
    state.acknowledge(heard)
    again(state, ack)
    assert bool(tell(state, Publish("a", b"other", 2, dup=dup, packet_id=5, properties={}))) is is_new


def test_more_messages_than_were_asked_for_end_the_connection() -> None:
    state = begun(5, Options(inflight=2))
    tell(state, *(Publish("a", b"", qos, packet_id=number) for number, qos in ((1, 1), (2, 2), (3, 1))))
    assert said(state)[-1] == Disconnect(Reason.RECEIVE_MAXIMUM_EXCEEDED)


def test_the_quota_is_free_again_when_an_exchange_is_over() -> None:
    state = begun(5, Options(inflight=1))
    for number in range(1, 5):
        (message,) = tell(state, Publish("a", b"", 1 + number % 2, packet_id=number))
        assert isinstance(message, Publish)
        state.acknowledge(message)
        tell(state, PubRel(number)) if message.qos == 2 else None
    assert not state.over


def test_an_alias_of_the_server_is_resolved() -> None:
    state = begun(5)
    told = tell(
        state,
        Publish("a/b", b"1", properties={"topic_alias": 1}),
        Publish("", b"2", properties={"topic_alias": 1, "content_type": "x"}),
    )
    assert told == [Publish("a/b", b"1", properties={}), Publish("a/b", b"2", properties={"content_type": "x"})]
    again(state, ConnAck(0))
    tell(state, Publish("", b"", properties={"topic_alias": 1}))
    assert said(state) == [Disconnect(Reason.PROTOCOL_ERROR)]


def test_a_pubrel_of_nothing_is_answered_with_a_reason() -> None:
    state = begun(5)
    tell(state, PubRel(9))
    assert said(state) == [PubComp(9, Reason.PACKET_IDENTIFIER_NOT_FOUND)]


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
