"""The connections of one session on asyncio: made, kept alive, ended, and made again."""

from __future__ import annotations

import asyncio
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from math import inf
from typing import Any, Protocol

from homeward.errors import HomewardError
from homeward.mqtt.client.backoff import Backoff
from homeward.mqtt.client.errors import ConnectionLost, ConnectionRefused
from homeward.mqtt.client.state import ClientState
from homeward.mqtt.client.transport import Link, dial
from homeward.mqtt.packets import ConnAck, Packet
from homeward.mqtt.reasons import Reason

_ATTEMPT = 20.0
"""Seconds that one attempt to connect may take."""
_LINGER = 5.0
"""Seconds to write what is left when hanging up."""
_HOPELESS = frozenset(
    {
        Reason.UNSUPPORTED_PROTOCOL_VERSION,
        Reason.CLIENT_IDENTIFIER_NOT_VALID,
        Reason.BAD_USER_NAME_OR_PASSWORD,
        Reason.NOT_AUTHORIZED,
        Reason.BANNED,
        Reason.BAD_AUTHENTICATION_METHOD,
    }
)
"""Refusals that the next attempt will most likely meet again."""


class Handle(Protocol):
    """A call that is yet to come."""

    def cancel(self) -> None:
        """It shall not come."""


class Clock(Protocol):
    """Time for keep-alives and pauses; the running loop's own unless another is given."""

    def now(self) -> float:
        """Seconds since some moment."""

    def call_later(self, delay: float, fn: Callable[[], None]) -> Handle:
        """Call once, so many seconds from now."""


class _LoopClock:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.now = loop.time
        self.call_later = loop.call_later


