"""The account API, which apps call before they speak MQTT. Every answer is HTTP 200; `apiStatus` says how it went."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from hmac import compare_digest
from time import gmtime, strftime
from typing import Any, NamedTuple, NoReturn, TypeAlias
from urllib.parse import parse_qs

import msgspec

from homeward.errors import InvalidValue
from homeward.families.base import NOTHING, Effects, Home, Peer, Reply, Request
from homeward.families.meross import listing, wire
from homeward.families.meross.accounts import Account, Accounts, Attempts
from homeward.families.meross.apps import owns
from homeward.families.meross.wire import BadMessage, Params
from homeward.model import Device


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
    EMAIL_NOT_REGISTERED = 1008
    TOKEN_INVALID = 1019
    TOKEN_ERROR = 1022
    REQUESTED_TOO_FREQUENTLY = 1028
    WRONG_REGION = 1030
    WRONG_MFA_CODE = 1032
    MFA_CODE_REQUIRED = 1033
    OPERATION_LOCKED = 1035
    REPEATED_CHECK_IN = 1041
    API_LIMIT_REACHED = 1042
    ACCESS_DENIED = 1043
    TOKEN_EXPIRED = 1200
    CANNOT_ISSUE_TOKEN = 1201
    TOO_MANY_TOKENS = 1301
    BAD_REQUEST = 5000


_DAY = 86_400.0


class _Signed(msgspec.Struct):
    """The envelope of a request. `timestamp` is milliseconds or seconds, a number or text: nobody compares it."""

    params: str
    sign: str
    timestamp: int | str
    nonce: str


class Caller(NamedTuple):
    """Who asks, and what with. `account` is whose the token is, on the routes that want one."""

    params: Params
    token: str
    account: Account | None
    peer: Peer
    now: float


class _Failed(Exception):
    def __init__(self, status: Status) -> None:
        super().__init__(status)
        self.status = status


Answer: TypeAlias = tuple[Any, Effects]
"""The `data` of a successful answer, and what is to be stored before it leaves."""


class Api:
    """Answers account requests. Accounts and tokens are the family's; devices are those of the house."""

    def __init__(self, home: Home, accounts: Accounts) -> None:
        self._home = home
        self._accounts = accounts
        self._attempts = Attempts(home.settings.sign_in_failures)

    def http(self, request: Request, now: float) -> Reply | None:
        """The answer to a request under `/v1/`; None for any other. Letter case does not matter in paths."""
        path = request.path.lower().rstrip("/")
        if not path.startswith("/v1/"):
            return None
        try:
            route = _ROUTES.get(path) or _fail(Status.BAD_REQUEST)
            data, effects = route.answer(self, self._caller(request, route, now))
        except _Failed as failure:
            return _reply(failure.status, {}, now)
        return _reply(Status.SUCCESS, data, now, effects)

    def sign_in(self, caller: Caller) -> Answer:
        """Email and password for a token, the key, and where to go on."""
        data, effects = self.log_in(caller)
        domains = {"domain": listing.domain(self._home, caller.peer), "mqttDomain": listing.mqtt_domain(self._home)}
        return data | domains, effects

    def log_in(self, caller: Caller) -> Answer:
        """The same, as older apps ask for it."""
        email, md5 = _credentials(caller.params)
        if self._attempts.exhausted(caller.peer.host, caller.now):
            _fail(Status.REQUESTED_TOO_FREQUENTLY)
        account = self._accounts.find(email)
        if account is None or not self._accounts.check(account, md5):
            self._attempts.failed(caller.peer.host, caller.now)
            _fail(Status.WRONG_EMAIL_OR_PASSWORD if account else Status.NO_SUCH_ACCOUNT)
        return self._welcome(account, caller.now)

    def sign_up(self, caller: Caller) -> Answer:
        """A new account, where the owner of this house lets apps make them."""
        if not self._home.settings.sign_up:
            _fail(Status.ACCESS_DENIED)
        email, md5 = _credentials(caller.params)
        if self._accounts.find(email):
            _fail(Status.ACCOUNT_EXISTS)
        try:
            account, created = self._accounts.create(email, md5)
        except InvalidValue:
            _fail(Status.INVALID_EMAIL)
        data, effects = self._welcome(account, caller.now)
        return data, [*created, *effects]

    def log_out(self, caller: Caller) -> Answer:
        """The token is good for nothing any more."""
        return {}, self._accounts.revoke(caller.token)

    def list_devices(self, caller: Caller) -> Answer:
        """Every adopted device of the account that has said what it is: apps choke on one that has not."""
        mine = [device for device in self._home.devices() if _is_of(caller, device) and device.description.model]
        return [listing.item(self._home, device) for device in mine], NOTHING

    def describe_device(self, caller: Caller) -> Answer:
        """One of them."""
        uuid = caller.params.get("uuid")
        device = self._home.device(uuid) if isinstance(uuid, str) else None
        if device is None or not _is_of(caller, device):
            _fail(Status.BAD_REQUEST)
        return listing.item(self._home, device), NOTHING

    def _caller(self, request: Request, route: _Route, now: float) -> Caller:
        """Who calls, and for what: the envelope opened, its signature checked, the token looked up."""
        signed = _envelope(request.body)
        expected = wire.api_sign(signed.timestamp, signed.nonce, signed.params)
        if not compare_digest(expected.encode(), signed.sign.encode()):
            _fail(Status.BAD_REQUEST)
        try:
            params = wire.decode_params(signed.params)
        except BadMessage:
            _fail(Status.BAD_REQUEST)
        token = request.headers.get("authorization", "").rpartition(" ")[2]
        account = self._holder(token, now) if route.token else None
        return Caller(params, token, account, request.peer, now)

    def _holder(self, token: str, now: float) -> Account:
        account, issued = self._accounts.holder(token) or _fail(Status.TOKEN_ERROR)
        if now >= issued + self._home.settings.token_days * _DAY:
            _fail(Status.TOKEN_EXPIRED)
        return account

    def _welcome(self, account: Account, now: float) -> tuple[Params, Effects]:
        settings = self._home.settings
        token, effects = self._accounts.issue(account, now, most=settings.tokens, days=settings.token_days)
        data = {
            "userid": account.user_id,
            "email": account.email,
            "key": account.key.reveal(),
            "token": token or _fail(Status.TOO_MANY_TOKENS),
            "mfaLockExpire": 0,
        }
        return data, effects


