"""MQTT over WebSocket [6]: between the stream and the MQTT receiver, which writes to it as to any stream."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request as Opening
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Origin, Subprotocol

from homeward.families.base import Peer, Request
from homeward.net.doorlog import Handshake
from homeward.net.household import Household
from homeward.net.mqtt import MqttReceiver
from homeward.net.stream import Stream

PATHS = ("/mqtt", "/")
"""Where a WebSocket of MQTT is opened."""
_SUBPROTOCOLS = (Subprotocol("mqtt"), Subprotocol("mqttv3.1"))
_FIXED_HEADER = 5
"""Bytes of an MQTT packet beside those that `limits.frame` counts, at most."""
_WORDS = 200
"""Characters of a refusal in the log: it quotes the client."""
_GOODBYE = 5.0
"""Seconds that a client has to close its side."""
_SILENT = logging.Logger("websockets", logging.CRITICAL + 1)
"""Frames hold passwords: nothing of them is logged, at no level."""


def upgrade(house: Household, stream: Stream, peer: Peer, request: Request) -> Callable[[bytes], None] | None:
    """Who takes over the stream after a request that asks for it, with the bytes that followed; None: nobody."""
    if request.path not in PATHS or request.headers.get("upgrade", "").lower() != "websocket":
        return None
    return partial(_take_over, house, stream, peer, request)


class WebSocketReceiver:
    """Receives frames from a stream for an MQTT receiver, and is the stream to which that one writes."""

    __slots__ = ("_deadline", "_mqtt", "_now", "_protocol", "_reason", "_stream")

    framing = "WebSocket"

    def __init__(self, house: Household, stream: Stream, peer: Peer) -> None:
        self._now = house.loop.time
        self._stream = stream
        self._reason = ""
        self._deadline = 0.0
        self._protocol = ServerProtocol(
            origins=[None, *map(Origin, house.origins)] if house.origins else None,
            subprotocols=_SUBPROTOCOLS,
            max_size=house.limits.frame + _FIXED_HEADER,
            logger=_SILENT,
        )
        self._mqtt = MqttReceiver(house, self, peer)

    def open(self, request: Request) -> str:
        """Answer the opening handshake; why it was refused, if it was."""
        self._protocol.receive_data(_head(request))
        for opening in self._protocol.events_received():
            if isinstance(opening, Opening):
                self._protocol.send_response(self._protocol.accept(opening))
        self._flush()
        return "" if self._protocol.state is State.OPEN else self._why()[:_WORDS]

    def receive(self, data: bytes) -> None:
        """Bytes arrived: frames, torn anywhere."""
        protocol = self._protocol
        protocol.receive_data(data)
        for event in protocol.events_received():
            if isinstance(event, Frame) and not self._reason:
                self._take(event)
        self._flush()

    def drained(self) -> None:
        """The peer has read what waited for it."""
        self._mqtt.drained()

    def lost(self, reason: str) -> None:
        """The stream is over."""
        self._mqtt.lost(self._reason or reason)

    def expired(self, now: float) -> str:
        """As the MQTT receiver has it; after its end, when the client does not close its side."""
        if self._deadline:
            return self._reason if now > self._deadline else ""
        return self._mqtt.expired(now)

    # What the MQTT receiver takes for its stream.

    @property
    def closed(self) -> bool:
        """Whether it is over, or about to be."""
        return self._stream.closed or self._protocol.state is not State.OPEN

    @property
    def unwritten(self) -> int:
        """Bytes that wait for the peer to read."""
        return self._stream.unwritten

    def send(self, data: bytes) -> None:
        """Send bytes, as one frame. After `close` they go nowhere."""
        if not self.closed:
            self._protocol.send_binary(data)
            self._flush()

    def close(self, reason: str) -> None:
        """Say so, and end it when the client has closed its side or its time for that is over."""
        if not self.closed:
            self._reason = reason
            self._deadline = self._now() + _GOODBYE
            self._protocol.send_close(CloseCode.NORMAL_CLOSURE)
            self._flush()

    def abort(self, reason: str) -> None:
        """End it now."""
        self._stream.abort(reason)

    def _take(self, frame: Frame) -> None:
        if frame.opcode in (Opcode.BINARY, Opcode.CONT):
            self._mqtt.receive(bytes(frame.data))
        elif frame.opcode is Opcode.TEXT:
            self._reason = "a text frame, where MQTT has binary ones [6.0.0-1]"
            self._protocol.fail(CloseCode.UNSUPPORTED_DATA)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._stream.send(data)
            else:
                self._stream.close(self._reason or self._why())

    def _why(self) -> str:
        protocol = self._protocol
        if error := protocol.handshake_exc or protocol.parser_exc:
            return f"WebSocket: {error}"
        return "the client closed the WebSocket"


def _take_over(house: Household, stream: Stream, peer: Peer, request: Request, rest: bytes) -> None:
    receiver = stream.receiver = WebSocketReceiver(house, stream, peer)
    if refused := receiver.open(request):
        caller, now = f"{peer.host}:{peer.port}", house.clock.now()
        house.log.add(Handshake(now, peer.door, caller, "websocket", refused, tls=peer.tls))
    elif rest:
        receiver.receive(rest)


def _head(request: Request) -> bytes:
    """The request as it came, for the library that reads it once more."""
    lines = [f"{request.method} {request.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
