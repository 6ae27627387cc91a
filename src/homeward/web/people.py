"""Tokens, the set-up, who has called, and whether all is well, over the API."""

from __future__ import annotations

from homeward.net.doorlog import Handshake
from homeward.web.auth import Issued
from homeward.web.context import Context
from homeward.web.messages import Health, IssuedToken, NewToken, Readiness, SetupCode
from homeward.web.problems import NotReady
from homeward.web.tokens import Token


async def list_tokens(house: Context) -> list[Token]:
    """All tokens, without what they are made of."""
    return list(house.auth.tokens)


async def create_token(house: Context, body: NewToken) -> IssuedToken:
    """Make a token. The answer shows it this once."""
    return await _issued(house, house.auth.issue(body.name, body.role, days=body.days))


async def revoke_token(house: Context, token: str) -> None:
    """End a token."""
    await house.hub.stored(house.auth.tokens.revoke(token))


async def set_up(house: Context, body: SetupCode, address: str) -> IssuedToken:
    """Exchange the code from the set-up link for the first administrator's token."""
    return await _issued(house, house.auth.set_up(body.code.reveal(), address))


async def list_handshakes(house: Context) -> list[Handshake]:
    """Who called at which door lately, and how it went; newest last."""
    return list(house.handshakes())


async def healthz(house: Context) -> Health:
    """Whether the process lives."""
    return Health()


async def readyz(house: Context) -> Readiness:
    """Whether every part of the house works; if not, which does not and why."""
    if trouble := house.hub.trouble():
        raise NotReady("\n".join(f"{part}: {reason}" for part, reason in sorted(trouble.items())))
    return Readiness()


async def _issued(house: Context, issued: Issued) -> IssuedToken:
    token, secret, batch = issued
    await house.hub.stored(batch)
    return IssuedToken(token.id, token.name, token.role, token.created, token.expires, secret.reveal())
