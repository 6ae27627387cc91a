"""Plain users of a broker: who has which password, and which topics are theirs."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta

from homeward.errors import InvalidValue
from homeward.model import Secret
from homeward.mqtt.passwords import COST, SALT, Memory, parse, verify
from homeward.mqtt.topics import covers, is_filter, matches

EVERYTHING = ("#",)
"""The rules of a user that has none of its own: every topic, but those that begin with `$`."""
_NOT_IN_NAMES = re.compile(r"[+#/:\x00-\x1f\x7f]")
_PLACEHOLDER = re.compile("%[uc]")
_VERDICTS = 10_000
"""How many verdicts of rules about topics are remembered, all clients together."""
_DECOY = "$".join(["scrypt", *map(str, COST), b64encode(bytes(SALT)).decode(), b64encode(bytes(32)).decode()])
"""The hash of no password: a name that is unknown takes as long to refuse as one that is not."""

Filters = Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=1_024)], ...], Meta(max_length=100)]


class User(msgspec.Struct, frozen=True):
    """One user. `password` is its hash; the rules are topic filters, where `%u` is its name and `%c` the client id."""

    name: str
    password: Secret
    publish: Filters = EVERYTHING
    subscribe: Filters = EVERYTHING


ANYONE = User("", Secret(""))
"""Whoever gives no name, where that is allowed."""


def check(user: User) -> User:
    """The user as given, if it can be one.

    Raises:
        InvalidValue: its name cannot be one, a rule is no topic filter, or the hash is none of `passwords`.
    """
    if not 0 < len(user.name) <= 100 or _NOT_IN_NAMES.search(user.name):
        hint = "1 to 100 characters, without + # / : and control characters."
        raise InvalidValue(f"{user.name!r} cannot be a user's name", hint=hint)
    for rule in (*user.publish, *user.subscribe):
        if not is_filter(rule):
            raise InvalidValue(f"{rule!r} is no topic filter", hint="# is a last level, + a whole one.")
    parse(user.password.reveal())
    return user


class Users:
    """All users, and what was learnt of their passwords. `key` is 32 random bytes, new in every process."""

    def __init__(self, users: Iterable[User], key: bytes) -> None:
        self._by_name = {user.name: user for user in users}
        self._memory = Memory(key)

    def __iter__(self) -> Iterator[User]:
        return iter(sorted(self._by_name.values(), key=lambda user: user.name))

    def find(self, name: str) -> User | None:
        """The user of that name."""
        return self._by_name.get(name)

    def put(self, user: User) -> None:
        """A new user, or a known one as it is from now on."""
        self._by_name[user.name] = user

    def remove(self, name: str) -> None:
        """It is a user no more."""
        del self._by_name[name]

    def recall(self, name: str, password: bytes) -> bool | None:
        """Whether this is the user's password, if that is known without hashing; None: `verify` must say."""
        return self._memory.recall(name, password, self._hash(name))

    def verify(self, name: str, password: bytes) -> bool:
        """Whether this is the user's password. It takes some 50 ms, also when there is no such user."""
        stored = self._hash(name)
        right = verify(password, stored)
        self._memory.note(name, password, stored, right=right)
        return right

    def _hash(self, name: str) -> str:
        user = self._by_name.get(name)
        return user.password.reveal() if user else _DECOY


class Rules:
    """What one client may do: the rules of its user, with the name and the client id filled in."""

    __slots__ = ("_publish", "_subscribe")

    def __init__(self, user: User, client_id: str) -> None:
        self._publish = _filled(user.publish, user.name, client_id)
        self._subscribe = _filled(user.subscribe, user.name, client_id)

    def may_publish(self, topic: str) -> bool:
        """Whether some rule takes the topic in."""
        return _permitted(self._publish, topic)

    def may_subscribe(self, topic_filter: str) -> bool:
        """Whether one rule covers all that the filter takes in."""
        return any(covers(rule, topic_filter) for rule in self._subscribe)


@lru_cache(_VERDICTS)
def _permitted(rules: tuple[str, ...], topic: str) -> bool:
    return any(matches(rule, topic) for rule in rules)


def _filled(rules: tuple[str, ...], name: str, client_id: str) -> tuple[str, ...]:
    """Rules with their placeholders filled. One that would be filled with a wildcard, a level more or nothing is left
    out: a client chooses its id, and is not to widen its rules by it.
    """
    if not any("%" in rule for rule in rules):
        return rules
    values = {"%u": name, "%c": client_id}
    unfit = {key for key, value in values.items() if not value or set("+#/") & set(value)}
    return tuple(
        _PLACEHOLDER.sub(lambda found: values[found[0]], rule)
        for rule in rules
        if not unfit & set(_PLACEHOLDER.findall(rule))
    )
