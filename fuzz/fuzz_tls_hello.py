"""A ClientHello: read whole, or a ProtocolError; nothing in it makes the log line of a failed handshake fail."""

from __future__ import annotations

from homeward.errors import ProtocolError
from homeward.net.hello import parse


def target(data: bytes) -> None:
    """The first bytes of a TLS connection."""
    try:
        hello = parse(data)
    except ProtocolError:
        return
    assert hello.server_name.isascii()
    assert all(0 <= number <= 0xFFFF for number in hello.ciphers)
