from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.mqtt.topics import covers, is_filter, is_topic, matches, shared

LEVELS = st.sampled_from(["", "a", "b", "$s"])
FILTERS = st.lists(LEVELS | st.just("+"), min_size=1, max_size=3).flatmap(
    lambda levels: st.sampled_from(["/".join(levels), "/".join([*levels, "#"]), "#"]).filter(bool)
)
EVERY_TOPIC = [
    topic
    for depth in range(1, 5)
    for levels in product(["", "a", "b", "$s", "other"], repeat=depth)
    if (topic := "/".join(levels))
]


@pytest.mark.parametrize(
    ("topic_filter", "topic", "takes"),
    [
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/#", "sport", True),
        ("#", "a/b", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/monitor", False),
        ("+/monitor/Clients", "$SYS/monitor/Clients", False),
        ("$SYS/#", "$SYS/monitor", True),
        ("a", "A", False),
        ("/a", "a", False),
    ],
)
def test_filters_take_in_what_the_standard_says(topic_filter: str, topic: str, takes: bool) -> None:
    assert matches(topic_filter, topic) is takes


@pytest.mark.parametrize("text", ["#", "+", "a/#", "+/a/+", "/", "a//b", "$SYS/#"])
def test_a_filter_is_one(text: str) -> None:
    assert is_filter(text)


@pytest.mark.parametrize("text", ["", "a#", "#/a", "a/#/b", "a+", "+a/b", "##", "a\0"])
def test_what_is_no_filter_is_told(text: str) -> None:
    assert not is_filter(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("a", True), ("/", True), ("$a b", True), ("", False), ("a/+", False), ("a#", False), ("a\0", False)],
)
def test_a_topic_name_has_no_wildcard(text: str, is_one: bool) -> None:
    assert is_topic(text) is is_one


@pytest.mark.parametrize(
    ("topic_filter", "parts"),
    [
        ("a/b", ("", "a/b")),
        ("$share/name/a/#", ("name", "a/#")),
        ("$share/name//", ("name", "/")),
        ("$shared/name/a", ("", "$shared/name/a")),
    ],
)
def test_a_shared_subscription_has_a_name_and_a_filter(topic_filter: str, parts: tuple[str, str]) -> None:
    assert shared(topic_filter) == parts


@pytest.mark.parametrize("topic_filter", ["$share/", "$share/name", "$share/name/", "$share//a", "$share/a+b/c"])
def test_what_begins_as_a_shared_subscription_and_is_none_has_no_filter(topic_filter: str) -> None:
    name, inner = shared(topic_filter)
    assert name
    assert not is_filter(inner)


@pytest.mark.parametrize(
    ("wide", "narrow", "does"),
    [
        ("#", "a/+/b/#", True),
        ("#", "#", True),
        ("a/#", "a", True),
        ("a/#", "a/#", True),
        ("a/+", "a/+", True),
        ("a/+", "a/#", False),
        ("a/+/#", "a/#", False),
        ("+/#", "#", True),
        ("a/b", "a/+", False),
        ("#", "$SYS/#", False),
        ("+/b", "$SYS/b", False),
        ("$SYS/#", "$SYS/broker/+", True),
        ("$SYS/#", "#", False),
    ],
)
def test_a_filter_covers_what_is_no_wider(wide: str, narrow: str, does: bool) -> None:
    assert covers(wide, narrow) is does


@given(FILTERS, FILTERS)
def test_covering_is_to_take_in_every_topic_that_the_other_does(wide: str, narrow: str) -> None:
    assert covers(wide, narrow) is all(matches(wide, topic) for topic in EVERY_TOPIC if matches(narrow, topic))
