"""What a client may use up, and how it behaves where there is a choice."""

from __future__ import annotations

import msgspec

from homeward.mqtt.packets import Connect
from homeward.mqtt.properties import Properties


class Options(msgspec.Struct, frozen=True):
    """A server of MQTT 5 is told of the first three, unless CONNECT's own properties say otherwise."""

    packet: int = 16_777_216
    """Bytes of the largest packet that is taken; a server that sends a larger one is left."""
    inflight: int = 1_000
    """Messages at QoS 1 and 2 under way at once, each way; at most 65,535."""
    window: int = 20
    """Those under way to a server of 3.1 or 3.1.1, which cannot say how many it takes. Mosquitto takes 20 unless it is
    told otherwise, and loses what is more at QoS 2, though it acknowledges it."""
    aliases: int = 32
    """Topic aliases of a connection, each way; 0 for none."""
    queued: int = 16_777_216
    """Bytes of messages at QoS 1 and 2 that are kept until the server has them, and of bytes it has not read yet."""
    waiting: int = 10_000
    """Messages that wait to be taken; past it, those at QoS 0 are dropped and counted."""
    follow: bool = False
    """Whether to go to another server when the server says so [5: 4.11]; it may name any host."""

    def announced(self, connect: Connect) -> Properties:
        """The properties of the CONNECT that is sent."""
        if connect.level < 5:
            return connect.properties
        ours: Properties = {
            "receive_maximum": self.inflight,
            "maximum_packet_size": self.packet,
            "topic_alias_maximum": self.aliases,
        }
        return {**ours, **connect.properties}


DEFAULTS = Options()
