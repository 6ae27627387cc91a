"""MQTT frames: a stream is cut at the same places wherever it is torn, and never asks to hold more than the limit."""

from __future__ import annotations

from homeward.mqtt.frames import scan
from homeward.mqtt.packets import MalformedPacket

LIMIT = 1_000


def target(data: bytes) -> None:
    """A stream; its first byte says after how many bytes it is torn."""
    tear, stream = data[0] if data else 0, data[1:]
    whole, torn = _cut(stream), _cut(stream[:tear])
    assert whole[: len(torn)] == torn


def _cut(stream: bytes) -> list[tuple[int, bytes]]:
    at, found = 0, []
    try:
        while frame := scan(stream, at, LIMIT):
            first, body, at = frame
            assert len(body) <= LIMIT
            found.append((first, body))
    except MalformedPacket:
        pass
    return found
