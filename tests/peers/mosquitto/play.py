"""Plays a script to a broker over sockets and notes what each client is answered."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import msgspec

from homeward.mqtt.decode import decode
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import (
    ConnAck,
    Connect,
    Disconnect,
    Packet,
    PingReq,
    PingResp,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
)
from homeward.mqtt.reasons import MalformedPacket, Reason
from tests.peers.mosquitto.script import CUT, LISTEN, Act, Item, Script, Step

PATIENCE = 15.0
"""Seconds that an answer is waited for: it comes at once, unless Mosquitto is to notice that a client is silent."""
ROUND = 0.25
"""Seconds between two looks for what comes by itself."""
_FREE = {"reason_string", "receive_maximum", "maximum_packet_size", "topic_alias_maximum"}
"""The properties that a server may choose: words for people, and how much it takes on."""

Transcript = dict[str, list[str]]
"""What each client was answered, a line a packet: the step that it came after, and what it was."""


class Client:
    """One client's connections, one after the other. A PINGREQ after all it sends shows where the answers end."""

    def __init__(self, name: str, port: int, level: int) -> None:
        self.name = name
        self.heard: list[str] = []
        self._port = port
        self._level = int(name[-1]) if "@" in name else level
        self._socket: socket.socket | None = None
        self._signed_in = False
        self._buffer = b""
        self._labels: dict[int, int] = {}

    def send(self, items: tuple[Item, ...], *, whole: bool, step: int) -> None:
        """Send in one write, and hear what is said to it."""
        if not self._socket:
            self._open()
        assert self._socket
        leaves = CUT in items or any(isinstance(item, Disconnect) for item in items)
        data = b"".join(self._bytes(item) for item in items if not isinstance(item, Act))
        pings = self._signed_in and not leaves and whole and LISTEN not in items
        self._write(data + (PingReq().encode() if pings else b""))
        if CUT in items:
            self._socket.shutdown(socket.SHUT_WR)
        if whole:
            self._hear(step, until_ping=pings, to_the_end=leaves or LISTEN in items)

    def listen(self, step: int) -> None:
        """Hear what was said meanwhile."""
        if self._socket and self._signed_in:
            self._write(PingReq().encode())
            self._hear(step, until_ping=True, to_the_end=False)

    def close(self) -> None:
        """The script is over."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _open(self) -> None:
        self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
        self._signed_in, self._buffer = False, b""

    def _write(self, data: bytes) -> None:
        assert self._socket
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return  # closed by the server, as will be heard

    def _bytes(self, item: Packet | bytes | Callable[[int], bytes]) -> bytes:
        if isinstance(item, bytes):
            return item
        if isinstance(item, Connect):
            return msgspec.structs.replace(item, level=self._level, keep_alive=item.keep_alive or 60).encode()
        if isinstance(item, PubAck | PubRec | PubComp):
            actual = {label: packet_id for packet_id, label in self._labels.items()}
            item = msgspec.structs.replace(item, packet_id=actual.get(item.packet_id, item.packet_id))
        return item(self._level) if callable(item) else item.encode(self._level)

    def _labelled(self, packet: Packet) -> Packet:
        """With the server's packet identifiers, which it chooses as it likes, numbered in the order they come in."""
        if not isinstance(packet, Publish | PubRel) or not packet.packet_id:
            return packet
        label = self._labels.setdefault(packet.packet_id, len(self._labels) + 1)
        return msgspec.structs.replace(packet, packet_id=label)

    def _hear(self, step: int, *, until_ping: bool, to_the_end: bool) -> None:
        for packet in self._packets():
            if isinstance(packet, PingResp) and until_ping:
                return
            self.heard.append(f"{step}: {packet if isinstance(packet, str) else shown(self._labelled(packet))}")
            if isinstance(packet, ConnAck) and packet.code == 0 and not to_the_end:
                self._signed_in = until_ping = True
                self._write(PingReq().encode())
        self.heard.append(f"{step}: closed")
        self.close()

    def _packets(self) -> Iterator[Packet | str]:
        """What comes, until the connection ends."""
        while True:
            while found := scan(self._buffer, 0, 1 << 20):
                first, content, following = found
                self._buffer = self._buffer[following:]
                yield _read(first, content, self._level)
            if not (data := self._receive()):
                return
            self._buffer += data

    def _receive(self) -> bytes:
        assert self._socket
        try:
            return self._socket.recv(65_536)
        except ConnectionResetError:
            return b""


def play(script: Script, level: int, port: int) -> Transcript:
    """All that the clients of a script are answered by the broker at this port of the loopback.

    Raises:
        TimeoutError: there came neither an answer nor an end.
    """
    clients: dict[str, Client] = {}
    with ExitStack() as stack:
        for number, step in enumerate(script.steps, 1):
            if step.items and step.client not in clients:
                client = clients[step.client] = Client(step.client, port, level)
                stack.callback(client.close)
            _take(step, number, clients)
        return {name: client.heard for name, client in clients.items()}


def _take(step: Step, number: int, clients: dict[str, Client]) -> None:
    if step.items:
        clients[step.client].send(step.items, whole=step.whole, step=number)
    end = time.monotonic() + step.seconds
    while True:
        for client in clients.values():
            if client.name != step.client and step.whole:
                client.listen(number)
        if time.monotonic() >= end:
            return
        time.sleep(ROUND)


def _read(first: int, content: bytes, level: int) -> Packet | str:
    try:
        return decode(first, content, level)
    except MalformedPacket as error:
        return f"0x{first:02x} {content.hex()}, which is malformed: {error}"


def shown(packet: Packet) -> str:
    """A packet in a line: what is not as usual in it, and nothing that the standard leaves to the server."""
    defaults = {field.name: field.default for field in msgspec.structs.fields(packet)}
    said = {name: value for name, value in msgspec.structs.asdict(packet).items() if value != defaults[name]}
    properties = {name: value for name, value in said.pop("properties", {}).items() if name not in _FREE}
    if "assigned_client_identifier" in properties:
        properties["assigned_client_identifier"] = "…"
    if "subscription_identifier" in properties:
        properties["subscription_identifier"] = tuple(sorted(properties["subscription_identifier"]))
    words = [f"{name}={_word(name, value)}" for name, value in [*said.items(), *sorted(properties.items())]]
    return f"{type(packet).__name__}({', '.join(words)})"


def _word(name: str, value: Any) -> str:
    if name == "code" and value in list(Reason):
        return Reason(value).name
    written = repr(value)
    return written if len(written) < 100 else f"{written[:60]}… ({len(written)} characters)"
