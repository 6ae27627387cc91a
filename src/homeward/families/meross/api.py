"""The account API, which apps call before they speak MQTT. Every answer is HTTP 200; `apiStatus` says how it went."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from homeward.errors import InvalidValue
from homeward.families.base import NOTHING, Effects, Home, Peer, Reply, Request
from homeward.families.meross import envelope, listing, wire
from homeward.families.meross.accounts import Account, Accounts, Attempts, is_address
from homeward.families.meross.apps import owns
from homeward.families.meross.envelope import Failed, fail
from homeward.families.meross.envelope import Status as Status
from homeward.families.meross.wire import Params
from homeward.model import Device

_DAY = 86_400.0
_TOKEN = re.compile("[0-9A-Fa-f]{64}")
_MD5 = re.compile("[0-9A-Fa-f]{32}")
_MFA_FAILURES = 5
"""Wrong codes for an account in ten minutes, from wherever, before it is locked for as long."""


class Caller(NamedTuple):
    """Who asks, and what with. `account` is whose the token is, on the routes that want one."""

    params: Params
    token: str
    account: Account | None
    peer: Peer
    now: float


Answer: TypeAlias = tuple[Any, Effects]
"""The `data` of a successful answer, and what is to be stored before it leaves."""


class Api:
    """Answers account requests. Accounts and tokens are the family's; devices are those of the house."""

    def __init__(self, home: Home, accounts: Accounts) -> None:
        self._home = home
        self._accounts = accounts
        self._attempts = Attempts(home.settings.sign_in_failures)
        self._codes = Attempts(_MFA_FAILURES)

    def http(self, request: Request, now: float) -> Reply | None:
        """The answer to a request of this API; None for any other. Letter case does not matter in paths."""
        path = request.path.lower().rstrip("/")
        if path not in _ROUTES and not path.startswith("/v1/"):
            return None
        try:
            route = _ROUTES.get(path) or fail(Status.BAD_REQUEST)
            data, effects = route.answer(self, self._caller(request, route, now))
        except Failed as failure:
            return envelope.reply(failure.status, failure.data, now)
        return envelope.reply(Status.SUCCESS, data, now, effects)

    def sign_in(self, caller: Caller) -> Answer:
        """Email and password for a token, the key, and where to go on."""
        data, effects = self.log_in(caller)
        domains = {"domain": listing.domain(self._home, caller.peer), "mqttDomain": listing.mqtt_domain(self._home)}
        return data | domains, effects

    def log_in(self, caller: Caller) -> Answer:
        """The same, as older apps ask for it."""
        email, hashed = _credentials(caller.params)
        if self._attempts.exhausted(caller.peer.host, caller.now):
            fail(Status.REQUESTED_TOO_FREQUENTLY)
        account = self._accounts.find(email)
        if account and account.moved:
            fail(Status.WRONG_REGION, {"domain": account.moved, "mqttDomain": urlsplit(account.moved).hostname})
        if account is None or not self._accounts.check(account, hashed):
            self._attempts.failed(caller.peer.host, caller.now)
            fail(Status.WRONG_EMAIL_OR_PASSWORD if account else Status.NO_SUCH_ACCOUNT)
        if account.disabled:
            fail(Status.ACCOUNT_DISABLED)
        self._confirm(account, caller)
        return self._welcome(account, caller.now)

    def sign_up(self, caller: Caller) -> Answer:
        """A new account, where the owner of this house lets apps make them."""
        if not self._home.settings.sign_up:
            fail(Status.ACCESS_DENIED)
        email, hashed = _credentials(caller.params)
        if self._accounts.find(email):
            fail(Status.ACCOUNT_EXISTS)
        try:
            account, created = self._accounts.create(email, hashed)
        except InvalidValue:
            fail(Status.INVALID_EMAIL)
        data, effects = self._welcome(account, caller.now)
        return data, [*created, *effects]

    def log_out(self, caller: Caller) -> Answer:
        """The token is good for nothing any more."""
        return {}, self._accounts.revoke(caller.token)

    def introduce(self, caller: Caller) -> Answer:
        """Who the account's user is. Where they say they are is told back."""
        user = caller.account or fail(Status.TOKEN_ERROR)
        said = {name: str(caller.params.get(name, ""))[:64] for name in ("timezone", "regionCode")}
        return {"userid": user.user_id, "email": user.email, "guid": wire.password_hash(user.user_id), **said}, ()

    def list_devices(self, caller: Caller) -> Answer:
        """Every adopted device of the account that has said what it is: apps choke on one that has not."""
        mine = [device for device in self._home.devices() if _is_of(caller, device) and device.description.model]
        return [listing.item(self._home, device) for device in mine], NOTHING

    def describe_device(self, caller: Caller) -> Answer:
        """One of them."""
        return listing.item(self._home, self._device(caller)), NOTHING

    def list_sub_devices(self, caller: Caller) -> Answer:
        """What is paired with a hub; a device that is none has nothing paired."""
        return listing.sub_devices(self._device(caller)), NOTHING

    def _device(self, caller: Caller) -> Device:
        uuid = caller.params.get("uuid")
        device = self._home.device(uuid) if isinstance(uuid, str) else None
        return device if device and _is_of(caller, device) else fail(Status.BAD_REQUEST)

    def _caller(self, request: Request, route: _Route, now: float) -> Caller:
        """Who calls, and for what: the envelope opened, its signature checked, the token looked up."""
        params = envelope.unseal(request.body)
        token = request.headers.get("authorization", "").rpartition(" ")[2]
        account = self._holder(token, now) if route.token else None
        return Caller(params, token, account, request.peer, now)

    def _holder(self, token: str, now: float) -> Account:
        if not _TOKEN.fullmatch(token):
            fail(Status.TOKEN_INVALID)
        account, issued = self._accounts.holder(token) or fail(Status.TOKEN_ERROR)
        if now >= issued + self._home.settings.token_days * _DAY:
            fail(Status.TOKEN_EXPIRED)
        return fail(Status.ACCOUNT_DISABLED) if account.disabled else account

    def _confirm(self, account: Account, caller: Caller) -> None:
        """The second factor, of an account that has one."""
        if not account.factor:
            return
        code = caller.params.get("mfaCode")
        if code in (None, ""):
            fail(Status.MFA_CODE_REQUIRED)
        if self._codes.exhausted(account.user_id, caller.now):
            fail(Status.OPERATION_LOCKED)
        if not self._accounts.confirm(account, str(code), caller.now):
            self._codes.failed(account.user_id, caller.now)
            fail(Status.WRONG_MFA_CODE)

    def _welcome(self, account: Account, now: float) -> tuple[Params, Effects]:
        settings = self._home.settings
        token, effects = self._accounts.issue(account, now, most=settings.tokens, days=settings.token_days)
        data = {
            "userid": account.user_id,
            "email": account.email,
            "key": account.key.reveal(),
            "token": token or fail(Status.TOO_MANY_TOKENS),
            "mfaLockExpire": 0,
        }
        return data, effects


