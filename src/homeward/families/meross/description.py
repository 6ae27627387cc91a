"""What a device says of itself, in Bind and System.All: the same objects in both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import field

from homeward.families.base import Seen
from homeward.families.meross.namespaces import ALL, BIND, TIME
from homeward.families.meross.wire import BadMessage, Params
from homeward.model import Description


class _Hardware(msgspec.Struct, frozen=True):
    type: str
    uuid: str
    version: str = ""
    sub_type: str = field(name="subType", default="")
    mac: str = field(name="macAddress", default="")


class _Firmware(msgspec.Struct, frozen=True):
    version: str = ""
    inner_ip: str = field(name="innerIp", default="")


class _Time(msgspec.Struct, frozen=True):
    timezone: str = ""


class _System(msgspec.Struct, frozen=True):
    hardware: _Hardware
    firmware: _Firmware
    time: _Time = _Time()
    bind_time: int | None = field(name="bindTime", default=None)


def seen(uuid: str, namespace: str, payload: Params) -> Seen | None:
    """What a payload of that namespace says about the device; None for a namespace that says nothing of the kind.

    Raises:
        BadMessage: it should say something and does not, or speaks of another device.
    """
    reader = _READERS.get(namespace)
    return reader(uuid, payload) if reader else None


def _bind(uuid: str, payload: Params) -> Seen:
    return _system(uuid, payload.get("bind"))


def _all(uuid: str, payload: Params) -> Seen:
    everything = payload.get("all")
    if not isinstance(everything, dict):
        raise BadMessage("no object at 'all'")
    return _system(uuid, everything.get("system"))


def _time(uuid: str, payload: Params) -> Seen:
    return Seen(uuid, native={"timezone": _convert(payload.get("time"), _Time).timezone})


def _system(uuid: str, data: object) -> Seen:
    system = _convert(data, _System)
    hardware, firmware = system.hardware, system.firmware
    if hardware.uuid != uuid:
        raise BadMessage(f"speaks of device {hardware.uuid!r}")
    notes: dict[str, Any] = {"subType": hardware.sub_type, "timezone": system.time.timezone}
    if system.bind_time is not None:
        notes["bindTime"] = system.bind_time
    description = Description(
        hardware.type, "Meross", hardware.version, firmware.version, hardware.mac, firmware.inner_ip
    )
    return Seen(uuid, description, notes)


def _convert(data: object, kind: type[Any]) -> Any:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        raise BadMessage(str(error)) from None


_READERS: Mapping[str, Callable[[str, Params], Seen]] = {ALL: _all, BIND: _bind, TIME: _time}
NAMESPACES = frozenset(_READERS)
"""The namespaces in which a device speaks of itself."""
