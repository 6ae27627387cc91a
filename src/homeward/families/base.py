"""The contract a family fulfils: what the house asks of it, and the effects it answers with.

A family is pure. It is given bytes or messages and the time, and gives back *effects*, which whoever drives it
carries out; it opens no socket, reads no clock and draws no randomness but through `Home`. `now` is always seconds
since the epoch, as the house's clock has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple, Protocol, TypeAlias, runtime_checkable

import msgspec

from homeward.errors import HomewardError
from homeward.model import Description, Device, Entity, Value
from homeward.mqtt.broker import Refusal as Refusal
from homeward.mqtt.packets import Connect, Subscription


class Peer(NamedTuple):
    """Who is at the other end of a connection, and by which door it came."""

    host: str
    port: int
    door: str = ""
    tls: str = ""
    """TLS version and cipher; empty in the clear."""


# --- effects ------------------------------------------------------------------------------------------------------


class Send(msgspec.Struct, frozen=True, gc=False):
    """Write these bytes to this connection (for UDP: one datagram to the peer)."""

    data: bytes


class Publish(msgspec.Struct, frozen=True, gc=False):
    """Publish on MQTT, to whoever has subscribed. For a client or an emulator: publish to the broker."""

    topic: str
    payload: bytes
    qos: int = 0


class Seen(msgspec.Struct, frozen=True):
    """A device said who it is: with that the house learns that this connection leads to the session's `native_id`.

    What is left out of `description` and `native` keeps its former value.
    """

    native_id: str
    description: Description = Description()
    native: Mapping[str, Any] = {}
    name: str = ""
    """The name to give it when it is new; empty lets the house choose."""


class Report(msgspec.Struct, frozen=True, gc=False):
    """Entities of a device have these values now."""

    native_id: str
    values: dict[str, Value]


class Happened(msgspec.Struct, frozen=True):
    """Something happened at a device that is no state. It is stored as it is told, changed or not."""

    native_id: str
    what: str
    data: Mapping[str, Any] = {}


class Answer(msgspec.Struct, frozen=True):
    """The answer to the call that was given this `token`: a JSON-able result, or the error that it met."""

    token: int
    result: Any = None
    error: HomewardError | None = None


class Remember(msgspec.Struct, frozen=True):
    """Keep a fact of the family's own (JSON-able; None forgets it). It is stored before any later reply leaves."""

    key: str
    value: Any


class Wake(msgspec.Struct, frozen=True, gc=False):
    """Call `wake` after so many seconds. A later Wake replaces an earlier one."""

    after: float


class Close(msgspec.Struct, frozen=True, gc=False):
    """Close this connection; the reason is logged and shown."""

    reason: str


class Note(msgspec.Struct, frozen=True, gc=False):
    """Something worth counting and logging that changes nothing: a wrong signature, an unknown message.

    `what` is one of few stable words (`bad_signature`, `bad_frame`, `unknown_namespace` …), `detail` is for people
    and holds no secret.
    """

    what: str
    detail: str = ""


class Fetch(msgspec.Struct, frozen=True):
    """For an emulator: GET this `http:` URL; `fetched` is called with what came of it."""

    url: str


Effect: TypeAlias = Send | Publish | Seen | Report | Happened | Answer | Remember | Wake | Close | Note | Fetch
Effects: TypeAlias = Sequence[Effect]
NOTHING: Effects = ()


# --- what the house asks of a family --------------------------------------------------------------------------------


class Call(msgspec.Struct, frozen=True):
    """A native request of a device's own protocol. What `method` and `params` may be is the family's to say."""

    method: str
    params: Any = None


