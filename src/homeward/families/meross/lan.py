"""A device at its own address: `POST /config` and its replies as devices write them, without sockets.

Devices are no careful speakers of HTTP: their status line may end with a bare LF, their reply where their memory ends,
and in place of an error some hang up. So replies are read here, and not by a library that minds.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from homeward.families.meross import crypto, wire
from homeward.families.meross.wire import BadMessage, Message, Params

PORT = 80
LONGEST = 65_536
"""Bytes of a reply; the longest of real ones has 4 kB."""
ENCRYPTS = ("Appliance.Encrypt.Suite", "Appliance.Encrypt.ECDHE")
"""A device that lists both takes nothing in the clear but the question what it lists."""
HUNG_UP = "A device hangs up on a namespace that it does not know, and when it wants bodies encrypted."

_HEAD = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})[^\n]*")
_LENGTH = re.compile(rb"\ncontent-length:[ \t]*(\d{1,9})[ \t]*\r?(?=\n|$)", re.IGNORECASE)


class Truncated(BadMessage):
    """The reply ends before its message does: it was more than the device has memory for."""


class Ask(NamedTuple):
    """A request to a device."""

    method: str
    namespace: str
    payload: Params


def endpoint(address: str, port: int) -> tuple[str, int]:
    """Host and port of `host`, `host:port` or `[address]:port`; `port` is for one that names none."""
    host, colon, own = address.rpartition(":")
    if colon and own.isdecimal() and (":" not in host or host.endswith("]")):
        return host.strip("[]"), int(own)
    return address.strip("[]"), port


def request(host: str, body: bytes, path: str = "/config") -> bytes:
    """The request around a body."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Response:
    """A reply as it arrives, torn anywhere."""

    def __init__(self) -> None:
        self._data = bytearray()

    def receive(self, data: bytes) -> bool:
        """Bytes arrived; whether that was all of it. Without a length it ends with the connection.

        Raises:
            BadMessage: this is no reply, or one longer than any.
        """
        self._data += data
        if len(self._data) > LONGEST:
            raise BadMessage(f"a reply of more than {LONGEST} bytes")
        if not b"HTTP/1.".startswith(bytes(self._data[:7])):
            raise BadMessage(f"no HTTP reply begins with {bytes(self._data[:16])!r}")
        head = _HEAD.search(self._data)
        return head is not None and self._missing(head) == 0

    def body(self) -> bytes:
        """What is in it, now that the connection has ended or all is there. Empty: nothing was.

        Raises:
            Truncated: it ended early.
            BadMessage: it is no success.
        """
        if not self._data:
            return b""
        head = _HEAD.search(self._data)
        status = _STATUS.match(self._data)
        if head is None or status is None:
            raise Truncated("the reply ends in its head")
        if status[1] != b"200":
            raise BadMessage(f"the device answers HTTP {status[1].decode()}")
        if self._missing(head) > 0:
            raise Truncated(f"the reply ends {self._missing(head)} bytes early")
        return bytes(self._data[head.end() :])

    def _missing(self, head: re.Match[bytes]) -> int:
        length = _LENGTH.search(self._data, 0, head.start())
        return max(0, int(length[1]) - (len(self._data) - head.end())) if length else -1


def seal(body: bytes, secret: bytes | None) -> bytes:
    """A message as it is sent."""
    return crypto.encrypt(secret, body).encode() if secret else body


def unseal(body: bytes, secret: bytes | None) -> Message:
    """The message that was sent.

    Raises:
        Truncated: only its beginning is here.
        BadMessage: it is none.
    """
    plain = body
    if secret and not body.startswith(b"{"):
        whole = len(body) // 64 * 64  # what is left of a text that was cut off anywhere
        plain = crypto.decrypt(secret, _block(body) or body[:whole])
    try:
        return wire.decode(plain)
    except BadMessage as error:
        if plain.startswith(b"{") and not plain.rstrip().endswith(b"}"):
            raise Truncated(f"the reply is cut off after {len(body)} bytes") from error
        raise


def secret_of(uuid: str, key: str, abilities: Collection[str]) -> bytes | None:
    """What the bodies of a paired device are encrypted with, if they are. Its MAC address is the end of its uuid."""
    mac = ":".join(uuid[at : at + 2] for at in range(20, 32, 2)).lower()
    return crypto.lan_key(uuid, key, mac) if set(ENCRYPTS) <= set(abilities) else None


def uuid_of(message: Message) -> str:
    """Who sent a message.

    Raises:
        BadMessage: it does not say.
    """
    found = re.fullmatch(f"/appliance/({wire.UUID})/(publish|subscribe)", message.header.source)
    if not found:
        raise BadMessage(f"an answer from {message.header.source!r}, which is no device")
    return found[1]


def pack(asks: Sequence[Ask]) -> Params:
    """Several requests as the payload of one `Control.Multiple`."""
    return {
        "multiple": [
            {"header": {"namespace": ask.namespace, "method": ask.method}, "payload": ask.payload} for ask in asks
        ]
    }


def unpack(payload: Params, asks: Sequence[Ask]) -> list[tuple[str, Params]]:
    """Method and payload of each answer, in the order of the requests.

    Raises:
        Truncated: there are fewer answers than requests.
        BadMessage: they are answers to something else.
    """
    answers = payload.get("multiple")
    if not isinstance(answers, list):
        raise BadMessage("no list at 'multiple'")
    if len(answers) < len(asks):
        raise Truncated(f"{len(answers)} answers to {len(asks)} requests")
    return [_inner(answer, ask) for answer, ask in zip(answers, asks, strict=False)]


def _inner(answer: object, ask: Ask) -> tuple[str, Params]:
    match answer:
        case {"header": {"namespace": ask.namespace, "method": str(method)}, "payload": dict(payload)}:
            return method, payload
    raise BadMessage(f"what answers {ask.namespace} inside of 'multiple' does not")


def _block(body: bytes) -> bytes:
    """The body, if it is whole."""
    try:
        return body if len(base64.b64decode(body, validate=True)) % 16 == 0 else b""
    except ValueError:
        return b""
