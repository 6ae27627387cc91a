"""An asyncio server for a `Broker`, for whoever wants one without the house around it.

async with Server(Broker(Limits(), time.time), sign_in) as server:
    await server.listen("127.0.0.1", 1883)
    await asyncio.Event().wait()
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import TypeAlias, cast

from homeward.mqtt.broker import Broker, Challenge, Connection, Guest, Refusal
from homeward.mqtt.packets import Auth, Connect
from homeward.mqtt.reasons import Reason

SignIn: TypeAlias = Callable[[Broker, Connect], Guest | Refusal]
"""Who decides about a client: its guest, or why it may not come in."""
_SWEEP = 1.0
"""Seconds between two looks at who has been silent for too long, and what has expired."""
_NO_SUCH_METHOD = Refusal(5, "no method of enhanced authentication is offered", Reason.BAD_AUTHENTICATION_METHOD)


class Server:
    """Serves a broker at any number of addresses. A client has `patience` seconds to sign in."""

    def __init__(self, broker: Broker, sign_in: SignIn, *, patience: float = 20.0) -> None:
        self.broker = broker
        self.sign_in = sign_in
        self.patience = patience
        self.lines: set[Line] = set()
        """The connections that stand."""
        self.loop = asyncio.get_running_loop()
        self._servers: list[asyncio.Server] = []
        self._sweeper = self.loop.call_later(_SWEEP, self._sweep)

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Accept clients there; returns the port, which is found when 0 is asked for. Raises `OSError`."""
        server = await self.loop.create_server(lambda: Line(self), host, port, ssl=tls)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Tell everyone that the broker goes down, and hang up."""
        self._sweeper.cancel()
        for server in self._servers:
            server.close()
        self.broker.close()
        for line in list(self.lines):
            line.flush()
            line.hang_up("the broker is going down")
        for server in self._servers:
            await server.wait_closed()

    async def __aenter__(self) -> Server:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _sweep(self) -> None:
        self._sweeper = self.loop.call_later(_SWEEP, self._sweep)
        for line in list(self.lines):
            line.check(self.loop.time())
        self.broker.sweep()


class Line(asyncio.Protocol):
    """One client's connection, and the host of the broker's half of it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._since = server.loop.time()
        self._is_paused = False
        self._connection = Connection(server.broker.limits, self, self._since)

    # The loop's.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The client is there."""
        self._transport = cast(asyncio.Transport, transport)
        self._server.lines.add(self)

    def data_received(self, data: bytes) -> None:
        """Bytes arrived."""
        self._connection.receive(data, self._server.loop.time())

    def pause_writing(self) -> None:
        """It reads more slowly than messages come."""
        self._is_paused = self._connection.blocked = True

    def resume_writing(self) -> None:
        """It has read."""
        self._is_paused = False
        self._connection.drained()

    def connection_lost(self, error: Exception | None) -> None:
        """It is gone."""
        self._connection.lost(str(error) if error else "the client closed the connection")
        self._server.lines.discard(self)

    # The broker's.

    def sign_in(self, request: Connect) -> Guest | Refusal | Challenge:
        """Whether it may come in."""
        if "authentication_method" in request.properties:
            return _NO_SUCH_METHOD
        return self._server.sign_in(self._server.broker, request)

    def proceed(self, exchange: Auth) -> Refusal:
        """`sign_in` never asks for more."""
        return _NO_SUCH_METHOD

    def new_id(self) -> str:
        """A client id for one that brings none."""
        return secrets.token_hex(8)

    def stir(self) -> None:
        """There is something to be written, at the end of this turn of the loop."""
        self._server.loop.call_soon(self.flush)

    def flush(self) -> None:
        """Write what waits. Whoever has answers sent to it and reads none is given up."""
        connection, transport = self._connection, self._transport
        if not transport:
            return
        if data := connection.take():
            transport.write(data)
        if transport.get_write_buffer_size() > connection.limits.queued + connection.limits.burst:
            self.hang_up("it does not read")
        elif connection.over:
            transport.close()
        elif self._is_paused:
            connection.blocked = True
        elif not connection.blocked:
            connection.drained()

    def check(self, now: float) -> None:
        """Hang up when it has been silent for too long, has not signed in, or does not read what it is told last."""
        connection = self._connection
        if not connection.guest and now - self._since > self._server.patience:
            self.hang_up("no sign-in in its time")
        elif silent := connection.expired(now):
            connection.close(silent, Reason.KEEP_ALIVE_TIMEOUT)

    def hang_up(self, reason: str) -> None:
        """End it at once, unless it is over already; what it has not read by then is lost."""
        self._connection.lost(reason)
        if self._transport and self._transport.get_write_buffer_size():
            self._transport.abort()
        elif self._transport:
            self._transport.close()
