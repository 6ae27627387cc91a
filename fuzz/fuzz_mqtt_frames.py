"""MQTT frames: a stream is cut at the same places wherever it is torn, and never asks to hold more than the limit."""

from __future__ import annotations

from homeward.mqtt.frames import Remainder, scan
from homeward.mqtt.reasons import MalformedPacket

LIMIT = 1_000
_HEAD = 5
"""Bytes of a packet before its body, at most."""


def target(data: bytes) -> None:
    """A stream; its first byte says of how many bytes its crumbs are."""
    crumb, stream = 1 + data[0] if data else 1, data[1:]
    whole: list[tuple[int, bytes]] = []
    rest = _cut(stream, whole)
    torn: list[tuple[int, bytes]] = []
    held: Remainder | None = None
    for at in range(0, len(stream), crumb):
        part: bytes | None = stream[at : at + crumb]
        if held:
            part = held.add(stream[at : at + crumb])
        if part is None:
            continue
        left = _cut(part, torn)
        if left is None:
            break
        assert len(left) <= LIMIT + _HEAD
        held = Remainder(left) if left else None
    assert torn == whole
    assert rest is None or len(rest) <= LIMIT + _HEAD


def _cut(stream: bytes, found: list[tuple[int, bytes]]) -> bytes | None:
    """Add the packets that are whole; what is left, None after one that is malformed."""
    at = 0
    try:
        while frame := scan(stream, at, LIMIT):
            first, body, at = frame
            assert len(body) <= LIMIT
            found.append((first, body))
    except MalformedPacket:
        return None
    return stream[at:]
