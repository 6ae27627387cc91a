"""The vendor's side of accounts: who may sign in, with which key their devices sign, which tokens are out.

Everything here is remembered as facts of the family, under `account/{user id}` and `token/{sha256 of the token}`.
Of passwords and tokens only hashes are kept.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from hmac import compare_digest
from typing import Any

import msgspec

from homeward.errors import InvalidValue
from homeward.families.base import NOTHING, Effects, Remember
from homeward.families.meross import second_factor
from homeward.families.meross.wire import NAME, password_hash
from homeward.model import Secret

_DAY = 86_400.0
_SCRYPT = (4096, 8, 1)
"""n, r, p: 4 MiB and some 10 ms, for it runs between two messages of everyone else."""
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_USER_ID = re.compile(NAME)
_BASE = re.compile(r"(https?://[0-9A-Za-z.-]{1,253}(:\d{1,5})?)?")
_SECRETS = ("key", "password", "factor")


class Account(msgspec.Struct, frozen=True):
    """Somebody's account. `key` is what their devices and apps sign with; it may be empty."""

    user_id: str
    email: str
    key: Secret
    password: Secret
    """`scrypt$n$r$p$salt$hash` of the MD5 that apps send."""
    disabled: bool = False
    """Whether its apps are shut out; its devices are not."""
    moved: str = ""
    """The account API to which its apps are sent, if it is not this one any more: `https://elsewhere.example`."""
    factor: Secret = Secret("")
    """What its authenticator makes codes with; empty: no code is asked for."""


class Accounts:
    """All accounts and tokens, in memory; every change comes back as effects to be stored."""

    def __init__(self, facts: Mapping[str, Any], random: Callable[[int], bytes]) -> None:
        self._random = random
        self._by_id: dict[str, Account] = {}
        self._tokens: dict[str, tuple[str, float]] = {}
        self._steps: dict[str, int] = {}
        for name, fact in facts.items():
            kind, _, key = name.partition("/")
            if kind == "account":
                self._by_id[key] = _read(key, fact)
            elif kind == "token":
                self._tokens[key] = (fact["user"], fact["at"])

    def all(self) -> list[Account]:
        """Every account, in the order they were made."""
        return list(self._by_id.values())

    def get(self, user_id: str) -> Account | None:
        """The account with that user id."""
        return self._by_id.get(user_id)

    def find(self, email: str) -> Account | None:
        """The account with that email address, whatever its case."""
        email = email.strip().lower()
        return next((account for account in self._by_id.values() if account.email == email), None)

    def create(
        self, email: str, md5: str, *, user_id: str | None = None, key: str | None = None
    ) -> tuple[Account, Effects]:
        """A new account whose password has this MD5. Without `user_id` or `key` they are drawn at random.

        Raises:
            InvalidValue: the email address or the user id is taken, or cannot be one.
        """
        email, user_id = email.strip().lower(), self._new_id() if user_id is None else user_id
        if not is_address(email):
            raise InvalidValue(f"{email!r} is no email address")
        if not _USER_ID.fullmatch(user_id):
            raise InvalidValue(f"{user_id!r} cannot be a user id", hint="1 to 64 letters and digits.")
        if self.find(email) or user_id in self._by_id:
            raise InvalidValue(f"there is an account of {email} or with user id {user_id} already")
        key = self._random(16).hex() if key is None else key
        account = Account(user_id, email, Secret(key), Secret(_scrypt(md5, self._random(16), _SCRYPT)))
        return account, self._keep(account)

    def change(self, account: Account, *, md5: str | None = None, **changes: Any) -> tuple[Account, Effects]:
        """The account with another password (by its MD5), or other `disabled`, `moved` and `factor`.

        With another password or second factor its tokens are good for nothing any more.

        Raises:
            InvalidValue: `moved` is no address of an API.
        """
        if not _BASE.fullmatch(changes.get("moved", "")):
            raise InvalidValue(f"{changes['moved']!r} is no address of an account API: https://HOST[:PORT]")
        if md5 is not None:
            changes["password"] = Secret(_scrypt(md5, self._random(16), _SCRYPT))
        revoked = self.revoke_all(account) if {"password", "factor"} & changes.keys() else NOTHING
        account = msgspec.structs.replace(account, **changes)
        return account, [*self._keep(account), *revoked]

    def confirm(self, account: Account, code: str, now: float) -> bool:
        """Whether this is the code of its second factor by now. Each is good once."""
        step = second_factor.step_of(account.factor.reveal(), code, now)
        if step is None or step <= self._steps.get(account.user_id, 0):
            return False
        self._steps[account.user_id] = step
        return True

    def check(self, account: Account, md5: str) -> bool:
        """Whether the password with this MD5 is the account's."""
        stored = account.password.reveal()
        _, n, r, p, salt, _ = stored.split("$")
        return compare_digest(_scrypt(md5, bytes.fromhex(salt), (int(n), int(r), int(p))), stored)

    def issue(self, account: Account, now: float, *, most: int, days: float) -> tuple[str | None, Effects]:
        """A new token for the account; None when it has `most` that are younger than `days`."""
        held = {key: at for key, (user, at) in self._tokens.items() if user == account.user_id}
        stale = [key for key, at in held.items() if now >= at + days * _DAY]
        if len(held) - len(stale) >= most:
            return None, NOTHING
        effects = [self._forget(key) for key in stale]
        token = self._random(32).hex()
        fact = {"user": account.user_id, "at": now}
        self._tokens[_digest(token)] = (account.user_id, now)
        return token, [*effects, Remember(f"token/{_digest(token)}", fact)]

    def holder(self, token: str) -> tuple[Account, float] | None:
        """Whose token it is, and when it was issued."""
        user, at = self._tokens.get(_digest(token), ("", 0.0))
        account = self._by_id.get(user)
        return (account, at) if account else None

    def revoke(self, token: str) -> Effects:
        """The token is good for nothing any more."""
        key = _digest(token)
        return (self._forget(key),) if key in self._tokens else NOTHING

    def revoke_all(self, account: Account) -> Effects:
        """No token of the account is good for anything any more."""
        return [self._forget(key) for key, (user, _) in list(self._tokens.items()) if user == account.user_id]

    def _keep(self, account: Account) -> Effects:
        self._by_id[account.user_id] = account
        return (Remember(f"account/{account.user_id}", _fact(account)),)

    def _forget(self, key: str) -> Remember:
        del self._tokens[key]
        return Remember(f"token/{key}", None)

    def _new_id(self) -> str:
        while (user_id := str(int.from_bytes(self._random(4), "big") % 90_000_000 + 10_000_000)) in self._by_id:
            pass
        return user_id


