"""The doorman: opens the doors, keeps the limits, and knows who is inside."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
from collections import Counter
from collections.abc import Callable, Mapping

import structlog

from homeward.clock import Clock
from homeward.families.base import Peer
from homeward.net.caller import Caller
from homeward.net.door import Door, DoorSpec
from homeward.net.doorlog import DoorLog
from homeward.net.stream import Receiver, Stream
from homeward.settings import Limits

_log = structlog.get_logger("homeward.door")
_SWEEP = 1.0
_OWN_FILES = 200
"""Descriptors kept for everything that is not a device's connection."""

Recognise = Callable[[bytes, Peer, Stream], Receiver | None]


class Doorman:
    """Every TCP connection passes here once on its way in and once on its way out."""

    def __init__(
        self,
        *,
        clock: Clock,
        limits: Limits,
        contexts: Mapping[bool, ssl.SSLContext],
        recognise: Recognise,
        log: DoorLog,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._limits = limits
        self._most = min(limits.connections, _descriptors() - _OWN_FILES)
        self._contexts = contexts
        self._inside: dict[Caller | Stream, str] = {}
        self._addresses: Counter[str] = Counter()
        self._sweeper = self._loop.call_later(_SWEEP, self._sweep)
        self.now = clock.now
        self.outgoing = limits.outgoing
        self.recognise = recognise
        self.log = log
        self.doors: list[Door] = []

    def open(self, spec: DoorSpec) -> None:
        """Open a door.

        Raises:
            DoorClosed: the system does not allow it.
        """
        self.doors.append(Door(self._loop, spec, self._welcome))

    def close(self) -> None:
        """Shut all doors and send everyone home."""
        self._sweeper.cancel()
        for door in self.doors:
            door.close()
        for guest in list(self._inside):
            _send_home(guest, "Homeward is going down")

    def connections(self) -> int:
        """How many are inside or on the threshold."""
        return len(self._inside)

    def context(self, door: Door) -> ssl.SSLContext | None:
        """The TLS side of a door, if it has one."""
        return self._contexts.get(door.spec.legacy)

    def entered(self, caller: Caller, stream: Stream) -> None:
        """A caller has become a stream."""
        self._inside[stream] = self._inside.pop(caller)

    def left(self, guest: Caller | Stream) -> None:
        """A connection is over."""
        host = self._inside.pop(guest)
        self._addresses[host] -= 1
        if not self._addresses[host]:
            del self._addresses[host]

    def _welcome(self, door: Door, sock: socket.socket, host: str, port: int) -> None:
        if full := self._full(host):
            _log.warning("turned away", door=door.name, peer=host, reason=full)
            sock.close()
            return
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer = Peer(host, port, door.name)
        self._inside[Caller(self._loop, self, door, sock, peer, self._limits.handshake)] = host
        self._addresses[host] += 1

    def _full(self, host: str) -> str:
        if self.connections() >= self._most:
            return f"{self._most} connections are all there may be"
        if self._addresses[host] >= self._limits.connections_per_address:
            return f"{host} has {self._addresses[host]} connections, as many as one address may have"
        return ""

    def _sweep(self) -> None:
        self._sweeper = self._loop.call_later(_SWEEP, self._sweep)
        now = self._loop.time()
        for guest, reason in [(guest, reason) for guest in self._inside if (reason := guest.expired(now))]:
            _send_home(guest, reason)


def _send_home(guest: Caller | Stream, reason: str) -> None:
    try:
        guest.abort(reason)
    except Exception:  # noqa: BLE001 - one that cannot be ended is not to keep the others
        _log.exception("a connection could not be ended")


def _descriptors() -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard
