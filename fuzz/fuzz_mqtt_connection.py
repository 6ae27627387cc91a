"""The server's half of an MQTT connection, fed anything at any time: it answers, or it is over with a reason."""

from __future__ import annotations

from homeward.mqtt.broker import Broker, Limits, Refusal
from homeward.mqtt.connection import Connection
from homeward.mqtt.packets import Connect

LIMITS = Limits(packet=1_000, topic=50, subscriptions=3, inflight=3, outgoing=4_000)


class Anyone:
    """Hosts whoever calls, and lets them do all but what begins with `no`."""

    def __init__(self, broker: Broker) -> None:
        self.identity = "anyone"
        self.gone_with: list[str] = []
        self.connection = Connection(broker, self, 0.0)

    def sign_in(self, request: Connect) -> Anyone | Refusal:
        return Refusal(5, "not you") if request.client_id.startswith("no") else self

    def flush(self) -> None:
        self.connection.take()

    def opened(self) -> None:
        pass

    def may_publish(self, topic: str) -> bool:
        return not topic.startswith("no")

    def may_subscribe(self, topic_filter: str) -> bool:
        return not topic_filter.startswith("no")

    def subscribed(self, topic_filter: str) -> None:
        assert topic_filter

    def published(self, topic: str, payload: bytes) -> None:
        assert len(topic) <= LIMITS.topic
        assert len(payload) <= LIMITS.packet

    def gone(self, reason: str) -> None:
        self.gone_with.append(reason)


def target(data: bytes) -> None:
    """A stream; its first byte says after how many bytes it is torn."""
    broker = Broker(LIMITS, stir=lambda: None)
    guest = Anyone(broker)
    tear, stream = data[0] if data else 0, data[1:]
    for part in (stream[:tear], stream[tear:]):
        guest.connection.receive(part, 0.0)
        broker.flush()
    over = guest.connection.over
    guest.connection.lost("the peer closed the connection")
    assert guest.gone_with in ([], [over or "the peer closed the connection"])
    assert not broker.clients
    assert not broker.tree.find("a")
