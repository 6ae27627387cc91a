from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.mqtt.topics import covers, is_filter, matches
from homeward.mqtt.tree import Tree

LEVELS = st.sampled_from(["", "a", "b", "$s"])
TOPICS = st.lists(LEVELS, min_size=1, max_size=4).map("/".join).filter(bool)
FILTERS = st.lists(LEVELS | st.just("+"), min_size=1, max_size=4).flatmap(
    lambda levels: st.sampled_from(["/".join(levels), "/".join([*levels, "#"]), "#"]).filter(bool)
)
SHORT_FILTERS = st.lists(LEVELS | st.just("+"), min_size=1, max_size=3).flatmap(
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
    tree: Tree[str] = Tree()
    tree.add(topic_filter, "me", 1)
    assert tree.find(topic) == ((("me", 1),) if takes else ())


@pytest.mark.parametrize("text", ["#", "+", "a/#", "+/a/+", "/", "a//b", "$SYS/#"])
def test_a_filter_is_one(text: str) -> None:
    assert is_filter(text)


@pytest.mark.parametrize("text", ["", "a#", "#/a", "a/#/b", "a+", "+a/b", "##"])
def test_what_is_no_filter_is_told(text: str) -> None:
    assert not is_filter(text)


@given(
    st.lists(st.tuples(FILTERS, st.sampled_from("xyz"), st.integers(0, 1), st.booleans()), max_size=12),
    st.lists(TOPICS, max_size=4),
)
def test_the_tree_finds_what_a_plain_search_finds(changes: list[tuple[str, str, int, bool]], topics: list[str]) -> None:
    tree: Tree[str] = Tree()
    model: dict[tuple[str, str], int] = {}
    for topic_filter, who, qos, add in changes:
        for topic in topics:
            tree.find(topic)
        if add:
            tree.add(topic_filter, who, qos)
            model[topic_filter, who] = qos
        else:
            tree.remove(topic_filter, who)
            model.pop((topic_filter, who), None)
    for topic in topics:
        expected: dict[str, int] = {}
        for (topic_filter, who), qos in model.items():
            if matches(topic_filter, topic):
                expected[who] = max(qos, expected.get(who, 0))
        assert dict(tree.find(topic)) == expected


def test_an_empty_tree_holds_nothing() -> None:
    tree: Tree[str] = Tree()
    for topic_filter in ("a", "a/+/c", "#"):
        tree.add(topic_filter, "me", 0)
        tree.remove(topic_filter, "me")
    assert not any(vars(tree).values())


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


@given(SHORT_FILTERS, SHORT_FILTERS)
def test_covering_is_to_take_in_every_topic_that_the_other_does(wide: str, narrow: str) -> None:
    assert covers(wide, narrow) is all(matches(wide, topic) for topic in EVERY_TOPIC if matches(narrow, topic))
