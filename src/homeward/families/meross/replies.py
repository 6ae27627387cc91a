"""What an app is told: by the account API, and by devices that speak up."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec import field

from homeward.errors import HomewardError
from homeward.families.meross.wire import BadMessage, Params

_T = TypeVar("_T")


class AccountRefused(HomewardError):
    """The account API said no; `status` is its `apiStatus`."""

    code = "account_refused"

    def __init__(self, status: int, info: str) -> None:
        super().__init__(f"the account was refused: {info} (apiStatus {status})")
        self.status = status


class Login(msgspec.Struct, frozen=True):
    """What signing in gives."""

    user_id: str = field(name="userid")
    key: str
    token: str
    domain: str = ""
    mqtt_domain: str = field(name="mqttDomain", default="")

    def __repr__(self) -> str:
        return f"Login(user_id={self.user_id!r})"


class DeviceInfo(msgspec.Struct, frozen=True):
    """A device as the account has it."""

    uuid: str
    name: str = field(name="devName")
    model: str = field(name="deviceType")
    online: int = field(name="onlineStatus")
    """1 online, 2 offline, 0 not yet, 3 upgrading, -1 unknown."""
    domain: str = ""
    """Host, or `host:port`, of the broker it calls."""
    hardware: str = field(name="hdwareVersion", default="")
    firmware: str = field(name="fmwareVersion", default="")


class Push(NamedTuple):
    """Something a device told by itself."""

    uuid: str
    namespace: str
    payload: Params


class Reply(msgspec.Struct, frozen=True):
    """The envelope of every answer of the account API."""

    status: int = field(name="apiStatus")
    data: Any = None
    info: str = ""

    def read(self, kind: type[_T]) -> _T:
        """What is in it.

        Raises:
            AccountRefused: it says no.
            BadMessage: it holds something else.
        """
        if self.status:
            raise AccountRefused(self.status, self.info)
        try:
            return msgspec.convert(self.data, kind)
        except msgspec.ValidationError as error:
            raise BadMessage(f"account API: {error}") from None


def decode(body: bytes) -> Reply:
    """The answer in the body of an HTTP reply.

    Raises:
        BadMessage: there is none.
    """
    try:
        return msgspec.json.decode(body, type=Reply)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"account API: {error}") from None
