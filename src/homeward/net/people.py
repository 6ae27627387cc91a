"""Plain users of the house's own broker: how their programs sign in, and how their owner lets them in."""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from homeward.errors import HomewardError, InvalidValue
from homeward.families.base import Peer
from homeward.hub.hub import Hub
from homeward.model import Secret
from homeward.mqtt.broker import Broker, Refusal
from homeward.mqtt.packets import Connect
from homeward.mqtt.passwords import SALT, conceal
from homeward.mqtt.reasons import Reason
from homeward.mqtt.users import ANYONE, Rules, User, Users, check
from homeward.net.failures import Failures
from homeward.settings import Mqtt
from homeward.store.base import Batch

OWNER = "mqtt"
"""Whose facts the users are."""
FACT = "user:"
"""What the key of a user's fact begins with; its name follows."""
PACE, BURST = 0.2, 20
"""Seconds between two verifications of passwords, and how many may come at once: each holds up every device a little,
and addresses to guess from are not scarce.
"""
_DAY = 86_400.0
_NAMELESS = Refusal(5, "no family knows a client of this id, and it gives no user name")
_WRONG = Refusal(4, "the user name or the password is wrong")
_BUSY = Refusal(3, "too many passwords to verify at once: try again", Reason.SERVER_BUSY)


class UserNotFound(HomewardError):
    """No user of the broker goes by that name."""

    code = "user_not_found"


class Person(Rules):
    """A client of a plain user, as the broker knows it."""

    __slots__ = ("broker", "identity", "session_expiry")

    keep_alive = 0

    def __init__(self, broker: Broker, user: User, client_id: str, session_expiry: float) -> None:
        super().__init__(user, client_id)
        self.broker = broker
        self.identity = f"{user.name}:{client_id}"  # a name has no colon, and nobody takes over another user's client
        self.session_expiry = session_expiry

    def opened(self) -> None:
        """Nobody waits for it."""

    def subscribed(self, topic_filter: str) -> None:
        """That is between it and the broker."""

    def published(self, topic: str, payload: bytes) -> None:
        """So is this."""

    def gone(self, reason: str) -> None:
        """Nobody misses it."""


class People:
    """All users. They live in the broker that is given, and are remembered by the hub."""

    def __init__(
        self,
        hub: Hub,
        broker: Broker,
        settings: Mqtt,
        *,
        failures: int,
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._hub, self._broker, self._settings, self._random = hub, broker, settings, randomness
        self._failures = Failures(failures)
        self._verified_until = 0.0
        facts = hub.facts(OWNER).items()
        self._users = Users((_read(key, fact) for key, fact in facts if key.startswith(FACT)), randomness(32))

    def __iter__(self) -> Iterator[User]:
        return iter(self._users)

    def sign_in(self, request: Connect, peer: Peer, now: float) -> Person | Refusal:
        """Let a client in that no family knows.

        A password that was found wrong before is no new guess: a client that tries the same one for ever keeps nobody
        at its address out.
        """
        if request.username is None:
            return self._person(ANYONE, request) if self._settings.anonymous else _NAMELESS
        name, password = request.username, request.password or b""
        if refusal := self._refusal(name, password, peer.host, now):
            return refusal
        user = self._users.find(name)
        return self._person(user, request) if user else _WRONG

    def put(
        self,
        name: str,
        *,
        password: Secret | None = None,
        password_hash: Secret | None = None,
        publish: tuple[str, ...] | None = None,
        subscribe: tuple[str, ...] | None = None,
    ) -> tuple[User, Secret | None, Batch]:
        """A new user, or a known one that is changed; what is not given stays, or is everything for a new one.

        Returns the user, the password if a new user was given none and one was drawn, and the batch that stores it.
        A known user's clients must connect anew; when its rules change their sessions end.

        Raises:
            InvalidValue: something given will not do.
            StorageError: refused; nothing has changed.
        """
        known = self._users.find(name)
        is_open = known is None and password is None and password_hash is None
        drawn = self._draw() if is_open else None
        stored = self._hash(drawn if password is None else password, password_hash)
        changes = {"publish": publish, "subscribe": subscribe, "password": stored}
        given = {field: value for field, value in changes.items() if value is not None}
        user = check(msgspec.structs.replace(known or User(name, Secret("")), **given))
        batch = self._hub.remember(OWNER, FACT + name, _fact(user))
        self._users.put(user)
        if known:
            self._send_away(name, end=(known.publish, known.subscribe) != (user.publish, user.subscribe))
        return user, drawn, batch

    def remove(self, name: str) -> Batch:
        """A user signs in no more from now on, its clients are disconnected and their sessions end.

        Raises:
            UserNotFound: there is none of that name.
            StorageError: refused; nothing has changed.
        """
        if not self._users.find(name):
            raise UserNotFound(f"no user {name!r} of the broker")
        batch = self._hub.remember(OWNER, FACT + name, None)
        self._users.remove(name)
        self._send_away(name, end=True)
        return batch

    def connected(self) -> Counter[str]:
        """How many clients of each user are connected."""
        return Counter(
            identity.partition(":")[0] for identity, session in self._broker.sessions.items() if session.connection
        )

    def _refusal(self, name: str, password: bytes, address: str, now: float) -> Refusal | None:
        if wait := self._failures.wait(address, now):
            reason = f"too many sign-ins from this address have failed: wait {wait:.0f} s"
            return Refusal(3, reason, Reason.CONNECTION_RATE_EXCEEDED)
        right = self._users.recall(name, password)
        if right is None:
            if not self._has_time(now):
                return _BUSY
            right = self._users.verify(name, password)
            if not right:
                self._failures.add(address, now)
        return None if right else _WRONG

    def _has_time(self, now: float) -> bool:
        """Whether another password may be verified now; then it counts."""
        begin = max(self._verified_until, now)
        if begin - now > PACE * (BURST - 0.5):
            return False
        self._verified_until = begin + PACE
        return True

    def _person(self, user: User, request: Connect) -> Person:
        return Person(self._broker, user, request.client_id, self._settings.session_days * _DAY)

    def _draw(self) -> Secret:
        return Secret(urlsafe_b64encode(self._random(18)).decode())

    def _hash(self, password: Secret | None, password_hash: Secret | None) -> Secret | None:
        if password is None:
            return password_hash
        if password_hash or not password:
            raise InvalidValue("either a password or the hash of one, and not an empty one")
        return Secret(conceal(password.reveal().encode(), self._random(SALT)))

    def _send_away(self, name: str, *, end: bool) -> None:
        ours = f"{name}:"
        for session in [session for identity, session in self._broker.sessions.items() if identity.startswith(ours)]:
            if session.connection:
                session.connection.close("its user was changed or removed", Reason.ADMINISTRATIVE_ACTION)
            if end and self._broker.sessions.get(session.identity) is session:
                self._broker.end(session)


def _fact(user: User) -> dict[str, Any]:
    return {"password": user.password.reveal(), "publish": list(user.publish), "subscribe": list(user.subscribe)}


def _read(key: str, fact: dict[str, Any]) -> User:
    return User(key.removeprefix(FACT), Secret(fact["password"]), tuple(fact["publish"]), tuple(fact["subscribe"]))
