"""What all drivers share: the hub they report to, the brokers, the clock, and the count of what was odd."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Protocol

import msgspec
import structlog

from homeward.clock import Clock
from homeward.errors import StorageError
from homeward.families.base import Note, Peer
from homeward.hub.hub import Hub
from homeward.mqtt import broker
from homeward.mqtt.broker import Broker
from homeward.net.doorlog import DoorLog
from homeward.net.people import People
from homeward.net.vault import FactVault
from homeward.settings import Limits, Settings

PEOPLE = "people"
"""The realm of clients that belong to no family: Home Assistant, and whatever else its owner has."""
_SWEEP = 1.0
"""Seconds between two looks at what the brokers are to do when its time has come."""
_log = structlog.get_logger("homeward.net")


class Flushed(Protocol):
    """Whoever has something to be written."""

    def flush(self) -> None:
        """Write it."""


class Household:
    """Made once a process, on its loop, when all families are in.

    `brokers` are those of the families by name, and that of `PEOPLE`: each vendor has a cloud of its own, and here too
    the clients of one hear nothing of another's.

    Raises:
        StorageError: what a broker kept cannot be read.
    """

    def __init__(self, *, hub: Hub, clock: Clock, settings: Settings, log: DoorLog) -> None:
        self.loop = asyncio.get_running_loop()
        self.hub = hub
        self.clock = clock
        self.limits = limits = settings.limits
        self.origins = settings.mqtt.origins
        self.log = log
        self.mqtt_limits = _mqtt(limits)
        self.brokers = {realm: self._broker(realm) for realm in (*hub.families, PEOPLE)}
        self.people = People(hub, self.brokers[PEOPLE], settings.mqtt, failures=limits.sign_in_failures)
        self.notes: Counter[tuple[str, str]] = Counter()
        """How often each family noted what."""
        self._dirty: list[Flushed] = []
        self._sweeper = clock.call_later(_SWEEP, self._sweep)

    def note(self, family: str, note: Note, peer: Peer) -> None:
        """Count and log something odd."""
        self.notes[family, note.what] += 1
        _log.info(note.what, family=family, peer=f"{peer.host}:{peer.port}", detail=note.detail)

    def stir(self, receiver: Flushed) -> None:
        """Have it flushed at the end of this turn, with all others: what a turn has for a peer leaves in one write."""
        if not self._dirty:
            self.loop.call_soon(self._flush)
        self._dirty.append(receiver)

    def close(self) -> None:
        """Tell the clients of all brokers that the house goes down."""
        self._sweeper.cancel()
        for each in self.brokers.values():
            each.close()
        self._flush()

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, []
        for receiver in dirty:
            try:
                receiver.flush()
            except Exception:  # noqa: BLE001 - whoever else has something to be written is not to wait for ever
                _log.exception("writing failed")

    def _sweep(self) -> None:
        self._sweeper = self.clock.call_later(_SWEEP, self._sweep)
        for each in self.brokers.values():
            each.sweep()

    def _broker(self, realm: str) -> Broker:
        vault = FactVault(self.hub, realm)
        made = Broker(self.mqtt_limits, self.clock.now, vault)
        try:
            made.restore(vault.items())
        except (msgspec.MsgspecError, ValueError) as error:
            hint = "Restore a backup."
            raise StorageError(f"what the MQTT broker of {realm} kept cannot be read: {error}", hint=hint) from error
        return made


def _mqtt(limits: Limits) -> broker.Limits:
    return broker.Limits(
        packet=limits.frame,
        topic=limits.topic,
        levels=limits.topic_levels,
        subscriptions=limits.subscriptions,
        inflight=limits.inflight,
        queued=limits.queued,
        burst=min(limits.outgoing, broker.Limits().burst),
        aliases=limits.topic_aliases,
        sessions=limits.sessions,
        retained=limits.retained,
    )
