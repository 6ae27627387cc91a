"""What the packets of a client do that has signed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from homeward.mqtt.broker.host import Challenge, Guest, Limits, Pledge, Refusal
from homeward.mqtt.broker.session import Session
from homeward.mqtt.packets import (
    Auth,
    Disconnect,
    PingReq,
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
)
from homeward.mqtt.properties import Properties
from homeward.mqtt.reasons import MalformedPacket, Reason
from homeward.mqtt.topics import is_filter, shared
from homeward.mqtt.tree import Grant, grant

if TYPE_CHECKING:
    from homeward.mqtt.broker.connection import Connection

_PINGRESP = b"\xd0\x00"
_PUBACK = b"\x40\x02"


def published(connection: Connection, packet: Publish, raw: bytes) -> None:
    """PUBLISH: it goes to whoever subscribed, and is acknowledged when it is kept where it must be."""
    guest, session = connection.guest, connection.session
    if guest is None or session is None:
        return
    if connection.terms and packet.properties:
        if "subscription_identifier" in packet.properties:
            raise MalformedPacket("a subscription identifier from a client [5: 3.3.4]", Reason.PROTOCOL_ERROR)
        packet = connection.terms.named(packet)
    check_topic(packet.topic, connection.limits)
    if not packet.qos:
        guest.published(packet.topic, packet.payload)
        if guest.may_publish(packet.topic):
            guest.broker.route(packet, session, raw)
    elif packet.qos == 1:
        _check_quota(connection)
        reason, pledge = _pass_on(guest, session, packet, raw)
        if connection.level < 5:
            connection.promise(_PUBACK + packet.packet_id.to_bytes(2, "big"), pledge)
        else:
            connection.promise(PubAck(packet.packet_id, reason).encode(5), pledge)
    else:
        _published_once(connection, guest, session, packet, raw)


def check_topic(topic: str, limits: Limits) -> None:
    """Whether the topic name of a message or a will is within its limits.

    Raises:
        MalformedPacket: it is not.
    """
    if len(topic) > limits.topic or topic.count("/") >= limits.levels:
        what = f"a topic of {len(topic)} characters and {topic.count('/') + 1} levels"
        raise MalformedPacket(what, Reason.TOPIC_NAME_INVALID)


def _published_once(connection: Connection, guest: Guest, session: Session, packet: Publish, raw: bytes) -> None:
    """At QoS 2: only if its identifier is not known from before [4.3.3]."""
    number = packet.packet_id
    reason, pledge = Reason.SUCCESS, None
    is_known = number in (session.received or ())
    if not is_known:
        _check_quota(connection)
    # Before the message, for when it is refused; and of one that is known too: its first pledge may not be kept yet.
    receipt = guest.broker.keeper.receipt(session.identity, number) if session.expiry else None
    if not is_known:
        session.received = session.received or set()
        session.received.add(number)
        reason, pledge = _pass_on(guest, session, packet, raw)
        if reason >= 0x80 and connection.level == 5:
            pledge = _free(guest, session, number) or pledge
    connection.promise(PubRec(number, reason).encode(connection.level), pledge or receipt)


def _free(guest: Guest, session: Session, number: int) -> Pledge | None:
    """Forget that a QoS 2 message with this identifier was received."""
    pledge = guest.broker.keeper.forget_receipt(session.identity, number) if session.kept else None
    if session.received:
        session.received.discard(number)
        session.received = session.received or None
    return pledge


def _pass_on(guest: Guest, session: Session, packet: Publish, raw: bytes) -> tuple[Reason, Pledge | None]:
    pledge = guest.published(packet.topic, packet.payload)
    if not guest.may_publish(packet.topic):
        return Reason.NOT_AUTHORIZED, pledge
    count, kept = guest.broker.route(packet, session, raw)
    return Reason.SUCCESS if count else Reason.NO_MATCHING_SUBSCRIBERS, kept or pledge


def _check_quota(connection: Connection) -> None:
    """Only MQTT 5 can tell a client how many messages it may have under way [5: 3.3.4]; identifiers end there too."""
    most = connection.limits.inflight if connection.terms else 0xFFFF
    if connection.unacknowledged >= most:
        raise MalformedPacket(f"more than {most} unacknowledged messages", Reason.RECEIVE_MAXIMUM_EXCEEDED)


def _released(connection: Connection, packet: PubRel) -> None:
    session, guest = connection.session, connection.guest
    if session is None or guest is None:
        return
    is_known = packet.packet_id in (session.received or ())
    reason = Reason.SUCCESS if is_known else Reason.PACKET_IDENTIFIER_NOT_FOUND
    # Told too soon, the client could use the identifier for another message, which a restart would take for this.
    pledge = _free(guest, session, packet.packet_id)
    connection.promise(PubComp(packet.packet_id, reason).encode(connection.level), pledge)


def _acknowledged(connection: Connection, packet: PubAck) -> None:
    if connection.session:
        connection.session.acknowledged(packet.packet_id)


def _recorded(connection: Connection, packet: PubRec) -> None:
    session = connection.session
    if session is None:
        return
    if packet.code >= 0x80:
        session.acknowledged(packet.packet_id, 2)
    elif not session.recorded(packet.packet_id):
        answer = PubRel(packet.packet_id, Reason.PACKET_IDENTIFIER_NOT_FOUND)
        connection.promise(answer.encode(connection.level), None)


def _completed(connection: Connection, packet: PubComp) -> None:
    if connection.session:
        connection.session.completed(packet.packet_id)


def _subscribe(connection: Connection, packet: Subscribe) -> None:
    guest, session = connection.guest, connection.session
    if guest is None or session is None:
        return
    identifiers = packet.properties.get("subscription_identifier", ())
    options = [_options(wanted, identifiers) for wanted in packet.filters]
    outcomes = [_grant(connection, guest, session, *asked) for asked in zip(packet.filters, options, strict=True)]
    pledge = guest.broker.keep(session) if session.expiry else None
    # 3.1 has no way to say that a subscription failed: the exchange ends as if it had not.
    codes = [wanted.qos for wanted in packet.filters] if connection.level == 3 else [code for code, _ in outcomes]
    connection.answer(SubAck(packet.packet_id, tuple(codes)), pledge)
    for wanted, granted, (code, is_new) in zip(packet.filters, options, outcomes, strict=True):
        if code < 0x80:
            guest.subscribed(wanted.filter)
            _send_retained(guest, session, wanted, granted, is_new=is_new)


def _options(wanted: Subscription, identifiers: tuple[int, ...]) -> Grant:
    return grant(
        wanted.qos,
        no_local=wanted.no_local,
        retain_as_published=wanted.retain_as_published,
        identifiers=identifiers,
    )


def _grant(
    connection: Connection, guest: Guest, session: Session, wanted: Subscription, options: Grant
) -> tuple[int, bool]:
    """The code for SUBACK, and whether the subscription is new."""
    share, inner = _checked(wanted.filter)
    if share and wanted.no_local:
        raise MalformedPacket("a shared subscription with no-local [5: 3.8.3.1]", Reason.PROTOCOL_ERROR)
    limits = connection.limits
    if len(inner) > limits.topic or inner.count("/") >= limits.levels:
        return Reason.TOPIC_FILTER_INVALID, False
    if wanted.filter not in session.subscriptions and len(session.subscriptions) >= limits.subscriptions:
        return Reason.QUOTA_EXCEEDED, False
    if not guest.may_subscribe(inner):
        return Reason.NOT_AUTHORIZED, False
    return wanted.qos, guest.broker.subscribe(session, wanted.filter, options)


def _checked(topic_filter: str) -> tuple[str, str]:
    """Its share name, if any, and the filter itself.

    Raises:
        MalformedPacket: it is none; reason 0x8F would say that it is correctly formed [5: 3.14.2.1].
    """
    share, inner = shared(topic_filter)
    if not is_filter(inner):
        raise MalformedPacket(f"{topic_filter!r} is no topic filter [4.7.1; 5: 4.8.2]")
    return share, inner


def _send_retained(guest: Guest, session: Session, wanted: Subscription, options: Grant, *, is_new: bool) -> None:
    """What its subscriber is to have at once [3.3.1.3; 5: 3.3.1.3]."""
    if wanted.retain_handling == 2 or (wanted.retain_handling and not is_new) or shared(wanted.filter)[0]:
        return
    if found := guest.broker.retained.find(wanted.filter):
        session.catch_up(wanted.filter, options, found)


def _unsubscribe(connection: Connection, packet: Unsubscribe) -> None:
    guest, session = connection.guest, connection.session
    if guest is None or session is None:
        return
    for topic_filter in packet.filters:
        _checked(topic_filter)
    known = [guest.broker.unsubscribe(session, topic_filter) for topic_filter in packet.filters]
    pledge = guest.broker.keep(session) if session.expiry else None
    codes = tuple(Reason.SUCCESS if was else Reason.NO_SUBSCRIPTION_EXISTED for was in known)
    connection.answer(UnsubAck(packet.packet_id, codes), pledge)


def _ping(connection: Connection, _: PingReq) -> None:
    connection.send(_PINGRESP)


def _disconnect(connection: Connection, packet: Disconnect) -> None:
    guest, session = connection.guest, connection.session
    if guest is None or session is None:
        return
    expiry = packet.properties.get("session_expiry_interval")
    if expiry is not None:
        if expiry and not session.expiry and guest.session_expiry:
            raise MalformedPacket("a session expiry where CONNECT had none [5: 3.14.2.2.2]", Reason.PROTOCOL_ERROR)
        session.expiry = min(float(expiry), guest.session_expiry)
    if packet.code == Reason.SUCCESS:  # [5: 3.14.4-3]
        session.will = None
    connection.close("the client said goodbye", silent=True)


def _authenticate_again(connection: Connection, packet: Auth) -> None:
    if not connection.terms:
        raise MalformedPacket("AUTH before MQTT 5", Reason.PROTOCOL_ERROR)
    asked = Reason.CONTINUE_AUTHENTICATION if connection.terms.challenged else Reason.RE_AUTHENTICATE
    connection.terms.check(packet, asked)
    answer = connection.host.proceed(packet)
    connection.terms.challenged = isinstance(answer, Challenge)
    if isinstance(answer, Refusal):
        connection.close(answer.reason, answer.precisely)
    elif isinstance(answer, Challenge):
        connection.answer(Auth(Reason.CONTINUE_AUTHENTICATION, answer.properties))
    else:
        properties: Properties = {"authentication_method": connection.terms.method}
        connection.answer(Auth(Reason.SUCCESS, properties))


HANDLERS: Mapping[type, Callable[[Connection, Any], None]] = {
    PubAck: _acknowledged,
    PubRec: _recorded,
    PubRel: _released,
    PubComp: _completed,
    Subscribe: _subscribe,
    Unsubscribe: _unsubscribe,
    PingReq: _ping,
    Disconnect: _disconnect,
    Auth: _authenticate_again,
}