class Attempts:
    """Counts what failed by address, or by account, and says when it is time to wait."""

    def __init__(self, most: int, window: float = 600.0, addresses: int = 10_000) -> None:
        self._most, self._window, self._addresses = most, window, addresses
        self._failed: dict[str, list[float]] = {}

    def exhausted(self, address: str, now: float) -> bool:
        """Whether this address has failed too often within the window."""
        recent = [at for at in self._failed.pop(address, ()) if now - at < self._window]
        if recent:
            self._failed[address] = recent
        return len(recent) >= self._most

    def failed(self, address: str, now: float) -> None:
        """One more that failed. Of too many addresses the one longest at rest is forgotten."""
        self._failed.setdefault(address, []).append(now)
        if len(self._failed) > self._addresses:
            del self._failed[next(iter(self._failed))]


def is_address(email: str) -> bool:
    """Whether this can be an email address."""
    return _EMAIL.fullmatch(email.strip()) is not None


def plain(password: str) -> str:
    """The MD5 that stands for a password that is told in the clear.

    Raises:
        InvalidValue: it is empty.
    """
    if not password:
        raise InvalidValue("an account needs a password")
    return password_hash(password)


def _read(user_id: str, fact: Mapping[str, Any]) -> Account:
    told: dict[str, Any] = {name: Secret(value) if name in _SECRETS else value for name, value in fact.items()}
    return Account(user_id, **told)


def _fact(account: Account) -> dict[str, Any]:
    told = {name: getattr(account, name) for name in ("email", "disabled", "moved")}
    return told | {name: getattr(account, name).reveal() for name in _SECRETS}


def _scrypt(md5: str, salt: bytes, cost: tuple[int, int, int]) -> str:
    n, r, p = cost
    digest = hashlib.scrypt(md5.encode(), salt=salt, n=n, r=r, p=p, dklen=32)
    return f"scrypt${n}${r}${p}${salt.hex()}${digest.hex()}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
