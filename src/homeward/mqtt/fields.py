"""The data of which MQTT packets are made [1.5; 5: 1.5]: numbers, strings, binary data; read and written."""

from __future__ import annotations

from struct import Struct as Layout

from homeward.mqtt.reasons import MalformedPacket

LARGEST = 268_435_455
"""The largest variable byte integer, and so the most bytes that may follow a packet's fixed header."""
_U16 = Layout(">H").pack


def number(value: int) -> bytes:
    """Two bytes."""
    return _U16(value)


def blob(data: bytes) -> bytes:
    """Binary data with its length before it.

    Raises:
        ValueError: it is longer than MQTT can say.
    """
    if len(data) > 65_535:
        raise ValueError(f"a field of an MQTT packet holds at most 65535 bytes, not {len(data)}")
    return _U16(len(data)) + data


def text(value: str) -> bytes:
    """A string; raises as `blob`."""
    return blob(value.encode())


def variable(value: int) -> bytes:
    """A variable byte integer.

    Raises:
        ValueError: it is larger than four bytes can say.
    """
    if value < 128:
        return bytes((value,))
    if value > LARGEST:
        raise ValueError(f"MQTT can say at most {LARGEST} here, not {value}")
    digits = bytearray()
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    digits.append(value)
    return bytes(digits)


class Fields:
    """Reads a body from its front; every read is checked against what is left, and raises `MalformedPacket`."""

    __slots__ = ("_at", "_body")

    def __init__(self, body: bytes, at: int = 0) -> None:
        self._body = body
        self._at = at

    def left(self) -> int:
        """Bytes not read yet."""
        return len(self._body) - self._at

    def take(self, count: int) -> bytes:
        """So many bytes."""
        end = self._at + count
        if end > len(self._body):
            raise MalformedPacket(f"a field of {count} bytes where {self.left()} are left")
        taken = self._body[self._at : end]
        self._at = end
        return taken

    def rest(self) -> bytes:
        """All that is left."""
        return self.take(self.left())

    def byte(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def number(self, width: int = 2) -> int:
        """A number of so many bytes."""
        return int.from_bytes(self.take(width), "big")

    def packet_id(self) -> int:
        """A packet identifier, which is never 0 [2.3.1]."""
        if number := self.number():
            return number
        raise MalformedPacket("packet identifier 0")

    def variable(self) -> int:
        """A variable byte integer, in as few bytes as it needs [5: 1.5.5]."""
        value = 0
        for shift in (0, 7, 14, 21):
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                if shift and not byte:
                    raise MalformedPacket("a variable byte integer of more bytes than it needs")
                return value
        raise MalformedPacket("a variable byte integer of more than four bytes")

    def blob(self) -> bytes:
        """Binary data."""
        return self.take(self.number())

    def text(self) -> str:
        """A string of UTF-8 without U+0000 [1.5.3]."""
        try:
            value = self.blob().decode()
        except UnicodeDecodeError as error:
            raise MalformedPacket(f"not UTF-8: {error.reason}") from None
        if "\0" in value:
            raise MalformedPacket("a string with U+0000")
        return value
