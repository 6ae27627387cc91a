"""What the tests of MQTT 5 have in common: a desk with small limits, and what is said at most of them."""

from __future__ import annotations

from typing import Any

import msgspec

from homeward.mqtt.broker import Limits
from homeward.mqtt.decode import decode
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import ConnAck, Connect, Disconnect
from homeward.mqtt.properties import Properties
from tests.mqtt.conformance.desk import Desk, Line, octets

LIMITS = Limits(packet=4096, topic=1024, levels=64, inflight=20, aliases=4)
CONNECT = "10 0e 0004 'MQTT' 05 02 0000 00 0001 'a'"
CONNECTED = "20 0e 00 00 0b 21 0014 27 00001000 22 0004"
"""What a client is told that asks for nothing: 20 messages under way, packets of 4096 bytes, 4 topic aliases."""
RESUMED = "20 0e 01 00 0b 21 0014 27 00001000 22 0004"


def desk(**options: Any) -> Desk:
    """A desk whose limits are those of `CONNECTED`, if not said otherwise."""
    return Desk(**{"limits": LIMITS, **options})


def client(at: Desk, client_id: str = "a", *, clean: bool = True, keep_alive: int = 0, **properties: Any) -> Line:
    """A client that is connected, with these properties of CONNECT."""
    return at.client(client_id, level=5, clean=clean, keep_alive=keep_alive, properties=properties)  # type: ignore[arg-type]


def lasting(at: Desk, client_id: str = "a", *, clean: bool = False, **properties: Any) -> Line:
    """A client whose session outlives its connection by a minute."""
    return client(at, client_id, clean=clean, **{"session_expiry_interval": 60, **properties})


def back(at: Desk, heard: str = "", client_id: str = "a", **properties: Any) -> Line:
    """A client of `lasting` that comes back, and gets exactly this after its CONNACK."""
    line = at.line()
    known: Properties = {"session_expiry_interval": 60, **properties}  # type: ignore[typeddict-item]
    line.send(Connect(client_id, clean=False, level=5, properties=known).encode())
    line.expect(f"{RESUMED} {heard}")
    return line


def subscriber(at: Desk, topic_filter: str, options: int = 0, client_id: str = "listener", **properties: Any) -> Line:
    """A client that is connected and has subscribed."""
    line = client(at, client_id, **properties)
    subscribe(line, topic_filter, options)
    return line


def under_way(at: Desk) -> Line:
    """A client of `lasting` that has got a QoS 2 message, and not said so."""
    line = lasting(at)
    subscribe(line, "t", 2)
    publish(client(at, "b"), "t", "x", 0x34, 9)
    line.expect("34 07 0001 't' 0001 00 'x'")
    return line


def subscribe(line: Line, topic_filter: str, options: int = 0) -> None:
    """Subscribe one filter, for which nothing is retained."""
    line.send(packet(0x82, b"\0\1\0" + text(topic_filter) + bytes((options,))))
    line.expect(f"90 04 0001 00 {options & 3:02x}")


def publish(line: Line, topic: str, payload: str = "", first: int = 0x30, number: int = 0) -> None:
    """Publish without properties. `first` is the first byte of the packet; `number` its identifier, if it has one."""
    identifier = number.to_bytes(2, "big") if number else b""
    line.send(packet(first, text(topic) + identifier + b"\0" + payload.encode()))


def packet(first: int, body: bytes) -> bytes:
    """A packet of less than 16384 bytes."""
    size = len(body)
    length = bytes((size,)) if size < 128 else bytes((size & 127 | 128, size >> 7))
    return bytes((first,)) + length + body


def text(value: str) -> bytes:
    """A string with its length before it."""
    return len(value.encode()).to_bytes(2, "big") + value.encode()


def ends(line: Line, said: str | bytes = b"") -> None:
    """Exactly this has come, but for a reason string, and the broker closes the connection."""
    assert without_words(line.take()).hex(" ") == octets(said).hex(" ")
    assert line.ended


def without_words(data: bytes) -> bytes:
    """Packets without the reason string of a CONNACK or DISCONNECT among them."""
    at, plain = 0, b""
    while found := scan(data, at, len(data)):
        first, body, following = found
        whole = data[at:following]
        if first in (0x20, 0xE0):
            said = decode(first, body, 5)
            assert isinstance(said, ConnAck | Disconnect)
            rest = {name: value for name, value in said.properties.items() if name != "reason_string"}
            whole = msgspec.structs.replace(said, properties=rest).encode(5)
        plain += whole
        at = following
    return plain
