"""What the broker asks of the program around it: who decides about clients, who writes to them, who remembers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

import msgspec

from homeward.mqtt.packets import Auth, Connect
from homeward.mqtt.properties import NONE, Properties
from homeward.mqtt.reasons import RETURN_CODES, Reason

if TYPE_CHECKING:
    from homeward.mqtt.broker.broker import Broker


class Limits(msgspec.Struct, frozen=True):
    """What clients may use up."""

    packet: int = 262_144
    """Bytes of a packet after its fixed header."""
    topic: int = 1_024
    """Bytes of a topic name or filter."""
    levels: int = 64
    """Levels of a topic name or filter."""
    subscriptions: int = 100
    """Subscriptions of a client."""
    inflight: int = 1_000
    """Messages at QoS 1 and 2 under way to a client, and from it; at most 65,535."""
    queued: int = 1_048_576
    """Bytes of messages that are kept for a client: under way, or waiting for it to read or to come back."""
    burst: int = 262_144
    """Bytes handed to a client's transport at once; what is more waits until they are written."""
    aliases: int = 32
    """Topic aliases of a connection, each way."""
    sessions: int = 1_000
    """Sessions that outlive their connections."""
    retained: int = 16_777_216
    """Bytes of retained messages, topics included."""


class Pledge(Protocol):
    """A promise that something will be stored; acknowledgements wait for it."""

    def then(self, done: Callable[[], None]) -> None:
        """Call when it is kept: in the order of asking, and of the pledges."""


class Vault(Protocol):
    """Where a broker keeps what must outlive the process."""

    def put(self, key: str, value: bytes | None) -> Pledge:
        """Keep a value under a key, None to forget it. A later pledge is kept no sooner than an earlier one."""


class Guest(Protocol):
    """Who signed in, as the broker needs to know it. The house behind it answers."""

    identity: str
    """The key of take-over and of the session: of two clients with the same identity, the newer stays."""
    broker: Broker
    """The broker whose clients it can talk to."""
    session_expiry: float
    """Seconds that its session may outlive its connection at most; 0 for one that keeps none."""
    keep_alive: int
    """Seconds that its keep-alive is at most; 0 for as long as it likes."""

    def opened(self) -> None:
        """It has been let in; the CONNACK is on its way."""

    def may_publish(self, topic: str) -> bool:
        """Whether its message is routed to those who subscribed; one that is not is acknowledged and dropped."""

    def may_subscribe(self, topic_filter: str) -> bool:
        """Whether it may subscribe; it is told when it may not. Of a shared subscription, this is the filter alone."""

    def subscribed(self, topic_filter: str) -> None:
        """It has subscribed, and the acknowledgement is on its way."""

    def published(self, topic: str, payload: bytes) -> Pledge | None:
        """It published; when there is a pledge, the acknowledgement waits until it is kept."""

    def gone(self, reason: str) -> None:
        """Its connection is over."""


class Refusal(msgspec.Struct, frozen=True):
    """Why a client may not sign in: the return code for CONNACK [3.2.2.3], and the reason for people.

    `detail` says it more precisely to clients of MQTT 5; `server_reference` names another server they may use.
    """

    code: int
    reason: str
    detail: Reason | None = None
    server_reference: str = ""

    @property
    def precisely(self) -> Reason:
        """What a client of MQTT 5 is told."""
        return self.detail or RETURN_CODES.get(self.code, Reason.UNSPECIFIED_ERROR)


class Challenge(msgspec.Struct, frozen=True):
    """Enhanced authentication goes on: the client is to answer this [5: 4.12]."""

    properties: Properties = NONE
    """`authentication_method` as in its CONNECT, and `authentication_data`."""


class Host(Protocol):
    """Who drives a connection: decides about the client that asks to be connected, and writes to it."""

    def sign_in(self, request: Connect) -> Guest | Refusal | Challenge:
        """Let it in, say why not, or ask for more."""

    def proceed(self, exchange: Auth) -> Guest | Refusal | Challenge:
        """The client's answer to a challenge, or its wish to authenticate again (then any guest is the one it is)."""

    def new_id(self) -> str:
        """A client id, never given before, for a client that brings none."""

    def stir(self) -> None:
        """There is something to `take`, or the connection is over. Called once until `take` is."""
