"""A second factor at sign-in: codes by the time, as authenticator apps make them (RFC 6238, SHA-1, 6 digits, 30 s)."""

from __future__ import annotations

import base64
import hmac

from homeward.errors import InvalidValue

_STEP = 30
_DIGITS = 6
_LEAST = 10
_AROUND = (0, -1, 1)
"""Steps by which the clocks may differ."""


def check(secret: str) -> str:
    """The secret without the spaces that people write into it.

    Raises:
        InvalidValue: it is no base32, or too short. Empty is nothing, which is allowed.
    """
    text = secret.replace(" ", "").upper().rstrip("=")
    try:
        short = text and len(_key(text)) < _LEAST
    except ValueError:
        short = True
    if short:
        raise InvalidValue(f"a second factor's secret is at least {_LEAST} bytes in base32: letters and 2 to 7")
    return text


def code(secret: str, step: int) -> str:
    """The code of a step of 30 seconds since the epoch."""
    digest = hmac.digest(_key(secret), step.to_bytes(8, "big"), "sha1")
    at = digest[-1] & 15
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**_DIGITS).zfill(_DIGITS)


def step_of(secret: str, given: str, now: float) -> int | None:
    """The step whose code this is, if it is one of about now."""
    steps = (int(now) // _STEP + around for around in _AROUND)
    return next((step for step in steps if hmac.compare_digest(code(secret, step).encode(), given.encode())), None)


def _key(secret: str) -> bytes:
    return base64.b32decode(secret + "=" * (-len(secret) % 8))
