"""MQTT over WebSocket, from the HTTP request on: torn anywhere, it ends alike."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

from homeward.families.base import Peer, Reply, Request
from homeward.mqtt import broker
from homeward.mqtt.broker import Refusal
from homeward.net.http import HttpReceiver
from homeward.net.websocket import upgrade
from homeward.settings import Limits

PEER = Peer("192.0.2.7", 1)
HOUSE: Any = SimpleNamespace(
    loop=SimpleNamespace(time=lambda: 0.0),
    clock=SimpleNamespace(now=lambda: 0.0),
    limits=Limits(frame=1_000),
    mqtt_limits=broker.Limits(packet=1_000),
    origins=(),
    hub=SimpleNamespace(families={}),
    people=SimpleNamespace(sign_in=lambda request, peer, now: Refusal(5, "not here")),
    log=SimpleNamespace(add=lambda handshake: None),
    stir=lambda receiver: receiver.flush(),
)


def _not_found(request: Request) -> tuple[Reply, None]:
    return Reply(404), None


class Wire:
    """A stream without a socket."""

    framing = ""
    unwritten = 0

    def __init__(self) -> None:
        me: Any = self
        self.over = ""
        self.receiver: Any = HttpReceiver(
            HOUSE.loop.time, HOUSE.limits, me, PEER, _not_found, partial(upgrade, HOUSE, me, PEER)
        )

    @property
    def closed(self) -> bool:
        return bool(self.over)

    def send(self, data: bytes) -> None:
        assert data

    def close(self, reason: str) -> None:
        self.over = self.over or reason

    def feed(self, data: bytes) -> None:
        if data and not self.over:
            self.receiver.receive(data)


def target(data: bytes) -> None:
    """A connection; its first byte says after how many bytes it is torn."""
    tear, stream = data[0] if data else 0, data[1:]
    whole, torn = Wire(), Wire()
    whole.feed(stream)
    torn.feed(stream[:tear])
    torn.feed(stream[tear:])
    assert whole.over == torn.over
    torn.receiver.lost("the peer closed the connection")
