"""What a script of packets is, and the words to write one in."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from homeward.mqtt.fields import blob, number, text, variable
from homeward.mqtt.packets import Connect, Packet, Publish, PubRel, Subscribe, Subscription, Will, frame
from homeward.mqtt.properties import Properties


class Act(Enum):
    """What a client does beside sending packets."""

    CUT = "closes its end without a word"
    LISTEN = "waits until the server closes, or says what it has to say"


CUT, LISTEN = Act.CUT, Act.LISTEN
Item: TypeAlias = Packet | bytes | Act | Callable[[int], bytes]
"""What is sent: a function makes bytes that depend on the protocol level."""
LONG = Properties(session_expiry_interval=1000)
KEPT: dict[str, Any] = {"clean": False, "properties": LONG}
"""What a CONNECT says that keeps its session, at any level."""


class Step(NamedTuple):
    """A client does this in one write; then every client hears all that it has caused.

    A client that has no connection opens one; one whose name ends in `@4` speaks that level whatever the script does.
    After `seconds` more everyone listens again. Where `whole` is False a packet is not whole yet, and nothing can be
    heard.
    """

    client: str
    items: tuple[Item, ...]
    seconds: float = 0.0
    whole: bool = True


class Script(NamedTuple):
    """Steps, in order, of clients that speak one of these protocol levels."""

    name: str
    levels: tuple[int, ...]
    steps: tuple[Step, ...]


ALL, NEW, FIVE = (3, 4, 5), (4, 5), (5,)


def script(name: str, levels: tuple[int, ...], *steps: Step) -> Script:
    """A script; it ends with whoever is still there being cut."""
    return Script(name, levels, steps)


def does(client: str, *items: Item) -> Step:
    """The client does this in one write."""
    return Step(client, items)


def begins(client: str, *items: Item) -> Step:
    """The client sends what is not whole yet."""
    return Step(client, items, whole=False)


def waits(seconds: float) -> Step:
    """Time passes, and everyone listens."""
    return Step("", (), seconds)


def joins(client: str, *filters: str | Subscription, **options: Any) -> Step:
    """The client connects and subscribes, at QoS 2 where nothing else is said."""
    wanted = tuple(Subscription(each, 2) if isinstance(each, str) else each for each in filters)
    return does(client, Connect(client, **options), *([Subscribe(1, wanted)] if wanted else []))


def subscribes(client: str, topic_filter: str, qos: int = 2, **options: Any) -> Step:
    """The client subscribes to one filter."""
    return does(client, Subscribe(7, (Subscription(topic_filter, qos, **options),)))


def says(client: str, topic: str, payload: str = "x", qos: int = 0, **options: Any) -> Step:
    """The client publishes; with packet identifier 9 where it needs one.

    At QoS 2 it releases the message at once: a server may pass it on before or after that.
    """
    released = [PubRel(9)] if qos == 2 else []
    return does(client, Publish(topic, payload.encode(), qos, packet_id=9 if qos else 0, **options), *released)


def holds(client: str, topic: str, payload: str = "x", **options: Any) -> Step:
    """The client publishes at QoS 2, with packet identifier 9, and does not release the message."""
    return does(client, Publish(topic, payload.encode(), 2, packet_id=9, **options))


def will(payload: str = "gone", qos: int = 0, **options: Any) -> Will:
    """A will for the topic `will`."""
    return Will("will", payload.encode(), qos, **options)


def connect(
    name: str = "MQTT",
    flags: int = 2,
    rest: bytes = b"\0\1a",
    properties: bytes = b"",
    level: int | None = None,
    keep_alive: int = 60,
) -> Callable[[int], bytes]:
    """A CONNECT whose parts were written by hand: those after keep-alive, and MQTT 5's properties without length."""

    def write(spoken: int) -> bytes:
        proper = "MQIsdp" if spoken == 3 and name == "MQTT" else name
        known = variable(len(properties)) + properties if spoken == 5 else b""
        head = text(proper) + bytes((spoken if level is None else level, flags)) + number(keep_alive)
        return frame(0x10, head + known + rest)

    return write


def body(first: int, packet_id: bytes, rest: bytes, properties: bytes = b"") -> Callable[[int], bytes]:
    """A packet whose parts were written by hand; MQTT 5's properties stand between them."""

    def write(level: int) -> bytes:
        known = variable(len(properties)) + properties if level == 5 else b""
        return frame(first, packet_id + known + rest)

    return write


def five(first: int, packet_id: bytes, properties: bytes, rest: bytes = b"") -> bytes:
    """A packet of MQTT 5 with properties written by hand."""
    return frame(first, packet_id + variable(len(properties)) + properties + rest)


def pair(name: str, value: str) -> bytes:
    """A user property."""
    return b"\x26" + blob(name.encode()) + blob(value.encode())
