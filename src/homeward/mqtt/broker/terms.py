"""What client and server agree on for one connection of MQTT 5."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.mqtt.aliases import OurAliases, TheirAliases
from homeward.mqtt.broker.host import Limits
from homeward.mqtt.packets import Auth, Connect, Publish
from homeward.mqtt.properties import NEVER, Properties
from homeward.mqtt.reasons import MalformedPacket, Reason

if TYPE_CHECKING:
    from homeward.mqtt.broker.connection import Connection

_NO_LIMIT = 0xFFFF_FFFF


class Terms:
    """What a client asked for in its CONNECT, and the topic aliases in use, each way."""

    __slots__ = (
        "_from_client",
        "_most_aliases",
        "_most_from_client",
        "_to_client",
        "assigned",
        "challenged",
        "largest",
        "method",
    )

    def __init__(self, request: Connect, limits: Limits) -> None:
        properties = request.properties
        self.assigned = ""
        """The client id it was given, if it brought none."""
        self.largest = properties.get("maximum_packet_size", _NO_LIMIT)
        """Bytes of the largest packet it takes."""
        self.method = properties.get("authentication_method", "")
        self.challenged = False
        """Whether it is to answer a challenge, when it authenticates again."""
        self._most_aliases = min(properties.get("topic_alias_maximum", 0), limits.aliases)
        self._most_from_client = limits.aliases
        self._to_client: OurAliases | None = None
        self._from_client: TheirAliases | None = None

    @property
    def particular(self) -> bool:
        """Whether a message may have other bytes for this client than for others."""
        return self._most_aliases > 0 or self.largest < _NO_LIMIT

    def takes(self, packet: Publish) -> bool:
        """Whether the client takes a message of this size."""
        return self.largest == _NO_LIMIT or len(packet.encode(5)) <= self.largest

    def encode(self, packet: Publish) -> bytes:
        """The bytes of a message that the client takes, with a topic alias where there is one."""
        if not self._most_aliases:
            return packet.encode(5)
        self._to_client = self._to_client or OurAliases(self._most_aliases)
        return self._to_client.encode(packet, self.largest) or packet.encode(5)

    def named(self, packet: Publish) -> Publish:
        """A message of the client's, with the topic that its alias stands for [5: 3.3.2.3.4].

        Raises:
            MalformedPacket: the alias is none.
        """
        if "topic_alias" not in packet.properties:
            return packet
        self._from_client = self._from_client or TheirAliases(self._most_from_client)
        return self._from_client.resolve(packet)

    def check(self, packet: Auth, expected: Reason) -> None:
        """Whether an AUTH may come now, and is of the method that CONNECT named [5: 4.12].

        Raises:
            MalformedPacket: it may not, or is not.
        """
        method = packet.properties.get("authentication_method")
        if not self.method or packet.code != expected or method != self.method:
            raise MalformedPacket(f"AUTH 0x{packet.code:02x} by method {method!r}", Reason.PROTOCOL_ERROR)


def lifetime(request: Connect, most: float) -> float:
    """Seconds that the session of this client outlives its connection, of at most so many [3.1.2.4; 5: 3.1.2.11]."""
    if request.level < 5:
        return 0.0 if request.clean else most
    asked = request.properties.get("session_expiry_interval", 0)
    return most if asked == NEVER else min(float(asked), most)


def connack_properties(connection: Connection, request: Connect, expiry: float) -> Properties:
    """What the server tells a client of MQTT 5 whose session it keeps for so long [5: 3.2.2.3]."""
    limits, terms = connection.limits, connection.terms
    properties: Properties = {
        "receive_maximum": limits.inflight,
        "maximum_packet_size": limits.packet,
        "topic_alias_maximum": limits.aliases,
    }
    asked = request.properties.get("session_expiry_interval", 0)
    if expiry != asked and not (asked == NEVER and expiry >= NEVER):
        properties["session_expiry_interval"] = int(expiry)
    if connection.keep_alive != request.keep_alive:
        properties["server_keep_alive"] = connection.keep_alive
    if terms and terms.assigned:
        properties["assigned_client_identifier"] = terms.assigned
    if terms and terms.method:
        properties["authentication_method"] = terms.method
    return properties
