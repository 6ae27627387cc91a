"""Who of a broker subscribed to what: sessions for themselves, and groups that share a subscription."""

from __future__ import annotations

from typing import TypeAlias

from homeward.mqtt.broker.session import Session
from homeward.mqtt.broker.sharing import Group
from homeward.mqtt.topics import shared
from homeward.mqtt.tree import Found, Grant, Tree

Subscriber: TypeAlias = Session | Group


class Subscriptions:
    """The tree of a broker, in which a shared subscription is that of its group."""

    def __init__(self) -> None:
        self._tree: Tree[Subscriber] = Tree()
        self._groups: dict[tuple[str, str], Group] = {}
        self.find = self._tree.find

    def add(self, session: Session, topic_filter: str, granted: Grant) -> None:
        """Note a subscription, new or changed."""
        share, inner = shared(topic_filter)
        if not share:
            self._tree.add(topic_filter, session, granted)
            return
        group = self._groups.get((share, inner))
        if not group:
            group = self._groups[share, inner] = Group()
            self._tree.add(inner, group, Grant(2))
        group.add(session, granted)

    def remove(self, session: Session, topic_filter: str) -> None:
        """Forget a subscription."""
        share, inner = shared(topic_filter)
        if not share:
            self._tree.remove(topic_filter, session)
        elif group := self._groups.get((share, inner)):
            group.remove(session)
            if not len(group):
                del self._groups[share, inner]
                self._tree.remove(inner, group)


def own_grant(sender: Session, topic: str) -> Grant | None:
    """How its publisher has a message: by those subscriptions alone that want their own [5: 3.8.3.1]; None: not."""
    only: Tree[Session] = Tree()
    for topic_filter, granted in sender.subscriptions.items():
        if not (granted.no_local or shared(topic_filter)[0]):
            only.add(topic_filter, sender, granted)
    found: Found[Session] = only.find(topic)
    return found[0][1] if found else None
