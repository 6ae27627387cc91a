"""The envelope of the account API: requests signed with a secret that everyone knows, answers with an `apiStatus`."""

from __future__ import annotations

from enum import IntEnum
from hmac import compare_digest
from time import gmtime, strftime
from typing import Any, NoReturn
from urllib.parse import parse_qs

import msgspec

from homeward.families.base import NOTHING, Effects, Reply
from homeward.families.meross import wire
from homeward.families.meross.wire import BadMessage, Params


class Status(IntEnum):
    """`apiStatus`; its name is the `info` beside it. Clients give up on a number that the vendor does not use."""

    SUCCESS = 0
    BAD_USER = 1000
    BAD_PASSWORD = 1001
    NO_SUCH_ACCOUNT = 1002
    ACCOUNT_DISABLED = 1003
    WRONG_EMAIL_OR_PASSWORD = 1004
    INVALID_EMAIL = 1005
    BAD_PASSWORD_FORMAT = 1006
    ACCOUNT_EXISTS = 1007
    TOKEN_INVALID = 1019
    TOKEN_ERROR = 1022
    REQUESTED_TOO_FREQUENTLY = 1028
    WRONG_REGION = 1030
    WRONG_MFA_CODE = 1032
    MFA_CODE_REQUIRED = 1033
    OPERATION_LOCKED = 1035
    ACCESS_DENIED = 1043
    TOKEN_EXPIRED = 1200
    TOO_MANY_TOKENS = 1301
    BAD_REQUEST = 5000


class Failed(Exception):
    """The request is answered with this status."""

    def __init__(self, status: Status, data: Params) -> None:
        super().__init__(status)
        self.status = status
        self.data = data


class _Signed(msgspec.Struct):
    """`timestamp` is milliseconds or seconds, a number or text: nobody compares it."""

    params: str
    sign: str
    timestamp: int | str
    nonce: str


def fail(status: Status, data: Params | None = None) -> NoReturn:
    """Answer with that status.

    Raises:
        Failed: always.
    """
    raise Failed(status, data or {})


def unseal(body: bytes) -> Params:
    """The parameters in the body of a request: JSON, or a form as older libraries send it.

    Raises:
        Failed: there are none, or they are not signed.
    """
    signed = _signed(body)
    expected = wire.api_sign(signed.timestamp, signed.nonce, signed.params)
    if not compare_digest(expected.encode(), signed.sign.encode()):
        fail(Status.BAD_REQUEST)
    try:
        return wire.decode_params(signed.params)
    except BadMessage:
        fail(Status.BAD_REQUEST)


def reply(status: Status, data: Any, now: float, effects: Effects = NOTHING) -> Reply:
    """The answer: HTTP 200, however it went."""
    answer = {
        "apiStatus": status.value,
        "sysStatus": 0,
        "info": status.name.replace("_", " ").capitalize(),
        "timeStamp": strftime("%Y-%m-%d %H:%M:%S", gmtime(now)),
        "data": data,
    }
    return Reply(200, msgspec.json.encode(answer), effects=effects)


def _signed(body: bytes) -> _Signed:
    try:
        if body.lstrip()[:1] == b"{":
            return msgspec.json.decode(body, type=_Signed)
        form = parse_qs(body.decode("ascii"), max_num_fields=16)
        return msgspec.convert({name: texts[0] for name, texts in form.items()}, _Signed)
    except (ValueError, RecursionError):
        fail(Status.BAD_REQUEST)
