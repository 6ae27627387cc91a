"""Emulated Meross devices.

`homeward emulate meross mss310` makes them from `EMULATORS`; what `--set KEY=VALUE` may say:

    generation=1|2|6    firmware 1.1.18 with Toggle, 2.1.17 or 6.1.8 with ToggleX (6)
    key=TEXT            the account's key, which it signs with (empty)
    userid=TEXT         the account's user id (0)
    mac=XX:XX:…         its MAC address, lower case (made from its number)
    uuid=TEXT           its uuid, 32 letters and digits (made from its number)
    load=WATTS          what is plugged in (40)
    onoff=0|1           whether it is on (0)
    timezone=NAME       its time zone (none: UTC)
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from homeward.errors import InvalidValue
from homeward.families.base import Emulator
from homeward.families.meross.emulator.device import Mss310
from homeward.families.meross.emulator.presets import GENERATIONS
from homeward.families.meross.wire import NAME, UUID

__all__ = ["EMULATORS", "Mss310"]

_OPTIONS: Mapping[str, tuple[str, str]] = {
    "generation": ("generation", "|".join(GENERATIONS)),
    "key": ("key", ".{0,64}"),
    "userid": ("user_id", NAME),
    "mac": ("mac", "[0-9a-f]{2}(:[0-9a-f]{2}){5}"),
    "uuid": ("uuid", UUID),
    "load": ("load", r"\d{1,4}(\.\d+)?"),
    "onoff": ("onoff", "[01]"),
    "timezone": ("timezone", ".*"),
}


def mss310(
    index: int = 0,
    *,
    host: str = "",
    port: int = 443,
    randomness: Callable[[int], bytes] = os.urandom,
    **options: str,
) -> Mss310:
    """The plug with this number, which calls `host:port`; without a host it waits to be set up.

    Raises:
        InvalidValue: there is no such option, or it cannot have that value.
    """
    arguments: dict[str, str | float] = {}
    for name, text in options.items():
        argument, pattern = _OPTIONS.get(name, ("", ""))
        if not argument or not re.fullmatch(pattern, text):
            raise InvalidValue(f"{name}={text}: no such option or value", hint=f"options: {', '.join(_OPTIONS)}")
        arguments[argument] = float(text) if argument in ("load", "onoff") else text
    try:
        ZoneInfo(options.get("timezone") or "UTC")
    except (ValueError, OSError, LookupError):
        raise InvalidValue(f"timezone={options['timezone']}: no such time zone") from None
    return Mss310(index, host=host, port=port, randomness=randomness, **arguments)  # type: ignore[arg-type]


EMULATORS: Mapping[str, Callable[..., Emulator]] = {"mss310": mss310}
"""By model; each takes the number of the device, `host`, `port`, `randomness` and its options as text."""
