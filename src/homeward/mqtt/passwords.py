"""Passwords as they are kept: as hashes, ours and Mosquitto's. What was verified once is remembered.

Ours are `scrypt$n$r$p$salt$hash`. Mosquitto's are those of its password file: `$7$iterations$salt$hash`, which is
PBKDF2 with SHA-512, and `$6$salt$hash`, which is SHA-512 of the password and the salt. Salts and hashes are base64.
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from hmac import compare_digest
from typing import NamedTuple

from homeward.errors import InvalidValue

COST = (16_384, 8, 1)
"""scrypt's n, r and p for new hashes: a try takes 16 MiB, and some 50 ms of the loop's time on a small computer."""
SALT = 16
"""Bytes of salt in a new hash."""
_SCRYPT_MEMORY = 67_108_864
_ITERATIONS = 250_000
"""Of PBKDF2: what a hash from elsewhere may ask for, a fifth of a second's work."""
_FORMS = "scrypt$n$r$p$salt$hash, $7$iterations$salt$hash and $6$salt$hash"


class Hash(NamedTuple):
    """A hash taken apart."""

    scheme: str
    numbers: tuple[int, ...]
    salt: bytes
    digest: bytes


def conceal(password: bytes, salt: bytes) -> str:
    """The hash under which a password is kept; `salt` is `SALT` random bytes."""
    digest = _scrypt(password, salt, *COST)
    return "$".join(["scrypt", *map(str, COST), b64encode(salt).decode(), b64encode(digest).decode()])


def verify(password: bytes, stored: str) -> bool:
    """Whether it is the password with this hash; raises as `parse`."""
    known = parse(stored)
    return compare_digest(_SCHEMES[known.scheme].derive(password, known.salt, *known.numbers), known.digest)


def parse(stored: str) -> Hash:
    """Take a hash apart.

    Raises:
        InvalidValue: it is of no form that is known here, or would cost too much; the message does not repeat it.
    """
    name, *fields = stored.removeprefix("$").split("$")
    scheme = _SCHEMES.get(name)
    if scheme is None or len(fields) != scheme.parameters + 2:
        raise InvalidValue("a password hash of an unknown form", hint=f"Known are {_FORMS}.")
    try:
        numbers = tuple(int(field) for field in fields[:-2])
        salt, digest = (b64decode(field, validate=True) for field in fields[-2:])
    except (ValueError, binascii.Error):
        raise InvalidValue("a password hash whose fields cannot be read", hint=f"Known are {_FORMS}.") from None
    if len(digest) != scheme.size or not scheme.bearable(*numbers):
        raise InvalidValue("a password hash of another length, or one that takes too long to verify")
    return Hash(name, numbers, salt, digest)


class Memory:
    """Which passwords were right and which were wrong, as keyed digests: to ask again costs no hash.

    A client that reconnects, or that tries the same wrong password for ever, is known by one BLAKE2b. Of each kind
    `most` are remembered, and the oldest is forgotten first; wrong ones never displace right ones.
    """

    def __init__(self, key: bytes, most: int = 10_000) -> None:
        self._key, self._most = key, most
        self._known: dict[bool, dict[bytes, None]] = {True: {}, False: {}}

    def recall(self, name: str, password: bytes, stored: str) -> bool | None:
        """Whether this was that user's password when it was last verified against that hash; None: never asked."""
        digest = self._digest(name, password, stored)
        return next((right for right, digests in self._known.items() if digest in digests), None)

    def note(self, name: str, password: bytes, stored: str, *, right: bool) -> None:
        """It has been verified."""
        digests = self._known[right]
        digests[self._digest(name, password, stored)] = None
        if len(digests) > self._most:
            del digests[next(iter(digests))]

    def _digest(self, name: str, password: bytes, stored: str) -> bytes:
        text = b"\0".join([name.encode(), stored.encode(), password])
        return hashlib.blake2b(text, digest_size=16, key=self._key).digest()


class _Scheme(NamedTuple):
    parameters: int
    """How many numbers stand before the salt."""
    size: int
    """Bytes of a digest."""
    derive: Callable[..., bytes]
    bearable: Callable[..., bool]


def _scrypt(password: bytes, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=n, r=r, p=p, dklen=32, maxmem=2 * _SCRYPT_MEMORY)


def _pbkdf2(password: bytes, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password, salt, iterations)


def _sha512(password: bytes, salt: bytes) -> bytes:
    return hashlib.sha512(password + salt).digest()


def _scrypt_bearable(n: int, r: int, p: int) -> bool:
    is_power = n > 1 and n & (n - 1) == 0
    return is_power and r > 0 and 0 < p <= 4 and 128 * n * r <= _SCRYPT_MEMORY


_SCHEMES = {
    "scrypt": _Scheme(3, 32, _scrypt, _scrypt_bearable),
    "7": _Scheme(1, 64, _pbkdf2, lambda iterations: 0 < iterations <= _ITERATIONS),
    "6": _Scheme(0, 64, _sha512, lambda: True),
}
