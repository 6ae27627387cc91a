"""A client's half, and a server that does as the test says."""

from __future__ import annotations

import pytest

from homeward.mqtt.client import ClientState, Options
from homeward.mqtt.decode import decode
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import ConnAck, Connect, Packet

LEVELS = pytest.mark.parametrize("level", [3, 4, 5])


def said(state: ClientState) -> list[Packet]:
    """What it wants written."""
    data, at, packets = state.take(), 0, list[Packet]()
    while at < len(data):
        found = scan(data, at, 1 << 28)
        assert found
        packets.append(decode(found[0], found[1], state.request.level))
        at = found[2]
    return packets


def tell(state: ClientState, *packets: Packet, now: float = 0.0) -> list[Packet]:
    """The server sends packets; what that tells the client's user."""
    return state.receive(b"".join(packet.encode(state.request.level) for packet in packets), now)


def begun(
    level: int = 4,
    options: Options = Options(),  # noqa: B008 (it is frozen)
    ack: ConnAck = ConnAck(0),  # noqa: B008
    **connect: object,
) -> ClientState:
    """A client that has been let in."""
    state = ClientState(Connect("me", level=level, **connect), options)  # type: ignore[arg-type]
    state.connect()
    said(state)
    tell(state, ack)
    assert state.connected
    return state


def again(state: ClientState, ack: ConnAck) -> list[Packet]:
    """The connection falls, and another is made; returns what the client says once it was let in."""
    state.lost()
    state.connect()
    said(state)
    tell(state, ack)
    return said(state)
