"""The TCP or TLS connection of a client, on asyncio: bytes in, bytes out, and when it is over."""

from __future__ import annotations

import asyncio
import ssl
from typing import Protocol, cast


class User(Protocol):
    """Whose connection it is."""

    def made(self, link: Link) -> None:
        """It stands."""

    def received(self, data: bytes) -> None:
        """Bytes arrived."""

    def blocked(self) -> None:
        """The peer does not read: what is written from here on piles up."""

    def drained(self) -> None:
        """The peer reads again."""

    def lost(self, reason: str) -> None:
        """It is over."""


class Link(asyncio.Protocol):
    """One connection; `backlog` is how many bytes may pile up before its user is told."""

    def __init__(self, user: User, backlog: int) -> None:
        self._user = user
        self._backlog = backlog
        self._transport: asyncio.Transport | None = None

    def write(self, data: bytes) -> None:
        """Send; after it is closed, nothing."""
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def close(self) -> None:
        """Hang up when everything is written."""
        if self._transport:
            self._transport.close()

    def abort(self) -> None:
        """Hang up at once."""
        if self._transport:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The loop's: the connection stands."""
        self._transport = cast(asyncio.Transport, transport)
        self._transport.set_write_buffer_limits(self._backlog)
        self._user.made(self)

    def data_received(self, data: bytes) -> None:
        """The loop's: bytes arrived."""
        self._user.received(data)

    def pause_writing(self) -> None:
        """The loop's: its buffer is full."""
        self._user.blocked()

    def resume_writing(self) -> None:
        """The loop's: its buffer is not full any more."""
        self._user.drained()

    def connection_lost(self, error: Exception | None) -> None:
        """The loop's: it is over."""
        self._transport = None
        self._user.lost(str(error) if error else "the connection was closed")


async def dial(user: User, host: str, port: int, tls: ssl.SSLContext | None, backlog: int) -> None:
    """Connect; raises OSError where that fails."""
    await asyncio.get_running_loop().create_connection(lambda: Link(user, backlog), host, port, ssl=tls)
