"""Sessions, subscriptions, retained messages and wills: who gets what, without sockets.

Whoever drives a `Broker` makes a `Connection` for each client (`connection.py`), gives it the bytes that arrive and
writes what it leaves; and calls `sweep` about once a second, for what is to happen when its time has come.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable

from homeward.errors import StorageError
from homeward.mqtt.broker.connection import Connection
from homeward.mqtt.broker.host import Guest, Limits, Pledge, Vault
from homeward.mqtt.broker.keep import Keeper, KeptDelivery, KeptMessage, KeptReceipt, KeptSession, Record, read
from homeward.mqtt.broker.message import Message, message
from homeward.mqtt.broker.retained import Retained
from homeward.mqtt.broker.session import Session
from homeward.mqtt.broker.subscriptions import Subscriptions, own_grant
from homeward.mqtt.broker.terms import lifetime
from homeward.mqtt.packets import Connect, Publish, Will
from homeward.mqtt.properties import NONE, Properties
from homeward.mqtt.reasons import Reason
from homeward.mqtt.tree import Grant

_OF_THE_CONNECTION = ("topic_alias", "subscription_identifier")


class Broker:
    """All sessions of one realm: its clients can talk to each other, and to no others.

    `now` gives seconds since the epoch; `vault` keeps what must outlive the process, without one nothing does.
    """

    def __init__(self, limits: Limits, now: Callable[[], float], vault: Vault | None = None) -> None:
        self.limits = limits
        self.now = now
        self.keeper = Keeper(vault)
        self.sessions: dict[str, Session] = {}
        """By identity: those that are connected, and those that outlive their connections."""
        self.retained = Retained(limits.retained)
        self.counts: Counter[str] = Counter()
        """How often a message was dropped, and why."""
        self._subscriptions = Subscriptions()
        self._absent: dict[str, Session] = {}
        self._lasting: set[str] = set()
        self._wills: deque[tuple[Publish, Session]] = deque()
        self._is_publishing_wills = False

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, *, retain: bool = False, properties: Properties = NONE
    ) -> int:
        """Send a message to all who subscribed to its topic; returns how many those are."""
        packet = Publish(topic, payload, qos, retain, properties=properties)
        return self.route(packet)[0]

    def route(self, packet: Publish, sender: Session | None = None, raw: bytes = b"") -> tuple[int, Pledge | None]:
        """As `publish`; `raw` are the packet's bytes, as in `Message.raw`.

        Returns how many get it, and the pledge that it is kept for those for whom it must be.

        Raises:
            StorageError: the vault refused to keep it for some of them; all have got it.
        """
        found = self._subscriptions.find(packet.topic)
        if not found and not packet.retain:
            return 0, None
        expires = 0.0
        if packet.properties:
            packet, expires = self._stamped(packet)
        content = message(packet, expires, raw)
        pledge: Pledge | None = None
        refused: StorageError | None = None
        for subscriber, grant in found:
            try:
                if not (grant.no_local and subscriber is sender):
                    pledge = subscriber.deliver(content, grant) or pledge
                elif own := own_grant(sender, packet.topic):
                    pledge = sender.deliver(content, own) or pledge
            except StorageError as error:
                refused = error
        if packet.retain:
            pledge = self._retain(content) or pledge
        if refused:
            raise refused
        return len(found), pledge

    # --- sessions

    def has_room(self, guest: Guest, request: Connect) -> bool:
        """Whether the session that this client wants can be kept: that not too many outlive their connections."""
        known = guest.identity in self._lasting or len(self._lasting) + self.keeper.owed < self.limits.sessions
        return known or not lifetime(request, guest.session_expiry)

    def enter(self, guest: Guest, request: Connect, connection: Connection) -> tuple[Session, bool, Connection | None]:
        """The session of a client that has signed in, whether it was there before, and the connection it takes over."""
        identity = guest.identity
        older = self._give_up(identity, clean=request.clean)
        session = self.sessions.get(identity)
        present = session is not None
        if session is None:
            session = self.sessions[identity] = Session(self, identity)
        self._absent.pop(identity, None)
        session.expiry = lifetime(request, guest.session_expiry)
        session.will = request.will if request.will and guest.may_publish(request.will.topic) else None
        session.attach(connection)
        if session.expiry or present:
            self._keep_soon(session)
        return session, present, older

    def _give_up(self, identity: str, *, clean: bool) -> Connection | None:
        """Part a client's session from its connection, which is returned; end it if the client begins anew."""
        session = self.sessions.get(identity)
        older = session.connection if session else None
        if session and older:
            self.leave(session)
        if (session := self.sessions.get(identity)) and (clean or self._is_over(session)):
            self.end(session)
        return older

    def _is_over(self, session: Session) -> bool:
        return self.now() - session.left >= session.expiry

    def leave(self, session: Session) -> None:
        """A session's connection is over; its will is published unless the client took it back."""
        session.detach(self.now())
        if not session.expiry:
            self.end(session)
            return
        if session.will and not _delay(session.will):
            self._publish_will(session)
        self._absent[session.identity] = session
        self._keep_soon(session)

    def end(self, session: Session) -> None:
        """A session is over: nothing of it is kept."""
        self.sessions.pop(session.identity, None)
        self._absent.pop(session.identity, None)
        for topic_filter in session.subscriptions:
            self._subscriptions.remove(session, topic_filter)
        if session.will:
            self._publish_will(session)
        if session.kept:
            self._forget(session)

    def keep(self, session: Session) -> Pledge | None:
        """Keep a session as it is now.

        Raises:
            StorageError: the vault refuses.
        """
        self._note_lasting(session)
        return self.keeper.session(session.record())

    def _keep_soon(self, session: Session) -> None:
        self._note_lasting(session)
        self.keeper.session_soon(session.record())

    def _note_lasting(self, session: Session) -> None:
        session.kept = True
        self._lasting.add(session.identity)

    def _forget(self, session: Session) -> None:
        self._lasting.discard(session.identity)
        numbers = [delivery.number for delivery in session.underway() if delivery.number]
        self.keeper.forget_session(session.identity, numbers, session.received or ())

    @property
    def connected(self) -> int:
        """How many clients are connected."""
        return len(self.sessions) - len(self._absent)

    # --- subscriptions

    def subscribe(self, session: Session, topic_filter: str, grant: Grant) -> bool:
        """Note a subscription, new or changed; whether it is new."""
        is_new = session.subscribe(topic_filter, grant)
        self._subscriptions.add(session, topic_filter, grant)
        return is_new

    def unsubscribe(self, session: Session, topic_filter: str) -> bool:
        """Forget a subscription; whether there was one."""
        known = session.unsubscribe(topic_filter)
        if known:
            self._subscriptions.remove(session, topic_filter)
        return known

    # --- messages

    def _stamped(self, packet: Publish) -> tuple[Publish, float]:
        """The packet without what concerned its own connection, and when it expires."""
        properties = packet.properties
        if any(name in properties for name in _OF_THE_CONNECTION):
            rest = {name: value for name, value in properties.items() if name not in _OF_THE_CONNECTION}
            packet = Publish(packet.topic, packet.payload, packet.qos, packet.retain, properties=_some(rest))
        lasts = properties.get("message_expiry_interval")
        return packet, 0.0 if lasts is None else self.now() + lasts

    def _retain(self, content: Message) -> Pledge | None:
        topic = content.packet.topic
        if not content.packet.payload:
            return self.keeper.forget_retained(topic) if self.retained.remove(topic) else None
        if self.retained.put(content):
            return self.keeper.retained(content)
        self.counts["not_retained"] += 1
        # What was said there before is not the last word any more.
        return self.keeper.forget_retained(topic) if self.retained.remove(topic) else None

    def _publish_will(self, session: Session) -> None:
        will, session.will = session.will, None
        if will:
            properties = {name: value for name, value in will.properties.items() if name != "will_delay_interval"}
            packet = Publish(will.topic, will.payload, will.qos, will.retain, properties=_some(properties))
            self._wills.append((packet, session))
            if not self._is_publishing_wills:
                self._publish_wills()

    def _publish_wills(self) -> None:
        """Publish wills one after the other: one may end a connection that does not read, and so bring up another."""
        self._is_publishing_wills = True
        try:
            while self._wills:
                self._publish_kept_or_not(*self._wills.popleft())
        finally:
            self._is_publishing_wills = False

    def _publish_kept_or_not(self, will: Publish, sender: Session) -> None:
        try:
            self.route(will, sender)
        except StorageError:
            self.counts["not_kept"] += 1

    # --- time

    def sweep(self) -> None:
        """Do what its time has come for: wills that were delayed, sessions and retained messages that expire."""
        now = self.now()
        self.keeper.settle()
        for session in list(self._absent.values()):
            if self._is_over(session):
                self.end(session)
            elif session.will and now - session.left >= _delay(session.will):
                self._publish_will(session)
                self._keep_soon(session)
        for topic in self.retained.expired(now):
            self.keeper.forget_retained_soon(topic)
            self.retained.remove(topic)

    def close(self) -> None:
        """The house goes down: everyone is told, and whoever keeps a session finds it again."""
        for session in list(self.sessions.values()):
            if session.connection:
                session.connection.close("the broker is going down", Reason.SERVER_SHUTTING_DOWN)

    def restore(self, items: Iterable[tuple[str, bytes]]) -> None:
        """Take up what a vault kept, once, before the first client comes.

        Raises:
            msgspec.MsgspecError: something there is not what a broker keeps.
        """
        for record in read(items):
            self._restore(record)

    def _restore(self, record: Record) -> None:
        if isinstance(record, KeptMessage):
            if not self.retained.put(message(record.packet, record.expires)):
                self.counts["not_retained"] += 1
                self.keeper.forget_retained_soon(record.packet.topic)
        elif isinstance(record, KeptSession):
            if record.expiry:
                self._restore_session(record)
            else:  # it was to end with its connection
                self.keeper.forget_session(record.identity, (), ())
        elif session := self.sessions.get(record.identity):
            if isinstance(record, KeptDelivery):
                session.restore(record.delivery())
            else:
                session.received = {*(session.received or ()), record.packet_id}
        elif isinstance(record, KeptDelivery):
            self.keeper.forget_delivery(record.identity, record.number)
        elif isinstance(record, KeptReceipt):
            self.keeper.forget_receipt(record.identity, record.packet_id)

    def _restore_session(self, record: KeptSession) -> None:
        session = self.sessions[record.identity] = self._absent[record.identity] = Session(self, record.identity)
        session.expiry, session.will, session.kept = record.expiry, record.will, True
        self._lasting.add(record.identity)
        session.left = record.left or self.now()  # the process ended before the connection did
        for topic_filter, grant in record.subscriptions.items():
            self.subscribe(session, topic_filter, grant)
        if not record.left:
            self._keep_soon(session)  # or each new start would give it its whole time again


def _delay(will: Will) -> int:
    return will.properties.get("will_delay_interval", 0)


def _some(properties: dict[str, object]) -> Properties:
    return properties or NONE  # type: ignore[return-value]
