"""A TCP connection, plain or TLS, on the loop's readiness.

The loop's own transports are not used: with `asyncio`, TLS costs 284 kB a connection, with uvloop 48, and with a
non-blocking `SSLSocket` 15; a plain connection costs the same CPU and a third less memory this way.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import Protocol

import structlog

_log = structlog.get_logger("homeward.net")
_CHUNK = 16_384
"""Bytes read at once: a TLS record, and a buffer that is cheap to have for a message of some hundred bytes."""


class Receiver(Protocol):
    """Whoever the bytes of a stream are for."""

    def receive(self, data: bytes) -> None:
        """Bytes arrived."""

    def drained(self) -> None:
        """All that waited for the peer to read has been written."""

    def lost(self, reason: str) -> None:
        """The stream is over; called once."""

    def expired(self, now: float) -> str:
        """Why the stream is to be given up for silence at this time of the loop; empty while it is not."""


class Writable(Protocol):
    """A connection as a receiver writes to it."""

    @property
    def framing(self) -> str:
        """What lies between TCP or TLS and what is written, in a word; empty: nothing."""

    @property
    def unwritten(self) -> int:
        """Bytes that wait for the peer to read."""

    def send(self, data: bytes) -> None:
        """Send bytes. After `close` they go nowhere."""

    def close(self, reason: str) -> None:
        """End it when all that was written has left."""


class Stream:
    """Writes what it can at once and the rest when the peer reads; says `lost` once to its receiver.

    A peer to whom something is sent while more than `most` bytes wait for it does not read, and is given up.
    A TLS socket may be given before its handshake: that happens as the first bytes are read.
    """

    __slots__ = (
        "_closing",
        "_ended",
        "_fd",
        "_loop",
        "_most",
        "_reason",
        "_unwritten",
        "_writing",
        "receiver",
        "sock",
    )

    framing = ""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        sock: socket.socket,
        receiver: Receiver,
        ended: Callable[[Stream], None],
        most: int,
    ) -> None:
        self._loop = loop
        self._ended = ended
        self._most = most
        self._fd = sock.fileno()
        self._unwritten = b""
        self._writing = False
        self._closing = False
        self._reason = ""
        self.sock = sock
        self.receiver = receiver

    @property
    def closed(self) -> bool:
        """Whether it is over, or will be when all is written."""
        return self._closing or self._fd < 0

    @property
    def unwritten(self) -> int:
        """Bytes that wait for the peer to read."""
        return len(self._unwritten)

    def expired(self, now: float) -> str:
        """Why it is to be given up for silence at this time of the loop; empty while it is not."""
        return self.receiver.expired(now)

    def start(self) -> None:
        """Begin to read."""
        self._loop.add_reader(self._fd, self._readable)

    def send(self, data: bytes) -> None:
        """Send bytes. After `close` they go nowhere."""
        if self._closing or self._fd < 0:
            return
        if not self._unwritten:
            self._put(data)
        elif len(self._unwritten) > self._most:
            self._loop.call_soon(self.abort, f"it does not read: {len(self._unwritten)} bytes were waiting for it")
        else:
            self._unwritten += data

    def close(self, reason: str) -> None:
        """End it when all that was written has left."""
        if not self.closed:
            self._reason = reason
            self._closing = True
            if not self._unwritten:
                self.abort(reason)

    def abort(self, reason: str) -> None:
        """End it now."""
        if self._fd < 0:
            return
        self._loop.remove_reader(self._fd)
        self._loop.remove_writer(self._fd)
        self._fd = -1
        self._unwritten = b""
        _hang_up(self.sock)
        try:
            self.receiver.lost(reason)
        except Exception:  # noqa: BLE001 - as with what it received
            _log.exception("conversation failed at its end")
        self._ended(self)

    def _readable(self) -> None:
        """Read once. What is left wakes the loop again, so that a flood from one peer leaves the others their turn."""
        if self._fd < 0:
            return
        try:
            data = self.sock.recv(_CHUNK)
        except (BlockingIOError, InterruptedError, ssl.SSLWantReadError):
            return
        except ssl.SSLWantWriteError:
            self._want_write()
            return
        except OSError as error:
            self.abort(_why(error))
            return
        if not data:
            self.abort(self._reason or "the peer closed the connection")
        elif not self._closing:
            self._deliver(data)

    def _deliver(self, data: bytes) -> None:
        try:
            self.receiver.receive(data)
        except Exception:  # noqa: BLE001 - whatever goes wrong in one conversation hurts no other
            _log.exception("conversation failed")
            self.abort("an error of our own, which is in the log")
        if self._fd >= 0 and isinstance(self.sock, ssl.SSLSocket) and self.sock.pending():
            self._loop.call_soon(self._readable)  # TLS may hold bytes that the loop cannot see

    def _put(self, data: bytes) -> None:
        try:
            sent = self.sock.send(data)
        except (BlockingIOError, InterruptedError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            sent = 0
        except OSError as error:
            # Who writes may not expect to hear `lost` before `send` returns.
            self._loop.call_soon(self.abort, _why(error))
            return
        if sent < len(data):
            self._unwritten = data[sent:]
            self._want_write()

    def _want_write(self) -> None:
        if not self._writing:
            self._writing = True
            self._loop.add_writer(self._fd, self._writable)

    def _writable(self) -> None:
        data, self._unwritten = self._unwritten, b""
        if data:
            self._put(data)
        if self._fd < 0 or self._unwritten:
            return
        self._writing = False
        self._loop.remove_writer(self._fd)
        if self._closing:
            self.abort(self._reason)
        elif data:
            self.receiver.drained()


def _why(error: OSError) -> str:
    return f"connection lost: {error.strerror or error}"


def _hang_up(sock: socket.socket) -> None:
    if isinstance(sock, ssl.SSLSocket):
        with contextlib.suppress(OSError, ValueError):
            sock.unwrap()  # the goodbye of TLS is a courtesy; nobody waits for its answer
    sock.close()
