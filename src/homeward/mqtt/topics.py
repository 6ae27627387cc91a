"""Topic names and topic filters [4.7], and the tree that finds who subscribed to a topic."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

_S = TypeVar("_S")
_MEMORY = 10_000
"""How many topics' subscribers are remembered between two changes; a table that is full is begun anew."""


def is_filter(text: str) -> bool:
    """Whether the text is a topic filter: `+` stands for a whole level, `#` for all that remain [4.7.1]."""
    levels = text.split("/")
    if not text or any("+" in level and level != "+" for level in levels):
        return False
    return "#" not in text or (text.count("#") == 1 and levels[-1] == "#")


def matches(topic_filter: str, topic: str) -> bool:
    """Whether the filter takes the topic in. A leading wildcard takes in no topic that begins with `$` [4.7.2]."""
    wanted, levels = topic_filter.split("/"), topic.split("/")
    if topic[:1] == "$" and wanted[0] in ("+", "#"):
        return False
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index == len(levels) or level not in ("+", levels[index]):
            return False
    return len(wanted) == len(levels)


class Tree(Generic[_S]):
    """Who subscribed to what. Finding costs one look-up for a topic that was asked for since the last change."""

    def __init__(self) -> None:
        self._exact: dict[str, tuple[tuple[_S, int], ...]] = {}
        self._wild: dict[str, Any] = {}
        self._found: dict[str, tuple[tuple[_S, int], ...]] = {}

    def add(self, topic_filter: str, subscriber: _S, qos: int) -> None:
        """Subscribe, or change the QoS of a subscription that exists."""
        self._put(topic_filter, subscriber, ((subscriber, qos),))

    def remove(self, topic_filter: str, subscriber: _S) -> None:
        """Unsubscribe; nothing happens when there is no such subscription."""
        self._put(topic_filter, subscriber, ())

    def find(self, topic: str) -> tuple[tuple[_S, int], ...]:
        """Each subscriber once, with the highest QoS of its subscriptions that take the topic in."""
        found = self._found.get(topic)
        if found is None:
            found = self._found[topic] = self._search(topic)
            if len(self._found) > _MEMORY:
                self._found = {topic: found}
        return found

    def _put(self, topic_filter: str, subscriber: _S, entry: tuple[tuple[_S, int], ...]) -> None:
        table: dict[str, Any] = self._exact
        path: list[tuple[dict[str, Any], str]] = []
        key = topic_filter
        if "+" in topic_filter or "#" in topic_filter:
            table, key = self._wild, ""
            for level in topic_filter.split("/"):
                path.append((table, "/" + level))
                table = table.setdefault("/" + level, {})
        rest = tuple(known for known in table.get(key, ()) if known[0] is not subscriber) + entry
        if rest:
            table[key] = rest
        else:
            table.pop(key, None)
        for parent, step in reversed(path):
            if parent[step]:
                break
            del parent[step]
        self._found.clear()

    def _search(self, topic: str) -> tuple[tuple[_S, int], ...]:
        exact = self._exact.get(topic, ())
        if not self._wild:
            return exact
        best = dict(exact)
        hidden = topic[:1] == "$"
        nodes: list[dict[str, Any]] = [self._wild]
        for level in topic.split("/"):
            below: list[dict[str, Any]] = []
            for node in nodes:
                top = hidden and node is self._wild
                _merge(best, () if top else node.get("/#", {}).get("", ()))
                below += [node[step] for step in ("/" + level, "/+") if step in node and not (top and step == "/+")]
            nodes = below
        for node in nodes:
            _merge(best, node.get("", ()))
            _merge(best, node.get("/#", {}).get("", ()))
        return tuple(best.items())


def _merge(best: dict[_S, int], entries: tuple[tuple[_S, int], ...]) -> None:
    for subscriber, qos in entries:
        best[subscriber] = max(qos, best.get(subscriber, 0))
