"""Retained messages: the last word on each topic, for whoever subscribes later [3.3.1.3]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from homeward.mqtt.broker.message import Message

_LEVEL = 300
"""Bytes that a level costs at which no other topic is, about."""


class Retained:
    """Messages by topic, at most `most` bytes of them together."""

    def __init__(self, most: int) -> None:
        self.size = 0
        """Bytes they take, about."""
        self.latest = 0
        """The `order` of the one that was retained last."""
        self._most = most
        self._messages: dict[str, Message] = {}
        self._mortal: dict[str, float] = {}
        self._levels: dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self._messages)

    def get(self, topic: str) -> Message | None:
        """The one of a topic."""
        return self._messages.get(topic)

    def put(self, message: Message) -> bool:
        """Keep it in place of an earlier one; one without a payload only removes that. False when there is no room."""
        topic = message.packet.topic
        if not message.packet.payload:
            self.remove(topic)
            return True
        older = self._messages.get(topic)
        more = message.size - (older.size if older else 0) + _LEVEL * self._missing(topic)
        if self.size + more > self._most:
            return False
        self.latest += 1
        message.order = self.latest
        self._node(topic)[""] = topic
        self._messages[topic] = message
        self._mortal.pop(topic, None)
        if message.expires:
            self._mortal[topic] = message.expires
        self.size += more
        return True

    def remove(self, topic: str) -> bool:
        """Forget the one of a topic; whether there was one."""
        message = self._messages.pop(topic, None)
        if not message:
            return False
        self._mortal.pop(topic, None)
        self.size -= message.size
        path: list[tuple[dict[str, Any], str]] = []
        node = self._levels
        for level in topic.split("/"):
            path.append((node, "/" + level))
            node = node["/" + level]
        del node[""]
        for parent, step in reversed(path):
            if parent[step]:
                break
            del parent[step]
            self.size -= _LEVEL
        return True

    def find(self, topic_filter: str) -> Iterable[Message]:
        """Those whose topics the filter takes in, looked for as they are asked for: each as it is by then."""
        if "+" in topic_filter or "#" in topic_filter:
            return self._found(topic_filter) if self._messages else ()
        message = self._messages.get(topic_filter)
        return (message,) if message else ()

    def expired(self, now: float) -> list[str]:
        """The topics of those whose time is over."""
        return [topic for topic, expires in self._mortal.items() if expires <= now]

    def _found(self, topic_filter: str) -> Iterator[Message]:
        hidden = topic_filter[0] in "+#"  # a leading wildcard takes in no topic that begins with `$` [4.7.2]
        for topic in _search(self._levels, topic_filter.split("/")):
            message = self._messages.get(topic)
            if message and not (hidden and topic[0] == "$"):
                yield message

    def _missing(self, topic: str) -> int:
        """How many levels of the topic are not there yet."""
        node, levels = self._levels, topic.split("/")
        for depth, level in enumerate(levels):
            if "/" + level not in node:
                return len(levels) - depth
            node = node["/" + level]
        return 0

    def _node(self, topic: str) -> dict[str, Any]:
        node = self._levels
        for level in topic.split("/"):
            node = node.setdefault("/" + level, {})
        return node


def _search(root: dict[str, Any], wanted: list[str]) -> Iterator[str]:
    """The topics that a filter of these levels takes in: a topic before those below it."""
    trail = [iter([(root, 0)])]
    while trail:
        place = next(trail[-1], None)
        if not place:
            trail.pop()
            continue
        node, depth = place
        level = wanted[depth] if depth < len(wanted) else None
        if "" in node and level in (None, "#"):
            yield node[""]
        if level is not None:
            steps = list(node) if level in ("+", "#") else ["/" + level]
            trail.append(_below(node, steps, depth if level == "#" else depth + 1))


def _below(node: dict[str, Any], steps: list[str], depth: int) -> Iterator[tuple[dict[str, Any], int]]:
    return ((node[step], depth) for step in steps if step and step in node)
