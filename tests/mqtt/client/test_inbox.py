"""What the server sends is handed over, and acknowledged then."""

from __future__ import annotations

import pytest

from homeward.mqtt.client import Options
from homeward.mqtt.packets import (
    ConnAck,
    Disconnect,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
)
from homeward.mqtt.reasons import Reason
from tests.mqtt.client.talk import LEVELS, again, begun, said, tell


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
