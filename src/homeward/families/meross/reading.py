"""How a payload is read: its items, the values in them, and what is wrong with either."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from homeward.families.meross.codecs import Codec, Moment
from homeward.families.meross.namespaces import Namespace
from homeward.families.meross.wire import BadMessage
from homeward.model import Value

ABSENT: Any = object()
"""What `dig` finds where there is nothing."""


class Told(NamedTuple):
    """What a payload says: values by entity, what was wrong with it, and items that were not known."""

    values: dict[str, Value]
    faults: list[str]
    unknown: list[str]
    doubts: list[str]
    """The namespaces that say it, where this one says nothing but that it has changed."""


class Reading(NamedTuple):
    """Where the value of an entity stands in an item, and how it looks there."""

    key: str
    field: str
    """The path, if it has one step."""
    path: tuple[str, ...]
    codec: Codec
    doubt: str
    """The first source of the entity, if this is another."""


def items(row: Namespace, place: Any) -> list[tuple[str | None, Any]]:
    """The items at the key of a payload, each with its channel or id as text; None if that is none."""
    if row.inside and type(place) is dict:
        place = place.get(row.inside, [])
    keyed_by = row.shape.keyed_by
    if keyed_by == "channel" and type(place) is dict:
        return [(_channel(place), place)]
    name = _channel if keyed_by == "channel" else partial(_name, keyed_by)
    return [(name(item), item) for item in (place if type(place) is list else (place,))]


def take(readings: Sequence[Reading], item: Any, moment: Moment, told: Told) -> None:
    """Add what an item tells of these entities; one that tells of none is a fault."""
    found = False
    for key, field, path, codec, doubt in readings:
        raw = item.get(field, ABSENT) if field and type(item) is dict else dig(item, path)
        if raw is ABSENT:
            continue
        found = True
        try:
            value = codec.read(raw, moment)
        except BadMessage as error:
            told.faults.append(f"{'.'.join(path) or key}: {error}")
        else:
            if value is not None:
                told.values[key] = value
            elif doubt:
                told.doubts.append(doubt)
    if not found:
        told.faults.append(f"nothing at {' or '.join('.'.join(reading.path) for reading in readings)}")


def dig(place: Any, path: tuple[str, ...] | list[str]) -> Any:
    """What stands at that path: names of fields, numbers in lists."""
    for step in path:
        if type(place) is dict:
            place = place.get(step, ABSENT)
        elif type(place) is list and step.isdigit() and int(step) < len(place):
            place = place[int(step)]
        else:
            return ABSENT
    return place


def _channel(item: Any) -> str | None:
    if type(item) is not dict:
        return None
    channel = item.get("channel", 0)
    return _CHANNELS.get(channel) if type(channel) is int else None


def _name(keyed_by: str, item: Any) -> str | None:
    name = item.get(keyed_by) if type(item) is dict else None
    if type(name) is str:
        return name if 0 < len(name) <= _LONGEST_ID else None
    return _channel(item) if name is None and keyed_by == "subId" else None


_LONGEST_ID = 64
_CHANNELS = {channel: str(channel) for channel in range(256)}
