"""Messages at QoS 1 and 2 that came and are not settled with the server yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from homeward.mqtt.packets import Publish


class Inbox:
    """Says what is to be handed over, and what is to be acknowledged when it has been: in the order of their coming.

    What was handed over in an earlier connection is not acknowledged in a later one by itself: the server sends it
    again there, as a duplicate.
    """

    def __init__(self) -> None:
        self._here: dict[int, Publish] = {}
        """By identifier, those of this connection that are not settled."""
        self._received: dict[int, Publish | None] = {}
        """QoS 2 messages that are not released yet, of any connection; None once they were handed over."""
        self._owed: deque[int] = deque()
        """Identifiers of this connection that wait for their PUBACK or PUBREC."""
        self._ready: dict[int, bool] = {}
        """Of those, which may have it."""

    def __len__(self) -> int:
        """How many are not settled: what a receive maximum counts."""
        return len(self._here)

    def take_in(self, message: Publish, *, is_new: bool = False) -> bool:
        """A message came. Whether it is to be handed over; `is_new` if it cannot be one of an earlier connection."""
        packet_id = message.packet_id
        known = packet_id in self._received and not (is_new and packet_id not in self._here)
        self._here[packet_id] = message
        if packet_id not in self._ready:
            self._owed.append(packet_id)
            self._ready[packet_id] = False
        if message.qos == 1:
            return True
        if not known:
            self._received[packet_id] = message
        elif self._received[packet_id] is None:
            self._ready[packet_id] = True
        return not known

    def handed_over(self, message: Publish) -> None:
        """The message was handed over: it may be acknowledged, if it came by this connection."""
        packet_id = message.packet_id
        if message.qos == 1:
            current = self._here.get(packet_id) is message
        else:
            current = self._received.get(packet_id) is message
            if current:
                self._received[packet_id] = None
        if current and packet_id in self._ready:
            self._ready[packet_id] = True

    def due(self) -> Iterator[Publish]:
        """The messages that are to be acknowledged now."""
        while self._owed and self._ready[self._owed[0]]:
            packet_id = self._owed.popleft()
            del self._ready[packet_id]
            message = self._here.get(packet_id)
            if message and message.qos == 1:
                del self._here[packet_id]
            if message:
                yield message

    def released(self, packet_id: int) -> bool:
        """PUBREL: the identifier is free. Whether there was such a message."""
        self._here.pop(packet_id, None)
        if packet_id in self._ready:
            self._ready[packet_id] = True
        known = packet_id in self._received
        self._received.pop(packet_id, None)
        return known

    def lost(self) -> None:
        """The connection is over."""
        self._here.clear()
        self._owed.clear()
        self._ready.clear()

    def begin_anew(self) -> None:
        """The server has forgotten the session."""
        self._received.clear()
