"""Packets as Hypothesis makes them: all that may be said at a level of the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from hypothesis import strategies as st

from homeward.mqtt.packets import (
    Auth,
    ConnAck,
    Connect,
    Disconnect,
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
    Will,
)
from homeward.mqtt.properties import NONE, WILL

IDS = st.integers(1, 0xFFFF)
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
TOPICS = st.text(st.characters(exclude_characters="\0+#", exclude_categories=["Cs"]), min_size=1, max_size=12)
BLOBS = st.binary(max_size=20)
_BYTE, _TWO, _FOUR = st.integers(0, 1), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF_FFFF)
_POSITIVE_TWO, _POSITIVE_FOUR = st.integers(1, 0xFFFF), st.integers(1, 0xFFFF_FFFF)

_VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "payload_format_indicator": _BYTE,
    "message_expiry_interval": _FOUR,
    "content_type": TEXT,
    "response_topic": TOPICS,
    "correlation_data": BLOBS,
    "subscription_identifier": st.lists(st.integers(1, 268_435_455), min_size=1, max_size=3).map(tuple),
    "session_expiry_interval": _FOUR,
    "assigned_client_identifier": TEXT,
    "server_keep_alive": _TWO,
    "authentication_method": TEXT,
    "authentication_data": BLOBS,
    "request_problem_information": _BYTE,
    "will_delay_interval": _FOUR,
    "request_response_information": _BYTE,
    "response_information": TEXT,
    "server_reference": TEXT,
    "reason_string": TEXT,
    "receive_maximum": _POSITIVE_TWO,
    "topic_alias_maximum": _TWO,
    "topic_alias": _POSITIVE_TWO,
    "maximum_qos": _BYTE,
    "retain_available": _BYTE,
    "user_property": st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=3).map(tuple),
    "maximum_packet_size": _POSITIVE_FOUR,
    "wildcard_subscription_available": _BYTE,
    "subscription_identifier_available": _BYTE,
    "shared_subscription_available": _BYTE,
}
_OF_ALL_ANSWERS = "reason_string user_property"
PLACES: Mapping[int, str] = {
    WILL: """will_delay_interval payload_format_indicator message_expiry_interval content_type response_topic
        correlation_data user_property""",
    1: """session_expiry_interval receive_maximum maximum_packet_size topic_alias_maximum request_response_information
        request_problem_information user_property authentication_method authentication_data""",
    2: f"""session_expiry_interval receive_maximum maximum_qos retain_available maximum_packet_size
        assigned_client_identifier topic_alias_maximum {_OF_ALL_ANSWERS} wildcard_subscription_available
        subscription_identifier_available shared_subscription_available server_keep_alive response_information
        server_reference authentication_method authentication_data""",
    3: """payload_format_indicator message_expiry_interval topic_alias response_topic correlation_data user_property
        subscription_identifier content_type""",
    **dict.fromkeys((4, 5, 6, 7, 9, 11), _OF_ALL_ANSWERS),
    8: "subscription_identifier user_property",
    10: "user_property",
    14: f"session_expiry_interval server_reference {_OF_ALL_ANSWERS}",
    15: f"authentication_method authentication_data {_OF_ALL_ANSWERS}",
}
"""What may stand in each packet, by its type and as the standard lists it there [5: 3.1.2.11 and so on]."""
NAMES = tuple(_VALUES)


def value(name: str) -> st.SearchStrategy[Any]:
    """What a property may say."""
    return _VALUES[name]


@cache
def properties(place: int) -> st.SearchStrategy[Any]:
    """Any that may stand there together."""
    optional = {name: _VALUES[name] for name in PLACES[place].split()}
    return st.fixed_dictionaries({}, optional=optional).map(lambda found: found or NONE)


@cache
def packets(level: int) -> st.SearchStrategy[Packet]:
    """Any packet of this level."""
    has = (lambda place: properties(place)) if level == 5 else (lambda place: st.just(NONE))
    made: list[st.SearchStrategy[Any]] = [
        connects(level),
        st.builds(ConnAck, st.just(0), st.booleans() if level > 3 else st.just(False), has(2)),
        st.builds(ConnAck, st.sampled_from([0x80, 0x87, 0x9D]) if level == 5 else st.integers(1, 5), st.just(False)),
        publishes(level),
        subscribes(level),
        st.builds(SubAck, IDS, _tuples(st.sampled_from([0, 1, 2, 0x80])), has(9)),
        st.builds(Unsubscribe, IDS, _tuples(TOPICS), has(10)),
        st.builds(UnsubAck, IDS, _tuples(st.sampled_from([0, 0x11, 0x80])) if level == 5 else st.just(()), has(11)),
        st.sampled_from([PingReq(), PingResp()]),
        st.builds(Disconnect, st.sampled_from([0, 4, 0x8E]) if level == 5 else st.just(0), has(14)),
    ]
    for place, kind in ((4, PubAck), (5, PubRec), (6, PubRel), (7, PubComp)):
        codes = {4: [0, 0x10, 0x97], 5: [0, 0x10, 0x97], 6: [0, 0x92], 7: [0, 0x92]}[place]
        made.append(st.builds(kind, IDS, st.sampled_from(codes) if level == 5 else st.just(0), has(place)))
    if level == 5:
        made.append(st.builds(Auth, st.sampled_from([0, 0x18, 0x19]), has(15)))
    return st.one_of(made)


@cache
def connects(level: int) -> st.SearchStrategy[Connect]:
    """A CONNECT of this level; a password comes with a user name, authentication data with its method."""
    wills = st.builds(
        Will, TOPICS, BLOBS, st.integers(0, 2), st.booleans(), properties(WILL) if level == 5 else st.just(NONE)
    )
    allowed = properties(1).filter(lambda said: "authentication_data" not in said or "authentication_method" in said)
    return st.builds(
        Connect,
        TEXT,
        st.integers(0, 0xFFFF),
        st.booleans(),
        TEXT,
        st.none() | BLOBS,
        st.none() | wills,
        st.just(level),
        allowed if level == 5 else st.just(NONE),
    )


@cache
def publishes(level: int) -> st.SearchStrategy[Publish]:
    """A PUBLISH of this level, at any QoS."""
    said = properties(3) if level == 5 else st.just(NONE)
    payloads = st.binary(max_size=300)
    return st.builds(Publish, TOPICS, payloads, retain=st.booleans(), properties=said) | st.builds(
        Publish, TOPICS, payloads, st.integers(1, 2), st.booleans(), st.booleans(), IDS, said
    )


@cache
def subscribes(level: int) -> st.SearchStrategy[Subscribe]:
    """A SUBSCRIBE of this level, with at most one subscription identifier."""
    if level < 5:
        return st.builds(Subscribe, IDS, _tuples(st.builds(Subscription, TOPICS, st.integers(0, 2))))
    filters = st.builds(
        Subscription, TOPICS, st.integers(0, 2), st.booleans(), st.booleans(), retain_handling=st.integers(0, 2)
    )
    said = properties(8).filter(lambda known: len(known.get("subscription_identifier", ())) < 2)
    return st.builds(Subscribe, IDS, _tuples(filters), said)


def _tuples(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, min_size=1, max_size=4).map(tuple)
