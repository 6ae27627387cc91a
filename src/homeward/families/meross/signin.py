"""Who may sign in over MQTT. Who may not is told precisely why: most homes fail at this and nowhere else."""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from hmac import compare_digest

from homeward.families.base import Home, MqttSession, Refusal
from homeward.families.meross import wire
from homeward.families.meross.accounts import Accounts
from homeward.families.meross.apps import AppSession
from homeward.families.meross.cloud import DeviceSession
from homeward.mqtt.packets import Connect

_DEVICE = re.compile(f"fmware:({wire.UUID})(?:_[0-9A-Za-z]*)?")
_APP = re.compile(f"app:({wire.NAME})")
_BAD_ID, _BAD_PASSWORD, _NOT_ALLOWED = 2, 4, 5
_WELL_KNOWN = ("", "meross")
"""Keys that people and their tools set up devices with when they have none."""


def sign_in(
    request: Connect, home: Home, accounts: Accounts, sessions: MutableMapping[str, DeviceSession]
) -> MqttSession | Refusal | None:
    """A session for a device (`fmware:…`) or an app (`app:…`) whose password is right; None for any other client."""
    kind, colon, _ = request.client_id.partition(":")
    if not colon or kind not in ("fmware", "app"):
        return None
    user, password = request.username or "", (request.password or b"").decode("ascii", "replace")
    if device := _DEVICE.fullmatch(request.client_id):
        return _device(device[1], user, password, home, accounts, sessions)
    if app := _APP.fullmatch(request.client_id):
        return _app(app[1], user, password, home, accounts)
    return Refusal(_BAD_ID, f"client id {request.client_id!r} names neither a device nor an app")


def _device(
    uuid: str, mac: str, password: str, home: Home, accounts: Accounts, sessions: MutableMapping[str, DeviceSession]
) -> DeviceSession | Refusal:
    user_id, _, proof = password.rpartition("_")
    account = accounts.get(user_id)
    if account is None or not _equal(proof, wire.device_hash(mac, account.key.reveal())):
        return Refusal(_BAD_PASSWORD, f"device {uuid}: {_diagnosis(mac, user_id, proof, accounts)}")
    known = home.device(uuid)
    owner = known.native.get("userId", user_id) if known and known.adopted else user_id
    if owner != user_id:
        return Refusal(
            _NOT_ALLOWED, f"device {uuid} belongs to account {owner}, not to {user_id}: remove it there first"
        )
    return DeviceSession(home, sessions, uuid, mac, account)


def _app(app_id: str, user_id: str, password: str, home: Home, accounts: Accounts) -> AppSession | Refusal:
    account = accounts.get(user_id)
    if account is None:
        return Refusal(_BAD_PASSWORD, f"app {app_id}: no account has userId {user_id!r}")
    if not _equal(password, wire.app_password(user_id, account.key.reveal())):
        return Refusal(_BAD_PASSWORD, f"app {app_id}: the password was not made with the key of account {user_id}")
    if account.disabled:
        return Refusal(_NOT_ALLOWED, f"app {app_id}: account {user_id} is disabled")
    return AppSession(home, user_id, app_id)


def _diagnosis(mac: str, user_id: str, proof: str, accounts: Accounts) -> str:
    """What is wrong with a device's password, by trying which key makes it."""
    if not user_id and not proof:
        return "it sent no password"
    if accounts.get(user_id) is None:
        return f"no account has userId {user_id!r}, and {_origin(mac, proof, accounts)}"
    return f"wrong key for account {user_id}: {_origin(mac, proof, accounts)}"


def _origin(mac: str, proof: str, accounts: Accounts) -> str:
    for account in accounts.all():
        if account.key and _equal(proof, wire.device_hash(mac, account.key.reveal())):
            return f"the password hash matches the key of account {account.user_id}"
    for key in _WELL_KNOWN:
        if _equal(proof, wire.device_hash(mac, key)):
            without = f"with the key {key!r}" if key else "without a key"
            return (
                f"the password hash matches {'the' if key else 'an empty'} key: this device was provisioned {without}"
            )
    return "the password hash matches no key known here: this device was provisioned for another cloud"


def _equal(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())
