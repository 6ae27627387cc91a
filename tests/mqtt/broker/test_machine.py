"""Two realms with one vault live through anything at all; a plain model says what each client must have got."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from homeward.mqtt.broker import Broker, Limits, Pledge
from homeward.mqtt.packets import (
    ConnAck,
    Connect,
    Disconnect,
    Packet,
    PubAck,
    PubComp,
    Publish,
    PubRec,
    PubRel,
    SubAck,
    Subscribe,
    Subscription,
    UnsubAck,
    Unsubscribe,
    Will,
)
from homeward.mqtt.properties import NONE, Properties
from homeward.mqtt.reasons import Reason
from tests.mqtt.broker.model import Copy, Model, Owner, Wish
from tests.mqtt.house import Line, Memory, Now

TOPICS = st.sampled_from(["a", "a/b"])
FILTERS = st.sampled_from(["a", "a/b", "a/+", "a/#", "a/#", "+"])
SHARED, SHARED_TOPIC = "$share/us/s/+", "s/t"
NAMES = st.sampled_from(["x", "y", "z"])
QOS = st.integers(0, 2)
LEVELS = st.sampled_from([3, 4, 5, 5])
ANYONE = st.integers(0, 11)
MOST = 3_600.0


class Shelf:
    """A realm's part of the vault."""

    def __init__(self, vault: Memory, realm: str) -> None:
        self._vault, self._realm = vault, realm

    def put(self, key: str, value: bytes | None) -> Pledge:
        return self._vault.put(self._realm + key, value)

    def items(self) -> list[tuple[str, bytes]]:
        length = len(self._realm)
        return [(key[length:], value) for key, value in self._vault.kept.items() if key.startswith(self._realm)]


class Realm:
    """A broker, its clients' lines and what the model has of it."""

    def __init__(self, name: str, vault: Memory, now: Now) -> None:
        self.name = name
        self._now = now
        self._shelf = Shelf(vault, name)
        self.broker = Broker(Limits(), now, self._shelf)
        self.model = Model()
        self.model.now = now()
        self.lines: dict[str, Line] = {}
        self.stalled: set[str] = set()
        self.inbox: dict[str, list[Publish]] = {}

    def restart(self) -> None:
        self.broker = Broker(Limits(), self._now, self._shelf)
        self.broker.restore(self._shelf.items())
        self.lines, self.inbox, self.stalled = {}, {}, set()
        self.model.restart()

    def say(self, name: str, *packets: Packet) -> list[Packet]:
        """What is answered; messages go to the inbox."""
        return self._sort(name, self.lines[name].send(*packets))

    def look(self, name: str) -> list[Packet]:
        """As `say`, without a word."""
        return self._sort(name, self.lines[name].got())

    def part(self, name: str) -> None:
        """There is no line any more."""
        del self.lines[name], self.inbox[name]
        self.stalled.discard(name)

    def _sort(self, name: str, packets: list[Packet]) -> list[Packet]:
        self.inbox[name] += [packet for packet in packets if isinstance(packet, Publish)]
        return [packet for packet in packets if not isinstance(packet, Publish)]


