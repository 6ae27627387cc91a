"""How a client is let in, or not: CONNECT, enhanced authentication, CONNACK [3.1, 3.2; 5: 4.12]."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from homeward.mqtt.broker import serving
from homeward.mqtt.broker.host import Challenge, Guest, Refusal
from homeward.mqtt.broker.terms import Terms, connack_properties, lifetime
from homeward.mqtt.packets import Auth, ConnAck, Connect, Packet
from homeward.mqtt.properties import NONE, Properties
from homeward.mqtt.reasons import MalformedPacket, Reason

if TYPE_CHECKING:
    from homeward.mqtt.broker.connection import Connection

_NAMELESS = Refusal(2, "a client that keeps its session needs a client id [3.1.3.1]")
_CROWDED = Refusal(3, "there are as many lasting sessions as there may be", Reason.QUOTA_EXCEEDED)
_NARROW = Refusal(3, "it takes no packet as large as what it must be told", Reason.PACKET_TOO_LARGE)
_TAKEN_OVER = "taken over by a newer connection of the same client"


def handle(connection: Connection, packet: Packet) -> None:
    """A packet of a client that has not signed in.

    Raises:
        MalformedPacket: it may not come now.
    """
    if isinstance(packet, Connect) and not connection.request:
        _connect(connection, packet)
    elif isinstance(packet, Auth) and connection.request and connection.terms:
        connection.terms.check(packet, Reason.CONTINUE_AUTHENTICATION)
        _decide(connection, connection.request, connection.host.proceed(packet))
    else:
        raise MalformedPacket(f"a {type(packet).__name__} before it is connected [3.1.0]", Reason.PROTOCOL_ERROR)


def _connect(connection: Connection, request: Connect) -> None:
    connection.level = request.level
    if request.will:
        serving.check_topic(request.will.topic, connection.limits)
    if request.level == 5:
        connection.terms = Terms(request, connection.limits)
        connection.ordinary = not connection.terms.particular
        connection.window = min(connection.window, request.properties.get("receive_maximum", 65_535))
    if not request.client_id:
        if request.level == 3 or (request.level == 4 and not request.clean):
            _refuse(connection, _NAMELESS)
            return
        request = _named(connection, request)
    _decide(connection, request, connection.host.sign_in(request))


def _named(connection: Connection, request: Connect) -> Connect:
    """The CONNECT of a client that brought no id, with one that it is given."""
    assigned = connection.host.new_id()
    if connection.terms:
        connection.terms.assigned = assigned
    return msgspec.structs.replace(request, client_id=assigned)


def _decide(connection: Connection, request: Connect, answer: Guest | Refusal | Challenge) -> None:
    connection.request = request if isinstance(answer, Challenge) else None
    if isinstance(answer, Challenge):
        connection.answer(Auth(Reason.CONTINUE_AUTHENTICATION, answer.properties))
    elif isinstance(answer, Refusal):
        _refuse(connection, answer)
    elif answer.broker.has_room(answer, request):
        _let_in(connection, request, answer)
    else:
        _refuse(connection, _CROWDED)


def _refuse(connection: Connection, refusal: Refusal) -> None:
    if connection.level == 5:
        properties: Properties = {"reason_string": refusal.reason}
        if refusal.server_reference:
            properties["server_reference"] = refusal.server_reference
        connection.say(ConnAck(refusal.precisely, properties=properties))
    else:
        connection.send(ConnAck(refusal.code).encode())
    connection.over = f"refused: {refusal.reason}"


def _let_in(connection: Connection, request: Connect, guest: Guest) -> None:
    connection.keep_alive = min(request.keep_alive or guest.keep_alive, guest.keep_alive or request.keep_alive)
    properties = _told(connection, request, guest)
    if connection.terms and len(ConnAck(0, properties=properties).encode(5)) > connection.terms.largest:
        _refuse(connection, _NARROW)
        return
    connection.guest = guest
    session, present, older = guest.broker.enter(guest, request, connection)
    connection.session = session
    connection.send(ConnAck(0, present, properties).encode(connection.level))
    try:
        # The house hears of the newcomer before it hears that an older one is gone: the device was never away.
        guest.opened()
    finally:
        if older:
            older.close(_TAKEN_OVER, Reason.SESSION_TAKEN_OVER)
    if not connection.over:
        session.resume()


def _told(connection: Connection, request: Connect, guest: Guest) -> Properties:
    """What a client of MQTT 5 is told as it is let in."""
    if not connection.terms:
        return NONE
    return connack_properties(connection, request, lifetime(request, guest.session_expiry))
