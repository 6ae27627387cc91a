"""What is on its way to one client: sent and not acknowledged, or waiting until it reads, has room, or is back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from homeward.errors import StorageError
from homeward.mqtt.broker.host import Pledge
from homeward.mqtt.broker.message import EMPTY, Delivery, Message
from homeward.mqtt.packets import Publish, PubRel
from homeward.mqtt.reasons import Reason
from homeward.mqtt.tree import Grant

if TYPE_CHECKING:
    from homeward.mqtt.broker.broker import Broker
    from homeward.mqtt.broker.connection import Connection

_FULL = "it does not read or acknowledge: {} bytes were kept for it"


class Outgoing:
    """The part of a session through which messages leave.

    Messages at QoS 0 that the client is too slow for are dropped, the oldest first; what is dropped is counted in
    `Broker.counts`. Of an absent client those at QoS 1 and 2 are kept, in the vault if `expiry` is not 0. What the
    vault refuses is sent all the same: it is its publisher that is not told that it is kept.
    """

    __slots__ = (
        "_inflight",
        "_lossy",
        "_next_id",
        "_number",
        "_queue",
        "_retained",
        "_size",
        "broker",
        "connection",
        "expiry",
        "identity",
        "kept",
        "subscriptions",
    )

    def __init__(self, broker: Broker, identity: str, subscriptions: Mapping[str, Grant]) -> None:
        self.broker = broker
        self.identity = identity
        self.subscriptions = subscriptions
        self.connection: Connection | None = None
        self.expiry = 0.0
        """Seconds that it outlives its connection."""
        self.kept = False
        """Whether the vault may know of it."""
        self._inflight: dict[int, Delivery] | None = None
        self._queue: deque[Delivery] | None = None
        """What waits at QoS 1 and 2."""
        self._lossy: deque[Delivery] | None = None
        """What waits at QoS 0."""
        self._retained: deque[tuple[str, Grant, int, Iterator[Message]]] | None = None
        """Retained messages that are still to be sent, by the subscription that asked for them."""
        self._size = 0
        self._next_id = 0
        self._number = 0

    def deliver(self, message: Message, grant: Grant, *, retained: bool = False) -> Pledge | None:
        """Send or keep a message as granted; the pledge is that it is kept, where it must be."""
        packet, connection = message.packet, self.connection
        qos = min(packet.qos, grant.qos)
        retain = retained or (packet.retain and grant.retain_as_published)
        if connection is None:
            if not qos:
                return None
        elif connection.ordinary and not (retain or grant.identifiers or connection.blocked):
            # What most messages need, without what few need: this and `_send_numbered` are the broker's busiest lines.
            if not (qos or self._lossy):
                connection.send(message.plain(connection.level))
                return None
            usual = qos and qos == packet.qos and not (self.expiry or self._queue or connection.level == 5)
            if usual and self._send_numbered(message, qos, connection):
                return None
        return self._take(Delivery(message, qos, retain, grant.identifiers))

    @property
    def size(self) -> int:
        """Bytes of all that is under way to the client, or waits; at most `Limits.queued`."""
        return self._size

    @property
    def ready(self) -> bool:
        """Whether the client is here and reads."""
        return self.connection is not None and not self.connection.blocked

    @property
    def is_waiting(self) -> bool:
        """Whether messages wait to be sent."""
        return bool(self._queue or self._lossy or self._retained)

    def catch_up(self, topic_filter: str, granted: Grant, messages: Iterable[Message]) -> None:
        """Send retained messages for a subscription, as fast as the client takes them, over several connections too."""
        # One entry a subscription: whoever subscribes for ever is not kept more for.
        waiting = (each for each in self._retained or () if each[0] != topic_filter and each[0] in self.subscriptions)
        self._retained = deque([*waiting, (topic_filter, granted, self.broker.retained.latest, iter(messages))])
        self.pump()

    def pump(self) -> None:
        """Send what waits, as far as the client takes it."""
        while (connection := self.connection) and not connection.blocked:
            try:
                if delivery := self._next(connection):
                    self._start(delivery, connection)
                elif not self._send_retained(connection):
                    break
            except StorageError:
                self.broker.counts["not_kept"] += 1
        self._queue, self._lossy = self._queue or None, self._lossy or None

    def _next(self, connection: Connection) -> Delivery | None:
        """What is to be sent next of what waits: at QoS 0 there is always room, so it is the others' turn first."""
        if self._queue and len(self._inflight or ()) < connection.window:
            return self._queue.popleft()
        if self._lossy:
            delivery = self._lossy.popleft()
            self._size -= delivery.message.size
            return delivery
        return None

    def _send_retained(self, connection: Connection) -> bool:
        """Send one more, if nothing else waits; False if there is none, or it must wait."""
        if not self._retained or self._queue or len(self._inflight or ()) >= connection.window:
            return False
        if self._inflight and self._size > self.broker.limits.queued // 2:
            return False  # a client that acknowledges is not to be disconnected for what is sent it too fast
        topic_filter, granted, latest, messages = self._retained[0]
        message = next(messages, None)
        if message and topic_filter in self.subscriptions:
            # What is newer than the subscription has come by it already, unless it is of those that may get lost.
            if message.order <= latest or not (message.packet.qos and granted.qos):
                self.deliver(message, granted, retained=True)
        elif self._retained:
            self._retained.popleft()
            self._retained = self._retained or None
        return True

    def _take(self, delivery: Delivery) -> Pledge | None:
        connection = self.connection
        is_free = connection is not None and not connection.blocked
        if not delivery.qos:
            if connection and is_free and not self._lossy:
                self._start(delivery, connection)
            elif self._make_room(delivery):
                self._lossy = self._lossy or deque()
                self._lossy.append(delivery)
            return None
        if not self._make_room(delivery):
            return None
        self._number += 1
        delivery.number = self._number
        if connection and is_free and not self._queue and len(self._inflight or ()) < connection.window:
            return self._start(delivery, connection)
        self._queue = self._queue or deque()
        self._queue.append(delivery)
        return self._keep(delivery)

    def _send_numbered(self, message: Message, qos: int, connection: Connection) -> bool:
        """Send a message to a client of a version before 5 whose session ends with it; False if it must wait."""
        inflight = self._inflight
        if inflight is None:
            inflight = self._inflight = {}
        size = self._size + message.size
        if len(inflight) >= connection.window or size > self.broker.limits.queued:
            return False
        self._size = size
        packet_id = self._free_id()
        inflight[packet_id] = Delivery(message, qos, False, (), 0, packet_id, True)
        connection.send(message.numbered(packet_id))
        return True

    def _make_room(self, delivery: Delivery) -> bool:
        """Drop old messages at QoS 0 until there is room for one more, and take that; whether there is."""
        most = self.broker.limits.queued - delivery.message.size
        while self._size > most and self._lossy:
            self._size -= self._lossy.popleft().message.size
            self.broker.counts["dropped_slow"] += 1
        if self._size <= most:
            self._size += delivery.message.size
            return True
        self.broker.counts["dropped_full"] += 1
        if self.connection and delivery.qos:
            self.connection.close(_FULL.format(self._size), Reason.QUOTA_EXCEEDED)
        return False

    def _start(self, delivery: Delivery, connection: Connection) -> Pledge | None:
        """Begin the exchange of packets that hands a message over."""
        if why := self._is_pointless(delivery, connection):
            self.broker.counts[why] += 1
            self._finish(delivery)
            return None
        if not delivery.qos:
            connection.publish(self._packet(delivery))
            return None
        delivery.packet_id = delivery.packet_id or self._free_id()
        self._inflight = self._inflight or {}
        self._inflight[delivery.packet_id] = delivery
        try:
            pledge = self._keep(delivery)
        except StorageError:
            self._transmit(delivery, connection)
            raise
        if pledge and delivery.qos == 2:
            # Sent before its identifier is on the disk, it could come a second time under another.
            pledge.then(lambda: self._transmit(delivery, connection))
        else:
            self._transmit(delivery, connection)
        return pledge

    def _is_pointless(self, delivery: Delivery, connection: Connection) -> str:
        """Why it is not to be sent, as it is counted; empty if it is."""
        expires = delivery.message.expires
        if expires and expires <= self.broker.now() and not delivery.sent:
            return "dropped_expired"
        return "" if connection.ordinary or connection.takes(self._packet(delivery)) else "dropped_large"

    def _transmit(self, delivery: Delivery, connection: Connection) -> None:
        underway = self._inflight and self._inflight.get(delivery.packet_id) is delivery
        if self.connection is connection and underway and not delivery.released:
            connection.publish(self._packet(delivery))
            delivery.sent = True

    def _packet(self, delivery: Delivery) -> Publish:
        return delivery.packet(self.broker.now() if delivery.message.expires else 0.0)

    def _free_id(self) -> int:
        number = self._next_id % 0xFFFF + 1
        while self._inflight and number in self._inflight:
            number = number % 0xFFFF + 1
        self._next_id = number
        return number

    def _keep(self, delivery: Delivery) -> Pledge | None:
        return self.broker.keeper.delivery(self.identity, delivery) if self.expiry else None

    # --- what the client says to it

    def acknowledged(self, packet_id: int, qos: int = 1) -> bool:
        """PUBACK, or at QoS 2 a refusal by PUBREC: it needs no more thought. Whether there was such a message."""
        delivery = self._inflight.get(packet_id) if self._inflight else None
        if not delivery or delivery.qos != qos or delivery.released:
            return False
        self._finish(delivery)
        if self._queue or self._retained:
            self.pump()
        return True

    def recorded(self, packet_id: int) -> bool:
        """PUBREC: the client has it; PUBREL follows. Whether there was such a message."""
        delivery = self._inflight.get(packet_id) if self._inflight else None
        connection = self.connection
        if not delivery or delivery.qos < 2 or not connection:
            return False
        self._size += EMPTY.size - delivery.message.size
        delivery.released, delivery.message = True, EMPTY
        connection.promise(PubRel(packet_id).encode(connection.level), self._keep(delivery))
        return True

    def completed(self, packet_id: int) -> None:
        """PUBCOMP: the identifier is free again."""
        delivery = self._inflight.get(packet_id) if self._inflight else None
        if delivery and delivery.released:
            self._finish(delivery)
            self.pump()

    def _finish(self, delivery: Delivery) -> None:
        if self._inflight:
            self._inflight.pop(delivery.packet_id, None)
            self._inflight = self._inflight or None  # thousands of sessions each keep what they do not need
        if delivery.qos:
            self._size -= delivery.message.size
        if self.kept and delivery.number:
            self.broker.keeper.forget_delivery(self.identity, delivery.number)

    # --- when its connections begin and end

    def resume(self) -> None:
        """Send again what the client has not acknowledged [4.4], then what came in its absence."""
        for packet_id, delivery in (self._inflight or {}).items():
            if self.connection:
                # Kept once more, as the pledge of the first time may not be kept yet.
                self.connection.promise(PubRel(packet_id).encode(self.connection.level), self._keep(delivery))
        self.pump()

    def pause(self) -> None:
        """The connection is over. What was under way waits, before anything newer."""
        self.connection = None
        unsure = [delivery for delivery in (self._inflight or {}).values() if not delivery.released]
        for delivery in unsure:
            del (self._inflight or {})[delivery.packet_id]
        self._size -= sum(delivery.message.size for delivery in self._lossy or ())
        self._lossy = None
        self._retained = self._retained if self.expiry else None
        self._inflight = self._inflight or None
        self._queue = deque([*unsure, *(self._queue or ())]) or None

    def underway(self) -> Iterator[Delivery]:
        """All messages that are under way to the client, or wait."""
        yield from (self._inflight or {}).values()
        yield from self._queue or ()
        yield from self._lossy or ()

    def restore(self, delivery: Delivery) -> None:
        """A message that was kept for it."""
        self._number = max(self._number, delivery.number)
        self._next_id = max(self._next_id, delivery.packet_id)
        self._size += delivery.message.size
        if delivery.released:
            delivery.message = EMPTY
            self._inflight = {**(self._inflight or {}), delivery.packet_id: delivery}
        else:
            self._queue = self._queue or deque()
            self._queue.append(delivery)
