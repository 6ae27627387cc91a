"""Where one MQTT packet ends and the next begins [2.2]."""

from __future__ import annotations

from homeward.mqtt.packets import MalformedPacket


def scan(buffer: bytes, at: int, limit: int) -> tuple[int, bytes, int] | None:
    """The packet that begins at `at`: its first byte, its body, and where the next begins; None while it is not whole.

    Raises:
        MalformedPacket: the remaining length is not one, or exceeds `limit` (which is known before the body is here).
    """
    try:
        length = buffer[at + 1]
        start = at + 2
        if length > 127:
            length, start = length & 127 | buffer[start] << 7, start + 1
            if length > 16_383:
                length, start = _long(buffer, start, length & 16_383)
    except IndexError:
        return None
    if length > limit:
        raise MalformedPacket(f"a packet of {length} bytes, where at most {limit} are taken")
    end = start + length
    if end > len(buffer):
        return None
    return buffer[at], buffer[start:end], end


def _long(buffer: bytes, start: int, length: int) -> tuple[int, int]:
    for shift in (14, 21):
        byte = buffer[start]
        start += 1
        length |= (byte & 127) << shift
        if byte < 128:
            return length, start
    raise MalformedPacket("a remaining length of more than four bytes")
