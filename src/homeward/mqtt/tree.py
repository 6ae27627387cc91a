"""Who subscribed to what: the tree that finds the subscribers of a topic."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeAlias, TypeVar

_S = TypeVar("_S")
_MEMORY = 10_000
"""How many topics' subscribers are remembered between two changes; a table that is full is begun anew."""


class Grant(NamedTuple):
    """How a subscriber has a message: that of one subscription, or of all that take the topic in."""

    qos: int = 0
    no_local: bool = False
    retain_as_published: bool = False
    identifiers: tuple[int, ...] = ()
    """Subscription identifiers [5: 3.3.4]."""


@lru_cache(10_000)
def grant(
    qos: int, *, no_local: bool = False, retain_as_published: bool = False, identifiers: tuple[int, ...] = ()
) -> Grant:
    """A grant; thousands of equal ones are one object."""
    return Grant(qos, no_local, retain_as_published, identifiers)


def _both(one: Grant, other: Grant) -> Grant:
    """The grant of two subscriptions that overlap: a message comes once, as the more generous says [5: 3.3.4]."""
    return grant(
        max(one.qos, other.qos),
        no_local=one.no_local or other.no_local,
        retain_as_published=one.retain_as_published or other.retain_as_published,
        identifiers=one.identifiers + other.identifiers,
    )


Found: TypeAlias = tuple[tuple[_S, Grant], ...]


class Tree(Generic[_S]):
    """Who subscribed to what. Finding costs one look-up for a topic that was asked for since the last change."""

    def __init__(self) -> None:
        self._exact: dict[str, dict[_S, Grant]] = {}
        self._wild: dict[str, Any] = {}
        self._found: dict[str, Found[_S]] = {}
        self._same: dict[Found[_S], Found[_S]] = {}
        """Thousands of topics have the same subscribers: one answer serves them all."""

    def add(self, topic_filter: str, subscriber: _S, granted: Grant) -> None:
        """Subscribe, or change a subscription that exists."""
        table, key, _ = self._place(topic_filter)
        table.setdefault(key, {})[subscriber] = granted
        self._forget()

    def remove(self, topic_filter: str, subscriber: _S) -> None:
        """Unsubscribe; nothing happens when there is no such subscription."""
        table, key, path = self._place(topic_filter)
        known = table.get(key, {})
        known.pop(subscriber, None)
        if not known:
            table.pop(key, None)
        for parent, step in reversed(path):
            if parent[step]:
                break
            del parent[step]
        self._forget()

    def find(self, topic: str) -> Found[_S]:
        """Each subscriber once. A grant with `no_local` is that of one who has at least one such subscription."""
        found = self._found.get(topic)
        if found is None:
            if len(self._found) >= _MEMORY:
                self._forget()
            found = self._search(topic)
            found = self._found[topic] = self._same.setdefault(found, found)
        return found

    def _forget(self) -> None:
        self._found.clear()
        self._same.clear()

    def _place(self, topic_filter: str) -> tuple[dict[str, Any], str, list[tuple[dict[str, Any], str]]]:
        """The table where a filter's subscribers are and their key there, and the way to that table."""
        if "+" not in topic_filter and "#" not in topic_filter:
            return self._exact, topic_filter, []
        table = self._wild
        path: list[tuple[dict[str, Any], str]] = []
        for level in topic_filter.split("/"):
            path.append((table, "/" + level))
            table = table.setdefault("/" + level, {})
        return table, "", path

    def _search(self, topic: str) -> Found[_S]:
        best = dict(self._exact.get(topic, ()))
        if not self._wild:
            return tuple(best.items())
        hidden = topic[:1] == "$"
        nodes: list[dict[str, Any]] = [self._wild]
        for level in topic.split("/"):
            below: list[dict[str, Any]] = []
            for node in nodes:
                top = hidden and node is self._wild
                _merge(best, {} if top else node.get("/#", {}).get("", {}))
                below += [node[step] for step in ("/" + level, "/+") if step in node and not (top and step == "/+")]
            nodes = below
        for node in nodes:
            _merge(best, node.get("", {}))
            _merge(best, node.get("/#", {}).get("", {}))
        return tuple(best.items())


def _merge(best: dict[_S, Grant], entries: Mapping[_S, Grant]) -> None:
    for subscriber, granted in entries.items():
        known = best.get(subscriber)
        best[subscriber] = _both(known, granted) if known else granted
