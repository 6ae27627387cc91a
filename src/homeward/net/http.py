"""The HTTP driver: requests read whole with httptools, answered one after another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from http import HTTPStatus

import httptools
import structlog

from homeward.errors import HomewardError, ProtocolError
from homeward.families.base import Peer, Reply, Request
from homeward.net.stream import Stream
from homeward.settings import Limits
from homeward.store.base import Batch

VERBS = tuple(f"{verb} ".encode() for verb in ("GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"))
"""How an HTTP connection begins."""
_log = structlog.get_logger("homeward.net")
_HEADERS = 32_768
"""Bytes of a request's target and headers."""
_AHEAD = 16
"""Requests that may be read ahead of their replies."""
_FAILED = Reply(500, b'{"code":"failed"}')
BAD_REQUEST = Reply(400, b'{"code":"bad_request"}')

Ask = Callable[[Request], tuple[Reply, Batch | None]]
"""Who answers a request; the reply leaves when the batch is committed."""
Upgrade = Callable[[Request], Callable[[bytes], None] | None]
"""Who takes over the stream from a request that asks for another protocol, with what came after it; None: nobody."""


class HttpReceiver:
    """Receives from a stream; replies leave in the order of their requests, each when its effects are stored."""

    __slots__ = (
        "_ask",
        "_body",
        "_deadline",
        "_final",
        "_headers",
        "_limits",
        "_now",
        "_parser",
        "_peer",
        "_queue",
        "_room",
        "_stream",
        "_successor",
        "_upgrade",
        "_url",
    )

    def __init__(
        self,
        now: Callable[[], float],
        limits: Limits,
        stream: Stream,
        peer: Peer,
        ask: Ask,
        upgrade: Upgrade = lambda request: None,
    ) -> None:
        self._now = now
        self._limits = limits
        self._stream = stream
        self._peer = peer
        self._ask = ask
        self._upgrade = upgrade
        self._successor: Callable[[bytes], None] | None = None
        self._parser = httptools.HttpRequestParser(self)
        self._queue: deque[tuple[Request, bool]] = deque()
        self._final: tuple[Reply | None, str] | None = None
        self.on_message_begin()

    def receive(self, data: bytes) -> None:
        """Bytes arrived."""
        if self._final:
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._switch(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            cause = error.__context__ if isinstance(error.__context__, HomewardError) else error
            self._end_with(BAD_REQUEST, f"bad HTTP request: {cause}")

    def drained(self) -> None:
        """The peer reads; nothing waits for that."""

    def lost(self, reason: str) -> None:
        """The stream is over."""
        self._queue.clear()

    def expired(self, now: float) -> str:
        """Idle for too long, or with a request that comes to no end or no reply."""
        return "no whole HTTP request, or no reply to one, in its time" if now > self._deadline else ""

    # What httptools calls.

    def on_message_begin(self) -> None:
        """A request begins."""
        self._deadline = self._now() + self._limits.handshake
        self._url = b""
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._room = [_HEADERS, self._limits.http_body]

    def on_url(self, url: bytes) -> None:
        """A piece of its target."""
        self._take(0, url)
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One of its headers; those of the same name are one list (RFC 9110, 5.3)."""
        self._take(0, name + value)
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_body(self, body: bytes) -> None:
        """A piece of its body."""
        self._take(1, body)
        self._body += body

    def on_message_complete(self) -> None:
        """It is whole."""
        url = httptools.parse_url(self._url)
        request = Request(
            method=self._parser.get_method().decode("latin-1"),
            path=(url.path or b"/").decode("latin-1"),
            query=(url.query or b"").decode("latin-1"),
            headers=self._headers,
            body=bytes(self._body),
            peer=self._peer,
        )
        if self._parser.should_upgrade() and not self._queue and (successor := self._upgrade(request)):
            self._successor = successor
            return
        if len(self._queue) >= _AHEAD:
            raise ProtocolError(f"more than {_AHEAD} requests ahead of their replies")
        self._queue.append((request, self._parser.should_keep_alive()))
        if len(self._queue) == 1:
            self._answer()

    def _switch(self, rest: bytes) -> None:
        """Everything after the request that asked for it is for its successor, if it has one."""
        if self._successor:
            self._successor(rest)
        else:
            self._end_with(None, "the HTTP request asked for an upgrade, which is not offered")

    def _take(self, kind: int, piece: bytes) -> None:
        self._room[kind] -= len(piece)
        if self._room[kind] < 0:
            raise ProtocolError(("target and headers are", "body is")[kind] + " larger than the limit")

    def _answer(self) -> None:
        request, keep = self._queue[0]
        try:
            reply, batch = self._ask(request)
        except Exception:  # noqa: BLE001 - this may be called when another's commit is done, who is not to suffer for it
            _log.exception("request failed", path=request.path)
            reply, batch, keep = _FAILED, None, False
        if reply.raw is None:
            data = _encode(reply, keep=keep, body=request.method != "HEAD")
        else:
            data, keep = reply.raw, False
        if batch is not None:
            batch.then(lambda: self._reply(data, keep=keep))
        else:
            self._reply(data, keep=keep)

    def _reply(self, data: bytes, *, keep: bool) -> None:
        self._stream.send(data)
        self._deadline = self._now() + self._limits.http_idle
        if self._queue:
            self._queue.popleft()
        if not keep:
            self._stream.close("the HTTP request asked for it")
        elif self._queue:
            self._answer()
        elif self._final:
            self._finish(*self._final)

    def _end_with(self, reply: Reply | None, reason: str) -> None:
        """Take nothing more, and hang up when all that was asked before has been answered."""
        self._final = reply, reason
        if not self._queue:
            self._finish(reply, reason)

    def _finish(self, reply: Reply | None, reason: str) -> None:
        if reply:
            self._stream.send(_encode(reply, keep=False))
        self._stream.close(reason)


def _encode(reply: Reply, *, keep: bool, body: bool = True) -> bytes:
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    lines += [f"Content-Type: {reply.content_type}", f"Content-Length: {len(reply.body)}"]
    lines += [] if keep else ["Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (reply.body if body else b"")
