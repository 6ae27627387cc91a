"""A caller on the threshold: a connection that has not yet shown what it speaks."""

from __future__ import annotations

import asyncio
import socket
import ssl
from sys import intern
from typing import Protocol

from homeward.errors import ProtocolError
from homeward.families.base import Peer
from homeward.net.door import Door
from homeward.net.doorlog import DoorLog, Handshake
from homeward.net.hello import ClientHello, parse
from homeward.net.stream import Receiver, Stream

_TLS_HANDSHAKE = 22
_ENOUGH = 16
"""Bytes by which anything spoken here is known."""
_HELLO = 4_096


class Keeper(Protocol):
    """What a caller needs of the doorman."""

    log: DoorLog
    outgoing: int
    """Bytes that may wait for a peer that does not read."""

    def recognise(self, head: bytes, peer: Peer, stream: Stream) -> Receiver | None:
        """Who speaks what begins with these bytes, ready to receive them; None while nobody does."""

    def context(self, door: Door) -> ssl.SSLContext | None:
        """The TLS side of a door, if it has one."""

    def now(self) -> float:
        """The time of day."""

    def entered(self, caller: Caller, stream: Stream) -> None:
        """The caller has a stream now."""

    def left(self, guest: Caller | Stream) -> None:
        """Its connection is over."""


class Caller:
    """Looks at the first bytes: under TLS looks again inside; then hands the stream to who speaks that."""

    __slots__ = ("_deadline", "_head", "_hello", "_keeper", "_loop", "_sock", "_stream", "door", "peer")

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        keeper: Keeper,
        door: Door,
        sock: socket.socket,
        peer: Peer,
        patience: float,
    ) -> None:
        self._loop, self._keeper, self._sock = loop, keeper, sock
        self._deadline = loop.time() + patience
        self._head = b""
        self._hello: ClientHello | None = None
        self._stream: Stream | None = None
        self.door, self.peer = door, peer
        loop.add_reader(sock.fileno(), self._look)

    def receive(self, data: bytes) -> None:
        """Bytes in the clear."""
        self._head += data
        stream = self._stream
        if stream is None:
            return
        if self._hello:
            self.peer = self.peer._replace(tls=_agreed(self._sock))
        if receiver := self._keeper.recognise(self._head, self.peer, stream):
            stream.receiver = receiver
            receiver.receive(self._head)
        elif len(self._head) >= _ENOUGH:
            stream.close(f"nothing here speaks what begins with {self._head[:_ENOUGH].hex()}")

    def drained(self) -> None:
        """Nothing was written to it."""

    def lost(self, reason: str) -> None:
        """It went, or was sent away, before it was known."""
        hello = self._hello
        self._keeper.log.add(
            Handshake(
                at=self._keeper.now(),
                door=self.door.name,
                peer=f"{self.peer.host}:{self.peer.port}",
                protocol="tls" if hello else "",
                verdict=_advice(reason, hello, self.peer.tls, legacy=self.door.spec.legacy),
                tls=self.peer.tls,
                offered=hello.versions if hello else (),
                server_name=hello.server_name if hello else "",
            )
        )

    def expired(self, now: float) -> str:
        """It has said too little for too long."""
        return "nothing by which it could be known, in the time for a handshake" if now > self._deadline else ""

    def abort(self, reason: str) -> None:
        """End it while it is still being looked at."""
        if self._stream:
            self._stream.abort(reason)
            return
        if self._sock.fileno() >= 0:
            self._loop.remove_reader(self._sock.fileno())
        self._sock.close()
        self.lost(reason)
        self._keeper.left(self)

    def _look(self) -> None:
        try:
            first = self._sock.recv(_HELLO, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self.abort(f"connection lost: {error.strerror}")
            return
        if first:
            self._enter(first)
        else:
            self.abort("the peer closed the connection")

    def _enter(self, first: bytes) -> None:
        self._loop.remove_reader(self._sock.fileno())
        if first[0] == _TLS_HANDSHAKE and (context := self._keeper.context(self.door)):
            try:
                self._begin_tls(first, context)
            except OSError as error:
                # It has gone already, and TLS is not begun with the dead.
                self.abort(f"connection lost: {error.strerror or error}")
                return
        self._stream = Stream(self._loop, self._sock, self, self._keeper.left, self._keeper.outgoing)
        self._keeper.entered(self, self._stream)
        self._stream.start()

    def _begin_tls(self, first: bytes, context: ssl.SSLContext) -> None:
        try:
            self._hello = parse(first)
        except ProtocolError:
            # It came in pieces: OpenSSL will wait for the rest, the log goes without.
            self._hello = ClientHello(versions=(), ciphers=())
        self._sock = context.wrap_socket(self._sock, server_side=True, do_handshake_on_connect=False)


def _agreed(sock: socket.socket) -> str:
    cipher = sock.cipher() if isinstance(sock, ssl.SSLSocket) else None
    return intern(f"{cipher[1]} {cipher[0]}") if cipher else ""


def _advice(reason: str, hello: ClientHello | None, agreed: str, *, legacy: bool) -> str:
    """What would mend a TLS handshake that did not come to its end, as far as the offer tells."""
    if hello is None or agreed:
        return reason
    if hello.versions and not legacy and not {"TLS 1.2", "TLS 1.3"} & set(hello.versions):
        return f"{reason}: it offers {', '.join(hello.versions)} at most; a door with tls=legacy takes it"
    return f"{reason}, within the TLS handshake: it may not trust this house's certificate (give it ca.pem) or its name"
