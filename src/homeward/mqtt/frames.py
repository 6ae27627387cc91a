"""Where one MQTT packet ends and the next begins [2.2]."""

from __future__ import annotations

from homeward.mqtt.reasons import MalformedPacket, Reason


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
        raise MalformedPacket(f"a packet of {length} bytes, where at most {limit} are taken", Reason.PACKET_TOO_LARGE)
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


class Remainder:
    """The beginning of a packet that is not whole yet. Putting it together costs no more for coming in crumbs."""

    __slots__ = ("_bytes", "_wanted")

    def __init__(self, data: bytes) -> None:
        self._bytes = bytearray(data)
        self._wanted = _size(self._bytes)

    def add(self, data: bytes) -> bytes | None:
        """All that is here, with these bytes, once a packet may be whole, or its length is known and may be too much.

        What is given is to be scanned; what is left of it then is a new remainder.
        """
        self._bytes += data
        return bytes(self._bytes) if len(self._bytes) >= self._wanted else None


def _size(start: bytearray) -> int:
    """How many bytes the packet has that begins like this; while its length is not whole, one more than are here."""
    length = 0
    for index, byte in enumerate(start[1:5]):
        length |= (byte & 127) << 7 * index
        if byte < 128:
            return 2 + index + length
    return len(start) + 1 if len(start) < 5 else 5
