"""Emulated devices that are looked for on the LAN: one UDP socket a port, behind which all of them answer."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeAlias

import structlog

from homeward.families.base import Discoverable

_log = structlog.get_logger("homeward.emulate")
_LARGEST = 2_048
"""Bytes of a question."""

Listener: TypeAlias = tuple[Discoverable, int]
"""A device, and the port at which it answers on its LAN."""


def listen(host: str, devices: Sequence[Listener]) -> list[Callable[[], None]]:
    """Have the devices answer at `host`, each at the port where it is asked; what is returned ends that.

    A port that another program has is named in the log, and nobody is found there.
    """
    ports = {device.asked_at for device, _ in devices}
    opened = [_open(host, port, [each for each in devices if each[0].asked_at == port]) for port in sorted(ports)]
    return [close for close in opened if close]


def _open(host: str, port: int, devices: Sequence[Listener]) -> Callable[[], None] | None:
    loop, sock = asyncio.get_running_loop(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        _log.warning("not to be found by UDP", host=host, port=port, error=str(error))
        return None

    def hear() -> None:
        with suppress(OSError):  # nothing there after all, or an answer that could not leave
            data, (asker, *_) = sock.recvfrom(_LARGEST)
            for device, own in devices:
                if told := device.found(data, own):
                    sock.sendto(told[0], (asker, told[1]))

    def close() -> None:
        loop.remove_reader(sock.fileno())
        sock.close()

    loop.add_reader(sock.fileno(), hear)
    return close
