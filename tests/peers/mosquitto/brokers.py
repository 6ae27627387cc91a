"""The two brokers that scripts are played to, on the loopback: Mosquitto, and ours in its plainest clothes."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from homeward.mqtt.broker import Broker, Connection, Limits, Refusal
from homeward.mqtt.packets import Auth, Connect
from homeward.mqtt.properties import NEVER
from homeward.mqtt.reasons import Reason
from tests.mqtt.house import TestGuest
from tests.peers.processes import Program, free_ports

LARGEST = 2_000
"""Bytes of the largest packet that either takes."""
WINDOW = 5
"""Messages that may be under way to a client."""
ALIASES = 10

_CONFIGURATION = f"""
listener {{port}} 127.0.0.1
max_topic_alias {ALIASES}
allow_anonymous true
persistence false
sys_interval 0
set_tcp_nodelay true
max_packet_size {LARGEST}
max_inflight_messages {WINDOW}
"""
_NO_SUCH_METHOD = Refusal(5, "no method of enhanced authentication is offered", Reason.BAD_AUTHENTICATION_METHOD)


class Mosquitto(Program):
    """A Mosquitto of its own, on a free port unless one is given, that remembers nothing."""

    def __init__(self, program: str, directory: Path, port: int = 0) -> None:
        self.port = port or free_ports(1)[0]
        configuration = directory / f"mosquitto-{self.port}.conf"
        configuration.write_text(_CONFIGURATION.format(port=self.port))
        super().__init__(program, "-c", configuration)

    def __enter__(self) -> Self:
        while not self._answers():
            time.sleep(0.002)  # hundreds are started, one after the other
        return self

    def stop(self) -> int:
        """Ends it at once: it has nothing to save, and would look up from its work only ten times a second."""
        self.process.kill()
        return super().stop()

    def _answers(self) -> bool:
        if self.process.poll() is not None:
            raise self.failure("it ended")
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except ConnectionRefusedError:
            return False
        return True


class Ours:
    """Our broker on asyncio, in a thread: whoever comes may do everything."""

    def __init__(self) -> None:
        self.port = 0
        self._ready, self._ended = threading.Event(), threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run)
        self._stop = asyncio.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        limits = Limits(packet=LARGEST - 3, inflight=WINDOW, aliases=ALIASES)
        broker = Broker(limits, time.time)
        visitors: set[_Visitor] = set()
        server = await self._loop.create_server(lambda: _Visitor(broker, visitors), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        while not self._stop.is_set():
            broker.sweep()
            for visitor in list(visitors):
                visitor.look()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 0.1)
        server.close()
        for visitor in list(visitors):
            visitor.transport.abort()
        await asyncio.sleep(0)


class _Visitor(asyncio.Protocol):
    transport: asyncio.Transport

    def __init__(self, broker: Broker, visitors: set[_Visitor]) -> None:
        self._broker, self._visitors = broker, visitors
        self._loop = asyncio.get_running_loop()
        self._connection = Connection(broker.limits, self, self._loop.time())

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._visitors.add(self)

    def data_received(self, data: bytes) -> None:
        self._connection.receive(data, self._loop.time())
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        self._visitors.discard(self)
        self._connection.lost("gone")

    def look(self) -> None:
        if silent := self._connection.expired(self._loop.time()):
            self._connection.close(silent, Reason.KEEP_ALIVE_TIMEOUT)
            self._flush()

    def sign_in(self, request: Connect) -> TestGuest | Refusal:
        if "authentication_method" in request.properties:
            return _NO_SUCH_METHOD
        return TestGuest(self._broker, request.client_id, session_expiry=NEVER)

    def proceed(self, exchange: Auth) -> Refusal:
        return _NO_SUCH_METHOD

    def new_id(self) -> str:
        return "assigned"

    def stir(self) -> None:
        self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(self._connection.take())
            if self._connection.over:
                self.transport.close()
