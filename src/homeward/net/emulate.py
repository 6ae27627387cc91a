"""Runs an emulated device on real sockets: it calls its cloud, again when the link falls, and answers on the LAN."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import httpx2
import structlog
from msgspec.structs import replace

from homeward.clock import Clock, Handle
from homeward.errors import HomewardError
from homeward.families.base import (
    Close,
    Effects,
    Emulator,
    Fetch,
    Note,
    Peer,
    Publish,
    Reply,
    Request,
    Uplink,
    Wake,
)
from homeward.mqtt.client import Client
from homeward.mqtt.packets import Publish as Message
from homeward.net.door import DoorSpec
from homeward.net.doorlog import DoorLog
from homeward.net.doorman import Doorman
from homeward.net.http import VERBS, HttpReceiver
from homeward.net.stream import Receiver, Stream
from homeward.settings import Limits
from homeward.store.base import Batch

_log = structlog.get_logger("homeward.emulate")
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0
"""Seconds between two attempts to reach the cloud: doubled each time."""
_LARGEST = 16_777_216
"""Bytes of a file that a device fetches."""


class EmulatedDevice:
    """One device. `changed` is called after anything that may have changed its state or its link."""

    def __init__(self, emulator: Emulator, clock: Clock, changed: Callable[[EmulatedDevice], None]) -> None:
        self.emulator = emulator
        self.online = False
        self._clock = clock
        self._changed = changed
        self._client: Client | None = None
        self._wake: Handle | None = None
        self._errands: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Live until cancelled."""
        try:
            async with asyncio.TaskGroup() as self._errands:
                self._carry(self.emulator.start(self._clock.now()))
                await self._call()
        finally:
            if self._wake:
                self._wake.cancel()

    def set(self, key: str, value: Any) -> None:
        """A hand at the device.

        Raises:
            InvalidValue: it has no such thing, or it cannot be so.
        """
        self._carry(self.emulator.set(key, value, self._clock.now()))

    def ask(self, request: Request) -> tuple[Reply, Batch | None]:
        """A request on its LAN address."""
        reply = self.emulator.http(request, self._clock.now())
        self._carry(reply.effects)
        return reply, None

    def open_lan(self, spec: DoorSpec, limits: Limits) -> Doorman:
        """Answer HTTP at an address of its own; close the doorman to stop."""
        loop = asyncio.get_running_loop()
        limits = replace(limits, connections=self.emulator.connections or limits.connections)

        def recognise(head: bytes, peer: Peer, stream: Stream) -> Receiver | None:
            known = head.startswith(VERBS)
            return HttpReceiver(loop.time, limits, stream, peer, self.ask) if known else None

        doorman = Doorman(clock=self._clock, limits=limits, contexts={}, recognise=recognise, log=DoorLog())
        doorman.open(spec)
        return doorman

    async def _call(self) -> None:
        """Call its cloud, again and again; one that knows of none looks every second whether it does."""
        pause = _FIRST_PAUSE
        while True:
            uplink = self.emulator.uplink()
            rested = uplink is None or await self._stay(uplink)
            pause = _FIRST_PAUSE if rested else min(2 * pause, _LONGEST_PAUSE)
            await self._rest(pause)

    async def _stay(self, uplink: Uplink) -> bool:
        """Connect, and stay connected; whether it ever was."""
        tls = _device_tls() if uplink.tls else None
        client = Client(uplink.host, uplink.port, uplink.connect, tls=tls, on_message=self._message)
        try:
            await client.open()
            self._client = client  # its cloud may speak before the SUBACK has been looked at, and wants an answer
            await client.subscribe(*uplink.subscriptions)
            await self._live(client)
        except (HomewardError, OSError) as error:
            _log.warning(
                "no link", device=self.emulator.native_id, host=uplink.host, port=uplink.port, error=str(error)
            )
            self._carry(self.emulator.disconnected(str(error), self._clock.now()))
            return False
        finally:
            self._client, self.online = None, False
            client.close()
        return True

    async def _live(self, client: Client) -> None:
        self.online = True
        self._carry(self.emulator.connected(self._clock.now()))
        reason = await client.closed
        self._client, self.online = None, False
        _log.warning("link lost", device=self.emulator.native_id, reason=reason)
        self._carry(self.emulator.disconnected(reason, self._clock.now()))

    async def _rest(self, seconds: float) -> None:
        over = asyncio.Event()
        timer = self._clock.call_later(seconds, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    def _message(self, message: Message) -> None:
        self._carry(self.emulator.message(message.topic, message.payload, self._clock.now()))

    def _woken(self) -> None:
        self._carry(self.emulator.wake(self._clock.now()))

    async def _fetch(self, url: str) -> None:
        data: bytes | None = None
        try:
            async with httpx2.AsyncClient() as http, http.stream("GET", url) as reply:
                reply.raise_for_status()
                data = await _read(reply)
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            _log.warning("nothing fetched", device=self.emulator.native_id, url=url, error=str(error))
        self._carry(self.emulator.fetched(url, data, self._clock.now()))

    def _carry(self, effects: Effects) -> None:
        for effect in effects:
            if isinstance(effect, Publish) and self._client:
                self._client.send(effect.topic, effect.payload, effect.qos)
            elif isinstance(effect, Wake):
                if self._wake:
                    self._wake.cancel()
                self._wake = self._clock.call_later(effect.after, self._woken)
            elif isinstance(effect, Close) and self._client:
                self._client.close()
            elif isinstance(effect, Fetch) and self._errands:
                self._errands.create_task(self._fetch(effect.url))
            elif isinstance(effect, Note):
                _log.info(effect.what, device=self.emulator.native_id, detail=effect.detail)
        self._changed(self)


async def _read(reply: httpx2.Response) -> bytes | None:
    """The body, unless it is larger than the limit."""
    data = bytearray()
    async for piece in reply.aiter_bytes():
        data += piece
        if len(data) > _LARGEST:
            return None
    return bytes(data)


def _device_tls() -> ssl.SSLContext:
    """TLS as devices speak it: no version above 1.2, and no doubt about who answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return context
