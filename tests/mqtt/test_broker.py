from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from homeward.mqtt.broker import Refusal
from homeward.mqtt.packets import Connect, Disconnect, PubAck, Publish, Subscribe, Unsubscribe
from homeward.mqtt.topics import matches

from .house import Line, broker, signed_in


def test_each_subscriber_gets_a_message_once_at_the_lower_qos() -> None:
    house = broker()
    line = signed_in(house)
    line.send(Subscribe(1, (("a/+", 0), ("a/b", 1), ("#", 0))))
    assert house.publish("a/b", b"x", qos=1) == 1
    assert house.publish("a/b", b"y", qos=0) == 1
    assert line.got() == [Publish("a/b", b"x", qos=1, packet_id=1), Publish("a/b", b"y")]


def test_a_message_nobody_wants_goes_nowhere() -> None:
    assert broker().publish("a", b"x") == 0


def test_a_newer_client_of_the_same_identity_takes_over() -> None:
    house = broker()
    older = signed_in(house)
    newer = signed_in(house)
    assert older.guest.over == "taken over by a newer connection of the same client"
    assert house.clients["me"] is newer.connection
    older.connection.lost("the peer closed the connection")
    assert house.clients["me"] is newer.connection


def test_a_refused_client_takes_nothing_over() -> None:
    house = broker()
    older = signed_in(house)
    Line(house, "me", refusal=Refusal(4, "wrong password")).send(Connect("me"))
    assert older.guest.over == ""
    assert house.clients["me"] is older.connection


def test_all_writes_of_a_turn_are_asked_for_once() -> None:
    stirs: list[None] = []
    house = broker()
    house._stir = lambda: stirs.append(None)
    line = signed_in(house)
    line.send(Subscribe(1, (("a", 0),)))
    house.flush()
    stirs.clear()
    for _ in range(3):
        house.publish("a", b"")
    assert len(stirs) == 1
    house.flush()
    house.publish("a", b"")
    assert len(stirs) == 2


TOPICS = st.sampled_from(["a", "a/b", "a/b/c", "b"])
FILTERS = st.sampled_from(["a", "a/b", "a/+", "#", "+/b", "a/#", "b"])
NAMES = st.sampled_from(["x", "y", "z"])


class BrokerMachine(RuleBasedStateMachine):
    """Clients come, go, take over, subscribe and publish; a plain model says who must have got what."""

    lines = Bundle("lines")

    @initialize()
    def begin(self) -> None:
        self.house = broker()
        self.wanted: dict[Line, dict[str, int]] = {}
        self.current: dict[str, Line] = {}

    @rule(target=lines, name=NAMES)
    def connect(self, name: str) -> Line:
        if older := self.current.pop(name, None):
            del self.wanted[older]
        line = signed_in(self.house, name)
        self.current[name] = line
        self.wanted[line] = {}
        return line

    @rule(line=lines, topic_filter=FILTERS, qos=st.integers(0, 1))
    def subscribe(self, line: Line, topic_filter: str, qos: int) -> None:
        line.send(Subscribe(1, ((topic_filter, qos),)))
        if line in self.wanted:
            self.wanted[line][topic_filter] = qos

    @rule(line=lines, topic_filter=FILTERS)
    def unsubscribe(self, line: Line, topic_filter: str) -> None:
        line.send(Unsubscribe(1, (topic_filter,)))
        if line in self.wanted:
            self.wanted[line].pop(topic_filter, None)

    @rule(line=lines, topic=TOPICS, qos=st.integers(0, 1))
    def publish(self, line: Line, topic: str, qos: int) -> None:
        for other in self.wanted:
            other.got()
        back = line.send(Publish(topic, b"x", qos=qos, packet_id=qos))
        alive = line in self.wanted
        for other, filters in self.wanted.items():
            granted = [limit for topic_filter, limit in filters.items() if matches(topic_filter, topic)]
            got = [packet for packet in other.got() if isinstance(packet, Publish)]
            got += [packet for packet in back if isinstance(packet, Publish) and other is line]
            if alive and granted:
                assert [(packet.topic, packet.qos) for packet in got] == [(topic, min(qos, max(granted)))]
            else:
                assert got == []
            for packet in got:
                if packet.qos:
                    other.send(PubAck(packet.packet_id))

    @rule(line=consumes(lines), politely=st.booleans())
    def leave(self, line: Line, politely: bool) -> None:
        if politely:
            line.send(Disconnect())
        line.connection.lost("the peer closed the connection")
        self.wanted.pop(line, None)
        if self.current.get(line.guest.identity) is line:
            del self.current[line.guest.identity]

    @invariant()
    def the_newest_of_each_identity_is_in(self) -> None:
        if hasattr(self, "house"):
            assert {name: line.connection for name, line in self.current.items()} == self.house.clients


TestBroker = BrokerMachine.TestCase
TestBroker.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
