"""Doors: the addresses at which the house listens. Whatever is spoken here may arrive at any of them."""

from __future__ import annotations

import asyncio
import errno
import re
import socket
from collections.abc import Callable

import msgspec
import structlog

from homeward.errors import HomewardError, SettingsError

_log = structlog.get_logger("homeward.door")
_SPEC = re.compile(
    r"(?:(?P<kind>tcp|udp):)?(?:(?P<host>\[[0-9a-fA-F:.]+\]|[^:,\[\]]+):)?(?P<port>\d{1,5})(?P<legacy>,tls=legacy)?"
)
_BACKLOG = 1_024
_ACCEPTS = 64
"""Connections accepted a wake-up, so that a storm leaves those who are inside their turn."""


class DoorClosed(HomewardError):
    """A door cannot be opened; the message says which and why."""

    code = "door_closed"

    def __init__(self, spec: DoorSpec, reason: str, *, hint: str = "") -> None:
        super().__init__(f"door {spec} cannot be opened: {reason}", hint=hint)
        self.spec = spec


class DoorSpec(msgspec.Struct, frozen=True):
    """Where to listen, and how forgiving TLS is there."""

    port: int
    host: str = "0.0.0.0"  # noqa: S104 - devices come from anywhere in the house
    kind: str = "tcp"
    legacy: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}:{host}:{self.port}" + (",tls=legacy" if self.legacy else "")


def parse(text: str) -> DoorSpec:
    """The spec in `[tcp:|udp:][HOST:]PORT[,tls=legacy]`.

    Raises:
        SettingsError: it is none.
    """
    found = _SPEC.fullmatch(text.strip())
    if not found or int(found["port"]) > 65_535:
        raise SettingsError(f"{text!r} is no door", hint="A door is [tcp:|udp:][HOST:]PORT[,tls=legacy], such as 8883.")
    kind, host = found["kind"] or "tcp", (found["host"] or "0.0.0.0").strip("[]")  # noqa: S104
    return DoorSpec(int(found["port"]), host, kind, legacy=bool(found["legacy"]))


def bind(spec: DoorSpec) -> socket.socket:
    """A non-blocking socket bound to the door; a TCP one listens.

    Raises:
        DoorClosed: the system does not allow it.
    """
    family = socket.AF_INET6 if ":" in spec.host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM if spec.kind == "tcp" else socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        if spec.kind == "tcp":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((spec.host, spec.port))
        if spec.kind == "tcp":
            sock.listen(_BACKLOG)
    except OSError as error:
        sock.close()
        raise DoorClosed(spec, error.strerror or str(error), hint=_hint(error, spec)) from error
    return sock


def _hint(error: OSError, spec: DoorSpec) -> str:
    return {
        errno.EACCES: f"Ports below 1024 need CAP_NET_BIND_SERVICE; or open {spec.port + 8000} and redirect to it.",
        errno.EADDRINUSE: f"Another program has it: `ss -lnp 'sport = :{spec.port}'` names it.",
        errno.EADDRNOTAVAIL: f"{spec.host} is not an address of this machine.",
    }.get(error.errno or 0, "")


class Door:
    """A TCP door that is open: gives each connection to `welcome`."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        spec: DoorSpec,
        welcome: Callable[[Door, socket.socket, str, int], None],
    ) -> None:
        self._loop = loop
        self._welcome = welcome
        self._sock = bind(spec)
        self.spec = msgspec.structs.replace(spec, port=self._sock.getsockname()[1])
        self.name = str(self.spec)
        loop.add_reader(self._sock.fileno(), self._accept)

    def close(self) -> None:
        """Accept no more."""
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock.fileno())
            self._sock.close()

    def _accept(self) -> None:
        for _ in range(_ACCEPTS):
            try:
                sock, address = self._sock.accept()
            except BlockingIOError:
                return
            except OSError as error:
                self._rest(error)
                return
            sock.setblocking(False)
            self._welcome(self, sock, address[0], address[1])

    def _rest(self, error: OSError) -> None:
        """Out of descriptors, most likely: accepting again at once would spin."""
        _log.error("cannot accept", door=self.name, error=error.strerror)
        self._loop.remove_reader(self._sock.fileno())
        self._loop.call_later(1.0, self._resume)

    def _resume(self) -> None:
        if self._sock.fileno() >= 0:
            self._loop.add_reader(self._sock.fileno(), self._accept)
