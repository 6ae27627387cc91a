"""What a device shows and can be told: the rows that are true of it, ready to read its payloads and write its SETs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from homeward.errors import InvalidValue
from homeward.families.base import Call
from homeward.families.meross import trait_rows as rows
from homeward.families.meross import trait_rows_climate as climate
from homeward.families.meross.codecs import Lasting, Moment, Read
from homeward.families.meross.namespaces import (
    ALL,
    ALL_CHANNELS,
    CONSUMPTION_H,
    ELECTRICITY_X,
    LIGHT,
    NAMESPACES,
    Namespace,
)
from homeward.families.meross.namespaces import CONFIRMED_BY as CONFIRMED_BY
from homeward.families.meross.reading import ABSENT, Reading, Told, dig, items, take
from homeward.families.meross.trait import Source, Trait
from homeward.families.meross.wire import BadMessage, Params
from homeward.model import Entity, Value

TRAITS: tuple[Trait, ...] = (
    *rows.PLUGS,
    *rows.LIGHTS,
    *rows.AIR,
    *rows.SOUND,
    *rows.COVERS,
    *climate.WALL,
    *climate.BOUNDED,
    *climate.SENSORS,
    *rows.EVERYWHERE,
    *climate.SUBDEVICES,
)
"""Of two rows for one entity of a device the first counts."""

TELLING = frozenset(source.namespace for trait in TRAITS for source in trait.sources) | {ALL}
"""The namespaces that tell something of an entity."""

_UNDIVIDED = (ELECTRICITY_X, CONSUMPTION_H, "Appliance.GarageDoor.MultipleConfig")
"""What need not have a channel 0, and has no place in System.All either: its channels show when it is told."""
_WHOLE = ("Appliance.Hub.Mts100.All", "Appliance.Hub.Sensor.All")
"""What tells, like System.All, most of what there is to know of sub-devices."""
_EVERY_LIGHT = 7
"""The capacity of a light that tells none."""


class _Writing(NamedTuple):
    trait: Trait
    source: Source
    item: str
    lasting: Lasting


class Layout:
    """The entities of one device, from what it said of itself."""

    def __init__(self, native: Mapping[str, Any]) -> None:
        self._abilities = frozenset(native["abilities"])
        self._options: Mapping[str, Any] = native.get("options", {})
        self._items: Mapping[str, Mapping[str, Lasting]] = native["items"]
        self._subdevices: Mapping[str, str] = native.get("subdevices", {})
        self._entities: dict[str, Entity] = {}
        self._readings: dict[str, dict[str, list[Reading]]] = {}
        self._writings: dict[str, _Writing] = {}
        self._telling: set[str] = set()
        for trait in TRAITS:
            if trait.kinds or self._has(trait, trait.sources[0].namespace):
                self._telling |= {source.namespace for source in trait.sources}
                for item in self._items_of(trait):
                    self._add(trait, item)
        self.entities = sorted(self._entities.values(), key=lambda entity: entity.part)
        self._digests = tuple(
            (row, row.digest.split(".")) for name in self._readings if (row := NAMESPACES[name]).digest
        )
        self._plain = {name: (NAMESPACES[name].key, self._fields(name)) for name in self._readings if _is_plain(name)}
        self.asks = tuple(name for name in self._open() if self.question(name))
        """The namespaces to be asked for what System.All does not tell."""

    def news(self, namespace: str, payload: Params, moment: Moment) -> dict[str, Value] | None:
        """The same as `values` for most payloads, in less time; None for all others."""
        key, channels = self._plain.get(namespace, _NOT_PLAIN)
        news: dict[str, Value] = {}
        try:
            place = payload[key]
            for item in place if type(place) is list else (place,):
                channel = item.get("channel", 0)
                for entity, field, read in channels[channel if type(channel) is int else -1]:
                    news[entity] = read(item[field], moment)
        except (AttributeError, BadMessage, LookupError, TypeError):
            return None
        return None if None in news.values() else news

    def values(self, namespace: str, payload: Params, moment: Moment) -> Told:
        """What a payload of that namespace tells of the device's entities.

        Raises:
            BadMessage: it tells nothing.
        """
        told = Told({}, [], [], [])
        if namespace == ALL:
            self._digest(payload.get("all"), moment, told)
        else:
            row = NAMESPACES[namespace]
            if row.key and row.key not in payload:
                raise BadMessage(f"nothing at {row.key!r}")
            self._read(row, payload[row.key] if row.key else payload, moment, told)
        return told

    def command(self, key: str, value: Value) -> Call:
        """The request that sets an entity.

        Raises:
            InvalidValue: there is no such entity, or it cannot be set, or not to that.
        """
        writing = self._writings.get(key)
        if writing is None:
            raise InvalidValue(f"{key!r} cannot be set")
        trait, source, item, lasting = writing
        try:
            raw = source.codec.write(value, lasting)
        except InvalidValue as error:
            raise InvalidValue(f"{key!r} {error}") from None
        row = NAMESPACES[source.namespace]
        fields = raw if source.codec.whole else _nested(source.into, raw)
        around = {**{field: lasting[field] for field in row.beside if field in lasting}, **trait.around}
        return Call(
            f"SET {row.name}", row.command({**row.item(self._number(row, item)), **fields, **trait.also}, around)
        )

    def question(self, namespace: str) -> tuple[str, Params] | None:
        """The method and payload that ask for what is there; None where there is nothing to be asked."""
        row = NAMESPACES[namespace]
        if row.digest or not set(row.verbs) & {"G", "Q"}:
            return None
        if "G" not in row.verbs:
            return "PUSH", {}
        items = [self._number(row, item) for item in self._readings.get(namespace, ()) if item]
        return "GET", row.request(*(items or ([ALL_CHANNELS] if namespace in _UNDIVIDED else [])))

    def confirms(self, namespace: str) -> str | None:
        """What is to be asked for to learn whether a SET came true."""
        return CONFIRMED_BY.get(namespace) if namespace in self._readings else None

    def _open(self) -> Iterator[str]:
        """What is not told already by System.All and the like; and what may tell of items that are not known yet."""
        told = {key for name in self._readings if name in _WHOLE or NAMESPACES[name].digest for key in self._keys(name)}
        for name in self._readings:
            if name in _WHOLE or NAMESPACES[name].shape.keyed_by != "id" or not self._keys(name) <= told:
                yield name
        for name in sorted(self._telling & self._abilities - self._readings.keys()):
            if name in _WHOLE or name in _UNDIVIDED or NAMESPACES[name].shape.keyed_by == "Id":
                yield name

    def _fields(self, name: str) -> dict[int, list[tuple[str, str, Read]]]:
        """By channel: entity, field, and how it is read; without the channels of which something is not that plain."""
        return {
            int(item or 0): [(reading.key, reading.field, reading.codec.read) for reading in readings]
            for item, readings in self._readings[name].items()
            if all(reading.field and not reading.codec.whole for reading in readings)
        }

    def _keys(self, name: str) -> set[str]:
        return {reading.key for readings in self._readings[name].values() for reading in readings}

    def _items_of(self, trait: Trait) -> list[str]:
        """The channels, or sub-devices, that have it; one without a name where a device has just one."""
        if trait.kinds:
            return [sub for sub, kind in self._subdevices.items() if climate.KINDS.get(kind, "") in trait.kinds]
        name = trait.sources[0].namespace
        row = NAMESPACES[name]
        if row.shape.keyed_by in ("", "Id"):
            return [""]
        told = self._items.get(name, {})
        return list(told) if told or row.digest or name in _UNDIVIDED else ["0"]

    def _has(self, trait: Trait, name: str) -> bool:
        options = self._options.get(LIGHT, {})
        capacity = options.get("capacity", _EVERY_LIGHT) if isinstance(options, dict) else _EVERY_LIGHT
        return (
            name in self._abilities
            and (not trait.beside or trait.beside in self._abilities)
            and trait.without not in self._abilities
            and (not trait.capacity or (type(capacity) is int and bool(capacity & trait.capacity)))
        )

    def _add(self, trait: Trait, item: str) -> None:
        known = self._items.get(trait.sources[0].namespace, {})
        lasting = known if NAMESPACES[trait.sources[0].namespace].shape.keyed_by == "Id" else known.get(item, {})
        entity = self._placed(_bounded(trait, lasting), trait, item)
        if entity.key in self._entities:
            return
        writing = next((source for source in trait.sources if self._takes(source, trait)), None)
        if not entity.writable or writing is None:
            entity = replace(entity, writable=False)
        else:
            self._writings[entity.key] = _Writing(trait, writing, item, lasting)
        self._entities[entity.key] = entity
        for source in trait.sources:
            path = tuple(source.field.split(".")) if source.field else ()
            doubt = "" if source is trait.sources[0] else trait.sources[0].namespace
            reading = Reading(entity.key, path[0] if len(path) == 1 else "", path, source.codec, doubt)
            self._readings.setdefault(source.namespace, {}).setdefault(item, []).append(reading)

    def _takes(self, source: Source, trait: Trait) -> bool:
        return "S" in NAMESPACES[source.namespace].verbs and source.namespace in self._abilities

    def _placed(self, entity: Entity, trait: Trait, item: str) -> Entity:
        """The entity under its own name: channel 0 has the plain one."""
        if trait.kinds:
            kind = self._subdevices[item] or "sub-device"
            of = f"{item}_{entity.of}" if entity.of else ""
            return replace(entity, key=f"{item}_{entity.key}", of=of, part=f"{kind} {item}")
        if item in ("", "0"):
            return entity
        if entity.of:
            of = f"{entity.of}_{item}"
            return replace(entity, key=of + entity.key.removeprefix(entity.of), of=of, name=f"{entity.name} {item}")
        return replace(entity, key=f"{entity.key}_{item}", name=f"{entity.name} {item}")

    def _number(self, row: Namespace, item: str) -> int | str:
        """How an item is named on the wire: channels are numbers, ids are not, even if they look so."""
        keyed_by = row.shape.keyed_by
        by_channel = keyed_by == "channel" or (keyed_by == "subId" and item not in self._subdevices)
        return int(item) if by_channel and item else item

    def _digest(self, everything: Any, moment: Moment, told: Told) -> None:
        for row, path in self._digests:
            place = dig(everything, path)
            if place is not ABSENT:
                self._read(row, place, moment, told)

    def _read(self, row: Namespace, place: Any, moment: Moment, told: Told) -> None:
        if row.name not in self._telling:
            return
        known = self._readings.get(row.name, {})
        if "" in known:
            take(known[""], place, moment, told)
            return
        for item, fields in items(row, place) if row.shape.keyed_by else ():
            if item is None:
                told.faults.append(f"no {row.shape.keyed_by} in {fields!r:.40}")
            elif readings := known.get(item):
                take(readings, fields, moment, told)
            else:
                told.unknown.append(item)


def layout(native: Mapping[str, Any]) -> Layout | None:
    """What a device shows that has told so much of itself; None until that is its abilities and its System.All."""
    if not isinstance(native.get("items"), dict) or "abilities" not in native:
        return None
    return _layout(msgspec.json.encode({name: native.get(name, {}) for name in NOTES}))


NOTES = ("abilities", "options", "items", "subdevices")
"""What is kept in a device's `native` for this: names of abilities, their parameters, items by namespace with their
lasting fields, types of sub-devices by id."""


_NOT_PLAIN: tuple[str, dict[int, Any]] = ("", {})


def _is_plain(name: str) -> bool:
    row = NAMESPACES[name]
    return bool(row.key) and not row.inside and row.shape.keyed_by in ("", "channel")


@lru_cache(maxsize=512)
def _layout(notes: bytes) -> Layout:
    return Layout(msgspec.json.decode(notes))


def _nested(path: str, raw: Any) -> Params:
    for step in reversed(path.split(".")):
        raw = {step: raw}
    nested: Params = raw
    return nested


def _bounded(trait: Trait, lasting: Lasting) -> Entity:
    """The entity with the bounds that the device has told, and the choices."""
    entity, codec = trait.entity, trait.sources[0].codec
    if not entity.options and entity.key == "light_effect":
        names = (known.get("effectName") for known in lasting.values())
        return replace(entity, options=tuple(name for name in names if isinstance(name, str)))
    if entity.minimum is None or codec.whole:
        return entity
    try:
        low, high = (codec.read(lasting[name], (0.0, "")) for name in ("min", "max"))
    except (KeyError, BadMessage):
        return entity
    is_span = isinstance(low, int | float) and isinstance(high, int | float) and low < high
    return replace(entity, minimum=low, maximum=high) if is_span else entity
