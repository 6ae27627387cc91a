"""The driver of UDP doors: each datagram goes to the family whose it is, and what it sends goes back to its peer.

The loop's datagram endpoints are not used: plain readiness and a drain cost a third of what asyncio's do.
"""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import structlog

from homeward.errors import HomewardError
from homeward.families.base import Note, Peer
from homeward.net.door import DoorSpec, bind
from homeward.net.effects import Hands
from homeward.net.household import Household

_log = structlog.get_logger("homeward.door")
_DRAIN = 64
"""Datagrams read a wake-up."""
_LARGEST = 65_535


class DatagramDoor:
    """A UDP door that is open."""

    def __init__(self, house: Household, spec: DoorSpec) -> None:
        self._house = house
        self._sock = bind(spec)
        self.spec = msgspec.structs.replace(spec, port=self._sock.getsockname()[1])
        self.name = str(self.spec)
        house.loop.add_reader(self._sock.fileno(), self._drain)

    def close(self) -> None:
        """Hear no more."""
        self._house.loop.remove_reader(self._sock.fileno())
        self._sock.close()

    def _drain(self) -> None:
        for _ in range(_DRAIN):
            try:
                data, address = self._sock.recvfrom(_LARGEST)
            except OSError:
                # Nothing left, or the ICMP answer to something we sent: no datagram either way.
                return
            self._receive(data, address)

    def _receive(self, data: bytes, address: Any) -> None:
        peer = Peer(address[0], address[1], self.name)
        for family in self._house.hub.families.values():
            effects = family.datagram(data, peer, self._house.clock.now())
            if effects is not None:
                with contextlib.suppress(HomewardError):  # refused by the store: not answered, so it will come again
                    Hands(self._house, family, peer, _Return(self, address)).carry(effects)
                return
        self._house.note("", Note("unknown_datagram", data[:16].hex()), peer)

    def send(self, data: bytes, address: Any) -> None:
        """Send a datagram; one that cannot leave is lost, as datagrams are."""
        with contextlib.suppress(OSError):
            self._sock.sendto(data, address)


class _Return:
    """The way back to where a datagram came from."""

    __slots__ = ("_address", "_door")

    def __init__(self, door: DatagramDoor, address: Any) -> None:
        self._door = door
        self._address = address

    def send(self, data: bytes) -> None:
        self._door.send(data, self._address)

    def close(self, reason: str) -> None:
        """There is nothing to close."""
