"""The driver of families with a framing of their own: bytes go to the session as they come."""

from __future__ import annotations

from homeward.errors import HomewardError
from homeward.families.base import ByteSession, Family, Peer
from homeward.net.carrier import Carrier
from homeward.net.household import Household
from homeward.net.stream import Stream


class ByteReceiver:
    """Receives from a stream for a session, whose silence is the session's own to judge by its wakes."""

    __slots__ = ("_carrier", "_deadline", "_opened", "_session", "_stream")

    def __init__(self, house: Household, stream: Stream, peer: Peer, family: Family) -> None:
        self._stream = stream
        self._deadline = house.loop.time() + house.limits.handshake
        self._session: ByteSession = family.connect(peer, house.clock.now())
        transport = f"{family.name} over TLS" if peer.tls else f"{family.name} over TCP"
        self._carrier = Carrier(house, family, self._session, peer, stream, transport)
        self._opened = False

    def receive(self, data: bytes) -> None:
        """Bytes arrived."""
        try:
            if not self._opened:
                self._opened = True
                self._carrier.opened()
            self._carrier.carry(self._session.receive(data, self._carrier.heard()))
        except HomewardError as error:
            self._stream.close(str(error))

    def drained(self) -> None:
        """The peer reads; nothing waits for that."""

    def lost(self, reason: str) -> None:
        """The stream is over."""
        self._carrier.gone(reason)

    def expired(self, now: float) -> str:
        """Nobody known at the other end, in the time for a handshake."""
        unknown = self._session.native_id is None and now > self._deadline
        return "it did not say who it is, in the time for a handshake" if unknown else ""
