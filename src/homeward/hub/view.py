"""What people are shown of a device: copies, which nobody changes and which hold no secret."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from homeward.hub.availability import Presence
from homeward.hub.registry import Record
from homeward.model import Availability, Description, Entity, State, Value


class EntityView(Entity, frozen=True, omit_defaults=False):
    """An entity and how it stands. `at` is since when it has this value; None: it was never told."""

    value: Value = None
    at: float | None = None


class DeviceView(msgspec.Struct, frozen=True):
    """A device and how it stands."""

    id: str
    family: str
    native_id: str
    name: str
    adopted: bool
    first_seen: float
    description: Description
    availability: Availability
    last_heard: float | None
    """When the device last said anything; None: not since the start of this house."""
    transport: str
    """What carries its connection; empty while there is none."""
    entities: list[EntityView]


class Snapshot(msgspec.Struct, frozen=True):
    """All devices, and the last event told of before: whoever takes both misses nothing.

    Events that are not committed yet show in the devices already and are told of later, with a greater seq.
    """

    seq: int
    devices: list[DeviceView]


def view(record: Record, entities: Iterable[Entity], presence: Presence) -> DeviceView:
    """A device as it stands now."""
    device, states = record.device, record.twin.states
    return DeviceView(
        device.id,
        device.family,
        device.native_id,
        device.name,
        device.adopted,
        device.first_seen,
        device.description,
        presence.availability,
        presence.last_heard,
        presence.link.transport if presence.link else "",
        [_entity(entity, states.get(entity.key)) for entity in entities],
    )


def _entity(entity: Entity, state: State | None) -> EntityView:
    return EntityView(*msgspec.structs.astuple(entity), *((state.value, state.at) if state else (None, None)))