class _Route(NamedTuple):
    answer: Callable[[Api, Caller], Answer]
    token: bool = True


def _credentials(params: Params) -> tuple[str, str]:
    """Email address and password hash. An app sends the hash and says so with `encryption`, or the plain password."""
    email, password = params.get("email"), params.get("password")
    if not isinstance(email, str) or not email:
        fail(Status.BAD_USER)
    if not is_address(email):
        fail(Status.INVALID_EMAIL)
    if not isinstance(password, str) or not password:
        fail(Status.BAD_PASSWORD)
    if params.get("encryption") != 1:
        return email, wire.password_hash(password)
    return (email, password.lower()) if _MD5.fullmatch(password) else fail(Status.BAD_PASSWORD_FORMAT)


def _is_of(caller: Caller, device: Device) -> bool:
    return caller.account is not None and owns(caller.account.user_id, device)


def _empty(data: Any) -> Callable[[Api, Caller], Answer]:
    return lambda api, caller: (data, NOTHING)


_ROUTES: Mapping[str, _Route] = {
    "/v1/auth/signin": _Route(Api.sign_in, token=False),
    "/v1/auth/login": _Route(Api.log_in, token=False),
    "/v1/auth/signup": _Route(Api.sign_up, token=False),
    # An app that was sent on to another region tells its log here all the same, and does without us if refused.
    "/v1/log/user": _Route(_empty({}), token=False),
    "/v1/device/devlist": _Route(Api.list_devices),
    "/v1/device/devinfo": _Route(Api.describe_device),
    "/v1/device/devextrainfo": _Route(_empty({})),
    "/v1/device/latestversion": _Route(_empty([])),
    "/v1/hub/getsubdevices": _Route(Api.list_sub_devices),
    "/v1/profile/logout": _Route(Api.log_out),
    "/device/v1/fmware/upgradeversion": _Route(_empty([])),
    "/user/v1/baseinfo": _Route(Api.introduce),
}
