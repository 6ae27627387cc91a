"""What of a broker outlives its process, as records for the vault."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

import msgspec

from homeward.errors import StorageError
from homeward.mqtt.broker.host import Pledge, Vault
from homeward.mqtt.broker.message import EMPTY, Delivery, Message, message
from homeward.mqtt.packets import Publish, Will
from homeward.mqtt.tree import Grant


class KeptSession(msgspec.Struct, frozen=True, tag="session"):
    """A session. `left` is when its connection ended, in seconds since the epoch, 0 while it is connected."""

    identity: str
    expiry: float
    subscriptions: Mapping[str, Grant]
    left: float = 0.0
    will: Will | None = None


class KeptDelivery(msgspec.Struct, frozen=True, tag="delivery"):
    """A message on its way to a session."""

    identity: str
    number: int
    packet: Publish
    expires: float
    qos: int
    retain: bool
    identifiers: tuple[int, ...]
    packet_id: int
    released: bool

    def delivery(self) -> Delivery:
        """The delivery again; one that has a packet identifier may have been sent."""
        sent = self.packet_id > 0
        content = message(self.packet, self.expires)
        return Delivery(
            content, self.qos, self.retain, self.identifiers, self.number, self.packet_id, sent, self.released
        )


class KeptReceipt(msgspec.Struct, frozen=True, tag="receipt"):
    """The packet identifier of a QoS 2 message that came from a session and is not released yet."""

    identity: str
    packet_id: int


class KeptMessage(msgspec.Struct, frozen=True, tag="retained"):
    """A retained message."""

    packet: Publish
    expires: float


Record: TypeAlias = KeptSession | KeptDelivery | KeptReceipt | KeptMessage
_encode = msgspec.msgpack.Encoder(enc_hook=dict).encode  # the empty properties are a read-only view of a dict
_decode = msgspec.msgpack.Decoder(Record).decode


def read(items: Iterable[tuple[str, bytes]]) -> list[Record]:
    """The records of a vault, sessions first and deliveries in the order in which they came.

    Raises:
        msgspec.MsgspecError: something there is no record.
    """
    return sorted((_decode(value) for _, value in items), key=_order)


def _order(record: Record) -> tuple[bool, int]:
    return not isinstance(record, KeptSession), record.number if isinstance(record, KeptDelivery) else 0


class Keeper:
    """Writes records to a vault, if there is one. What cannot wait raises `StorageError` when the vault refuses it."""

    def __init__(self, vault: Vault | None) -> None:
        self._vault = vault
        self._owed: dict[str, bytes | None] = {}

    @property
    def owed(self) -> int:
        """How many records the vault has refused that it is still to have."""
        return len(self._owed)

    def settle(self) -> None:
        """Write what the vault has refused, as far as it takes it now."""
        for key, value in list(self._owed.items()):
            if self._put_soon(key, value) is None:
                return

    def session(self, record: KeptSession) -> Pledge | None:
        """Keep a session as it is now."""
        return self._put(_session(record.identity), _encode(record))

    def session_soon(self, record: KeptSession) -> None:
        """Keep a session as it is now; when the vault refuses, later."""
        self._put_soon(_session(record.identity), _encode(record))

    def delivery(self, identity: str, delivery: Delivery) -> Pledge | None:
        """Keep a delivery as it is now; of one that is released, the packet identifier alone."""
        content = EMPTY if delivery.released else delivery.message
        record = KeptDelivery(
            identity,
            delivery.number,
            content.packet,
            content.expires,
            delivery.qos,
            delivery.retain,
            delivery.identifiers,
            delivery.packet_id,
            delivery.released,
        )
        return self._put(_delivery(identity, delivery.number), _encode(record))

    def receipt(self, identity: str, packet_id: int) -> Pledge | None:
        """Keep that a QoS 2 message with this identifier was received."""
        return self._put(_receipt(identity, packet_id), _encode(KeptReceipt(identity, packet_id)))

    def retained(self, kept: Message) -> Pledge | None:
        """Keep a retained message."""
        return self._put(_retained(kept.packet.topic), _encode(KeptMessage(kept.packet, kept.expires)))

    def forget_session(self, identity: str, numbers: Iterable[int], receipts: Iterable[int]) -> None:
        """The session is over, with its deliveries and receipts; when the vault refuses, they are forgotten later."""
        for number in numbers:
            self._put_soon(_delivery(identity, number), None)
        for packet_id in receipts:
            self._put_soon(_receipt(identity, packet_id), None)
        self._put_soon(_session(identity), None)

    def forget_delivery(self, identity: str, number: int) -> None:
        """The delivery is done; when the vault refuses, it is forgotten later."""
        self._put_soon(_delivery(identity, number), None)

    def forget_receipt(self, identity: str, packet_id: int) -> Pledge | None:
        """The identifier is free again."""
        return self._put(_receipt(identity, packet_id), None)

    def forget_retained(self, topic: str) -> Pledge | None:
        """Nothing is retained there any more."""
        return self._put(_retained(topic), None)

    def forget_retained_soon(self, topic: str) -> None:
        """Nothing is retained there any more; when the vault refuses, that is kept later."""
        self._put_soon(_retained(topic), None)

    def _put(self, key: str, value: bytes | None) -> Pledge | None:
        if not self._vault:
            return None
        pledge = self._vault.put(key, value)
        self._owed.pop(key, None)
        return pledge

    def _put_soon(self, key: str, value: bytes | None) -> Pledge | None:
        try:
            return self._put(key, value)
        except StorageError:
            self._owed[key] = value
            return None


def _session(identity: str) -> str:
    return f"session {identity}"


def _delivery(identity: str, number: int) -> str:
    return f"delivery {number} {identity}"


def _receipt(identity: str, packet_id: int) -> str:
    return f"receipt {packet_id} {identity}"


def _retained(topic: str) -> str:
    return f"retained {topic}"
