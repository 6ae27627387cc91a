"""Signing in: bearer tokens, the one-time set-up code, and patience with those who guess."""

from __future__ import annotations

import base64
import hmac
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from homeward.clock import Clock
from homeward.model import Secret
from homeward.net.failures import Failures
from homeward.web.problems import BadSetupCode, NotAllowed, NotSignedIn, TooManyFailures
from homeward.web.tokens import Role, Token, Tokens

if TYPE_CHECKING:
    from homeward.store.base import Batch

OWNER = "web"
"""Whose facts the tokens are."""
LOCAL_FILE = "cli.json"
"""The file in the data directory by which the shell on this machine signs in."""


class Local(msgspec.Struct, frozen=True):
    """What the shell on the same machine needs to sign in."""

    url: str
    token: str


class Auth:
    """Who may come in. `facts` are those of `OWNER` as stored, `remember(key, value)` stores one of them."""

    def __init__(
        self,
        facts: Mapping[str, Any],
        remember: Callable[[str, Any], Batch],
        clock: Clock,
        *,
        failures: int,
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self.tokens = Tokens(facts, remember)
        self._clock = clock
        self._random = randomness
        self._failures = Failures(failures)
        owned = any(token.role is Role.ADMIN for token in self.tokens)
        self._setup_code = None if owned else Secret(base64.urlsafe_b64encode(randomness(18)).decode())

    def sign_in(self, text: str | None, address: str, needed: Role = Role.VIEWER) -> Token:
        """The token that `text` is. A good one is good however often others have failed from the same address:
        256 random bits are not guessed, and behind one NAT a single stale client would lock out the owner.

        Raises:
            NotSignedIn: it is none, or no more.
            NotAllowed: it is one, whose role does not reach to what is `needed`.
            TooManyFailures: it is none, and this address has tried too often.
        """
        now = self._clock.now()
        if not text:
            raise NotSignedIn("no token", hint="Send `Authorization: Bearer hw_…`; `homeward token create` makes one.")
        token = self.tokens.find(text, now)
        if not token:
            self._be_patient(address, now)
            self._failures.add(address, now)
            raise NotSignedIn("this token is unknown, expired or revoked")
        if not token.role.covers(needed):
            raise NotAllowed(f"this needs the role {needed}; the token {token.name!r} has {token.role}")
        return token

    def holds(self, token: Token) -> bool:
        """Whether a token that once signed in is still valid."""
        return self.tokens.holds(token, self._clock.now())

    def issue(self, name: str, role: Role, *, days: float | None = None) -> Issued:
        """A new token."""
        now = self._clock.now()
        expires = now + days * 86_400 if days else None
        return self.tokens.issue(self._random(32), name=name, role=role, created=now, expires=expires)

    def set_up(self, code: str, address: str) -> Issued:
        """The first administrator's token, for the set-up code; the code is worth nothing afterwards.

        Raises:
            BadSetupCode: the code is wrong or used.
            TooManyFailures: this address has tried too often; nothing was looked at.
        """
        now = self._clock.now()
        self._be_patient(address, now)
        known = self._setup_code
        if not known or not hmac.compare_digest(code.encode(), known.reveal().encode()):
            self._failures.add(address, now)
            raise BadSetupCode("this set-up code is wrong or was used", hint="A start without an owner prints another.")
        issued = self.issue("owner", Role.ADMIN)
        self._setup_code = None
        return issued

    @property
    def is_set_up(self) -> bool:
        """Whether the house has an owner."""
        return self._setup_code is None

    def setup_link(self, url: str) -> str:
        """Where the owner sets the house up, once; empty when that is done. `url` is where the web is reached."""
        return f"{url.rstrip('/')}/setup#{self._setup_code.reveal()}" if self._setup_code else ""

    def leave_local(self, data: Path, url: str) -> None:
        """Leave a token for the shell on this machine, readable by its owner only. It ends with this process."""
        about = {"name": "cli", "role": Role.ADMIN, "created": self._clock.now(), "local": True}
        secret = self.tokens.lend(self._random(32), **about)
        _write_private(data / LOCAL_FILE, msgspec.json.encode(Local(url, secret.reveal())))

    def _be_patient(self, address: str, now: float) -> None:
        if wait := self._failures.wait(address, now):
            raise TooManyFailures(wait)


Issued = tuple[Token, Secret, "Batch"]
"""A token, its text, and the batch that stores it."""


def _write_private(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    part.replace(path)
