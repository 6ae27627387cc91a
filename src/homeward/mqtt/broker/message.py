"""An application message on its way through the broker, and its bytes for each who gets it."""

from __future__ import annotations

from homeward.mqtt.packets import Publish
from homeward.mqtt.properties import NONE, Properties
from homeward.mqtt.tree import Grant

_OVERHEAD = 200
"""Bytes that a message which is kept costs beside its topic and payload, about."""


class Message:
    """What was published: `packet` is that of the publisher, without what concerned only its connection.

    `expires` is the time since the epoch when it is no longer worth delivering, 0 for never.
    """

    __slots__ = ("_plain", "_plain_5", "expires", "packet")

    def __init__(self, packet: Publish, expires: float = 0.0, plain: bytes = b"") -> None:
        self.packet = packet
        self.expires = expires
        self._plain = plain
        self._plain_5 = b""

    @property
    def size(self) -> int:
        """Bytes it takes to keep it, about."""
        return len(self.packet.payload) + len(self.packet.topic) + _OVERHEAD

    def plain(self, level: int) -> bytes:
        """Its bytes at QoS 0, not retained, for one who has no identifiers: the same for all of them."""
        if level < 5:
            self._plain = self._plain or Publish(self.packet.topic, self.packet.payload).encode()
            return self._plain
        if not self._plain_5:
            packet = self.packet
            self._plain_5 = Publish(packet.topic, packet.payload, properties=packet.properties).encode(5)
        return self._plain_5

    def remaining(self, now: float) -> Properties:
        """Its properties, with what is left of its time [5: 3.3.2.3.3]."""
        if not self.expires:
            return self.packet.properties
        left = max(0, int(self.expires - now))
        return {**self.packet.properties, "message_expiry_interval": left}


class Delivery:
    """A message on its way to one session, from when it is due until it needs no more thought."""

    __slots__ = ("identifiers", "message", "number", "packet_id", "qos", "released", "retain", "sent")

    def __init__(self, message: Message, grant: Grant, number: int, *, retain: bool) -> None:
        self.message: Message = message
        self.qos = min(message.packet.qos, grant.qos)
        self.retain = retain
        self.identifiers = grant.identifiers
        self.number = number
        """Its place in the session's order, under which it is kept."""
        self.packet_id = 0
        self.sent = False
        """Whether it may have reached the client: if it is sent again, it is as a duplicate."""
        self.released = False
        """Whether the client has it (QoS 2): only the packet identifier is still to be freed."""

    def packet(self, now: float) -> Publish:
        """What is sent."""
        message = self.message.packet
        properties = self.message.remaining(now)
        if self.identifiers:
            properties = {**properties, "subscription_identifier": self.identifiers}
        return Publish(message.topic, message.payload, self.qos, self.retain, self.sent, self.packet_id, properties)


EMPTY = Message(Publish("-", b"", properties=NONE))
"""What is left of a message that its receiver has taken responsibility for."""
