"""An asyncio MQTT client on the sans-IO `session.py`; the one module of this package that has a socket.

async with Client("127.0.0.1", 1883, Connect("me")) as client:
    await client.subscribe(("a/#", 1))
    await client.publish("a/b", b"hello", qos=1)
    async for message in client.messages():
        ...
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import TypeAlias, cast

from homeward.errors import HomewardError, ProtocolError
from homeward.mqtt.packets import ConnAck, Connect, PingResp, PubAck, Publish, SubAck, UnsubAck
from homeward.mqtt.session import ClientSession

_CODES = {
    1: "the server does not speak this version",
    2: "the server does not take this client id",
    3: "the server is not available",
    4: "bad user name or password",
    5: "not authorized",
}


Answer: TypeAlias = ConnAck | SubAck | UnsubAck | PubAck
"""What a client waits for after it asked for something."""


class ConnectionRefused(HomewardError):
    """The server answered CONNECT with a return code other than 0, which is in `return_code`."""

    code = "connection_refused"

    def __init__(self, return_code: int) -> None:
        super().__init__(f"{_CODES.get(return_code, 'refused')} (return code {return_code})")
        self.return_code = return_code


class ConnectionLost(HomewardError):
    """The connection ended; the message says how."""

    code = "connection_lost"


class Client(asyncio.Protocol):
    """One connection to a broker. When it has fallen, `closed` is done with the reason; make a new one to go on.

    `on_message` is called for each message as it arrives; without it they queue up for `messages`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        connect: Connect,
        *,
        tls: ssl.SSLContext | None = None,
        on_message: Callable[[Publish], None] | None = None,
    ) -> None:
        self.host, self.port, self.connect = host, port, connect
        self._tls = tls
        self._session = ClientSession(connect)
        self._loop = asyncio.get_running_loop()
        self.closed: asyncio.Future[str] = self._loop.create_future()
        self._queue: asyncio.Queue[Publish | None] = asyncio.Queue()
        self._on_message = on_message or self._queue.put_nowait
        self._answers: dict[int, asyncio.Future[Answer]] = {}
        self._transport: asyncio.Transport | None = None
        self._unanswered = 0

    async def open(self, deadline: float = 20.0) -> None:
        """Connect and sign in.

        Raises:
            ConnectionRefused: the server would not have this client.
            ConnectionLost: it hung up.
            OSError, TimeoutError: it could not be reached within `deadline` seconds.
        """
        async with asyncio.timeout(deadline):
            await self._loop.create_connection(lambda: self, self.host, self.port, ssl=self._tls)
            answer = self._expect(0)
            self._flush()
            ack = await answer
        assert isinstance(ack, ConnAck)  # noqa: S101 - nothing else is ever filed under 0
        if ack.code:
            self.close()
            raise ConnectionRefused(ack.code)
        if self.connect.keep_alive:
            self._loop.call_later(self.connect.keep_alive * 0.75, self._keep_alive)

    async def subscribe(self, *filters: tuple[str, int]) -> tuple[int, ...]:
        """Subscribe; returns the QoS granted to each filter, 0x80 for one that was refused."""
        answer = self._expect(self._session.subscribe(*filters))
        self._flush()
        ack = await answer
        return ack.codes if isinstance(ack, SubAck) else ()

    async def publish(self, topic: str, payload: bytes, qos: int = 0) -> None:
        """Publish; at QoS 1 returns when the server has taken responsibility."""
        answer = self.send(topic, payload, qos)
        if answer:
            await answer

    def send(self, topic: str, payload: bytes, qos: int = 0) -> asyncio.Future[Answer] | None:
        """Publish without waiting; at QoS 1 returns what `publish` would wait for."""
        packet_id = self._session.publish(topic, payload, qos)
        answer = self._expect(packet_id) if packet_id else None
        self._flush()
        return answer

    async def messages(self) -> AsyncIterator[Publish]:
        """Messages as they arrive, until the connection ends."""
        while message := await self._queue.get():
            yield message

    def close(self) -> None:
        """Say goodbye and hang up."""
        if self._transport:
            self._session.disconnect()
            self._flush()
            self._transport.close()

    async def __aenter__(self) -> Client:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        await self.closed

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The loop's: the connection stands."""
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """The loop's: bytes arrived."""
        try:
            packets = self._session.receive(data)
        except ProtocolError as error:
            self._end(str(error))
            return
        for packet in packets:
            if isinstance(packet, Publish):
                self._on_message(packet)
            elif isinstance(packet, PingResp):
                self._unanswered = 0
            elif isinstance(packet, Answer):
                waiting = self._answers.pop(getattr(packet, "packet_id", 0), None)
                if waiting and not waiting.done():
                    waiting.set_result(packet)
        self._flush()

    def connection_lost(self, error: Exception | None) -> None:
        """The loop's: it is over."""
        self._end(str(error) if error else "the connection was closed")

    def _expect(self, packet_id: int) -> asyncio.Future[Answer]:
        answer: asyncio.Future[Answer] = self._loop.create_future()
        if self.closed.done():
            answer.set_exception(ConnectionLost(self.closed.result()))
        else:
            self._answers[packet_id] = answer
        return answer

    def _flush(self) -> None:
        if (data := self._session.take()) and self._transport and not self._transport.is_closing():
            self._transport.write(data)

    def _keep_alive(self) -> None:
        if self._unanswered:
            self._end("the server answered no ping")
        if not self.closed.done():
            self._unanswered += 1
            self._session.ping()
            self._flush()
            self._loop.call_later(self.connect.keep_alive * 0.75, self._keep_alive)

    def _end(self, reason: str) -> None:
        if self.closed.done():
            return
        self.closed.set_result(reason)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionLost(reason))
                answer.exception()
        self._answers.clear()
        self._queue.put_nowait(None)
        if self._transport:
            self._transport.abort()
