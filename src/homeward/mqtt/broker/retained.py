"""Retained messages: the last word on each topic, for whoever subscribes later [3.3.1.3]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from homeward.mqtt.broker.message import Message


class Retained:
    """Messages by topic, at most `most` bytes of them together."""

    def __init__(self, most: int) -> None:
        self.size = 0
        """Bytes they take, about."""
        self._most = most
        self._messages: dict[str, Message] = {}
        self._levels: dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self._messages)

    def get(self, topic: str) -> Message | None:
        """The one of a topic."""
        return self._messages.get(topic)

    def put(self, message: Message) -> bool:
        """Keep it in place of an earlier one; one without a payload only removes that. False when there is no room."""
        topic = message.packet.topic
        older = self._messages.get(topic)
        size = self.size - (older.size if older else 0)
        if not message.packet.payload:
            self.remove(topic)
            return True
        if size + message.size > self._most:
            return False
        if not older:
            self._node(topic)[""] = topic
        self._messages[topic] = message
        self.size = size + message.size
        return True

    def remove(self, topic: str) -> bool:
        """Forget the one of a topic; whether there was one."""
        message = self._messages.pop(topic, None)
        if not message:
            return False
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
        return True

    def find(self, topic_filter: str) -> Iterator[Message]:
        """Those whose topics the filter takes in."""
        if "+" not in topic_filter and "#" not in topic_filter:
            message = self._messages.get(topic_filter)
            yield from (message,) if message else ()
            return
        found = _search(self._levels, topic_filter.split("/"), 0)
        hidden = topic_filter[0] in "+#"  # a leading wildcard takes in no topic that begins with `$` [4.7.2]
        yield from [self._messages[topic] for topic in found if not (hidden and topic[0] == "$")]

    def expired(self, now: float) -> list[str]:
        """The topics of those whose time is over."""
        return [topic for topic, message in self._messages.items() if message.expires and message.expires <= now]

    def _node(self, topic: str) -> dict[str, Any]:
        node = self._levels
        for level in topic.split("/"):
            node = node.setdefault("/" + level, {})
        return node


def _search(node: dict[str, Any], wanted: list[str], depth: int) -> Iterator[str]:
    """The topics below a node that the rest of a filter takes in."""
    if depth == len(wanted):
        yield from (node[""],) if "" in node else ()
        return
    level = wanted[depth]
    if level == "#":
        yield from (node[""],) if "" in node else ()
    for step in list(node) if level in ("+", "#") else ["/" + level]:
        if step and step in node:
            yield from _search(node[step], wanted, depth if level == "#" else depth + 1)
