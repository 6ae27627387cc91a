"""Finding devices on the LAN by UDP: a question to everyone at port 9988, and their answers at port 9989."""

from __future__ import annotations

import msgspec
from msgspec import field

from homeward.families.meross.wire import BadMessage

ASKED_AT, ANSWERED_AT = 9988, 9989
EVERYONE = "*"


class Question(msgspec.Struct, frozen=True):
    """Who is there? `name` is that of the device that is meant, or everyone's."""

    id: str
    name: str = field(name="devName", default=EVERYONE)


class Found(msgspec.Struct, frozen=True):
    """A device that said it is there."""

    uuid: str
    ip: str
    mac: str = ""
    model: str = field(name="deviceType", default="")
    sub_type: str = field(name="subType", default="")
    name: str = field(name="devName", default="")
    firmware: str = field(name="devSoftWare", default="")
    hardware: str = field(name="devHardWare", default="")
    port: int = 80
    channels: str = "[0]"
    """A JSON list, as text."""


def encode(message: Question | Found) -> bytes:
    """The datagram."""
    return msgspec.json.encode(message)


def question(data: bytes) -> Question | None:
    """The question in a datagram; None when there is none in it."""
    try:
        return msgspec.json.decode(data, type=Question)
    except (ValueError, RecursionError):
        return None


def found(data: bytes) -> Found:
    """The answer in a datagram.

    Raises:
        BadMessage: there is none.
    """
    try:
        return msgspec.json.decode(data, type=Found)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"discovery: {error}") from None
