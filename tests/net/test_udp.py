import asyncio
import socket
from collections.abc import Callable

import pytest

from homeward.net.door import DoorClosed, DoorSpec
from homeward.net.udp import DatagramDoor

from .echo import TestHouse

Build = Callable[..., TestHouse]


@pytest.fixture
def wire() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind(("127.0.0.1", 0))
    return sock


async def test_a_datagram_is_answered_by_its_family(build: Build, wire: socket.socket) -> None:
    house = build()
    door = DatagramDoor(house.household, DoorSpec(0, "127.0.0.1", "udp"))
    loop = asyncio.get_running_loop()
    for word in (b"ECHO1", b"ECHO2"):
        wire.sendto(word, ("127.0.0.1", door.spec.port))
        assert await loop.sock_recv(wire, 100) == word
    assert house.household.notes == {("echo", "datagram"): 2}
    door.close()
    wire.close()


async def test_a_datagram_of_nobodys_is_counted_and_not_answered(build: Build, wire: socket.socket) -> None:
    house = build()
    door = DatagramDoor(house.household, DoorSpec(0, "127.0.0.1", "udp"))
    for data in (b"", b"\x00" * 2_000, b"ECHO"):
        wire.sendto(data, ("127.0.0.1", door.spec.port))
    assert await asyncio.get_running_loop().sock_recv(wire, 100) == b"ECHO"
    assert house.household.notes["", "unknown_datagram"] == 2
    door.close()
    wire.close()


async def test_a_udp_door_that_is_taken_is_told(build: Build, wire: socket.socket) -> None:
    with pytest.raises(DoorClosed, match="door udp:"):
        DatagramDoor(build().household, DoorSpec(wire.getsockname()[1], "127.0.0.1", "udp"))
    wire.close()
