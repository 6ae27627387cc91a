"""The door log: who called, by which door, how it went. A person reads it to find one wrong certificate or key."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import msgspec
import structlog

_log = structlog.get_logger("homeward.door")
_KEPT = 500


class Handshake(msgspec.Struct, frozen=True, omit_defaults=True):
    """One connection's beginning. `verdict` is for people: `ok`, or what was wrong and what would mend it."""

    at: float
    door: str
    peer: str
    protocol: str
    """What the caller spoke: `mqtt`, `http`, a family's name; `tls` when it got no further; empty: nothing known."""
    verdict: str
    client: str = ""
    """The MQTT client id."""
    tls: str = ""
    """Version and cipher agreed on."""
    offered: tuple[str, ...] = ()
    """The TLS versions the caller offered."""
    server_name: str = ""
    """The name it asked for (SNI)."""


class DoorLog:
    """Keeps the last five hundred, newest last, and logs each."""

    def __init__(self) -> None:
        self._kept: deque[Handshake] = deque(maxlen=_KEPT)

    def add(self, handshake: Handshake) -> None:
        """Keep one."""
        self._kept.append(handshake)
        _log.info("handshake", **msgspec.to_builtins(handshake))

    def __call__(self) -> Sequence[Handshake]:
        """All that are kept, newest last."""
        return tuple(self._kept)