class Connector(ABC):
    """Carries bytes between a session and its server; what the packets in them mean is for a subclass to say."""

    def __init__(
        self,
        host: str,
        port: int,
        state: ClientState,
        *,
        tls: ssl.SSLContext | None,
        on_down: Callable[[str], None] | None,
        reconnect: Backoff | None,
        clock: Clock | None,
    ) -> None:
        self.host, self.port = host, port
        self._state = state
        self._tls = tls
        self._on_down = on_down
        self._backoff = reconnect
        self._loop = asyncio.get_running_loop()
        self._clock: Clock = clock or _LoopClock(self._loop)
        self.closed: asyncio.Future[str] = self._loop.create_future()
        self._flowing = asyncio.Event()
        """Set while the server reads, or there is none."""
        self._flowing.set()
        self._link: Link | None = None
        self._ack: asyncio.Future[ConnAck] = self._loop.create_future()
        self._fallen: asyncio.Future[str] = self._loop.create_future()
        self._opened: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: Handle | None = None
        self._closing = False
        self._elsewhere: tuple[str, int] | None = None

    async def open(self, deadline: float = _ATTEMPT) -> None:
        """Connect and sign in; when that fails, the client is closed.

        Raises:
            ConnectionRefused: the server would not have this client.
            ConnectionLost: it hung up.
            OSError, TimeoutError: it could not be reached within `deadline` seconds. With `reconnect`, that is tried
                again until then.
        """
        try:
            async with asyncio.timeout(deadline):
                if self._backoff is None:
                    await self._sign_in()
                    return
                self._opened = self._loop.create_future()
                self.start()
                await self._opened
        except BaseException as error:
            self._stop(str(error) or type(error).__name__)
            raise

    def start(self) -> None:
        """Connect in the background, with `reconnect`: nothing is waited for, and nothing is raised."""
        if self._backoff is None:
            raise ValueError("only a client that reconnects is started; this one is to be opened")
        # Ended by `close`.
        self._task = self._loop.create_task(self._stay(self._backoff))
        self._task.add_done_callback(self._stayed)

    def close(self) -> None:
        """Say goodbye and hang up; what is not acknowledged by then fails with `ConnectionLost`."""
        self._stop("closed")

    # --- the subclass's

    @abstractmethod
    def _tell(self, packet: Packet) -> None:
        """What the server said."""

    @abstractmethod
    def _parted(self, reason: str) -> None:
        """A connection is over."""

    @abstractmethod
    def _ended(self, reason: str) -> None:
        """There will be no other."""

    def _welcomed(self, ack: ConnAck) -> None:
        """The server let us in, or did not."""
        resolve(self._ack, ack)
        if not ack.code:
            resolve(self._opened)
            self._tick()

    def _flush(self) -> None:
        if self._link and (data := self._state.take()):
            self._link.write(data)

    def _redirected(self, reason: Reason, references: str) -> None:
        """The server names others, the best first [5: 4.11]."""
        if not (references and self._state.options.follow):
            return
        if reason in (Reason.USE_ANOTHER_SERVER, Reason.SERVER_MOVED):
            self._elsewhere = _endpoint(references.split()[0], self.port)
        if reason == Reason.SERVER_MOVED and self._elsewhere:
            self.host, self.port = self._elsewhere

    # --- the link's

    def made(self, link: Link) -> None:
        """The link's: it stands."""
        if self._closing:
            link.abort()
            return
        self._link = link
        self._state.connect()
        self._flush()

    def received(self, data: bytes) -> None:
        """The link's: bytes arrived."""
        if self._state.over:
            return
        for packet in self._state.receive(data, self._clock.now()):
            self._tell(packet)
        self._flush()
        if self._state.over:
            self._hang_up()

    def blocked(self) -> None:
        """The link's: the server does not read."""
        self._state.blocked = True
        self._flowing.clear()

    def drained(self) -> None:
        """The link's: the server reads again."""
        self._state.drained()
        self._flowing.set()
        self._flush()

    def lost(self, reason: str) -> None:
        """The link's: it is over."""
        reason = self._state.over or reason
        self._link = None
        self._state.lost()
        self._flowing.set()
        self._set_timer(None)
        fail(self._ack, reason)
        self._parted(reason)
        resolve(self._fallen, reason)
        if self._backoff is None or self._closing:
            self._down(reason)
            self._finish(reason)

    # --- connecting

    async def _sign_in(self) -> None:
        host, port = self._elsewhere or (self.host, self.port)
        self._elsewhere = None
        self._ack, self._fallen = self._loop.create_future(), self._loop.create_future()
        try:
            await dial(self, host, port, self._tls, self._state.options.queued)
            ack = await self._ack
        except asyncio.CancelledError:
            if self._link:
                self._link.abort()
            raise
        if ack.code:
            raise ConnectionRefused(ack, self._state.request.level)

    async def _stay(self, backoff: Backoff) -> None:
        """Connect, again and again."""
        while True:
            self._down(await self._one(backoff))
            pause: asyncio.Future[None] = self._loop.create_future()
            self._set_timer(self._clock.call_later(backoff.next(), partial(resolve, pause)))
            await pause

    async def _one(self, backoff: Backoff) -> str:
        """One connection, or an attempt at it; returns why it ended."""
        reason, began = "", 0.0
        try:
            async with asyncio.timeout(_ATTEMPT):
                await self._sign_in()
            began = self._clock.now()
        except ConnectionRefused as error:
            self._refused(error, backoff)
            reason = str(error)
        except (HomewardError, OSError) as error:
            reason = str(error) or type(error).__name__
        if self._link:
            reason = reason or await self._fallen
            await self._fallen
        if began:
            backoff.stood(self._clock.now() - began)
        return reason or "the connection was lost"

    def _refused(self, error: ConnectionRefused, backoff: Backoff) -> None:
        self._redirected(error.reason, error.server_reference)
        if error.reason in _HOPELESS:
            backoff.slow_down()
            if self._opened and not self._opened.done():
                self._opened.set_exception(error)

    def _stayed(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()):
            self._finish(str(error))
            raise error

    # --- the end of it

    def _down(self, reason: str) -> None:
        if self._on_down and not self._closing:
            self._on_down(reason)

    def _stop(self, reason: str) -> None:
        if self._closing:
            return
        self._closing = True
        if self._task:
            self._task.cancel()
        self._set_timer(None)
        if self._link:
            self._state.disconnect()
            self._flush()
            self._hang_up()
        else:
            self._finish(reason)

    def _hang_up(self) -> None:
        if self._link:
            self._link.close()
            self._set_timer(self._clock.call_later(_LINGER, self._link.abort))

    def _finish(self, reason: str) -> None:
        if not self.closed.done():
            self.closed.set_result(reason)
            self._ended(reason)

    def _tick(self) -> None:
        """Keep the connection alive, or find out that it is dead."""
        self._state.wake(self._clock.now())
        self._flush()
        if self._state.over and self._link:
            self._link.abort()
        elif self._state.wake_at < inf:
            self._set_timer(self._clock.call_later(self._state.wake_at - self._clock.now(), self._tick))

    def _set_timer(self, timer: Handle | None) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = timer


def resolve(future: asyncio.Future[Any] | None, result: Any = None) -> None:
    """What is waited for is here, if anybody waits."""
    if future and not future.done():
        future.set_result(result)


def fail(future: asyncio.Future[Any], reason: str) -> None:
    """What is waited for will not come; that nobody waits is no fault."""
    if not future.done():
        future.set_exception(ConnectionLost(reason))
        future.exception()


def _endpoint(reference: str, port: int) -> tuple[str, int]:
    """Host and port of `host`, `host:port` or `[address]:port`."""
    host, colon, number = reference.rpartition(":")
    if colon and number.isdecimal() and (":" not in host or host.endswith("]")):
        return host.strip("[]"), int(number)
    return reference.strip("[]"), port
