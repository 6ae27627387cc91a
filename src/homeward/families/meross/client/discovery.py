"""Asks everyone on the LAN who is there."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from homeward.families.meross.discovery import ANSWERED_AT, ASKED_AT, Found, Question, encode, found
from homeward.families.meross.wire import BadMessage

_AGAIN = 1.0
"""Seconds between two questions: a datagram may be lost, and broadcasts are."""


async def discover(
    addresses: Sequence[str] = ("255.255.255.255",),
    seconds: float = 3.0,
    *,
    asked_at: int = ASKED_AT,
    answered_at: int = ANSWERED_AT,
) -> AsyncIterator[Found]:
    """Each device that answers, once.

    Raises:
        OSError: another program listens at that port already, or there is no network.
    """
    loop, answers = asyncio.get_running_loop(), asyncio.Queue[bytes]()
    transport, _ = await loop.create_datagram_endpoint(lambda: _Ears(answers), sock=_socket(answered_at))
    data, seen = encode(Question(os.urandom(16).hex())), set[str]()
    try:
        end = loop.time() + seconds
        while (left := end - loop.time()) > 0:
            for address in addresses:
                transport.sendto(data, (address, asked_at))
            async for answer in _heard(answers, min(left, _AGAIN)):
                if answer.uuid not in seen:
                    seen.add(answer.uuid)
                    yield answer
    finally:
        transport.close()


class _Ears(asyncio.DatagramProtocol):
    def __init__(self, heard: asyncio.Queue[bytes]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._heard.put_nowait(data)


async def _heard(answers: asyncio.Queue[bytes], seconds: float) -> AsyncIterator[Found]:
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    with suppress(TimeoutError):
        while True:
            async with asyncio.timeout_at(end):
                data = await answers.get()
            with suppress(BadMessage):
                yield found(data)


def _socket(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    sock.setblocking(False)
    try:
        sock.bind(("", port))
    except OSError:
        sock.close()
        raise
    return sock
