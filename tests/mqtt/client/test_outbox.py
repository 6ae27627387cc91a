"""What is published is sent until the server has it."""

from __future__ import annotations

import pytest

from homeward.mqtt.client import ClientState, Options, Unsendable
from homeward.mqtt.packets import (
    ConnAck,
    Connect,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    Subscription,
    UnsubAck,
)
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import Reason
from tests.mqtt.client.talk import LEVELS, again, begun, said, tell


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