class Session(Protocol):
    """The cloud's half of one conversation with one peer."""

    native_id: str | None
    """The device at the other end, once it is known and trusted; None for an app or a stranger."""

    def opened(self, now: float) -> Effects:
        """The peer has been let in; for MQTT, the CONNACK is on its way."""

    def wake(self, now: float) -> Effects:
        """The time that a `Wake` asked for has come."""

    def lost(self, reason: str, now: float) -> Effects:
        """The connection is gone. Effects for this connection itself are ignored."""

    def adopted(self, now: float) -> Effects:
        """The owner has just adopted this device: ask it now what was not asked before."""

    def call(self, token: int, call: Call, now: float) -> Effects:
        """Put a request to the device; an `Answer` with this token follows, now or later.

        Raises:
            InvalidValue: the method or its parameters make no sense for this device.
        """


class ByteSession(Session, Protocol):
    """A conversation in the family's own framing, over TCP."""

    def receive(self, data: bytes, now: float) -> Effects:
        """Bytes arrived, torn anywhere."""


class MqttSession(Session, Protocol):
    """A conversation carried by MQTT messages. The broker has checked packets; topics are the family's to rule."""

    identity: str
    """The key of take-over: a newer client with the same identity ends the older one's connection."""

    def may_publish(self, topic: str) -> bool:
        """Whether this client's message on `topic` is routed to those who subscribed to it."""

    def may_subscribe(self, topic_filter: str) -> bool:
        """Whether this client may subscribe to the filter."""

    def subscribed(self, topic_filter: str, now: float) -> Effects:
        """It now listens there; messages sent to it arrive from here on."""

    def published(self, topic: str, payload: bytes, now: float) -> Effects:
        """It published a message (routed or not)."""


class Visit(Session, Protocol):
    """The house's call on a device at the device's own address: one request at a time, each on a connection of its own.

    With the first `Seen` it leads to the device, as any session does.
    """

    host: str
    port: int
    deadline: float
    """Seconds that a request has, from connecting to the end of its reply."""
    transport: str
    """What carries it, for people."""
    over: str
    """Why it has come to its end; empty: it has not."""

    def take(self, now: float) -> bytes:
        """The next request, whole; empty: there is none now."""

    def receive(self, data: bytes) -> bool:
        """Bytes of its reply have come; whether that was all of it."""

    def answered(self, failure: str, now: float) -> Effects:
        """The reply is whole, or its connection has ended; `failure` says if something other than the peer ended it."""


class Request(msgspec.Struct, frozen=True):
    """An HTTP request, read whole. Header names are lower case; `path` is without the query."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    peer: Peer


class Reply(msgspec.Struct, frozen=True):
    """An HTTP reply, with effects to be carried out (and stored) before it leaves."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = {}
    effects: Effects = ()
    raw: bytes | None = None
    """What leaves in place of all that before the connection ends: for devices whose HTTP is not what it should be."""


class Home(Protocol):
    """What a family may ask of the house. All answers come from memory at once."""

    advertise: str
    """The host name or address at which devices and apps reach this house."""
    ports: Mapping[str, int]
    """Where they reach it: the advertised port by what is spoken there (`mqtts`, `http`, `https`)."""
    settings: Any
    """The family's own section of the settings."""

    def device(self, native_id: str) -> Device | None:
        """The device of this family with that id, pending or adopted."""

    def devices(self) -> Iterable[Device]:
        """All devices of this family, pending ones included."""

    def is_online(self, native_id: str) -> bool:
        """Whether a device is connected now."""

    def facts(self) -> Mapping[str, Any]:
        """What the family asked to `Remember`, as it stood at start."""

    def random(self, count: int) -> bytes:
        """So many random bytes; reproducible in tests."""


class EmulatorFactory(Protocol):
    """Makes emulated devices of one model."""

    def __call__(
        self, index: int, *, host: str, port: int, randomness: Callable[[int], bytes], **options: str
    ) -> Emulator:
        """The device with this number, which calls `host:port`; without a host it waits to be set up.

        Raises:
            InvalidValue: there is no such option, or it cannot have that value.
        """


class Inhabitant(msgspec.Struct, frozen=True):
    """A device of a virtual home: its model and options, and what is `set` there now and then."""

    model: str
    options: Mapping[str, str] = {}
    habits: Mapping[str, Sequence[Any]] = {}


