"""How a device reaches the world: its Wi-Fi, its account's key, where it calls, and what it encrypts on its LAN.

Without a Wi-Fi it is in set-up mode: it opens an access point of its own, where it is at 10.10.10.1 and looks at no
signature. It comes back to that when the Wi-Fi will not have it, or the cloud does not answer in time the first time.
"""

from __future__ import annotations

import base64
import binascii
from math import inf
from typing import TYPE_CHECKING, Annotated, ClassVar, NamedTuple, TypeAlias

import msgspec
from msgspec import Meta

from homeward.families.base import Close
from homeward.families.meross import crypto, wire
from homeward.families.meross.emulator.organ import SILENCE, HungUp, Organ, Outcome, Refused, Rows, Tells, want
from homeward.families.meross.wire import BadMessage, Message, Params

if TYPE_CHECKING:
    from homeward.families.meross.emulator.device import Device

PATIENCE = 45.0
"""Seconds that a device which has just been set up waits until its cloud has answered all it says at boot."""
_CLEAR = {"GET Appliance.System.Ability"}
"""What firmware that encrypts answers in the clear all the same."""
_CLEAR_AT_SETUP = {"GET Appliance.System.All", "GET Appliance.System.Firmware", "SET Appliance.Encrypt.ECDHE"} | _CLEAR
_ENCRYPTS = {"Appliance.Encrypt.Suite", "Appliance.Encrypt.ECDHE"}
_ACCESS_POINT = {"bssid": "2c-6e-a4-55-c6-47", "signal": 100, "channel": 3, "encryption": 6, "cipher": 3}
_NO_TRACE = {"ssid": "", "bssid": "", "rssi": "", "code": 0, "info": ""}
_NOT_FOUND, _WRONG_PASSWORD = 1, 2
"""`code` of Config.Trace. Only 0 was ever seen; these are ours."""


class Wifi(NamedTuple):
    """The one that is in the air; a password that is None lets anybody in."""

    ssid: str = "Home"
    password: str | None = None


_Host: TypeAlias = Annotated[str, Meta(pattern=r"^(|[0-9A-Fa-f:]{2,39}|[\w-]{1,63}(\.[\w-]{1,63}){0,7}\.?)$")]
_Port: TypeAlias = Annotated[int, Meta(ge=0, le=65_535)] | Annotated[str, Meta(pattern=r"^\d{1,4}$|^[1-5]\d{4}$")]


class _Gateway(msgspec.Struct):
    """`redirect` 1 means at once; with 2 it is noted for the next time."""

    host: _Host
    port: _Port
    second_host: _Host = msgspec.field(name="secondHost", default="")
    second_port: _Port = msgspec.field(name="secondPort", default=0)
    redirect: int = 1


class _Key(msgspec.Struct):
    gateway: _Gateway
    key: Annotated[str, Meta(max_length=64)]
    user_id: int | Annotated[str, Meta(max_length=64)] = msgspec.field(name="userId")


class _Join(msgspec.Struct):
    ssid: str
    password: str = ""


class _Handshake(msgspec.Struct):
    pubkey: str


