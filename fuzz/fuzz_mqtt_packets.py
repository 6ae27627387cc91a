"""MQTT packets: nothing but MalformedPacket comes out, and what is decoded is encoded to what decodes the same."""

from __future__ import annotations

from homeward.mqtt.frames import scan
from homeward.mqtt.packets import MalformedPacket, decode


def target(data: bytes) -> None:
    """The first byte of a packet, then its body."""
    try:
        packet = decode(data[0] if data else 0, data[1:])
    except MalformedPacket:
        return
    again = scan(packet.encode(), 0, 268_435_455)
    assert again is not None
    assert decode(again[0], again[1]) == packet
