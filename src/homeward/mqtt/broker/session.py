"""The state of one client's session, which may outlive its connections [3.1.2.4; 5: 4.1]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.mqtt.broker.keep import KeptSession
from homeward.mqtt.broker.outgoing import Outgoing
from homeward.mqtt.packets import Will
from homeward.mqtt.tree import Grant

if TYPE_CHECKING:
    from homeward.mqtt.broker.broker import Broker
    from homeward.mqtt.broker.connection import Connection

_NO_SUBSCRIPTIONS: dict[str, Grant] = {}


class Session(Outgoing):
    """Subscriptions, messages under way to the client and from it. It belongs to the broker, not to a connection."""

    __slots__ = ("left", "received", "will")

    subscriptions: dict[str, Grant]

    def __init__(self, broker: Broker, identity: str) -> None:
        super().__init__(broker, identity, _NO_SUBSCRIPTIONS)
        self.left = 0.0
        """When its connection ended, in seconds since the epoch; 0 while it has one."""
        self.will: Will | None = None
        self.received: set[int] | None = None
        """The packet identifiers of QoS 2 messages from the client that are not released yet."""

    def attach(self, connection: Connection) -> None:
        """The client is here: its connection is to be told of what is under way."""
        self.connection = connection
        self.left = 0.0

    def detach(self, now: float) -> None:
        """Its connection is over."""
        self.left = now
        self.pause()

    def subscribe(self, topic_filter: str, grant: Grant) -> bool:
        """Note a subscription; whether it is new."""
        if not self.subscriptions:
            self.subscriptions = {}
        is_new = topic_filter not in self.subscriptions
        self.subscriptions[topic_filter] = grant
        return is_new

    def unsubscribe(self, topic_filter: str) -> bool:
        """Forget a subscription; whether there was one."""
        return self.subscriptions.pop(topic_filter, None) is not None

    def record(self) -> KeptSession:
        """What of it is kept beside its messages."""
        return KeptSession(self.identity, self.expiry, self.subscriptions, self.left, self.will)