class Network(Organ):
    """`ssid` is empty in set-up mode."""

    def __init__(self, device: Device, key: str, user_id: str, host: str, port: int, wifi: Wifi | None) -> None:
        super().__init__(device)
        self._device = device
        self.key, self.user_id = key, user_id
        self.ssid = (wifi or Wifi()).ssid if host else ""
        self.stalled = False
        self._wifi = wifi
        self._hosts = [(host, port), (host, port)]
        self._session: bytes | None = None
        self._trace: Params = dict(_NO_TRACE)
        self._until = inf

    @property
    def host(self) -> tuple[str, int]:
        """Where it calls next."""
        return self._hosts[0]

    @property
    def hosts(self) -> list[tuple[str, int]]:
        """Both that it was told of, the active one first."""
        return self._hosts

    def fell(self) -> None:
        """The link fell, or could not be made: the other host's turn."""
        if self._hosts[1][0]:
            self._hosts.reverse()
        else:
            self.stalled = "no-second-host" in self.body.quirks

    def booted(self) -> None:
        """Its cloud has answered everything."""
        self._until = inf

    def advance(self, now: float) -> Tells:
        """A cloud that has not answered until now will not."""
        if now >= self._until:
            self.give_up("its cloud does not answer: back to set-up mode")
        return SILENCE

    def due(self) -> float:
        """When its patience is over."""
        return self._until

    def unproven(self) -> bool:
        """Whether its cloud has yet to answer for the first time."""
        return self._until < inf

    def give_up(self, reason: str) -> None:
        """To be set up again."""
        self.key, self.user_id, self.ssid, self._session, self._until = "", "0", "", None, inf
        self._hosts = [("", 0), ("", 0)]
        self.stalled = False
        self._device.bound_at = 0
        self.body.also(Close(reason))

    def open(self, body: bytes) -> tuple[Message, bytes | None]:
        """The message in a body on its LAN, and what the reply is to be encrypted with.

        Raises:
            BadMessage: it is none.
            HungUp: firmware that encrypts takes nothing else.
        """
        secret = self._secret()
        try:
            message = wire.decode(body)
        except BadMessage:
            if secret is None:
                raise
            return _decrypted(secret, body), secret
        clear = _CLEAR_AT_SETUP if self._session else _CLEAR
        if secret is not None and f"{message.header.method} {message.header.namespace}" not in clear:
            raise HungUp
        return message, None

    def _secret(self) -> bytes | None:
        if not self.ssid:
            return self._session
        encrypts = self._device.abilities.keys() >= _ENCRYPTS
        return crypto.lan_key(self._device.native_id, self.key, self._device.mac) if encrypts else None

    def _set_key(self, payload: Params, now: float) -> Outcome:
        told = want(payload, "key", _Key)
        gateway = told.gateway
        self.key, self.user_id, self._device.bound_at = told.key, str(told.user_id), 0
        self._hosts = [(gateway.host, int(gateway.port)), (gateway.second_host, int(gateway.second_port))]
        if self.ssid and gateway.redirect == 1:
            self.body.also(Close("told to call another cloud"))
        return Outcome({})

    def _set_wifi(self, payload: Params, now: float) -> Outcome:
        return self._join(_text(want(payload, "wifi", _Join)), now)

    def _set_wifi_x(self, payload: Params, now: float) -> Outcome:
        device, told = self._device, want(payload, "wifi", _Join)
        secret = crypto.wifi_key(device.model, device.native_id, device.mac)
        try:
            password = crypto.decrypt(secret, told.password).decode()
        except (BadMessage, ValueError):
            raise Refused from None
        return self._join(_text(_Join(told.ssid))._replace(password=password), now)

    def _join(self, told: Wifi, now: float) -> Outcome:
        """Leave its access point for that Wi-Fi; if it is not let in there it is back at once."""
        code = self._attempt(told)
        info = {0: "no error", _NOT_FOUND: "no such network", _WRONG_PASSWORD: "wrong password"}[code]
        self._trace = {
            "ssid": base64.b64encode(told.ssid.encode()).decode(),
            "bssid": _ACCESS_POINT["bssid"],
            "rssi": "100",
            "code": code,
            "info": info,
        }
        if code == 0:
            self.ssid, self._session, self._until = told.ssid, None, now + PATIENCE
        elif self.ssid:
            self.give_up(f"{told.ssid}: {info}: back to set-up mode")
        return Outcome({})

    def _attempt(self, told: Wifi) -> int:
        there = self._wifi
        if there and told.ssid != there.ssid:
            return _NOT_FOUND
        return _WRONG_PASSWORD if there and there.password not in (None, told.password) else 0

    def _get_list(self, payload: Params, now: float) -> Outcome:
        ssid = (self._wifi or Wifi()).ssid
        return Outcome({"wifiList": [{"ssid": base64.b64encode(ssid.encode()).decode(), **_ACCESS_POINT}]})

    def _get_trace(self, payload: Params, now: float) -> Outcome:
        return Outcome({"trace": dict(_NO_TRACE) if self.ssid else self._trace})

    def _get_suite(self, payload: Params, now: float) -> Outcome:
        return Outcome({"suite": {"ka": "ecdhe256", "se": "mrskey", "ds": ""}})

    def _shake_hands(self, payload: Params, now: float) -> Outcome:
        told = want(payload, "ecdhe", _Handshake)
        private = crypto.private_key(1 + int.from_bytes(self.body.randomness(31), "big"))
        try:
            session = crypto.session_key(private, told.pubkey)
        except BadMessage:
            raise Refused from None
        if not self.ssid:
            self._session = session
        return Outcome({"ecdhe": {"step": 2, "pubkey": crypto.public_text(private)}})

    rows: ClassVar[Rows] = {
        "SET Config.Key": _set_key,
        "SET Config.Wifi": _set_wifi,
        "SET Config.WifiX": _set_wifi_x,
        "GET Config.WifiList": _get_list,
        "GET Config.Trace": _get_trace,
        "GET Encrypt.Suite": _get_suite,
        "SET Encrypt.ECDHE": _shake_hands,
    }


def _text(told: _Join) -> Wifi:
    try:
        return Wifi(*(base64.b64decode(text, validate=True).decode() for text in (told.ssid, told.password)))
    except (ValueError, binascii.Error):
        raise Refused from None


def _decrypted(secret: bytes, body: bytes) -> Message:
    try:
        return wire.decode(crypto.decrypt(secret, body))
    except BadMessage:
        raise HungUp from None
