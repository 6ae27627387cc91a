"""The server's side of MQTT, without its sockets: clients that signed in, what they subscribed to, who gets what.

Whoever drives a `Broker` makes a `Connection` for each client (`connection.py`), gives it the bytes that arrive, and
calls `flush` once a turn, so that all messages of a turn leave in one write. Times are seconds of a clock that never
jumps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from homeward.mqtt.packets import Connect, Publish
from homeward.mqtt.topics import Tree

if TYPE_CHECKING:
    from homeward.mqtt.connection import Connection


class Limits(msgspec.Struct, frozen=True):
    """What one client may use up."""

    packet: int = 262_144
    """Bytes of a packet."""
    topic: int = 1_024
    """Bytes of a topic name or filter."""
    subscriptions: int = 100
    inflight: int = 1_000
    """Messages sent at QoS 1 that it has not acknowledged; at most 65,535."""
    outgoing: int = 1_048_576
    """Bytes that wait to be written to it."""


class Pledge(Protocol):
    """A promise that a message will be stored; its acknowledgement waits for it."""

    def then(self, done: Callable[[], None]) -> None:
        """Call when it is kept."""


class Guest(Protocol):
    """Who signed in, as the broker needs to know it. The house behind it answers."""

    identity: str
    """The key of take-over: of two clients with the same identity, the newer stays."""

    def opened(self) -> None:
        """It has been let in; the CONNACK is on its way."""

    def may_publish(self, topic: str) -> bool:
        """Whether its message is routed to those who subscribed; one that is not is acknowledged and dropped."""

    def may_subscribe(self, topic_filter: str) -> bool:
        """Whether it may subscribe; it is told when it may not."""

    def subscribed(self, topic_filter: str) -> None:
        """It has subscribed, and the acknowledgement is on its way."""

    def published(self, topic: str, payload: bytes) -> Pledge | None:
        """It published; when there is a pledge, the acknowledgement waits until it is kept."""

    def gone(self, reason: str) -> None:
        """Its connection is over."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a client may not sign in: the return code for CONNACK, and the reason for people."""

    code: int
    reason: str


class Host(Protocol):
    """Who drives a connection: decides about the client that asks to be connected, and writes to it."""

    def sign_in(self, request: Connect) -> Guest | Refusal:
        """Let it in, or say why not."""

    def flush(self) -> None:
        """Write what `Connection.take` gives, then hang up if the connection is `over`."""


class Broker:
    """All clients that are connected, and the routes between them.

    `stir` is called when there is something to be written again: `flush` shall be called soon.
    """

    def __init__(self, limits: Limits, stir: Callable[[], None]) -> None:
        self.limits = limits
        self.clients: dict[str, Connection] = {}
        """The connections of those who signed in, by identity."""
        self.tree: Tree[Connection] = Tree()
        self._dirty: list[Connection] = []
        self._stir = stir

    def publish(self, topic: str, payload: bytes, qos: int = 0) -> int:
        """Send a message to all who subscribed to its topic; returns how many those are.

        Each gets it at the lower of the message's QoS and its subscription's [3.8.4].
        """
        found = self.tree.find(topic)
        plain = Publish(topic, payload).encode() if found else b""
        for connection, granted in found:
            if qos and granted:
                connection.deliver(topic, payload)
            else:
                connection.send(plain)
        return len(found)

    def flush(self) -> None:
        """Have all written that waits."""
        dirty, self._dirty = self._dirty, []
        for connection in dirty:
            connection.host.flush()

    def mark(self, connection: Connection) -> None:
        """The connection has something to be written, or is over."""
        if not self._dirty:
            self._stir()
        self._dirty.append(connection)

    def enter(self, identity: str, connection: Connection) -> None:
        """A client has signed in; an older one with the same identity must go."""
        if older := self.clients.get(identity):
            older.close("taken over by a newer connection of the same client")
        self.clients[identity] = connection

    def leave(self, identity: str, connection: Connection) -> None:
        """A client is gone, unless a newer one has taken its place."""
        if self.clients.get(identity) is connection:
            del self.clients[identity]
