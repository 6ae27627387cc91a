"""The state of one client's session, which may outlive its connections [3.1.2.4; 5: 4.1]."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from homeward.mqtt.broker.host import Pledge
from homeward.mqtt.broker.keep import KeptSession
from homeward.mqtt.broker.message import EMPTY, Delivery, Message
from homeward.mqtt.packets import Publish, PubRel, Will
from homeward.mqtt.reasons import Reason
from homeward.mqtt.tree import Grant

if TYPE_CHECKING:
    from homeward.mqtt.broker.broker import Broker
    from homeward.mqtt.broker.connection import Connection

_NO_SUBSCRIPTIONS: dict[str, Grant] = {}
_FULL = "it does not read or acknowledge: {} bytes were kept for it"


class Session:
    """Subscriptions, messages under way to the client and from it. It belongs to the broker, not to a connection.

    Messages at QoS 0 that the client is too slow for are dropped, the oldest first; what is dropped is counted in
    `Broker.counts`. Of an absent client those at QoS 1 and 2 are kept, in the vault if `expiry` is not 0.
    """

    __slots__ = (
        "_inflight",
        "_lossy",
        "_next_id",
        "_number",
        "_queue",
        "_size",
        "broker",
        "connection",
        "expiry",
        "identity",
        "kept",
        "left",
        "received",
        "subscriptions",
        "will",
    )

    def __init__(self, broker: Broker, identity: str) -> None:
        self.broker = broker
        self.identity = identity
        self.connection: Connection | None = None
        self.expiry = 0.0
        """Seconds that it outlives its connection."""
        self.left = 0.0
        """When its connection ended, in seconds since the epoch; 0 while it has one."""
        self.kept = False
        """Whether the vault may know of it."""
        self.will: Will | None = None
        self.subscriptions = _NO_SUBSCRIPTIONS
        self.received: set[int] | None = None
        """The packet identifiers of QoS 2 messages from the client that are not released yet."""
        self._inflight: dict[int, Delivery] | None = None
        self._queue: deque[Delivery] | None = None
        self._lossy = 0
        """How many in the queue are at QoS 0."""
        self._size = 0
        self._next_id = 0
        self._number = 0

    # --- what comes for the client

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
    def ready(self) -> bool:
        """Whether the client is here and reads."""
        return self.connection is not None and not self.connection.blocked

    @property
    def is_waiting(self) -> bool:
        """Whether messages wait to be sent."""
        return self._queue is not None

    def pump(self) -> None:
        """Send what waits, as far as the client takes it."""
        while self._queue and (connection := self.connection) and not connection.blocked:
            delivery = self._queue[0]
            if delivery.qos and len(self._inflight or ()) >= connection.window:
                return
            self._queue.popleft()
            self._lossy -= not delivery.qos
            self._start(delivery, connection)
        if not self._queue:
            self._queue = None

    def _take(self, delivery: Delivery) -> Pledge | None:
        connection = self.connection
        if not self._make_room(delivery):
            return None
        self._size += delivery.message.size
        if delivery.qos:
            self._number += 1
            delivery.number = self._number
        if connection and not connection.blocked and self._may_start(delivery, connection):
            return self._start(delivery, connection)
        self._queue = self._queue or deque()
        self._queue.append(delivery)
        self._lossy += not delivery.qos
        return self._keep(delivery) if delivery.qos else None

    def _may_start(self, delivery: Delivery, connection: Connection) -> bool:
        """Whether nothing is before it: of messages at QoS 0 one of their own, of others any, or too many under way."""
        if not delivery.qos:
            return not self._lossy
        return not self._queue and len(self._inflight or ()) < connection.window

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
        """Drop old messages at QoS 0 until there is room for one more; whether there is."""
        most = self.broker.limits.queued - delivery.message.size
        while self._size > most and self._lossy and self._queue:
            oldest = next(waiting for waiting in self._queue if not waiting.qos)
            self._queue.remove(oldest)
            self._lossy -= 1
            self._size -= oldest.message.size
            self.broker.counts["dropped_slow"] += 1
        if self._size <= most:
            return True
        self.broker.counts["dropped_full"] += 1
        if self.connection and delivery.qos:
            self.connection.close(_FULL.format(self._size), Reason.QUOTA_EXCEEDED)
        return False

    def _start(self, delivery: Delivery, connection: Connection) -> Pledge | None:
        """Begin the exchange of packets that hands a message over."""
        if delivery.message.expires and delivery.message.expires <= self.broker.now() and not delivery.sent:
            self.broker.counts["dropped_expired"] += 1
            return self._done(delivery)
        if not delivery.qos:
            self._size -= delivery.message.size
            if not connection.publish(self._packet(delivery)):
                self.broker.counts["dropped_large"] += 1
            return None
        delivery.packet_id = delivery.packet_id or self._free_id()
        self._inflight = self._inflight or {}
        self._inflight[delivery.packet_id] = delivery
        pledge = self._keep(delivery)
        if pledge and delivery.qos == 2:
            # Sent before its identifier is on the disk, it could come a second time under another.
            pledge.then(lambda: self._transmit_kept(delivery, connection))
        else:
            self._transmit(delivery, connection)
        return pledge

    def _transmit(self, delivery: Delivery, connection: Connection) -> None:
        underway = self._inflight and self._inflight.get(delivery.packet_id) is delivery
        if self.connection is not connection or not underway:
            return
        if connection.publish(self._packet(delivery)):
            delivery.sent = True
        else:
            self.broker.counts["dropped_large"] += 1
            self._finish(delivery)

    def _packet(self, delivery: Delivery) -> Publish:
        return delivery.packet(self.broker.now() if delivery.message.expires else 0.0)

    def _transmit_kept(self, delivery: Delivery, connection: Connection) -> None:
        self._transmit(delivery, connection)
        self.pump()

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
        if self._queue:
            self.pump()
        return True

    def recorded(self, packet_id: int) -> bool:
        """PUBREC: the client has it; PUBREL follows. Whether there was such a message."""
        delivery = self._inflight.get(packet_id) if self._inflight else None
        connection = self.connection
        if not delivery or delivery.qos < 2 or not connection:
            return False
        pledge = None
        if not delivery.released:
            self._size -= delivery.message.size
            delivery.released, delivery.message = True, EMPTY
            self._size += EMPTY.size
            pledge = self._keep(delivery)
        connection.promise(PubRel(packet_id).encode(connection.level), pledge)
        return True

    def completed(self, packet_id: int) -> None:
        """PUBCOMP: the identifier is free again."""
        delivery = self._inflight.get(packet_id) if self._inflight else None
        if delivery and delivery.released:
            self._finish(delivery)
            self.pump()

    def _finish(self, delivery: Delivery) -> None:
        if self._inflight:
            del self._inflight[delivery.packet_id]
            self._inflight = self._inflight or None  # thousands of sessions each keep what they do not need
        self._done(delivery)

    def _done(self, delivery: Delivery) -> Pledge | None:
        self._size -= delivery.message.size
        kept = self.kept and delivery.qos
        return self.broker.keeper.forget_delivery(self.identity, delivery.number) if kept else None

    # --- its connections

    def attach(self, connection: Connection) -> None:
        """The client is here: its connection is to be told of what is under way."""
        self.connection = connection
        self.left = 0.0

    def resume(self) -> None:
        """Send again what the client has not acknowledged [4.4], then what came in its absence."""
        for packet_id in self._inflight or ():
            if self.connection:
                self.connection.promise(PubRel(packet_id).encode(self.connection.level), None)
        self.pump()

    def detach(self, now: float) -> None:
        """The connection is over. What was under way waits, before anything newer."""
        self.connection = None
        self.left = now
        unsure = [delivery for delivery in (self._inflight or {}).values() if not delivery.released]
        for delivery in unsure:
            del (self._inflight or {})[delivery.packet_id]
        kept = [delivery for delivery in self._queue or () if delivery.qos]
        self._size -= sum(delivery.message.size for delivery in self._queue or () if not delivery.qos)
        self._lossy = 0
        self._inflight = self._inflight or None
        self._queue = deque(unsure + kept) or None

    def underway(self) -> Iterator[Delivery]:
        """All messages that it keeps."""
        yield from (self._inflight or {}).values()
        yield from self._queue or ()

    # --- how it is kept

    def subscribe(self, topic_filter: str, grant: Grant) -> bool:
        """Note a subscription; whether it is new."""
        if not self.subscriptions:
            self.subscriptions = {}
        is_new = topic_filter not in self.subscriptions
        self.subscriptions[topic_filter] = grant
        return is_new

    def unsubscribe(self, topic_filter: str) -> bool:
        """Forget a subscription; whether there was one."""
        return self.subscriptions.pop(topic_filter, None) is not None

    def record(self) -> KeptSession:
        """What of it is kept beside its messages."""
        return KeptSession(self.identity, self.expiry, self.subscriptions, self.left, self.will)

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
