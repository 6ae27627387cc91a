"""The web's own listener: uvicorn, in-process, on the running loop."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from homeward.errors import SettingsError
from homeward.settings import Limits

_log = structlog.get_logger("homeward.web")
_WILDCARDS = {"", "0.0.0.0", "::"}  # noqa: S104 - what they mean, not a default
_GRACE = 2
"""Seconds that requests under way have left when the server stops."""


class Server:
    """Serves an ASGI application from `start` until `stop`. `port` 0 takes a free one."""

    def __init__(self, app: ASGIApp, address: str, port: int, limits: Limits) -> None:
        self.address = address
        self.port = port
        self._uvicorn = _Uvicorn(_config(app, limits))
        self._listener: socket.socket | None = None
        self._serving: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it is reached from this machine."""
        return self.url_for("127.0.0.1")

    def url_for(self, name: str) -> str:
        """Where it is reached by a name of this machine, if it listens on all of the machine's addresses."""
        host = name if self.address in _WILDCARDS else self.address
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def bind(self) -> None:
        """Take the address and port; who calls from now on is served after `start`. `url` is right from here on.

        Raises:
            SettingsError: they cannot be had.
        """
        self._listener = _bind(self.address, self.port)
        self.port = self._listener.getsockname()[1]

    async def start(self) -> None:
        """Serve; `bind` first if that was not done.

        Raises:
            SettingsError: as `bind`.
        """
        if not self._listener:
            self.bind()
        serving = self._uvicorn.serve([self._listener] if self._listener else None)
        self._serving = asyncio.create_task(serving)  # noqa: TID251 - `stop` ends and awaits it
        await self._uvicorn.listening.wait()

    async def stop(self) -> None:
        """Finish what is under way, then listen no more. Stopping twice does nothing."""
        self._uvicorn.should_exit = True
        if self._serving:
            await self._serving
        elif self._listener:
            self._listener.close()
        self._serving = self._listener = None


class _Uvicorn(uvicorn.Server):
    """Uvicorn that says when it listens, and leaves signals to whoever runs the loop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Bounded(HttpToolsProtocol):
    """A connection that must bring each request's head in time and within a size; uvicorn itself sets no bound."""

    limits: Limits
    _timer: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > self.limits.connections:
            self._refuse("too many connections")
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_complete()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._timer:
            self._head += len(data)
            if self._head > self.limits.frame:
                self._refuse("the head of a request is too large")
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        self._expect_head()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._head_complete()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        if not self._timer:
            self._timer = self.loop.call_later(self.limits.handshake, self._refuse, "no request came in time")

    def _head_complete(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer, self._head = None, 0

    def _refuse(self, reason: str) -> None:
        _log.warning("connection closed", reason=reason, peer=self.client)
        self._head_complete()
        self.transport.abort()


def _config(app: ASGIApp, limits: Limits) -> uvicorn.Config:
    _hand_on_logs()
    return uvicorn.Config(
        app,
        http=type("Bounded", (_Bounded,), {"limits": limits}),
        ws="websockets-sansio",
        ws_max_size=limits.frame,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=round(limits.http_idle),
        timeout_graceful_shutdown=_GRACE,
    )


def _bind(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        return socket.create_server((address, port), family=family, dualstack_ipv6=address == "::")
    except OSError as error:
        hint = "Another program may have that port; `--web ADDR:PORT` takes another."
        raise SettingsError(f"web: cannot listen at {address}:{port}: {error.strerror or error}", hint=hint) from error


class _Hand(logging.Handler):
    """Hands uvicorn's records to our own log."""

    def emit(self, record: logging.LogRecord) -> None:
        _log.log(record.levelno, record.getMessage().strip(), exc_info=record.exc_info)


def _hand_on_logs() -> None:
    log = logging.getLogger("uvicorn.error")
    log.handlers, log.propagate = [_Hand()], False
    log.setLevel(logging.WARNING)
