"""The client's half of MQTT 3.1, 3.1.1 and 5, without its socket: one session over as many connections as it takes.

A connection begins with `connect` and ends with `lost`. Between them, what arrives goes into `receive`, and what `take`
gives is written. What was published at QoS 1 or 2 is kept until the server has taken responsibility, whatever happens
to connections. Sent again, it is a duplicate for a server that knows the session. For one that does not it is a new
message: rather twice, if the answer was lost along with the session, than never.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, ClassVar

import msgspec

from homeward.mqtt.aliases import OurAliases, TheirAliases
from homeward.mqtt.client.errors import ConnectionRefused, Unsendable, reason_of
from homeward.mqtt.client.inbox import Inbox
from homeward.mqtt.client.options import DEFAULTS, Options
from homeward.mqtt.client.outbox import Outbox
from homeward.mqtt.client.sendable import check_connect, check_filters, check_message, check_subscriptions
from homeward.mqtt.client.terms import Terms, agreed
from homeward.mqtt.decode import decode
from homeward.mqtt.frames import Remainder, scan
from homeward.mqtt.packets import (
    Auth,
    ConnAck,
    Connect,
    Disconnect,
    Packet,
    PingReq,
    PingResp,
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
from homeward.mqtt.properties import NONE, Properties
from homeward.mqtt.reasons import MalformedPacket, Reason

_PATIENCE = 0.75
"""The part of the keep-alive after which the server is asked whether it is there, and within which it is to answer."""


class ClientState:
    """`over` says why the connection must end, once it must; what `take` still gives is written first.

    Its user sets `blocked` while the server does not read what was written, and calls `drained` when it does.
    `authenticate` answers a challenge of enhanced authentication, or raises `MalformedPacket`.

    Raises:
        ValueError: the standard forbids the request.
    """

    def __init__(
        self,
        request: Connect,
        options: Options = DEFAULTS,
        *,
        authenticate: Callable[[Properties], Properties] | None = None,
    ) -> None:
        check_connect(request)
        self.request = msgspec.structs.replace(request, properties=options.announced(request))
        """The CONNECT of the next connection."""
        self.options = options
        self.connected = False
        """Whether the server has let us in."""
        self.over = ""
        self.blocked = False
        self.terms: Terms | None = None
        """What the server said when it let us in."""
        self.wake_at = inf
        """When `wake` is to be called."""
        self.dropped = 0
        """Messages at QoS 0 that there was no connection for, or none that was read from."""
        self._authenticate = authenticate
        self._out: list[bytes] = []
        self._rest: Remainder | None = None
        self._outbox, self._inbox = Outbox(options.queued), Inbox()
        self._asked: set[int] = set()
        """Packet identifiers of SUBSCRIBEs and UNSUBSCRIBEs."""
        self._unanswered = False
        self._ours, self._theirs = OurAliases(0), TheirAliases(0)

    # --- connections

    def connect(self) -> None:
        """A network connection was made: sign in."""
        self.over, self.blocked, self._rest = "", False, None
        self._out = [self.request.encode()]
        self._theirs = TheirAliases(self.request.properties.get("topic_alias_maximum", 0))

    def lost(self) -> None:
        """The network connection has ended. What only concerned it is forgotten, the session is not."""
        self.over = self.over or "the connection was lost"
        self.connected, self.wake_at, self._unanswered = False, inf, False
        self._out, self._rest = [], None
        for packet_id in self._asked:
            self._outbox.free(packet_id)
        self._asked.clear()
        self._outbox.lost()
        self._inbox.lost()

    def disconnect(self, reason: Reason = Reason.SUCCESS, properties: Properties = NONE) -> None:
        """Say goodbye; then the connection is to be closed."""
        if self.connected and self.terms:
            data = Disconnect(reason, properties).encode(self.request.level)
            fits = len(data) <= self.terms.largest
            self._out.append(data if fits else Disconnect(reason).encode(self.request.level))
        self.connected, self.wake_at = False, inf
        self.over = self.over or "closed"

    # --- time

    def wake(self, now: float) -> None:
        """It is that late: ask whether the server is there, or find out that it is not."""
        if not self.connected or self.terms is None or now < self.wake_at:
            return
        if self._unanswered:
            self.over = "the server answered no ping"
            return
        self._unanswered = True
        self._out.append(PingReq().encode())
        self.wake_at = now + _PATIENCE * self.terms.keep_alive

    # --- what is wanted

    def publish(
        self, topic: str, payload: bytes, qos: int = 0, *, retain: bool = False, properties: Properties = NONE
    ) -> int:
        """Publish; returns the packet identifier at QoS 1 and 2.

        It is done when `receive` gives a PUBACK, PUBCOMP, or failed PUBREC with that identifier. At QoS 0 it is
        dropped while the server cannot be reached.

        Raises:
            Unsendable: the server does not take it, or too much waits for it already.
            ValueError: the standard forbids it.
        """
        message = Publish(topic, payload, qos, retain, packet_id=1 if qos else 0, properties=properties)
        check_message(message)
        data = message.encode(self.request.level)  # what cannot be written is not kept either
        if self.connected and self.terms:
            self.terms.check(message, len(data))
        if qos:
            packet_id = self._outbox.add(message)
            self._pump()
            return packet_id
        if self.connected and not self.blocked:
            self._out.append(self._shortest(message) or data)
        else:
            self.dropped += 1
        return 0

    def subscribe(self, *filters: Subscription, properties: Properties = NONE) -> int:
        """Subscribe; returns the packet identifier that the SUBACK will carry. Only for a client that is connected.

        Raises:
            Unsendable: the server does not take as large a packet, or too many wait for their answers.
            ValueError: there is no topic filter, or one that is none, or is not for these options.
        """
        check_subscriptions(filters)
        return self._ask(Subscribe(1, filters, properties))

    def unsubscribe(self, *filters: str, properties: Properties = NONE) -> int:
        """Unsubscribe; returns the packet identifier that the UNSUBACK will carry. As `subscribe`."""
        check_filters(filters)
        return self._ask(Unsubscribe(1, filters, properties))

    def acknowledge(self, message: Publish) -> None:
        """A message that `receive` gave was handed over to whom it is for: the server need not keep it any longer.

        It is told so in the order in which the messages came [4.6].
        """
        if message.qos:
            self._inbox.handed_over(message)
            self._settle()

    def authenticate_again(self, data: bytes) -> None:
        """Enhanced authentication, anew, on the same connection [5: 4.12.1].

        Raises:
            Unsendable: the server does not take as large a packet.
            ValueError: CONNECT named no method.
        """
        if "authentication_method" not in self.request.properties:
            raise ValueError("there is no authentication method")
        self._send_auth(Reason.RE_AUTHENTICATE, {"authentication_data": data})

    # --- what comes and goes

    def receive(self, data: bytes, now: float) -> list[Packet]:
        """Bytes arrived, torn anywhere; returns the packets that tell something, in their order.

        Those are CONNACK, PUBLISH with its full topic, the last acknowledgement of each of our own messages, SUBACK,
        UNSUBACK, DISCONNECT and AUTH. Messages that the server refuses by its CONNACK are answered with a PUBACK of
        ours. When the server breaks the standard, `over` says how.
        """
        self._unanswered = False
        if self._rest:
            whole = self._rest.add(data)
            if whole is None:
                return []
            data, self._rest = whole, None
        told: list[Packet] = []
        try:
            at = self._packets(data, told, now)
        except (MalformedPacket, Unsendable) as error:
            self.disconnect(error.reason)
            self.over = str(error)
        else:
            if at < len(data):
                self._rest = Remainder(data[at:])
        return told

    def take(self) -> bytes:
        """What is to be written now."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def drained(self) -> None:
        """The server reads again."""
        self.blocked = False
        self._pump()

    def _packets(self, data: bytes, told: list[Packet], now: float) -> int:
        """Handle the packets that are whole; returns where the next one begins."""
        at, end, level = 0, len(data), self.request.level
        while at < end and not self.over and (found := scan(data, at, self.options.packet)):
            first, body, at = found
            packet = decode(first, body, level)
            if not self.connected and not isinstance(packet, ConnAck | Auth):
                raise MalformedPacket(f"a {type(packet).__name__} before CONNACK [3.2.0]", Reason.PROTOCOL_ERROR)
            if isinstance(packet, ConnAck):
                told += self._connack(packet, now)
            elif handler := self._HANDLERS.get(type(packet)):
                told += [tell] if (tell := handler(self, packet)) else []
            else:
                raise MalformedPacket(f"a {type(packet).__name__} from a server", Reason.PROTOCOL_ERROR)
        return at

    # --- packets of the server

    def _connack(self, packet: ConnAck, now: float) -> list[Packet]:
        if self.connected:
            raise MalformedPacket("a second CONNACK", Reason.PROTOCOL_ERROR)
        if packet.code:
            self.over = f"refused: {ConnectionRefused(packet, self.request.level)}"
            return [packet]
        if packet.session_present and self.request.clean:
            raise MalformedPacket("a session where a new one was asked for [3.2.2.2]", Reason.PROTOCOL_ERROR)
        self.connected = True
        self.terms = agreed(self.request, packet, self.options)
        self._ours = OurAliases(self.terms.aliases)
        self.wake_at = now + _PATIENCE * self.terms.keep_alive if self.terms.keep_alive else inf
        done = self._resume(packet)
        self._remember(packet)
        self._pump()
        return [packet, *done]

    def _resume(self, ack: ConnAck) -> list[Packet]:
        """Begin where the last connection ended; returns what is done with already."""
        done: list[Packet] = []
        # A server of 3.1 cannot say whether it has the session; all that is sent again is right in either case.
        if ack.session_present or (self.request.level == 3 and not self.request.clean):
            for packet_id in self._outbox.released():
                self._out.append(PubRel(packet_id).encode(self.request.level))
        else:
            self._inbox.begin_anew()
            done += [PubComp(packet_id) for packet_id in self._outbox.begin_anew()]
        return [*done, *(PubAck(packet_id, reason) for packet_id, reason in self._outbox.sort_out(self._check))]

    def _remember(self, ack: ConnAck) -> None:
        """What the next CONNECT says, now that there is a session."""
        request = self.request
        client_id = ack.properties.get("assigned_client_identifier", request.client_id)
        lasting = request.level == 5 and self.terms is not None and self.terms.expiry > 0
        self.request = msgspec.structs.replace(request, client_id=client_id, clean=request.clean and not lasting)

    def _check(self, message: Publish) -> None:
        if self.terms and self.request.level == 5:
            self.terms.check(message, len(message.encode(5)))

    def _published(self, packet: Publish) -> Publish | None:
        if packet.properties:
            packet = self._theirs.resolve(packet)
        if not packet.qos:
            return packet
        # Before MQTT 3.1.1 only the flag can say that the server has begun a new session.
        is_wanted = self._inbox.take_in(packet, is_new=self.request.level == 3 and not packet.dup)
        most = self.request.properties.get("receive_maximum", 65_535)
        if len(self._inbox) > most:
            raise MalformedPacket(f"more than {most} unacknowledged messages", Reason.RECEIVE_MAXIMUM_EXCEEDED)
        self._settle()
        return packet if is_wanted else None

    def _settle(self) -> None:
        for message in self._inbox.due() if self.connected else ():
            answer = PubAck(message.packet_id) if message.qos == 1 else PubRec(message.packet_id)
            self._out.append(answer.encode(self.request.level))

    def _released(self, packet: PubRel) -> None:
        known = self._inbox.released(packet.packet_id)
        self._settle()
        reason = Reason.SUCCESS if known else Reason.PACKET_IDENTIFIER_NOT_FOUND
        self._out.append(PubComp(packet.packet_id, reason).encode(self.request.level))

    def _acknowledged(self, packet: PubAck) -> PubAck | None:
        return packet if self._free_for_next(self._outbox.acknowledged(packet.packet_id)) else None

    def _recorded(self, packet: PubRec) -> PubRec | None:
        if packet.code >= 0x80:
            return packet if self._free_for_next(self._outbox.acknowledged(packet.packet_id, 2)) else None
        known = self._outbox.recorded(packet.packet_id)
        reason = Reason.SUCCESS if known else Reason.PACKET_IDENTIFIER_NOT_FOUND
        self._out.append(PubRel(packet.packet_id, reason).encode(self.request.level))
        return None

    def _completed(self, packet: PubComp) -> PubComp | None:
        return packet if self._free_for_next(self._outbox.completed(packet.packet_id)) else None

    def _free_for_next(self, known: bool) -> bool:
        self._pump()
        return known

    def _answered(self, packet: SubAck | UnsubAck) -> Packet | None:
        if packet.packet_id not in self._asked:
            return None
        self._asked.remove(packet.packet_id)
        self._outbox.free(packet.packet_id)
        return packet

    def _disconnected(self, packet: Disconnect) -> Disconnect:
        if self.request.level < 5:
            raise MalformedPacket("DISCONNECT from a server before MQTT 5")
        said = packet.properties.get("reason_string") or reason_of(packet.code).words
        self.connected, self.over = False, f"the server closed the connection: {said}"
        return packet

    def _challenged(self, packet: Auth) -> Auth:
        method = self.request.properties.get("authentication_method")
        if not (self._authenticate and method) or packet.properties.get("authentication_method") != method:
            raise MalformedPacket("AUTH that nobody asked for [5: 4.12]", Reason.PROTOCOL_ERROR)
        if packet.code == Reason.CONTINUE_AUTHENTICATION:
            self._send_auth(Reason.CONTINUE_AUTHENTICATION, self._authenticate(packet.properties))
        return packet

    # --- what goes out

    def _ask(self, question: Subscribe | Unsubscribe) -> int:
        """Send it under an identifier of its own, which is returned."""
        self._check_size(question.encode(self.request.level))
        packet_id = self._outbox.reserve()
        self._asked.add(packet_id)
        self._out.append(msgspec.structs.replace(question, packet_id=packet_id).encode(self.request.level))
        return packet_id

    def _send_auth(self, reason: Reason, properties: Properties) -> None:
        method = self.request.properties["authentication_method"]
        data = Auth(reason, {"authentication_method": method, **properties}).encode()
        self._check_size(data)
        self._out.append(data)

    def _check_size(self, data: bytes) -> None:
        if self.connected and self.terms:
            self.terms.check_size(len(data))

    def _pump(self) -> None:
        if self.connected and self.terms and not self.blocked:
            for message in self._outbox.due(self.terms.window):
                self._out.append(self._shortest(message) or message.encode(self.request.level))

    def _shortest(self, message: Publish) -> bytes:
        """A message's bytes with a topic alias; empty where there are none."""
        return self._ours.encode(message, self.terms.largest) if self.terms and self.terms.aliases else b""

    _HANDLERS: ClassVar[Mapping[type, Callable[[Any, Any], Packet | None]]] = {
        Publish: _published,
        PubAck: _acknowledged,
        PubRec: _recorded,
        PubRel: _released,
        PubComp: _completed,
        SubAck: _answered,
        UnsubAck: _answered,
        PingResp: lambda state, packet: None,
        Disconnect: _disconnected,
        Auth: _challenged,
    }
    """What a server may send once it has let us in, and what is done about it. What they return is told."""
