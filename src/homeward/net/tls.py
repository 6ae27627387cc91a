"""The TLS side of doors: two profiles, one certificate.

Devices send no server name that could be relied on, so all are shown the same certificate. Suites with plain RSA key
exchange stay, since devices offer nothing better.
"""

from __future__ import annotations

import ssl
import warnings
from pathlib import Path

_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AESGCM:RSA+AES:!aNULL:!MD5"
_LEGACY_CIPHERS = "ALL:!aNULL:@SECLEVEL=0"


def contexts(certificate: Path, key: Path) -> dict[bool, ssl.SSLContext]:
    """A context for doors that are not legacy (TLS 1.2 at least), and one for those that are (TLS 1.0)."""
    return {legacy: _context(certificate, key, legacy=legacy) for legacy in (False, True)}


def _context(certificate: Path, key: Path, *, legacy: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(_LEGACY_CIPHERS if legacy else _CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that TLS 1.0 is old is what the profile is for
        context.minimum_version = ssl.TLSVersion.TLSv1 if legacy else ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context
