"""What a broker owes its clients, in the plainest words: sessions, copies of messages, wills. No bytes, no windows."""

from __future__ import annotations

from dataclasses import dataclass, field

from homeward.mqtt.packets import Publish, Subscription, Will
from homeward.mqtt.topics import matches, shared


@dataclass
class Copy:
    """One message on its way to one client."""

    payload: bytes
    topic: str
    qos: int
    retain: bool = False
    identifiers: tuple[int, ...] = ()
    expires: float = 0.0
    has_order: bool = True
    """Wills and retained messages come when they come."""
    sent: bool = False
    dup: bool = False
    released: bool = False
    packet_id: int = 0

    def looks_like(self, packet: Publish, level: int) -> bool:
        said = packet.properties.get("subscription_identifier", ())
        identifiers = self.identifiers if level == 5 else ()
        return (self.payload, self.topic, self.qos, self.retain, self.dup, sorted(identifiers)) == (
            packet.payload,
            packet.topic,
            packet.qos,
            packet.retain,
            packet.dup,
            sorted(said),
        )


@dataclass
class Wish:
    """A subscription."""

    wanted: Subscription
    identifiers: tuple[int, ...] = ()


@dataclass
class Owner:
    """A client's session."""

    name: str
    expiry: float = 0.0
    is_here: bool = False
    left: float = 0.0
    wishes: dict[str, Wish] = field(default_factory=dict)
    owed: list[Copy] = field(default_factory=list)
    """At QoS 1 and 2, until it is acknowledged."""
    passing: list[Copy] = field(default_factory=list)
    """At QoS 0, for one that is here."""
    unreleased: dict[int, Publish] = field(default_factory=dict)
    """What it sent at QoS 2 and has not released."""
    will: Will | None = None

    @property
    def delay(self) -> float:
        return self.will.properties.get("will_delay_interval", 0) if self.will else 0.0

    def take(self, copy: Copy) -> None:
        if copy.qos and (self.is_here or self.expiry):
            self.owed.append(copy)
        elif self.is_here:
            self.passing.append(copy)

    def lose(self, now: float) -> None:
        """Its connection is over; what it may have seen comes again, as a duplicate."""
        self.is_here, self.left, self.passing = False, now, []
        for copy in self.owed:
            copy.dup, copy.sent = copy.dup or copy.sent, copy.released


class Model:
    """All sessions of a realm."""

    def __init__(self) -> None:
        self.now = 0.0
        self.owners: dict[str, Owner] = {}
        self.retained: dict[str, Publish] = {}

    def publish(self, packet: Publish, sender: Owner | None, *, is_will: bool = False) -> None:
        """All get it that want it, but for those who share: who of them gets it is seen afterwards."""
        for owner in self.owners.values():
            wishes = [wish for wish in owner.wishes.values() if self._counts(wish, packet, owner is sender)]
            if wishes:
                owner.take(self._copy(packet, wishes, has_order=not is_will))
        if packet.retain:
            self.retained[packet.topic] = packet
            if not packet.payload:
                del self.retained[packet.topic]

    def sharers(self, topic: str) -> list[tuple[Owner, Wish]]:
        """Who may get the one copy for those who share."""
        return [
            (owner, wish)
            for owner in self.owners.values()
            for topic_filter, wish in owner.wishes.items()
            if (parts := shared(topic_filter))[0] and matches(parts[1], topic)
        ]

    def copy(self, packet: Publish, wish: Wish) -> Copy:
        """What comes of a message by one subscription."""
        return self._copy(packet, [wish])

    def subscribe(self, owner: Owner, wish: Wish) -> None:
        """It is remembered, and what is retained comes at once."""
        wanted = wish.wanted
        is_new = wanted.filter not in owner.wishes
        owner.wishes[wanted.filter] = wish
        if wanted.retain_handling == 2 or (wanted.retain_handling and not is_new) or shared(wanted.filter)[0]:
            return
        for topic, packet in self.retained.items():
            if matches(wanted.filter, topic):
                qos = min(packet.qos, wanted.qos)
                owner.take(Copy(packet.payload, topic, qos, True, wish.identifiers, has_order=False))

    def part(self, owner: Owner) -> None:
        """Its connection is over, without a goodbye."""
        owner.lose(self.now)
        if not owner.expiry:
            self.end(owner)
        elif not owner.delay:
            self.publish_will(owner)

    def end(self, owner: Owner) -> None:
        """Nothing is left of a session but its will."""
        del self.owners[owner.name]
        self.publish_will(owner)

    def publish_will(self, owner: Owner) -> None:
        will, owner.will = owner.will, None
        if will:
            self.publish(Publish(will.topic, will.payload, will.qos, will.retain), owner, is_will=True)

    def restart(self) -> None:
        """Sessions that do not outlive their connections are gone, and nobody publishes their wills."""
        self.owners = {name: owner for name, owner in self.owners.items() if owner.expiry}
        for owner in self.owners.values():
            if owner.is_here:
                owner.lose(self.now)

    def tick(self) -> None:
        """A second has passed."""
        self.now += 1.0
        for owner in [owner for owner in self.owners.values() if not owner.is_here]:
            if self.now - owner.left >= owner.expiry:
                self.end(owner)
            elif self.now - owner.left >= owner.delay:
                self.publish_will(owner)

    def _counts(self, wish: Wish, packet: Publish, is_own: bool) -> bool:
        wanted = wish.wanted
        return matches(wanted.filter, packet.topic) and not (is_own and wanted.no_local)

    def _copy(self, packet: Publish, wishes: list[Wish], *, has_order: bool = True) -> Copy:
        lasts = packet.properties.get("message_expiry_interval")
        return Copy(
            packet.payload,
            packet.topic,
            min(packet.qos, max(wish.wanted.qos for wish in wishes)),
            packet.retain and any(wish.wanted.retain_as_published for wish in wishes),
            tuple(number for wish in wishes for number in wish.identifiers),
            0.0 if lasts is None else self.now + lasts,
            has_order,
        )