class _Route(NamedTuple):
    answer: Callable[[Api, Caller], Answer]
    token: bool = True


def _fail(status: Status) -> NoReturn:
    raise _Failed(status)


def _reply(status: Status, data: Any, now: float, effects: Effects = NOTHING) -> Reply:
    answer = {
        "apiStatus": status.value,
        "sysStatus": 0,
        "info": status.name.replace("_", " ").capitalize(),
        "timeStamp": strftime("%Y-%m-%d %H:%M:%S", gmtime(now)),
        "data": data,
    }
    return Reply(200, msgspec.json.encode(answer), effects=effects)


def _envelope(body: bytes) -> _Signed:
    """JSON, or a form as older libraries send it."""
    try:
        if body.lstrip()[:1] == b"{":
            return msgspec.json.decode(body, type=_Signed)
        form = parse_qs(body.decode("ascii"), max_num_fields=16)
        return msgspec.convert({name: texts[0] for name, texts in form.items()}, _Signed)
    except (ValueError, RecursionError):
        _fail(Status.BAD_REQUEST)


def _credentials(params: Params) -> tuple[str, str]:
    """Email address and password hash. An app sends the hash and says so with `encryption`, or the plain password."""
    email, password = params.get("email"), params.get("password")
    if not isinstance(email, str) or not email:
        _fail(Status.BAD_USER)
    if not isinstance(password, str) or not password:
        _fail(Status.BAD_PASSWORD)
    if params.get("encryption") != 1:
        return email, wire.password_hash(password)
    return (email, password) if len(password) == 32 else _fail(Status.BAD_PASSWORD_FORMAT)


def _is_of(caller: Caller, device: Device) -> bool:
    return caller.account is not None and owns(caller.account.user_id, device)


_ROUTES: Mapping[str, _Route] = {
    "/v1/auth/signin": _Route(Api.sign_in, token=False),
    "/v1/auth/login": _Route(Api.log_in, token=False),
    "/v1/auth/signup": _Route(Api.sign_up, token=False),
    "/v1/log/user": _Route(lambda api, caller: ({}, NOTHING)),
    "/v1/device/devlist": _Route(Api.list_devices),
    "/v1/device/devinfo": _Route(Api.describe_device),
    "/v1/device/devextrainfo": _Route(lambda api, caller: ({}, NOTHING)),
    "/v1/device/latestversion": _Route(lambda api, caller: ([], NOTHING)),
    "/v1/hub/getsubdevices": _Route(lambda api, caller: ([], NOTHING)),
    "/v1/profile/logout": _Route(Api.log_out),
}
