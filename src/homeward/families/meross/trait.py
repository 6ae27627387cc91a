"""What a row of the table of entities is, and shorthands to write one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from homeward.families.meross.codecs import Codec, number
from homeward.families.meross.namespaces import NAMESPACES
from homeward.model import Entity, Platform


class Source(NamedTuple):
    """Where a value stands: a dotted path in an item of a namespace. Empty: the item, or all of them, as they are."""

    namespace: str
    field: str
    codec: Codec
    into: str
    """The path at which it is written."""


class Trait(NamedTuple):
    """An entity, and how it looks on the wire.

    A device has it when it lists the first source's namespace among its abilities, once for every item it has there;
    a sub-device has it by its `kinds`. It is written to the first source that takes SET.
    """

    entity: Entity
    sources: tuple[Source, ...]
    beside: str = ""
    """An ability that must be there as well."""
    without: str = ""
    """An ability that must not."""
    capacity: int = 0
    """The bit of the ability Control.Light that must be set."""
    kinds: tuple[str, ...] = ()
    also: Mapping[str, Any] = {}
    """What else is written to the item."""
    around: Mapping[str, Any] = {}
    """What else stands beside the key in a SET."""


def ability(name: str) -> str:
    """The whole name of a namespace."""
    return f"Appliance.{name}"


def at(namespace: str, field: str, codec: Codec | None = None, into: str = "") -> Source:
    """A source: by default a number in the units of its namespace, written where it is read."""
    units = NAMESPACES[ability(namespace)].units
    codec = codec or number(units[field].parts if field in units else 1)
    return Source(ability(namespace), field, codec, into or field)


def sensor(key: str, name: str, kind: str | None = None, unit: str | None = None, **more: Any) -> Entity:
    """Something measured."""
    more.setdefault("state_class", "measurement" if unit else None)
    return Entity(key, Platform.SENSOR, name, kind, unit, **more)


def binary(key: str, name: str, kind: str | None = None, **more: Any) -> Entity:
    """Something that is so or not."""
    return Entity(key, Platform.BINARY_SENSOR, name, kind, **more)


def switch(key: str, name: str, **more: Any) -> Entity:
    """Something to configure by yes or no."""
    return Entity(key, Platform.SWITCH, name, writable=True, **{"category": "config", **more})


def select(key: str, name: str, options: Mapping[int, str], **more: Any) -> Entity:
    """A choice."""
    return Entity(key, Platform.SELECT, name, options=tuple(options.values()), writable=True, **more)


def amount(key: str, name: str, low: float, high: float, unit: str | None = None, **more: Any) -> Entity:
    """A number to choose."""
    return Entity(key, Platform.NUMBER, name, unit=unit, minimum=low, maximum=high, writable=True, **more)


def percent(key: str, name: str, low: float = 0, **more: Any) -> Entity:
    """A share to choose."""
    return amount(key, name, low, 100, "%", step=1, **more)


def degrees(key: str, name: str, low: float = 5, high: float = 35, **more: Any) -> Entity:
    """A temperature to choose."""
    return amount(key, name, low, high, "°C", device_class="temperature", step=0.5, **more)
