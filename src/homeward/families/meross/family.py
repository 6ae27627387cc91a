"""Meross, as the house knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from zoneinfo import ZoneInfo

from homeward.errors import InvalidValue, SettingsError
from homeward.families.base import (
    NOTHING,
    Call,
    Effects,
    Family,
    Home,
    Inhabitant,
    MqttSession,
    Peer,
    Refusal,
    Reply,
    Request,
)
from homeward.families.meross import firmware, lan, signin, traits
from homeward.families.meross.accounts import Account, Accounts, plain
from homeward.families.meross.api import Api
from homeward.families.meross.cloud import DeviceSession
from homeward.families.meross.emulator import EMULATORS
from homeward.families.meross.second_factor import check
from homeward.families.meross.visit import LanVisit
from homeward.model import Device, Entity, Secret, Value
from homeward.mqtt.packets import Connect

_DEMO = "demo@homeward.example"
_HABITS: Mapping[str, Mapping[str, Sequence[float]]] = {
    "msl120": {"onoff": (1, 0), "luminance": (10, 40, 80)},
    "mrs100": {"position": (0, 40, 100)},
    "mts200": {"outside": (2.0, 8.0, 15.0), "window": (0, 0, 1)},
    "msh300": {"ms100_temperature": (19.5, 21.0, 23.5), "ms100_humidity": (40.0, 48.0, 60.0)},
}
"""What else lives in a virtual home, and what happens to it."""


class Meross(Family):
    """Plugs, bulbs, thermostats and hubs of Meross, and the apps that steer them."""

    name = "meross"
    title = "Meross"
    emulators = EMULATORS
    doors = ("tcp:443", "tcp:2001", "tcp:8883", "tcp:80")

    def __init__(self, home: Home) -> None:
        """Raises SettingsError when the time zone is none, or the folder with firmware cannot be read."""
        super().__init__(home)
        _check_timezone(home.settings.timezone)
        self.accounts = Accounts(home.facts(), home.random)
        self._api = Api(home, self.accounts)
        self._shelf = firmware.Shelf(home, home.settings.firmware)
        self.sessions: dict[str, DeviceSession] = {}

    def create_account(
        self, email: str, password: str, *, user_id: str | None = None, key: str | None = None
    ) -> tuple[Account, Effects]:
        """A new account, good as soon as its effects are stored. `user_id` and `key` are drawn when not given.

        Raises:
            InvalidValue: the address or user id is taken or cannot be one, or the password is empty.
        """
        return self.accounts.create(email, plain(password), user_id=user_id, key=key)

    def change_account(
        self,
        user_id: str,
        *,
        password: str | None = None,
        disabled: bool | None = None,
        moved: str | None = None,
        factor: str | None = None,
    ) -> tuple[Account, Effects]:
        """An account changed in what is not None; an empty `moved` or `factor` is taken away.

        Raises:
            LookupError: there is no account with that id.
            InvalidValue: the password is empty, or something else cannot be so.
        """
        account = self.accounts.get(user_id)
        if account is None:
            raise LookupError(user_id)
        given = {"disabled": disabled, "moved": moved, "factor": None if factor is None else Secret(check(factor))}
        changes = {name: value for name, value in given.items() if value is not None}
        return self.accounts.change(account, md5=None if password is None else plain(password), **changes)

    def sign_in(self, request: Connect, peer: Peer, now: float) -> MqttSession | Refusal | None:
        """A device or an app wants in."""
        return signin.sign_in(request, self.home, self.accounts, self.sessions)

    def visit(self, device: Device) -> LanVisit | None:
        """At the address it told last, with the key of its account."""
        account = self.accounts.get(str(device.native.get("userId", "")))
        if not (self.home.settings.lan and account and _is_address(device.description.address)):
            return None
        return LanVisit(self.home, device, account.key.reveal())

    def http(self, request: Request, now: float) -> Reply | None:
        """An app asks about its account, or a device fetches its firmware."""
        return self._shelf.http(request) or self._api.http(request, now)

    def entities(self, device: Device) -> Sequence[Entity]:
        """By what it told; nothing before it has told its abilities and its System.All."""
        layout = traits.layout(device.native)
        return self._shelf.offer(device, layout.entities) if layout else ()

    def inhabit(self) -> tuple[Sequence[Inhabitant], Effects]:
        """A reading lamp on a plug of today, a heater on one of the first, and a few others."""
        effects: Effects = NOTHING
        if not (account := self.accounts.find(_DEMO)):
            account, effects = self.create_account(_DEMO, self.home.random(16).hex())
        theirs = {"userid": account.user_id, "key": account.key.reveal()}
        lamp = Inhabitant("mss310", {**theirs, "load": "11"}, {"onoff": (1, 0), "load": (9, 11)})
        heater = Inhabitant(
            "mss310", {**theirs, "generation": "1", "load": "1500", "onoff": "1"}, {"load": (750, 1_500, 1_480)}
        )
        others = [Inhabitant(model, theirs, habits) for model, habits in _HABITS.items()]
        return (lamp, heater, *others), effects

    def command(self, device: Device, key: str, value: Value) -> Call:
        """The SET that does it."""
        layout = traits.layout(device.native)
        if layout is None:
            raise InvalidValue(f"{device.name} has not told yet what it can do")
        return self._shelf.upgrade(device, value) if key == firmware.KEY else layout.command(key, value)


def _is_address(text: str) -> bool:
    """Whether it is an IP address, with a port or without: no name is looked up because a device says it."""
    try:
        return not ip_address(lan.endpoint(text, lan.PORT)[0]).is_unspecified
    except ValueError:
        return False


def _check_timezone(name: str) -> None:
    try:
        ZoneInfo(name or "UTC")
    except (ValueError, OSError, LookupError) as error:
        raise SettingsError(f"families.meross.timezone: there is no time zone {name!r}") from error
