"""The server's half of one MQTT connection, versions 3.1, 3.1.1 and 5, without its socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeward.errors import ProtocolError, StorageError
from homeward.mqtt.broker import entering, serving
from homeward.mqtt.broker.host import Guest, Host, Limits, Pledge
from homeward.mqtt.broker.terms import Terms
from homeward.mqtt.decode import decode, decode_publish
from homeward.mqtt.frames import Remainder, scan
from homeward.mqtt.packets import Auth, ConnAck, Connect, Disconnect, Packet, Publish, SubAck, UnsubAck
from homeward.mqtt.properties import NONE, Properties
from homeward.mqtt.reasons import MalformedPacket, Reason, UnacceptableProtocol

if TYPE_CHECKING:
    from homeward.mqtt.broker.session import Session

_LONGEST = 500
"""Characters of a reason that are passed on; what a client sent may be quoted in it."""
_SETTLING = (0x40, 0x70)
"""PUBACK and PUBCOMP: with them, a message of the client's is under way no more."""
_PUBACK = b"\x40\x02"
_FORWARDED = (0x30, 0x32, 0x34)
"""How packets begin whose bytes are also those for other clients."""


class Connection:
    """Takes bytes and the time; leaves bytes to be written in `take`, and the reason in `over` when it must end.

    Its host sets `blocked` after `take` if the transport could not write it all, and calls `drained` when it has.
    """

    __slots__ = (
        "_marked",
        "_out",
        "_pledge",
        "_rest",
        "_unkept",
        "_unsettled",
        "_waiting",
        "blocked",
        "guest",
        "host",
        "keep_alive",
        "last",
        "level",
        "limits",
        "ordinary",
        "over",
        "request",
        "session",
        "terms",
        "window",
    )

    def __init__(self, limits: Limits, host: Host, now: float) -> None:
        self.limits = limits
        self.host = host
        self.guest: Guest | None = None
        self.session: Session | None = None
        self.level = 0
        self.keep_alive = 0
        self.last = now
        """When the last packet came: what is not whole yet is no sign of life [3.1.2-24]."""
        self.over = ""
        """Why the connection must end, once it must; what `take` still gives is written first."""
        self.blocked = False
        """Whether messages wait: for the peer to read, or for what there is to be taken."""
        self.ordinary = True
        """Whether a message has the same bytes for this client as for others of its version."""
        self.window = limits.inflight
        """How many messages at QoS 1 and 2 may be under way to the client at once."""
        self.terms: Terms | None = None
        """What was agreed on in MQTT 5."""
        self._rest: Remainder | None = None
        self._out: list[bytes] | None = None
        self._waiting = 0
        self._marked = False
        self._pledge: Pledge | None = None
        self._unkept: list[list[bytes]] | None = None
        self._unsettled = 0
        self.request: Connect | None = None
        """The CONNECT of a client that is to answer a challenge before it is let in."""

    # --- what comes in

    def receive(self, data: bytes, now: float) -> None:
        """Bytes arrived, torn anywhere."""
        if self.over:
            return
        if self._rest:
            whole = self._rest.add(data)
            if whole is None:
                return
            data, self._rest = whole, None
        try:
            at = self._packets(data)
        except UnacceptableProtocol as error:
            if not self.level:
                self.send(ConnAck(1).encode())
            self.close(str(error), Reason.PROTOCOL_ERROR)
        except MalformedPacket as error:
            is_second = self.level and error.reason == Reason.UNSUPPORTED_PROTOCOL_VERSION
            self.close(str(error), Reason.PROTOCOL_ERROR if is_second else error.reason)
        except (ProtocolError, StorageError) as error:
            self.close(str(error), Reason.IMPLEMENTATION_SPECIFIC_ERROR)
        else:
            if at:
                self.last = now
            if at < len(data):
                self._rest = Remainder(data[at:])

    def _packets(self, data: bytes) -> int:
        """Handle the packets that are whole; returns where the next one begins."""
        at, end, limit = 0, len(data), self.limits.packet
        while at < end and not self.over:
            if self.session and data.startswith(_PUBACK, at) and at + 4 <= end:
                at += 4
                self._acknowledged(data[at - 2] << 8 | data[at - 1], self.session)
                continue
            if not (found := scan(data, at, limit)):
                break
            first, body, following = found
            if first & 0xF0 == 0x30 and self.guest:
                raw = data[at:following] if first in _FORWARDED and self.level < 5 else b""
                serving.published(self, decode_publish(first, body, self.level), raw)
            else:
                self._handle(decode(first, body, self.level))
            at = following
        return at

    def _acknowledged(self, packet_id: int, session: Session) -> None:
        """The shortest of PUBACKs, which is nearly every one, and comes once for every message at QoS 1."""
        if not packet_id:
            raise MalformedPacket("packet identifier 0")
        session.acknowledged(packet_id)

    def _handle(self, packet: Packet) -> None:
        if self.guest is None:
            entering.handle(self, packet)
        elif handler := serving.HANDLERS.get(type(packet)):
            handler(self, packet)
        else:
            what = f"a {type(packet).__name__} from a client that is connected [3.1.0]"
            raise MalformedPacket(what, Reason.PROTOCOL_ERROR)

    def expired(self, now: float) -> str:
        """Why the connection is to be given up for silence at this time [3.1.2.10]; empty while it is not."""
        silence = now - self.last
        if self.keep_alive and silence > 1.5 * self.keep_alive:
            return f"keep-alive: nothing heard for {silence:.0f} s"
        return ""

    # --- what goes out

    def send(self, data: bytes) -> None:
        """Queue a whole packet."""
        if self.over:
            return
        if self._out is None:
            self._out = [data]
        else:
            self._out.append(data)
        self._waiting += len(data)
        if self._waiting > self.limits.burst:
            self.blocked = True
        if not self._marked:
            self._marked = True
            self.host.stir()

    def takes(self, packet: Publish) -> bool:
        """Whether a message is not larger than the client takes [5: 3.1.2.11.4]."""
        return not self.terms or self.terms.takes(packet)

    def publish(self, packet: Publish) -> None:
        """Send a message that the client takes."""
        self.send(self.terms.encode(packet) if self.terms else packet.encode(self.level))

    def answer(self, packet: SubAck | UnsubAck | Auth, pledge: Pledge | None = None) -> None:
        """As `promise`; what is larger than the client takes is not sent at all [5: 3.1.2.11.4]."""
        data = packet.encode(self.level)
        if not self.terms or len(data) <= self.terms.largest:
            self.promise(data, pledge)

    def promise(self, data: bytes, pledge: Pledge | None) -> None:
        """Send an acknowledgement when its pledge is kept.

        Acknowledgements leave in the order of their messages [4.6]; pledges are kept in the order they are made.
        """
        if pledge is None and not self._unkept:
            self.send(data)
            return
        self._unsettled += data[0] in _SETTLING
        if self._unkept and (pledge is None or pledge is self._pledge):
            self._unkept[-1].append(data)
        elif pledge is not None:
            self._unkept = [*(self._unkept or ()), [data]]
            self._pledge = pledge
            pledge.then(self._kept)

    @property
    def unacknowledged(self) -> int:
        """How many messages of the client are under way: at QoS 1 and 2, until PUBACK and PUBCOMP leave."""
        received = self.session.received if self.session else None
        return self._unsettled + len(received) if received else self._unsettled

    def _kept(self) -> None:
        if self._unkept:
            first, *later = self._unkept
            self._unkept = later or None
            self._unsettled -= sum(data[0] in _SETTLING for data in first)
            self.send(b"".join(first))
        if not self._unkept:
            self._pledge = None

    def take(self) -> bytes:
        """What is to be written now."""
        self._marked = False
        if self._out is None:
            return b""
        data = self._out[0] if len(self._out) == 1 else b"".join(self._out)
        self._out = None
        self._waiting = 0
        self.blocked = False
        return data

    def drained(self) -> None:
        """All that was taken has been written."""
        self.blocked = False
        if self.session and not self.over:
            self.session.pump()

    # --- the end

    def redirect(self, server_reference: str, reason: Reason = Reason.USE_ANOTHER_SERVER) -> None:
        """Send the client to another server; one before MQTT 5 is only sent away [5: 4.11]."""
        self.close(f"redirected to {server_reference}", reason, {"server_reference": server_reference})

    def close(
        self,
        reason: str,
        code: Reason = Reason.UNSPECIFIED_ERROR,
        properties: Properties = NONE,
        *,
        silent: bool = False,
    ) -> None:
        """End it: from here on it belongs to nobody and hears nothing. A client of MQTT 5 is told, unless `silent`."""
        if self.over:
            return
        reason = reason[:_LONGEST]
        if self.level == 5 and not silent:
            self._say_goodbye(reason, code, properties)
        self.over = reason
        self._leave()
        if not self._marked:
            self._marked = True
            self.host.stir()

    def lost(self, reason: str) -> None:
        """The network connection is gone by itself."""
        self.over = self.over or reason
        self._leave()

    def _say_goodbye(self, reason: str, code: Reason, properties: Properties) -> None:
        said: Properties = {**properties, "reason_string": reason}
        self.say(Disconnect(code, said) if self.guest else ConnAck(code, properties=said))

    def say(self, packet: ConnAck | Disconnect) -> None:
        """Send a reason, with its words if they fit [5: 3.2.2.3.9]."""
        data = packet.encode(5)
        largest = self.terms.largest if self.terms else len(data)
        if len(data) > largest:
            data = type(packet)(packet.code).encode(5)
        if len(data) <= largest:
            self.send(data)

    def _leave(self) -> None:
        guest, self.guest = self.guest, None
        if guest is None:
            return
        if self.session and self.session.connection is self:
            guest.broker.leave(self.session)
        guest.gone(self.over)
