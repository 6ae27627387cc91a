"""Emulated devices, each at an address of its own on loopback, and peers that answer as they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from homeward.families.meross.emulator import Device
from homeward.net.door import parse
from homeward.net.emulate import EmulatedDevice
from homeward.settings import Limits
from homeward.testing.clock import VirtualClock
from homeward.testing.home import seeded

NOW = 1_700_000_000.0


@asynccontextmanager
async def lan(device: Device) -> AsyncIterator[str]:
    """The address at which an emulated device answers, on a clock that stands still."""
    emulated = EmulatedDevice(device, VirtualClock(), lambda device: None)
    doorman = emulated.open_lan(parse("127.0.0.1:0"), Limits())
    try:
        yield f"127.0.0.1:{doorman.doors[0].spec.port}"
    finally:
        doorman.close()


@asynccontextmanager
async def peer(reply: bytes | None) -> AsyncIterator[str]:
    """The address of a peer that says this to everyone and hangs up; None: it says nothing, and stays."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        if reply is None:
            await reader.read()
        with suppress(OSError):
            writer.write(reply or b"")
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


def made(model: str = "mss310", **options: Any) -> Device:
    """A device that is set up, unless it is told no host."""
    given: dict[str, Any] = {"host": "cloud.test", "randomness": seeded(7)}
    return Device(model, **(given | options))
