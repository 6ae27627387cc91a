"""Tokens: who may come in, and how far. Only hashes of them are kept."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from homeward.model import Secret
from homeward.web.problems import TokenNotFound

if TYPE_CHECKING:
    from homeward.store.base import Batch

PREFIX = "hw_"
FACT = "token:"
"""What the key of a token's fact begins with; its hash follows."""


class Role(StrEnum):
    """How far a token reaches. Each role may do what those before it may."""

    VIEWER = "viewer"
    """Reads."""
    OPERATOR = "operator"
    """Sets entities of devices too."""
    ADMIN = "admin"
    """Everything."""

    def covers(self, needed: Role) -> bool:
        """Whether this role may do what `needed` may."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


class Token(msgspec.Struct, frozen=True):
    """What is known of a token; not the token itself."""

    id: str
    name: str
    role: Role
    created: float
    expires: float | None = None
    local: bool = False
    """Whether it is the one that the server lends the shell on its own machine."""


class Tokens:
    """All tokens. `facts` are those of the web, `remember` stores one of them."""

    def __init__(self, facts: Mapping[str, Any], remember: Callable[[str, Any], Batch]) -> None:
        self._remember = remember
        self._known = {
            key.removeprefix(FACT): msgspec.convert(fact, Token) for key, fact in facts.items() if key.startswith(FACT)
        }

    def __iter__(self) -> Iterator[Token]:
        return iter(sorted(self._known.values(), key=lambda token: token.created))

    def find(self, text: str, now: float) -> Token | None:
        """The token that `text` is, if it is one and has not expired."""
        token = self._known.get(_hash(text))
        return token if token and (token.expires is None or now < token.expires) else None

    def holds(self, token: Token, now: float) -> bool:
        """Whether a token that was found before is still valid."""
        return token in self._known.values() and (token.expires is None or now < token.expires)

    def issue(self, random: bytes, **about: Any) -> tuple[Token, Secret, Batch]:
        """A new token of 32 random bytes; `about` is its name, role and so on. Nobody may hear of it unstored."""
        token, secret = _make(random, about)
        batch = self._remember(FACT + _hash(secret.reveal()), msgspec.to_builtins(token))
        self._known[_hash(secret.reveal())] = token
        return token, secret, batch

    def lend(self, random: bytes, **about: Any) -> Secret:
        """A new token that is stored nowhere: it ends with this process."""
        token, secret = _make(random, about)
        self._known[_hash(secret.reveal())] = token
        return secret

    def revoke(self, token_id: str) -> Batch:
        """It opens nothing any more from now on.

        Raises:
            TokenNotFound: there is none of that id.
        """
        for digest, token in self._known.items():
            if token.id == token_id:
                batch = self._remember(FACT + digest, None)
                del self._known[digest]
                return batch
        raise TokenNotFound(f"no token {token_id!r}")


def _make(random: bytes, about: Mapping[str, Any]) -> tuple[Token, Secret]:
    secret = Secret(PREFIX + base64.urlsafe_b64encode(random).rstrip(b"=").decode())
    return Token(id=_hash(secret.reveal())[:12], **about), secret


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
