"""What all drivers share: the hub they report to, the broker, the clock, and the count of what was odd."""

from __future__ import annotations

import asyncio
from collections import Counter

import structlog

from homeward.clock import Clock
from homeward.families.base import Note, Peer
from homeward.hub.hub import Hub
from homeward.mqtt import broker
from homeward.net.doorlog import DoorLog
from homeward.settings import Limits

_log = structlog.get_logger("homeward.net")


class Household:
    """Made once a process, on its loop."""

    def __init__(self, *, hub: Hub, clock: Clock, limits: Limits, log: DoorLog) -> None:
        self.loop = asyncio.get_running_loop()
        self.hub = hub
        self.clock = clock
        self.limits = limits
        self.log = log
        self.broker = broker.Broker(
            broker.Limits(limits.frame, limits.topic, limits.subscriptions, limits.inflight, limits.outgoing),
            stir=self._stir,
        )
        self.notes: Counter[tuple[str, str]] = Counter()
        """How often each family noted what."""

    def note(self, family: str, note: Note, peer: Peer) -> None:
        """Count and log something odd."""
        self.notes[family, note.what] += 1
        _log.info(note.what, family=family, peer=f"{peer.host}:{peer.port}", detail=note.detail)

    def _stir(self) -> None:
        self.loop.call_soon(self.broker.flush)
