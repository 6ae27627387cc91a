"""Emulated Meross devices.

`homeward emulate meross MODEL` makes them from `EMULATORS`; what `--set KEY=VALUE` may say, beside what a hand can set
there (`onoff=1`, `load=40` …):

    generation=N        of the hardware; the latest when none is given
    key=TEXT            the account's key, which it signs with (empty)
    userid=TEXT         the account's user id (0)
    mac=XX:XX:…         its MAC address, lower case (made from its number)
    uuid=TEXT           its uuid, 32 letters and digits (made from its number)
    timezone=NAME       its time zone (none: UTC)
    address=HOST[:PORT] where it says that it is on its LAN (127.0.0.1)
    wifi=SSID:PASSWORD  the one Wi-Fi that is there when it is set up (none: it gets into any)
    drift=SECONDS       that its clock gains in a day (0)
    subdevices=A,B      what is paired with a hub (mts100v3,ms100)
    quirk=A,B           what it does that no client expects, by the names of `quirks.QUIRKS`
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from inspect import signature
from typing import Any
from zoneinfo import ZoneInfo

from homeward.errors import InvalidValue
from homeward.families.base import EmulatorFactory
from homeward.families.meross.emulator.device import Device
from homeward.families.meross.emulator.hub import KINDS
from homeward.families.meross.emulator.models import MODELS
from homeward.families.meross.emulator.network import Wifi
from homeward.families.meross.emulator.quirks import QUIRKS
from homeward.families.meross.wire import NAME, UUID

__all__ = ["EMULATORS", "Device", "emulate"]


def _any_of(names: Mapping[str, Any]) -> str:
    one = "|".join(map(re.escape, names))
    return f"({one})(,({one})){{0,15}}"


def _wifi(text: str) -> Wifi:
    ssid, colon, password = text.partition(":")
    return Wifi(ssid, password if colon else None)


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


_OPTIONS: Mapping[str, tuple[str, str, Callable[[str], Any]]] = {
    "generation": ("generation", r"\d", str),
    "key": ("key", ".{0,64}", str),
    "userid": ("user_id", NAME, str),
    "mac": ("mac", "[0-9a-f]{2}(:[0-9a-f]{2}){5}", str),
    "uuid": ("uuid", UUID, str),
    "timezone": ("timezone", ".*", str),
    "address": ("address", r"[\w.:\[\]-]{1,80}", str),
    "wifi": ("wifi", ".{1,32}", _wifi),
    "drift": ("drift", r"-?\d{1,4}(\.\d+)?", float),
    "subdevices": ("subdevices", _any_of(KINDS), _list),
    "quirk": ("quirks", _any_of(QUIRKS), _list),
}
"""The argument of `Device`, what the text must match, and what becomes of it."""


_NO_HAND = frozenset(signature(Device).parameters) - {"hands"}


def emulate(
    model: str,
    index: int = 0,
    *,
    host: str = "",
    port: int = 443,
    randomness: Callable[[int], bytes] = os.urandom,
    **options: str,
) -> Device:
    """The device with this number, which calls `host:port`; without a host it waits to be set up.

    Raises:
        InvalidValue: there is no such option, or it cannot have that value.
    """
    arguments = {_OPTIONS[name][0]: _read(name, text) for name, text in options.items() if name in _OPTIONS}
    _check(model, options)
    hands: dict[str, Any] = {name: text for name, text in options.items() if name not in _OPTIONS}
    if strange := _NO_HAND & hands.keys():
        raise InvalidValue(f"{min(strange)}: no such option", hint=f"options: {', '.join(_OPTIONS)}")
    return Device(model, index, host=host, port=port, randomness=randomness, **arguments, **hands)


def _read(name: str, text: str) -> Any:
    _, pattern, read = _OPTIONS[name]
    if not re.fullmatch(pattern, text):
        raise InvalidValue(f"{name}={text}: that cannot be", hint=f"options: {', '.join(_OPTIONS)}")
    return read(text)


def _check(model: str, options: Mapping[str, str]) -> None:
    generation, timezone = options.get("generation"), options.get("timezone")
    if generation and generation not in MODELS[model].labels:
        raise InvalidValue(f"generation={generation}: of {model} there are {', '.join(MODELS[model].labels)}")
    try:
        ZoneInfo(timezone or "UTC")
    except (ValueError, OSError, LookupError):
        raise InvalidValue(f"timezone={timezone}: no such time zone") from None


EMULATORS: Mapping[str, EmulatorFactory] = {model: partial(emulate, model) for model in MODELS}
"""By model; each takes the number of the device, `host`, `port`, `randomness` and its options as text."""
