"""The server's half of an MQTT connection in every state it can be in, fed anything.

It answers with whole packets of its version or is over with a reason, other clients hear only what decodes, and when
all are gone and their time is over nothing is left of them, not even in the vault.
"""

from __future__ import annotations

from collections.abc import Callable

from homeward.mqtt.broker import Broker, Challenge, Limits
from homeward.mqtt.packets import Connect, Publish, PubRec, Subscribe, Subscription, Will
from homeward.mqtt.properties import Properties
from tests.mqtt.house import Line, Memory, Now

LIMITS = Limits(
    packet=1_000, topic=50, levels=4, subscriptions=3, inflight=3, queued=4_000, burst=2_000, aliases=2, sessions=2,
    retained=4_000,
)  # fmt: skip
_METHOD: Properties = {"authentication_method": "M"}
_LASTING: Properties = {"session_expiry_interval": 60, "topic_alias_maximum": 2, "maximum_packet_size": 300}


class House:
    """A broker with a vault, someone who listens, and the client that says anything."""

    def __init__(self) -> None:
        self.now, self.vault = Now(), Memory()
        self.broker = Broker(LIMITS, self.now, self.vault)
        self.listener = self._listener()
        self.line = Line(self.broker, "me")

    def restart(self) -> None:
        self.broker = Broker(LIMITS, self.now, self.vault)
        self.broker.restore(list(self.vault.kept.items()))
        self.listener = self._listener()
        self.line = Line(self.broker, "me")

    def connect(self, connect: Connect) -> None:
        self.line = Line(self.broker, "me")
        self.line.guest.forbidden = {"no"}
        self.line.send(connect)

    def end(self) -> None:
        """Everyone goes, and time passes."""
        for line in (self.line, self.listener):
            line.connection.lost("the peer closed the connection")
        self.now.at += 10_000
        self.broker.sweep()

    def _listener(self) -> Line:
        listener = Line(self.broker, "listener")
        listener.send(Connect("listener", level=5), Subscribe(1, (Subscription("#", 2),)))
        return listener


def _challenged(house: House) -> None:
    house.line.answer(Challenge(_METHOD), house.line.guest)
    house.line.send(Connect("me", level=5, properties=_METHOD))


def _halfway(house: House) -> None:
    """QoS 2 both ways, at each step; one message waits, one is retained."""
    will = Will("w", b"gone", 2, properties={"will_delay_interval": 5})
    house.connect(Connect("me", clean=False, will=will, level=5, properties=_LASTING))
    house.line.send(Subscribe(1, (Subscription("t/#", 2),)), Publish("a", b"half", 2, packet_id=1))
    for qos in (1, 2, 2, 1):
        house.broker.publish("t/a", b"x", qos, retain=True)
    house.line.send(PubRec(2))


def _restarted(house: House) -> None:
    _halfway(house)
    house.restart()
    house.connect(Connect("me", clean=False, level=5, properties=_LASTING))


def _stalled(house: House) -> None:
    _halfway(house)
    house.line.stall()


STATES: tuple[Callable[[House], None], ...] = (
    lambda house: None,
    _challenged,
    lambda house: house.connect(Connect("me", level=3)),
    lambda house: house.connect(Connect("me", level=4)),
    lambda house: house.connect(Connect("me", level=5, properties=_METHOD)),
    _halfway,
    _restarted,
    _stalled,
)


def target(data: bytes) -> None:
    """A stream; its first byte says in which state it arrives, its second after how many bytes it is torn."""
    house = House()
    STATES[data[0] % len(STATES) if data else 0](house)
    tear, stream = data[1] if len(data) > 1 else 0, data[2:]
    line = house.line
    for part in (stream[:tear], stream[tear:]):
        line.send(part)
        house.listener.got()
        for session in house.broker.sessions.values():
            assert session.size == sum(delivery.message.size for delivery in session.underway())
            assert session.size <= LIMITS.queued
    was_in, over = line.connection.guest is not None, line.connection.over
    house.end()
    assert line.guest.over == (over or "the peer closed the connection" if was_in or line.guest.over else "")
    assert not house.broker.sessions
    assert not house.broker.publish("t/a", b"")
    assert all(key.startswith("retained ") for key in house.vault.kept)
    assert house.broker.retained.size <= LIMITS.retained