class Family:
    """One vendor's world. Every method has a default: a family overrides what its devices use."""

    name: ClassVar[str]
    """The id's prefix and the settings' section: lower case, no dash."""
    title: ClassVar[str]
    doors: ClassVar[tuple[str, ...]] = ()
    """Where its devices call by default, as door specs."""
    emulators: ClassVar[Mapping[str, EmulatorFactory]] = {}
    """What can be emulated, by model."""
    keep_alive: ClassVar[int] = 0
    """Seconds that the keep-alive of its MQTT clients is at most; 0: as long as they like."""

    def __init__(self, home: Home) -> None:
        self.home = home

    def greets(self, head: bytes, peer: Peer) -> bool:
        """Whether the first bytes of a TCP connection are this family's own framing."""
        return False

    def connect(self, peer: Peer, now: float) -> ByteSession:
        """Begin a conversation that `greets` claimed."""
        raise NotImplementedError

    def datagram(self, data: bytes, peer: Peer, now: float) -> Effects | None:
        """A UDP datagram came; None when it is not this family's."""
        return None

    def sign_in(self, request: Connect, peer: Peer, now: float) -> MqttSession | Refusal | None:
        """An MQTT client wants in; None when it is not this family's."""
        return None

    def visit(self, device: Device) -> Visit | None:
        """A call on an adopted device that has not called here; None when it cannot be called on."""
        return None

    def http(self, request: Request, now: float) -> Reply | None:
        """An HTTP request came; None when it is not this family's."""
        return None

    def entities(self, device: Device) -> Sequence[Entity]:
        """What the device shows and can be told, from its description and the family's notes on it."""
        return ()

    def inhabit(self) -> tuple[Sequence[Inhabitant], Effects]:
        """A few of its devices for a virtual home, and the effects that make them welcome there."""
        return (), NOTHING

    def command(self, device: Device, key: str, value: Value) -> Call:
        """The native request that sets an entity.

        Raises:
            InvalidValue: the entity cannot take that value, or any.
        """
        raise NotImplementedError


@runtime_checkable
class Discoverable(Protocol):
    """An emulated device that answers those who look for it on the LAN by UDP."""

    asked_at: int
    """The port at which it is asked."""

    def found(self, question: bytes, port: int) -> tuple[bytes, int] | None:
        """What a device with that port on its LAN answers, and at which port of the asker; None: nothing."""


class Uplink(msgspec.Struct, frozen=True):
    """Where a device or an app calls over MQTT, and how it signs in there."""

    host: str
    port: int
    connect: Connect
    subscriptions: tuple[Subscription, ...]
    tls: bool = True


class Emulator(Protocol):
    """A device without its sockets. The same effects mean what they say from the device's side of the wire."""

    native_id: str
    model: str
    connections: int
    """How many it takes at once on its LAN; 0: as many as come."""

    def uplink(self) -> Uplink | None:
        """Where it calls its cloud now; None while it has been told of none."""

    def start(self, now: float) -> Effects:
        """Power on."""

    def connected(self, now: float) -> Effects:
        """The link to its cloud stands (for MQTT: signed in and subscribed)."""

    def disconnected(self, reason: str, now: float) -> Effects:
        """The link to its cloud fell, or could not be made."""

    def message(self, topic: str, payload: bytes, now: float) -> Effects:
        """An MQTT message from its cloud."""

    def http(self, request: Request, now: float) -> Reply:
        """A request on its LAN address."""

    def wake(self, now: float) -> Effects:
        """The time that a `Wake` asked for has come."""

    def fetched(self, url: str, data: bytes | None, now: float) -> Effects:
        """What a `Fetch` asked for has come; None: it will not."""

    def set(self, key: str, value: Any, now: float) -> Effects:
        """A hand at the device, or the room around it: press its button, plug in a heater.

        Raises:
            InvalidValue: the device has no such thing, or it cannot be so.
        """

    def state(self) -> Mapping[str, Any]:
        """What can be `set`, and how it stands."""
