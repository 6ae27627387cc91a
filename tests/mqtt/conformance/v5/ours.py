"""Our client, for the clauses that bind clients: the test is the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from homeward.mqtt.client.options import Options
from homeward.mqtt.client.state import ClientState
from homeward.mqtt.packets import Connect, Packet, Publish
from homeward.mqtt.properties import Properties
from tests.mqtt.conformance.desk import octets

CONNACK = "20 03 00 00 00"
RESUMED = "20 03 01 00 00"


class Ours:
    """A client that is connected, and whose session outlives its connection by a minute if not said otherwise."""

    def __init__(
        self,
        connack: str = CONNACK,
        *,
        clean: bool = True,
        keep_alive: int = 0,
        authenticate: Callable[[Properties], Properties] | None = None,
        **properties: Any,
    ) -> None:
        known: Properties = {"session_expiry_interval": 60, **properties}  # type: ignore[typeddict-item]
        request = Connect("a", keep_alive, clean, level=5, properties=known)
        self.state = ClientState(request, Options(packet=4096, inflight=20, aliases=4), authenticate=authenticate)
        self.connect(connack)

    def connect(self, connack: str) -> None:
        """A connection is made; what the server answers, if anything."""
        self.state.connect()
        self.state.take()
        self.hear(connack)

    def again(self, connack: str = RESUMED) -> None:
        """The connection is lost, and another is made."""
        self.state.lost()
        self.connect(connack)

    def hear(self, packet: str | bytes, now: float = 0.0) -> list[Packet]:
        """The server says this; what the application is told."""
        return self.state.receive(octets(packet), now)

    def take(self, packet: str | bytes) -> list[Publish]:
        """As `hear`; the application is done with all messages at once."""
        messages = [told for told in self.hear(packet) if isinstance(told, Publish)]
        for message in messages:
            self.state.acknowledge(message)
        return messages

    def says(self, packet: str = "") -> None:
        """Exactly this is what the server has got since last asked."""
        assert self.state.take().hex(" ") == octets(packet).hex(" ")

    def leaves(self, packet: str = "") -> None:
        """As `says`, and the client ends the connection."""
        self.says(packet)
        assert self.state.over
