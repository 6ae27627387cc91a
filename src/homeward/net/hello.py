"""What a TLS client offers in its ClientHello (RFC 8446, 4.1.2), for people to read when a handshake fails."""

from __future__ import annotations

import msgspec

from homeward.errors import ProtocolError

_VERSIONS = {0x0300: "SSL 3.0", 0x0301: "TLS 1.0", 0x0302: "TLS 1.1", 0x0303: "TLS 1.2", 0x0304: "TLS 1.3"}
_SERVER_NAME, _SUPPORTED_VERSIONS = 0, 43


class ClientHello(msgspec.Struct, frozen=True):
    """The versions and cipher suites (IANA numbers) a client offers, and the name it asks for."""

    versions: tuple[str, ...]
    ciphers: tuple[int, ...]
    server_name: str = ""


def parse(data: bytes) -> ClientHello:
    """The ClientHello in the first TLS record of a connection.

    Raises:
        ProtocolError: the bytes are none, or not all of it.
    """
    try:
        return _parse(data)
    except (IndexError, UnicodeDecodeError) as error:
        raise ProtocolError(f"no whole ClientHello: {error}") from None


def _parse(data: bytes) -> ClientHello:
    record = _Reader(_Reader(data[3:]).vector(2))
    if data[0] != 22 or record.number(1) != 1:
        raise ProtocolError("not a ClientHello")
    hello = _Reader(record.vector(3))
    version = hello.number(2)
    hello.take(32)
    hello.vector(1)
    ciphers = hello.vector(2)
    hello.vector(1)
    extensions = _extensions(hello)
    return ClientHello(
        versions=_versions(extensions.get(_SUPPORTED_VERSIONS), version),
        ciphers=tuple(number for number in _pairs(ciphers) if not _is_grease(number)),
        server_name=_server_name(extensions.get(_SERVER_NAME)),
    )


def _extensions(hello: _Reader) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    if hello.left():
        reader = _Reader(hello.vector(2))
        while reader.left():
            number = reader.number(2)
            found[number] = reader.vector(2)
    return found


def _versions(extension: bytes | None, legacy: int) -> tuple[str, ...]:
    numbers = _pairs(_Reader(extension).vector(1)) if extension else [legacy]
    return tuple(_VERSIONS.get(number, f"0x{number:04x}") for number in numbers if not _is_grease(number))


def _server_name(extension: bytes | None) -> str:
    if not extension:
        return ""
    names = _Reader(_Reader(extension).vector(2))
    names.number(1)
    return names.vector(2).decode("ascii")


def _pairs(data: bytes) -> list[int]:
    return [data[at] << 8 | data[at + 1] for at in range(0, len(data), 2)]


def _is_grease(number: int) -> bool:
    # Values that some clients mix in so that servers learn to ignore the unknown (RFC 8701).
    return number & 0x0F0F == 0x0A0A and number >> 8 == number & 0xFF


class _Reader:
    """Reads from the front; too few bytes are an IndexError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int) -> bytes:
        if count > self.left():
            raise IndexError(f"{count} bytes wanted, {self.left()} left")
        self._at += count
        return self._data[self._at - count : self._at]

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big")

    def vector(self, size: int) -> bytes:
        return self.take(self.number(size))