class Machine(RuleBasedStateMachine):
    """Clients of every version come, go and take over; the house restarts at any moment."""

    @initialize(levels=st.tuples(LEVELS, LEVELS, LEVELS), clean=st.booleans(), qos=QOS, options=st.integers(0, 11))
    def begin(self, levels: tuple[int, int, int], clean: bool, qos: int, options: int) -> None:
        self.now, self.vault = Now(), Memory()
        self.realms = [Realm(name, self.vault, self.now) for name in ("one ", "two ")]
        self.count = 0
        for at, name, level in zip((0, 0, 1), "xyx", levels, strict=True):
            self.connect(at, name, level, clean, 10, None)
        for who in range(3):
            self.subscribe(who, "a/#", qos, options, who)

    # --- clients come and go

    @rule(
        at=st.integers(0, 1),
        name=NAMES,
        level=LEVELS,
        clean=st.booleans(),
        expiry=st.sampled_from([0, 10, 10]),
        will=st.none() | st.tuples(st.sampled_from(["a", "a/b"]), QOS, st.sampled_from([0, 5])),
    )
    def connect(
        self, at: int, name: str, level: int, clean: bool, expiry: int, will: tuple[str, int, int] | None
    ) -> None:
        realm, testament = self.realms[at], self._will(will, level)
        model = realm.model
        if (owner := model.owners.get(name)) and owner.is_here:
            model.part(owner)
            realm.part(name)
        if clean and name in model.owners:
            model.end(model.owners[name])
        is_known = name in model.owners
        owner = model.owners.setdefault(name, Owner(name))
        owner.expiry = float(expiry) if level == 5 else 0.0 if clean else MOST
        owner.is_here, owner.will = True, testament
        realm.lines[name], realm.inbox[name] = Line(realm.broker, name), []
        said: Properties = {"session_expiry_interval": expiry} if level == 5 else NONE
        request = Connect(name, clean=clean, will=testament, level=level, properties=said)
        greeting, *rest = realm.say(name, request)
        assert isinstance(greeting, ConnAck)
        assert (greeting.code, greeting.session_present) == (0, is_known and level > 3)
        assert _ids(rest, PubRel) == [copy.packet_id for copy in owner.owed if copy.released]

    @rule(who=ANYONE, how=st.sampled_from(["goodbye", "lost", "with will", "for ever"]))
    def leave(self, who: int, how: str) -> None:
        if not (found := self._present(who)):
            return
        realm, owner = found
        line = realm.lines[owner.name]
        if how == "goodbye" or (line.level < 5 and how != "lost"):
            line.send(Disconnect())
            owner.will = None
        elif how == "with will":
            line.send(Disconnect(Reason.DISCONNECT_WITH_WILL_MESSAGE))
        elif how == "for ever":
            line.send(Disconnect(0, {"session_expiry_interval": 0}))
            owner.will, owner.expiry = None, 0.0
        line.connection.lost("the network is gone")
        realm.model.part(owner)
        realm.part(owner.name)

    @rule()
    def restart(self) -> None:
        for realm in self.realms:
            realm.restart()

    @rule(seconds=st.sampled_from([1, 4, 11]))
    def wait(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now.at += 1.0
            for realm in self.realms:
                realm.broker.sweep()
                realm.model.tick()

    # --- they say what they want

    @rule(who=ANYONE, topic_filter=FILTERS, qos=QOS, options=st.integers(0, 11), identifier=st.integers(0, 2))
    def subscribe(self, who: int, topic_filter: str, qos: int, options: int, identifier: int) -> None:
        if not (found := self._reading(who)):
            return
        realm, owner = found
        wanted = Subscription(topic_filter, qos)
        if realm.lines[owner.name].level == 5:
            wanted = Subscription(topic_filter, qos, bool(options & 1), bool(options & 2), options // 4)
        self._subscribe(realm, owner, wanted, identifier)

    @rule(who=ANYONE, qos=QOS)
    def share(self, who: int, qos: int) -> None:
        if found := self._reading(who):
            self._subscribe(*found, Subscription(SHARED, qos), 0)

    @rule(who=ANYONE, topic_filter=FILTERS | st.just(SHARED))
    def unsubscribe(self, who: int, topic_filter: str) -> None:
        if found := self._reading(who):
            realm, owner = found
            assert _ids(realm.say(owner.name, Unsubscribe(1, (topic_filter,))), UnsubAck) == [1]
            owner.wishes.pop(topic_filter, None)

    # --- they publish

    @rule(
        who=ANYONE, topic=TOPICS, qos=QOS, retain=st.booleans(), expiry=st.sampled_from([0, 0, 3]), then=st.booleans()
    )
    def publish(self, who: int, topic: str, qos: int, retain: bool, expiry: int, then: bool) -> None:
        if found := self._reading(who):
            realm, owner = found
            expires = expiry and not retain and realm.lines[owner.name].level == 5
            said: Properties = {"message_expiry_interval": expiry} if expires else NONE
            packet = self._publish(realm, owner, Publish(topic, self._payload(), qos, retain, properties=said))
            if qos == 2 and then:
                self._release(realm, owner, packet.packet_id)

    @rule(who=ANYONE, topic=TOPICS)
    def clear(self, who: int, topic: str) -> None:
        if (found := self._reading(who)) and topic in found[0].model.retained:
            self._publish(*found, Publish(topic, b"", 1, True))

    @rule(who=ANYONE, qos=QOS)
    def publish_to_those_who_share(self, who: int, qos: int) -> None:
        if not (found := self._reading(who)):
            return
        realm, owner = found
        packet = self._publish(realm, owner, Publish(SHARED_TOPIC, self._payload(), qos))
        sharers = realm.model.sharers(SHARED_TOPIC)
        here = [(one, wish) for one, wish in sharers if one.is_here]
        got = [(one, wish) for one, wish in here or sharers if self._has(realm, one, packet.payload)]
        if here or all(qos and wish.wanted.qos and one.expiry for one, wish in sharers):
            assert len(got) == bool(sharers)
        for one, wish in got:
            one.take(realm.model.copy(packet, wish))

    @rule(who=ANYONE)
    def publish_once_more(self, who: int) -> None:
        if (found := self._reading(who)) and found[1].unreleased:
            realm, owner = found
            packet_id, packet = next(iter(owner.unreleased.items()))
            again = Publish(packet.topic, packet.payload, 2, packet.retain, True, packet_id)
            assert _ids(realm.say(owner.name, again), PubRec) == [packet_id]

    @rule(who=ANYONE)
    def release(self, who: int) -> None:
        if (found := self._reading(who)) and found[1].unreleased:
            self._release(*found, next(iter(found[1].unreleased)))

    # --- they acknowledge, or not, or do not even read

    @rule(who=ANYONE, then=st.booleans())
    def acknowledge(self, who: int, then: bool) -> None:
        if not (found := self._reading(who)):
            return
        realm, owner = found
        copy = next((copy for copy in owner.owed if copy.sent and not copy.released), None)
        if copy and copy.qos == 1:
            assert realm.say(owner.name, PubAck(copy.packet_id)) == []
            owner.owed.remove(copy)
        elif copy:
            assert _ids(realm.say(owner.name, PubRec(copy.packet_id)), PubRel) == [copy.packet_id]
            copy.released = True
            if then:
                self._complete(realm, owner, copy)

    @rule(who=ANYONE)
    def complete(self, who: int) -> None:
        if found := self._reading(who):
            copy = next((copy for copy in found[1].owed if copy.released), None)
            if copy:
                self._complete(*found, copy)

    @rule(who=ANYONE)
    def stall(self, who: int) -> None:
        if (found := self._reading(who)) and SHARED not in found[1].wishes:
            realm, owner = found
            realm.lines[owner.name].stall()
            realm.stalled.add(owner.name)

    @rule(who=ANYONE)
    def read(self, who: int) -> None:
        if (found := self._present(who)) and found[1].name in found[0].stalled:
            realm, owner = found
            realm.stalled.remove(owner.name)
            realm.inbox[owner.name] += [
                packet for packet in realm.lines[owner.name].read() if isinstance(packet, Publish)
            ]

    # --- what must be

    @invariant()
    def each_has_got_what_it_is_owed_and_nothing_else(self) -> None:
        for realm in getattr(self, "realms", ()):
            for name in realm.lines.keys() - realm.stalled:
                assert realm.look(name) == []
                self._compare(realm, realm.model.owners[name])

    @invariant()
    def the_broker_knows_the_same_sessions(self) -> None:
        for realm in getattr(self, "realms", ()):
            assert set(realm.broker.sessions) == set(realm.model.owners)
            assert len(realm.broker.retained) == len(realm.model.retained)

    @invariant()
    def the_vault_keeps_no_more_than_it_must(self) -> None:
        if hasattr(self, "vault"):
            owners = [owner for realm in self.realms for owner in realm.model.owners.values()]
            assert sum(" session " in key for key in self.vault.kept) >= sum(owner.expiry > 0 for owner in owners)
            assert sum(" session " in key for key in self.vault.kept) <= len(owners)
            assert sum(" receipt " in key for key in self.vault.kept) <= sum(len(owner.unreleased) for owner in owners)
            assert sum(" delivery " in key for key in self.vault.kept) <= sum(len(owner.owed) for owner in owners)

    def _compare(self, realm: Realm, owner: Owner) -> None:
        level, now = realm.lines[owner.name].level, self.now()
        inbox, realm.inbox[owner.name] = realm.inbox[owner.name], []
        owner.owed = [copy for copy in owner.owed if copy.sent or copy.dup or not 0 < copy.expires <= now]
        due = [copy for copy in owner.owed if not copy.sent]
        for packet in [packet for packet in inbox if packet.qos]:
            copy = next((copy for copy in due if copy.looks_like(packet, level)), None)
            assert copy, f"{packet} came to {owner}"
            assert not copy.has_order or not [other for other in due[: due.index(copy)] if _goes_before(other, copy)]
            due.remove(copy)
            copy.sent, copy.packet_id = True, packet.packet_id
        for packet in [packet for packet in inbox if not packet.qos]:
            copy = next((copy for copy in owner.passing if copy.looks_like(packet, level)), None)
            assert copy, f"{packet} came to {owner}"
            owner.passing.remove(copy)
        assert not due
        assert not [copy for copy in owner.passing if not 0 < copy.expires <= now]
        owner.passing = []

    # --- helpers

    def _present(self, who: int) -> tuple[Realm, Owner] | None:
        present = [(realm, realm.model.owners[name]) for realm in self.realms for name in sorted(realm.lines)]
        return present[who % len(present)] if present else None

    def _reading(self, who: int) -> tuple[Realm, Owner] | None:
        found = self._present(who)
        return found if found and found[1].name not in found[0].stalled else None

    def _payload(self) -> bytes:
        self.count += 1
        return str(self.count).encode()

    def _will(self, will: tuple[str, int, int] | None, level: int) -> Will | None:
        if not will:
            return None
        topic, qos, delay = will
        said: Properties = {"will_delay_interval": delay} if level == 5 and delay else NONE
        return Will(topic, b"will " + self._payload(), qos, properties=said)

    def _subscribe(self, realm: Realm, owner: Owner, wanted: Subscription, identifier: int) -> None:
        said: Properties = NONE
        if identifier and realm.lines[owner.name].level == 5:
            said = {"subscription_identifier": (identifier,)}
        answers = realm.say(owner.name, Subscribe(1, (wanted,), said))
        assert answers == [SubAck(1, (wanted.qos,))]
        realm.model.subscribe(owner, Wish(wanted, said.get("subscription_identifier", ())))

    def _publish(self, realm: Realm, owner: Owner, packet: Publish) -> Publish:
        kind: Callable[[int], Packet] | None = (None, PubAck, PubRec)[packet.qos]
        if packet.qos:
            free = next(number for number in range(1, 1_000) if number not in owner.unreleased)
            packet = Publish(
                packet.topic, packet.payload, packet.qos, packet.retain, packet_id=free, properties=packet.properties
            )
        answers = realm.say(owner.name, packet)
        assert _ids(answers, kind) == [packet.packet_id] * bool(packet.qos)
        if packet.qos == 2:
            owner.unreleased[packet.packet_id] = packet
        realm.model.publish(packet, owner)
        return packet

    def _release(self, realm: Realm, owner: Owner, packet_id: int) -> None:
        assert realm.say(owner.name, PubRel(packet_id)) == [PubComp(packet_id)]
        del owner.unreleased[packet_id]

    def _complete(self, realm: Realm, owner: Owner, copy: Copy) -> None:
        assert realm.say(owner.name, PubComp(copy.packet_id)) == []
        owner.owed.remove(copy)

    def _has(self, realm: Realm, owner: Owner, payload: bytes) -> bool:
        if owner.is_here:
            assert realm.look(owner.name) == []
            return any(packet.payload == payload for packet in realm.inbox[owner.name])
        kept = realm.broker.sessions[owner.name].underway()
        return any(delivery.message.packet.payload == payload for delivery in kept)


def _goes_before(one: Copy, other: Copy) -> bool:
    return one.has_order and (one.topic, one.qos) == (other.topic, other.qos)


def _ids(packets: list[Packet], kind: Callable[..., Packet] | None) -> list[int]:
    """The packet identifiers, if all are of that kind."""
    assert all(type(packet) is kind for packet in packets), packets
    return [getattr(packet, "packet_id", 0) for packet in packets]


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
