"""Topic aliases, ours and the peer's; they are good for one connection [5: 3.3.2.3.4]."""

from __future__ import annotations

import msgspec

from homeward.mqtt.packets import Publish
from homeward.mqtt.reasons import MalformedPacket, Reason


class OurAliases:
    """Aliases for what we send: the first `most` topics get one each."""

    __slots__ = ("_known", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[str, int] = {}

    def encode(self, packet: Publish, largest: int) -> bytes:
        """A message's bytes, with an alias where that helps; empty if they are more than `largest`."""
        alias = self._known.get(packet.topic)
        if alias:
            return _fitting(_aliased(packet, "", alias), largest)
        if len(self._known) < self._most:
            alias = len(self._known) + 1
            if introducing := _fitting(_aliased(packet, packet.topic, alias), largest):
                self._known[packet.topic] = alias
                return introducing
        return _fitting(packet, largest)


class TheirAliases:
    """Aliases of what the peer sends, of which we said that there may be `most`."""

    __slots__ = ("_known", "_most")

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: dict[int, str] = {}

    def resolve(self, packet: Publish) -> Publish:
        """The message with the topic that its alias stands for, and without the alias.

        Raises:
            MalformedPacket: the alias is none.
        """
        alias = packet.properties.get("topic_alias")
        if alias is None:
            return packet
        if alias > self._most:
            raise MalformedPacket(f"topic alias {alias} of at most {self._most}", Reason.TOPIC_ALIAS_INVALID)
        if packet.topic:
            self._known[alias] = packet.topic
        elif alias not in self._known:
            raise MalformedPacket(f"topic alias {alias}, which stands for nothing", Reason.PROTOCOL_ERROR)
        properties = packet.properties.copy()
        del properties["topic_alias"]
        return msgspec.structs.replace(packet, topic=self._known[alias], properties=properties)


def _aliased(packet: Publish, topic: str, alias: int) -> Publish:
    return msgspec.structs.replace(packet, topic=topic, properties={**packet.properties, "topic_alias": alias})


def _fitting(packet: Publish, largest: int) -> bytes:
    data = packet.encode(5)
    return data if len(data) <= largest else b""
