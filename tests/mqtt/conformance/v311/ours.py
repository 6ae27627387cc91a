"""Our client, at whose other end the tests are the server."""

from __future__ import annotations

from homeward.mqtt.client.state import ClientState
from homeward.mqtt.packets import Connect, Packet, Publish
from tests.mqtt.conformance.desk import octets


class Client:
    """The sans-IO half of it."""

    def __init__(self, request: Connect | None = None) -> None:
        self.state = ClientState(request or Connect("a", clean=False))
        self.now = 0.0

    def connect(self, ack: str = "20 02 00 00") -> Client:
        """A connection is made, and the server answers so."""
        self.state.connect()
        self.state.take()
        self.receive(ack)
        return self

    def reconnect(self, ack: str = "20 02 01 00") -> Client:
        """The connection falls, and the next is answered so."""
        self.state.lost()
        return self.connect(ack)

    def receive(self, packet: str) -> list[Packet]:
        """The server sends these bytes, as `octets` reads them; what the application is told."""
        return self.state.receive(octets(packet), self.now)

    def expect(self, packet: str) -> None:
        """Exactly these bytes are what the server has got since last asked."""
        got, wanted = self.state.take(), octets(packet)
        assert got == wanted, f"{got.hex(' ')} was sent, not {wanted.hex(' ')}"


def received(client: Client, packet: str) -> list[Publish]:
    """The messages that the application is told of."""
    return [told for told in client.receive(packet) if isinstance(told, Publish)]
