"""Shared subscriptions: one of a group gets each message [5: 4.8.2]."""

from __future__ import annotations

from homeward.mqtt.broker.host import Pledge
from homeward.mqtt.broker.message import Message
from homeward.mqtt.broker.session import Session
from homeward.mqtt.tree import Grant


class Group:
    """The sessions that share a subscription. Each takes its turn; one that is here goes before one that is away."""

    def __init__(self) -> None:
        self._members: list[tuple[Session, Grant]] = []
        self._turn = 0

    def __len__(self) -> int:
        return len(self._members)

    def add(self, session: Session, grant: Grant) -> None:
        """It takes part, from now on as granted."""
        self.remove(session)
        self._members.append((session, grant))

    def remove(self, session: Session) -> None:
        """It takes part no longer."""
        self._members = [member for member in self._members if member[0] is not session]

    def deliver(self, message: Message, _: Grant) -> Pledge | None:
        """Give the message to the one whose turn it is; the pledge is that it is kept, where it must be."""
        if not self._members:
            return None  # its last member went while this message was on its way to others
        self._turn += 1
        turn = self._turn % len(self._members)
        order = self._members[turn:] + self._members[:turn]
        session, grant = next((member for member in order if member[0].ready), order[0])
        return session.deliver(message, grant)
