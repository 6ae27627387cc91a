"""What the house keeps of a device beside its description: its abilities, channels and sub-devices.

It is kept in the device's `native`, see `traits.NOTES`, and grows as the device tells of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, TypeAlias

from homeward.families.meross.namespaces import ABILITY, ALL, DIGEST_HUB, HUB_BIND, HUB_UNBIND, NAMESPACES, Namespace
from homeward.families.meross.namespaces import namespace as row_of
from homeward.families.meross.reading import items
from homeward.families.meross.trait_rows_climate import TYPES, WORDS
from homeward.families.meross.traits import TELLING
from homeward.families.meross.wire import BadMessage, Params

MOST_SUBDEVICES = 128
"""Those of one hub that are kept; real ones take 16 to 32."""

Native: TypeAlias = Mapping[str, Any]


def learn(native: Native, namespace: str, payload: Params) -> Params:
    """The notes that change by a payload of that namespace, whole; a namespace that has no part in them changes none.

    Raises:
        BadMessage: what should be told there is not.
    """
    changed = _LEARN.get(namespace, _of_items)(native, namespace, payload)
    return {name: value for name, value in changed.items() if native.get(name) != value}


def channels(native: Native) -> list[int]:
    """The channels that System.All speaks of, 0 among them."""
    told = native.get("items", {})
    found = {0} | {int(item) for name, known in told.items() if row_of(name).digest for item in known}
    return sorted(found)


def _ability(native: Native, namespace: str, payload: Params) -> Params:
    abilities = payload.get("ability")
    if not isinstance(abilities, dict):
        raise BadMessage("no object at 'ability'")
    options = {name: more for name, more in abilities.items() if isinstance(more, dict) and more}
    return {"abilities": sorted(abilities), "options": options}


def _all(native: Native, namespace: str, payload: Params) -> Params:
    everything = payload.get("all")
    known: dict[str, Any] = native.get("items", {})
    found = {name: told for name, told in known.items() if not row_of(name).digest}
    for row in _DIGESTED:
        if (place := _place(everything, row.digest)) is not None:
            found[row.name] = dict(_lasting(row, place, known.get(row.name, {}), _above(everything, row.digest)))
    changed: Params = {"items": {name: told for name, told in found.items() if told}}
    hub = NAMESPACES[DIGEST_HUB]
    if isinstance(place := _place(everything, hub.digest), dict):
        # An empty list is not believed: a hub that has none to tell of there would lose them with every reading.
        listed = dict(_typed(hub, place, native.get("subdevices", {})))
        changed |= {"subdevices": _some(listed)} if listed else {}
    return changed


def _paired(native: Native, namespace: str, payload: Params) -> Params:
    row = NAMESPACES[namespace]
    types = {name: item.get("deviceType") for name, item in _sound(row, payload.get(row.key))}
    told = {name: kind if isinstance(kind, str) else "" for name, kind in types.items()}
    return {"subdevices": _some({**native.get("subdevices", {}), **told})}


def _unpaired(native: Native, namespace: str, payload: Params) -> Params:
    row = NAMESPACES[namespace]
    gone = {name for name, _ in _sound(row, payload.get(row.key))}
    return {"subdevices": {name: kind for name, kind in native.get("subdevices", {}).items() if name not in gone}}


def _of_items(native: Native, namespace: str, payload: Params) -> Params:
    """Items that a namespace without a place in System.All is the first to tell of."""
    row = NAMESPACES.get(namespace)
    if row is None or namespace not in TELLING or not row.shape.keyed_by or row.key not in payload:
        return {}
    place = payload[row.key]
    if row.shape.keyed_by == "id" or (row.shape.keyed_by == "subId" and _is_hub(native)):
        known = native.get("subdevices", {})
        return {"subdevices": _some({**known, **dict(_typed(row, place, known, TYPES.get(namespace, "")))})}
    if row.digest and not row.lasting:
        return {}
    told = native.get("items", {})
    known = told.get(namespace, {})
    found = {name: kept for name, kept in _lasting(row, place, known, payload) if not row.digest or name in known}
    return {"items": {**told, namespace: {**known, **found}}}


def _lasting(row: Namespace, place: Any, known: Native, above: Any) -> Iterator[tuple[str, Params]]:
    """Items by name, each with its lasting fields; those that are not told now stay as they were."""
    for name, item in _sound(row, place):
        told = {**(above if isinstance(above, dict) else {}), **item}
        yield name, {**known.get(name, {}), **{field: told[field] for field in row.lasting if field in told}}


def _typed(row: Namespace, place: Any, known: Mapping[str, str], otherwise: str = "") -> Iterator[tuple[str, str]]:
    """Sub-devices with their types: as they were once told, else by a word in the item, else by where it is told."""
    for name, item in _sound(row, place):
        word = next((WORDS[field] for field in item if field in WORDS), otherwise)
        yield name, known.get(name) or word


def _some(subdevices: dict[str, str]) -> dict[str, str]:
    return dict(islice(subdevices.items(), MOST_SUBDEVICES))


def _sound(row: Namespace, place: Any) -> Iterator[tuple[str, Params]]:
    """The items that have a name; of those that have none `traits` tells."""
    return ((name, item) for name, item in items(row, place) if name is not None)


def _is_hub(native: Native) -> bool:
    return any(name.startswith("Appliance.Hub.") for name in native.get("abilities", ()))


def _place(everything: Any, path: str) -> Any:
    for step in path.split("."):
        if not isinstance(everything, dict):
            return None
        everything = everything.get(step)
    return everything


def _above(everything: Any, path: str) -> Any:
    return _place(everything, path.rpartition(".")[0])


_DIGESTED = tuple(row for name, row in NAMESPACES.items() if row.digest and row.shape.keyed_by == "channel")
_LEARN: Mapping[str, Callable[[Native, str, Params], Params]] = {
    ABILITY: _ability,
    ALL: _all,
    HUB_BIND: _paired,
    HUB_UNBIND: _unpaired,
}
TEACHING = frozenset(_LEARN) | {name for name, row in NAMESPACES.items() if row.lasting}
"""The namespaces that tell every time of what is noted; of the others only items that are new do."""
