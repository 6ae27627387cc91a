"""MQTT packets: nothing but MalformedPacket comes out, and what is decoded is encoded to what decodes the same."""

from __future__ import annotations

from homeward.mqtt.decode import decode
from homeward.mqtt.frames import scan
from homeward.mqtt.reasons import MalformedPacket


def target(data: bytes) -> None:
    """A byte that says the protocol level, the first byte of a packet, then its body."""
    level, first = 3 + data[:1][0] % 3 if data else 4, data[1] if len(data) > 1 else 0
    try:
        packet = decode(first, data[2:], level)
    except MalformedPacket:
        return
    level = getattr(packet, "level", level)
    again = scan(packet.encode(level), 0, 268_435_455)
    assert again is not None
    assert decode(again[0], again[1], level) == packet
