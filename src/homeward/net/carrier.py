"""The carrier: one family's session on one connection, and the hub's link to the device at its other end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import structlog

from homeward.clock import Handle
from homeward.errors import HomewardError
from homeward.families.base import Call, Family, Peer, Seen, Session, Wake
from homeward.net.effects import Hands, Wire
from homeward.net.household import Household
from homeward.store.base import Batch

_log = structlog.get_logger("homeward.net")


class Carrier(Hands):
    """Passes to the session what the connection and the hub say, and carries out what it answers."""

    __slots__ = ("_attached", "_wake", "last_frame", "peer", "session", "since", "transport")

    def __init__(
        self, house: Household, family: Family, session: Session, peer: Peer, wire: Wire, transport: str
    ) -> None:
        super().__init__(house, family, peer, wire)
        self._wake: Handle | None = None
        self._attached: str | None = None
        self.peer = f"{peer.host}:{peer.port}"
        self.session = session
        self.since = self.last_frame = house.clock.now()
        self.transport = transport

    def opened(self) -> None:
        """The peer has been let in."""
        self.carry(self.session.opened(self.last_frame))

    def heard(self) -> float:
        """A frame has come; returns the time."""
        self.last_frame = now = self.house.clock.now()
        return now

    def gone(self, reason: str) -> None:
        """The connection is over."""
        if self._wake:
            self._wake.cancel()
        self.house.hub.detach(self, reason)
        try:
            self.carry(self.session.lost(reason, self.house.clock.now()))
        except Exception:  # noqa: BLE001 - whoever ended this one, a publisher say, is not to suffer for it
            _log.exception("conversation failed at its end", family=self.family.name, peer=self.peer)

    def call(self, token: int, call: Call) -> None:
        """The hub's: put a request to the device."""
        self.carry(self.session.call(token, call, self.house.clock.now()))

    def adopted(self) -> None:
        """The hub's: the owner has adopted the device."""
        self.carry(self.session.adopted(self.house.clock.now()))

    def close(self, reason: str) -> None:
        """The hub's: end the connection."""
        self.wire.close(reason)

    def _seen(self, effect: Seen, batch: Batch | None) -> Batch | None:
        """It said who it is: the hub learns that this link leads there, if that is news."""
        batch = self._store(effect, batch)
        if self.session.native_id != self._attached:
            self._attached = self.session.native_id
            if self._attached is not None:
                self.house.hub.attach(self.family.name, self._attached, self)
        return batch

    def _wake_later(self, effect: Wake, _: Batch | None) -> None:
        if self._wake:
            self._wake.cancel()
        self._wake = self.house.clock.call_later(effect.after, self._woken)

    def _woken(self) -> None:
        try:
            self.carry(self.session.wake(self.house.clock.now()))
        except HomewardError as error:
            self.wire.close(str(error))

    actions: ClassVar[dict[type, Callable[[Any, Any, Batch | None], Batch | None]]] = {
        **Hands.actions,
        Seen: _seen,
        Wake: _wake_later,
    }
