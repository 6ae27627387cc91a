"""What a server said in its CONNACK that it takes [5: 3.2.2.3]; before MQTT 5 it takes everything."""

from __future__ import annotations

import msgspec

from homeward.mqtt.client.errors import Unsendable
from homeward.mqtt.client.options import Options
from homeward.mqtt.packets import ConnAck, Connect, Publish
from homeward.mqtt.reasons import Reason

_ANY = 0xFFFF_FFFF


class Terms(msgspec.Struct, frozen=True):
    """What holds for one connection."""

    window: int
    """Messages at QoS 1 and 2 that may be under way to the server."""
    keep_alive: int
    """Seconds within which the server is to hear of us; 0 for none."""
    expiry: int
    """Seconds that the server keeps the session; before MQTT 5, 1 where it keeps it."""
    largest: int = _ANY
    """Bytes of a whole packet."""
    qos: int = 2
    retain: bool = True
    aliases: int = 0

    def check(self, message: Publish, size: int) -> None:
        """Whether the server takes a message whose packet has so many bytes.

        Raises:
            Unsendable: it does not.
        """
        self.check_size(size)
        if message.qos > self.qos:
            raise Unsendable(f"QoS {message.qos}, where the server takes {self.qos}", Reason.QOS_NOT_SUPPORTED)
        if message.retain and not self.retain:
            raise Unsendable("a message to be retained, where the server retains none", Reason.RETAIN_NOT_SUPPORTED)

    def check_size(self, size: int) -> None:
        """Whether the server takes a packet of so many bytes.

        Raises:
            Unsendable: it does not.
        """
        if size > self.largest:
            why = f"a packet of {size} bytes, where the server takes {self.largest}"
            raise Unsendable(why, Reason.PACKET_TOO_LARGE)


def agreed(request: Connect, ack: ConnAck, options: Options) -> Terms:
    """The terms of a connection, from what either side said."""
    said = ack.properties
    kept = request.properties.get("session_expiry_interval", 0) if request.level == 5 else not request.clean
    return Terms(
        window=min(options.inflight, said.get("receive_maximum", 65_535)) if request.level == 5 else options.window,
        keep_alive=said.get("server_keep_alive", request.keep_alive),
        expiry=said.get("session_expiry_interval", int(kept)),
        largest=said.get("maximum_packet_size", _ANY),
        qos=said.get("maximum_qos", 2),
        retain=bool(said.get("retain_available", 1)),
        aliases=min(options.aliases, said.get("topic_alias_maximum", 0)),
    )
