"""Messages at QoS 1 and 2 that came and are not settled with the server yet."""

from __future__ import annotations

from homeward.mqtt.packets import Publish


class Inbox:
    """Says what is to be handed over, and what is to be acknowledged when it has been.

    What was handed over in an earlier connection is not acknowledged in a later one by itself: the server sends it
    again there, as a duplicate.
    """

    def __init__(self) -> None:
        self._here: dict[int, Publish] = {}
        """By identifier, those of this connection that are not settled."""
        self._received: dict[int, Publish | None] = {}
        """QoS 2 messages that are not released yet, of any connection; None once they were handed over."""

    def __len__(self) -> int:
        """How many are not settled: what a receive maximum counts."""
        return len(self._here)

    def take_in(self, message: Publish, *, is_new: bool = False) -> bool:
        """A message came. Whether it is to be handed over; `is_new` if it cannot be one of an earlier connection."""
        packet_id = message.packet_id
        known = packet_id in self._received and not (is_new and packet_id not in self._here)
        self._here[packet_id] = message
        if message.qos == 2 and not known:
            self._received[packet_id] = message
        return message.qos == 1 or not known

    def is_settled(self, packet_id: int) -> bool:
        """Whether a QoS 2 message was handed over: one that comes again is acknowledged at once."""
        return packet_id in self._received and self._received[packet_id] is None

    def handed_over(self, message: Publish) -> bool:
        """The message was handed over; whether it is to be acknowledged in this connection now."""
        packet_id = message.packet_id
        if message.qos == 1:
            current = self._here.get(packet_id) is message
            if current:
                del self._here[packet_id]
            return current
        if self._received.get(packet_id) is not message:
            return False
        self._received[packet_id] = None
        return packet_id in self._here

    def released(self, packet_id: int) -> bool:
        """PUBREL: the identifier is free. Whether there was such a message."""
        self._here.pop(packet_id, None)
        known = packet_id in self._received
        self._received.pop(packet_id, None)
        return known

    def lost(self) -> None:
        """The connection is over."""
        self._here.clear()

    def begin_anew(self) -> None:
        """The server has forgotten the session."""
        self._received.clear()
