"""An application message on its way through the broker, and its bytes for each who gets it."""

from __future__ import annotations

from math import ceil

import msgspec

from homeward.mqtt.fields import number
from homeward.mqtt.packets import Publish
from homeward.mqtt.properties import NONE, Properties

_OVERHEAD = 200
"""Bytes that a message which is kept costs beside its topic and payload, about."""


class Message(msgspec.Struct, gc=False):
    """What was published: `packet` is that of the publisher, without what concerned only its connection."""

    packet: Publish
    size: int = 0
    """Bytes it takes to keep it, about."""
    expires: float = 0.0
    """When it is no longer worth delivering, in seconds since the epoch; 0 for never."""
    raw: bytes = b""
    """The bytes in which it came, if they are those of a version before 5, neither retained nor a duplicate."""
    order: int = 0
    """Its place among all that were retained; 0 if it was not."""
    plain_4: bytes = b""
    plain_5: bytes = b""

    def plain(self, level: int) -> bytes:
        """Its bytes at QoS 0, not retained, for one who has no identifiers: the same for all of them."""
        packet = self.packet
        if level == 5:
            if not self.plain_5:
                self.plain_5 = Publish(packet.topic, packet.payload, properties=packet.properties).encode(5)
            return self.plain_5
        if self.raw and not packet.qos:
            return self.raw
        if not self.plain_4:
            self.plain_4 = Publish(packet.topic, packet.payload).encode()
        return self.plain_4

    def numbered(self, packet_id: int) -> bytes:
        """Its bytes at its own QoS, not retained, before MQTT 5: those in which it came but for the identifier."""
        packet = self.packet
        self.raw = self.raw or Publish(packet.topic, packet.payload, packet.qos, packet_id=packet_id).encode()
        at = len(self.raw) - len(packet.payload)
        return self.raw[: at - 2] + number(packet_id) + packet.payload

    def remaining(self, now: float) -> Properties:
        """Its properties, with what is left of its time [5: 3.3.2.3.3]."""
        if not self.expires:
            return self.packet.properties
        # Only whole seconds count as waited: one that is passed on at once has the time that it came with.
        left = max(0, ceil(self.expires - now))
        return {**self.packet.properties, "message_expiry_interval": left}


def message(packet: Publish, expires: float = 0.0, raw: bytes = b"") -> Message:
    """The message in a packet."""
    return Message(packet, len(packet.payload) + len(packet.topic) + _OVERHEAD, expires, raw)


class Delivery(msgspec.Struct, gc=False):
    """A message on its way to one session, from when it is due until it needs no more thought."""

    message: Message
    qos: int
    retain: bool = False
    identifiers: tuple[int, ...] = ()
    """Subscription identifiers [5: 3.3.4]."""
    number: int = 0
    """Its place in the session's order, under which it is kept."""
    packet_id: int = 0
    sent: bool = False
    """Whether it may have reached the client: if it is sent again, it is as a duplicate."""
    released: bool = False
    """Whether the client has it (QoS 2): only the packet identifier is still to be freed."""

    def packet(self, now: float) -> Publish:
        """What is sent."""
        packet = self.message.packet
        properties = self.message.remaining(now)
        if self.identifiers:
            properties = {**properties, "subscription_identifier": self.identifiers}
        return Publish(packet.topic, packet.payload, self.qos, self.retain, self.sent, self.packet_id, properties)


EMPTY = message(Publish("-", b"", properties=NONE))
"""What is left of a message that its receiver has taken responsibility for."""
