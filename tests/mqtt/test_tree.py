from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.mqtt import tree as module
from homeward.mqtt.topics import matches
from homeward.mqtt.tree import Grant, Tree, grant

LEVELS = st.sampled_from(["", "a", "b", "$s"])
TOPICS = st.lists(LEVELS, min_size=1, max_size=4).map("/".join).filter(bool)
FILTERS = st.lists(LEVELS | st.just("+"), min_size=1, max_size=4).flatmap(
    lambda levels: st.sampled_from(["/".join(levels), "/".join([*levels, "#"]), "#"]).filter(bool)
)
GRANTS = st.builds(
    Grant, st.integers(0, 2), st.booleans(), st.booleans(), st.lists(st.integers(1, 3), max_size=1).map(tuple)
)


@given(
    st.lists(st.tuples(FILTERS, st.sampled_from("xyz"), GRANTS | st.none()), max_size=12),
    st.lists(TOPICS, max_size=4),
)
def test_the_tree_finds_what_a_plain_search_finds(
    changes: list[tuple[str, str, Grant | None]], topics: list[str]
) -> None:
    tree: Tree[str] = Tree()
    model: dict[tuple[str, str], Grant] = {}
    for topic_filter, who, granted in changes:
        for topic in topics:
            tree.find(topic)
        if granted:
            tree.add(topic_filter, who, granted)
            model[topic_filter, who] = granted
        else:
            tree.remove(topic_filter, who)
            model.pop((topic_filter, who), None)
    for topic in topics:
        found = tree.find(topic)
        assert len(dict(found)) == len(found)
        for who in "xyz":
            grants = [granted for (wanted, by), granted in model.items() if by == who and matches(wanted, topic)]
            assert _sorted(dict(found).get(who)) == _sorted(_together(grants))


def _together(grants: list[Grant]) -> Grant | None:
    """What several subscriptions of one client give it together."""
    if not grants:
        return None
    identifiers = tuple(number for each in grants for number in each.identifiers)
    flags = (any(each.no_local for each in grants), any(each.retain_as_published for each in grants))
    return Grant(max(each.qos for each in grants), *flags, identifiers)


def _sorted(granted: Grant | None) -> Grant | None:
    return granted and granted._replace(identifiers=tuple(sorted(granted.identifiers)))


def test_an_empty_tree_holds_nothing() -> None:
    tree: Tree[str] = Tree()
    for topic_filter in ("a", "a/+/c", "#"):
        tree.add(topic_filter, "me", Grant())
        tree.remove(topic_filter, "me")
    assert not any(vars(tree).values())


def test_a_subscription_made_again_is_changed_and_not_doubled() -> None:
    tree: Tree[str] = Tree()
    for topic_filter in ("a", "+"):
        tree.add(topic_filter, "me", Grant(2, identifiers=(1,)))
        tree.add(topic_filter, "me", Grant(1))
    assert tree.find("a") == (("me", Grant(1)),)


def test_equal_grants_are_one_object() -> None:
    assert grant(1, identifiers=(7,)) is grant(1, identifiers=(7,))


def test_as_many_topics_are_remembered_as_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MEMORY", 3)
    tree: Tree[str] = Tree()
    tree.add("#", "me", Grant())
    for number in range(10):
        assert tree.find(f"a/{number}") == (("me", Grant()),)
        assert len(tree._found) <= 3
