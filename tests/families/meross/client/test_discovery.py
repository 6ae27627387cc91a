from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import cast

import pytest

from homeward.families.meross.client.discovery import discover
from homeward.families.meross.discovery import Found, encode, question

ONE, OTHER = Found("1" * 32, "192.0.2.1", model="em06"), Found("2" * 32, "192.0.2.2")


class Devices(asyncio.DatagramProtocol):
    """Two devices behind one ear, of which one stutters, and somebody who does not know what this is about."""

    def __init__(self, answered_at: int) -> None:
        self._answered_at = answered_at

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert question(data)
        for answer in (encode(ONE), encode(ONE), b"what?", encode(OTHER)):
            self._transport.sendto(answer, (addr[0], self._answered_at))


@pytest.fixture
async def ports() -> AsyncIterator[tuple[int, int]]:
    """Where they are asked, and where they answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("", 0))
        answered_at = free.getsockname()[1]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: Devices(answered_at), local_addr=("127.0.0.1", 0))
    yield transport.get_extra_info("sockname")[1], answered_at
    transport.close()


async def test_each_device_that_answers_is_found_once(ports: tuple[int, int]) -> None:
    asked_at, answered_at = ports
    asking = discover(["127.0.0.1"], 0.2, asked_at=asked_at, answered_at=answered_at)
    assert [one async for one in asking] == [ONE, OTHER]


async def test_a_port_that_is_taken_is_an_error(ports: tuple[int, int]) -> None:
    with pytest.raises(OSError, match="in use"):
        [one async for one in discover(["127.0.0.1"], 0.2, answered_at=ports[0])]
