"""Messages over Bluetooth, by which the newest devices are set up: frames around the same JSON.

A frame is `55 aa`, the length of the JSON (u16), the JSON, its CRC-32 (u32), `aa 55`; big-endian. It is cut into as
many characteristic writes as its size wants, so what arrives is a stream.
"""

from __future__ import annotations

from struct import pack
from zlib import crc32

from homeward.families.meross.wire import BadMessage

SERVICE = "0000a00a-0000-1000-8000-00805f9b34fb"
WRITE = "0000b002-0000-1000-8000-00805f9b34fb"
NOTIFY = "0000b003-0000-1000-8000-00805f9b34fb"

_HEAD, _TAIL = b"\x55\xaa", b"\xaa\x55"
_AROUND = 10
"""Bytes of a frame beside its JSON."""


def frame(data: bytes) -> bytes:
    """The frame around a message of up to 65 535 bytes."""
    return _HEAD + pack(">H", len(data)) + data + pack(">I", crc32(data)) + _TAIL


def unframe(stream: bytes) -> tuple[bytes, bytes] | None:
    """The first message of a stream and what follows it; None while it is not whole.

    Raises:
        BadMessage: no frame begins here, or it was damaged on its way.
    """
    if not _HEAD.startswith(stream[:2]):
        raise BadMessage(f"no frame begins with {stream[:2].hex()}")
    size = int.from_bytes(stream[2:4], "big") + _AROUND
    if len(stream) < 4 or len(stream) < size:
        return None
    data, check, tail = stream[4 : size - 6], stream[size - 6 : size - 2], stream[size - 2 : size]
    if tail != _TAIL or check != pack(">I", crc32(data)):
        raise BadMessage("a frame with a wrong checksum or end")
    return data, stream[size:]
