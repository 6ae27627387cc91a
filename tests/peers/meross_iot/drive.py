"""Drives meross_iot, unmodified, the way its own examples do."""

from __future__ import annotations

import asyncio
import copy
import inspect
import logging
import ssl
from collections.abc import Callable
from enum import Enum
from typing import Any

from meross_iot.http_api import MerossHttpClient
from meross_iot.manager import MerossManager, TransportMode
from meross_iot.model import enums
from meross_iot.model.credentials import MerossCloudCreds


class Drive:
    """One app: signed in at most once at a time."""

    def __init__(self, tell: Callable[..., None]) -> None:
        self._tell = tell
        logging.getLogger("meross_iot").addHandler(_Telling(tell))

    async def sign_in(self, url: str, email: str, password: str) -> dict[str, Any]:
        """What the cloud says of the account."""
        self._http = await MerossHttpClient.async_from_user_password(url, email, password)
        self._creds = creds = self._http.cloud_credentials
        return {"userid": creds.user_id, "email": creds.user_email, "key": creds.key, "domain": creds.domain}

    async def connect(self, host: str, port: int, ca: str, strict: bool = False, key: str | None = None) -> None:
        """Ready for MQTT, where the certificate must be the CA's and name the host; another key may be tried."""
        context = ssl.create_default_context(cafile=ca)
        if strict:
            context.verify_flags |= ssl.VERIFY_X509_STRICT
        http = self._http if key is None else MerossHttpClient(_with_key(self._creds, key))
        self._manager = MerossManager(http, mqtt_override_server=(host, port), mqtt_ssl_context=context)

    async def discover(self, patience: float = 15) -> list[dict[str, Any]]:
        """The devices it made of the account's list, after asking each what it can do."""
        found = await asyncio.wait_for(self._manager.async_device_discovery(), patience)
        return [
            {"uuid": device.uuid, "name": device.name, "type": device.type, "online": device.online_status.name}
            | {"class": [kind.__name__ for kind in type(device).__mro__]}
            for device in found
            if device  # it gives None for one that is offline, and that it does not know by heart
        ]

    async def update(self, uuid: str) -> bool | None:
        """Whether it is on, as the device itself says when asked."""
        await self._device(uuid).async_update()
        return await self.is_on(uuid)

    async def is_on(self, uuid: str) -> bool | None:
        """Whether it is on, as far as the library knows."""
        return self._device(uuid).is_on()

    async def turn(self, uuid: str, on: bool) -> None:
        """Switches it."""
        device = self._device(uuid)
        await (device.async_turn_on() if on else device.async_turn_off())

    async def do(self, uuid: str, what: str, subdevice: str = "", **arguments: Any) -> Any:
        """What a method or property of the library's device gives; an enumeration's member goes by `Class.NAME`."""
        found = getattr(self._device(uuid, subdevice), what)
        if callable(found):
            found = found(**{name: _member(value) for name, value in arguments.items()})
        return _plain(await found if inspect.isawaitable(found) else found)

    async def thermostat(self, uuid: str) -> dict[str, Any]:
        """How a thermostat on the wall stands."""
        state = self._device(uuid).get_thermostat_state()
        return {
            "mode": state.mode.name,
            "target": state.target_temperature_celsius,
            "current": state.current_temperature_celsius,
            "on": state.is_on,
        }

    async def prefer_lan(self) -> None:
        """Put every request to a device's own address first."""
        self._manager.default_transport_mode = TransportMode.LAN_HTTP_FIRST

    async def electricity(self, uuid: str) -> dict[str, float]:
        """Its meter now, in watts, volts and amperes."""
        sample = await self._device(uuid).async_get_instant_metrics()
        return {"power": sample.power, "voltage": sample.voltage, "current": sample.current}

    async def sign_out(self) -> None:
        """Gives its token back; the MQTT connection goes first."""
        self._manager.close()
        await self._http.async_logout()

    async def list_with_former_token(self) -> int:
        """How many devices the account's list has for whoever still holds the token of the last sign-in."""
        return len(await MerossHttpClient(self._creds).async_list_devices())

    def _device(self, uuid: str, subdevice: str = "") -> Any:
        known = self._manager.find_devices(device_uuids=(uuid,))
        return next(device for device in known if getattr(device, "subdevice_id", "") == subdevice)


class _Telling(logging.Handler):
    def __init__(self, tell: Callable[..., None]) -> None:
        super().__init__(logging.INFO)
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self._tell("log", message=record.getMessage())


def _member(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    kind, dot, name = value.partition(".") if isinstance(value, str) else ("", "", "")
    return getattr(enums, kind)[name] if dot and hasattr(enums, kind) else value


def _plain(found: Any) -> Any:
    if isinstance(found, Enum):
        return found.name
    return found if isinstance(found, (bool, int, float, str, list, tuple, type(None))) else str(found)


def _with_key(creds: MerossCloudCreds, key: str) -> MerossCloudCreds:
    changed = copy.copy(creds)
    changed.key = key
    return changed
