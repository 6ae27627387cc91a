"""What a device shows and can be told: one table from native values to entities.

A row says in which namespace a value travels and how it is read there and written. Entities, reports, commands and
what the cloud asks a device for all follow from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple, TypeAlias
from zoneinfo import ZoneInfo

from homeward.errors import InvalidValue
from homeward.families.base import Call
from homeward.families.meross.wire import BadMessage, Params
from homeward.model import Entity, Platform, Value

ALL = "Appliance.System.All"
CONSUMPTION_X = "Appliance.Control.ConsumptionX"
DND = "Appliance.System.DNDMode"
ELECTRICITY = "Appliance.Control.Electricity"
RUNTIME = "Appliance.System.Runtime"
TOGGLE = "Appliance.Control.Toggle"
TOGGLE_X = "Appliance.Control.ToggleX"


Reader: TypeAlias = Callable[[Params, float, str], Value]
"""The value in a payload, at this time, for a device in the time zone of this IANA name (empty: it never told one).

None when it speaks of other channels. Raises BadMessage.
"""


class Trait(NamedTuple):
    """An entity, and how it looks on the wire. A device has it when it lists `namespace` among its abilities."""

    entity: Entity
    namespace: str
    read: Reader
    write: Callable[[bool], Params] | None = None


class Ask(NamedTuple):
    """A GET that the cloud sends to a device with the ability, when it signs in and every so often after that."""

    payload: Params
    every: str = ""
    """The setting with the seconds between two of them; empty for once."""


def _of_channel(payload: Params, key: str, name: str) -> int | None:
    """The integer of that name for channel 0; the last, should there be several."""
    found = payload.get(key)
    number = None
    for item in found if type(found) is list else (found,):
        if type(item) is not dict:
            raise BadMessage(f"no object at {key!r}")
        if item.get("channel", 0) == 0 and type(number := item.get(name)) is not int:
            raise BadMessage(f"no integer at {name!r}")
    return number


def _number(key: str, name: str, parts: int = 1) -> Reader:
    """An integer that counts `parts` to the unit."""

    def read(payload: Params, now: float, timezone: str) -> Value:
        number = _of_channel(payload, key, name)
        return number if number is None or parts == 1 else number / parts

    return read


def _flag(key: str, name: str, on: int = 1) -> Reader:
    def read(payload: Params, now: float, timezone: str) -> Value:
        number = _of_channel(payload, key, name)
        return None if number is None else number == on

    return read


def _today(payload: Params, now: float, timezone: str) -> Value:
    """Wh of the device's own day so far, in kWh. Days come in any order, and a day that used nothing may be missing."""
    today = datetime.fromtimestamp(now, _zone(timezone)).date().isoformat()
    days = payload.get("consumptionx")
    if type(days) is not list:
        raise BadMessage("no list at 'consumptionx'")
    used = [_of_channel({"day": day}, "day", "value") for day in days if type(day) is dict and day.get("date") == today]
    return max((number for number in used if number is not None), default=0) / 1000


def _sensor(
    key: str, name: str, device_class: str | None, unit: str, state: str, category: str | None = None
) -> Entity:
    return Entity(key, Platform.SENSOR, name, device_class, unit, state, category)


_SWITCH = Entity("switch", Platform.SWITCH, "Switch", device_class="outlet", writable=True)
_LED = Entity("led", Platform.SWITCH, "Status LED", category="config", writable=True)

TRAITS: tuple[Trait, ...] = (
    Trait(_SWITCH, TOGGLE_X, _flag("togglex", "onoff"), lambda on: {"togglex": {"channel": 0, "onoff": int(on)}}),
    Trait(_SWITCH, TOGGLE, _flag("toggle", "onoff"), lambda on: {"channel": 0, "toggle": {"onoff": int(on)}}),
    Trait(_sensor("power", "Power", "power", "W", "measurement"), ELECTRICITY, _number("electricity", "power", 1000)),
    Trait(
        _sensor("voltage", "Voltage", "voltage", "V", "measurement"), ELECTRICITY, _number("electricity", "voltage", 10)
    ),
    Trait(
        _sensor("current", "Current", "current", "A", "measurement"),
        ELECTRICITY,
        _number("electricity", "current", 1000),
    ),
    Trait(_sensor("energy_today", "Energy today", "energy", "kWh", "total_increasing"), CONSUMPTION_X, _today),
    Trait(
        _sensor("signal", "Wi-Fi signal", None, "%", "measurement", "diagnostic"), RUNTIME, _number("runtime", "signal")
    ),
    Trait(_LED, DND, _flag("DNDMode", "mode", on=0), lambda on: {"DNDMode": {"mode": int(not on)}}),
)

ASKS: Mapping[str, Ask] = {
    ELECTRICITY: Ask({"electricity": {"channel": 0}}, "poll_power"),
    CONSUMPTION_X: Ask({}, "poll_energy"),
    RUNTIME: Ask({}, "poll_energy"),
    DND: Ask({}),
}

CONFIRMED_BY: Mapping[str, str] = {TOGGLE: ALL, TOGGLE_X: ALL, DND: DND}
"""Which GET tells the state that a SET was to bring about."""

_DIGESTS = {"control": (TOGGLE, "toggle"), "digest": (TOGGLE_X, "togglex")}
"""Where System.All holds the state of which namespace: `control` with firmware 1.x, `digest` since."""


def entities(abilities: list[str]) -> list[Entity]:
    """What a device with these abilities shows; of two rows for one entity the first counts."""
    return list({trait.entity.key: trait.entity for trait in _of(abilities)}.values())


def values(namespace: str, payload: Params, now: float, timezone: str) -> dict[str, Value]:
    """What a payload of that namespace tells of the device's entities.

    Raises:
        BadMessage: a value is missing or of the wrong type.
    """
    if namespace == ALL:
        return _digested(payload, now, timezone)
    found: dict[str, Value] = {}
    for key, read in _READERS.get(namespace, ()):
        value = read(payload, now, timezone)
        if value is not None:
            found[key] = value
    return found


def command(abilities: list[str], key: str, value: Value) -> Call:
    """The request that sets an entity of a device with these abilities.

    Raises:
        InvalidValue: there is no such entity, or it cannot be set, or not to that.
    """
    trait = next((trait for trait in _of(abilities) if trait.entity.key == key), None)
    if trait is None or trait.write is None:
        raise InvalidValue(f"{key!r} cannot be set")
    if not isinstance(value, bool):
        raise InvalidValue(f"{key!r} takes true or false, not {value!r}")
    return Call(f"SET {trait.namespace}", trait.write(value))


def _of(abilities: list[str]) -> Iterator[Trait]:
    return (trait for trait in TRAITS if trait.namespace in abilities)


def _digested(payload: Params, now: float, timezone: str) -> dict[str, Value]:
    everything: Any = payload.get("all")
    found: dict[str, Value] = {}
    for place, (namespace, key) in _DIGESTS.items():
        digest = everything.get(place) if isinstance(everything, dict) else None
        if isinstance(digest, dict) and key in digest:
            found |= values(namespace, digest, now, timezone)
    return found


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name or "UTC")
    except (ValueError, OSError, LookupError):
        return ZoneInfo("UTC")


_READERS: Mapping[str, tuple[tuple[str, Reader], ...]] = {
    namespace: tuple((trait.entity.key, trait.read) for trait in TRAITS if trait.namespace == namespace)
    for namespace in {trait.namespace for trait in TRAITS}
}
NAMESPACES = frozenset(_READERS) | {ALL}
"""The namespaces that tell something of an entity."""
