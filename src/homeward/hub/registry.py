"""The devices the house knows, and how they are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from homeward.errors import DeviceNotFound
from homeward.families.base import Family
from homeward.hub.twin import Twin
from homeward.model import Device, Entity, State
from homeward.store.base import Batch

SHORTEST_PREFIX = 6
_TAILS = (4, 8)


class Record:
    """A device and what the house holds of it in memory."""

    __slots__ = ("batch", "device", "entities", "twin")

    def __init__(self, device: Device, states: dict[str, State] | None = None) -> None:
        self.device = device
        self.twin = Twin(states)
        self.batch: Batch | None = None
        """That of its last event."""
        self.entities: Mapping[str, Entity] | None = None
        """Those its family gives it, by key; None: to be asked for (again)."""

    def uncommitted(self) -> Batch | None:
        """The batch of its last event, unless that is committed."""
        return None if self.batch is None or self.batch.committed else self.batch


class Registry:
    """All devices, pending ones included, in the order of their first call."""

    def __init__(self, families: Mapping[str, Family]) -> None:
        self._families = families
        self._records: dict[str, Record] = {}
        self._natives: dict[str, dict[str, Record]] = {}
        self._names: Counter[str] = Counter()
        self.pending = 0
        """How many devices wait for adoption."""

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())

    def add(self, record: Record) -> None:
        """Know a device from now on."""
        self._records[record.device.id] = record
        self._natives.setdefault(record.device.family, {})[record.device.native_id] = record
        self._count(record.device, 1)

    def change(self, record: Record, device: Device) -> None:
        """Know a device as what it is now; its id stays."""
        self._count(record.device, -1)
        self._count(device, 1)
        record.device, record.entities = device, None

    def remove(self, record: Record) -> None:
        """Know a device no longer."""
        self._count(record.device, -1)
        del self._records[record.device.id]
        del self._natives[record.device.family][record.device.native_id]

    def by_id(self, device_id: str) -> Record | None:
        """The device with exactly that id."""
        return self._records.get(device_id)

    def of_family(self, family: str) -> Mapping[str, Record]:
        """The devices of a family by native id."""
        return self._natives.get(family, {})

    def get(self, family: str, native_id: str) -> Record | None:
        """The device that its family calls so."""
        natives = self._natives.get(family)
        return natives.get(native_id) if natives else None

    def find(self, text: str) -> Record:
        """The device a person means: by id, by the beginning of one, or by name.

        Raises:
            DeviceNotFound: there is none, or more than one.
        """
        if record := self._records.get(text):
            return record
        named = [record for record in self if record.device.name == text]
        begun = [record for record in self if len(text) >= SHORTEST_PREFIX and record.device.id.startswith(text)]
        for found in (named, begun):
            if len(found) == 1:
                return found[0]
        raise _not_found(text, named or begun)

    def entities(self, record: Record) -> Mapping[str, Entity]:
        """The entities of a device by key, in its family's order."""
        if record.entities is None:
            family = self._families.get(record.device.family)
            record.entities = {entity.key: entity for entity in family.entities(record.device)} if family else {}
        return record.entities

    def name_for(self, device: Device) -> str:
        """A name for a device nobody has named: its model and as much of its MAC or id as tells it apart."""
        family = self._families.get(device.family)
        kind = device.description.model or (family.title if family else device.family)
        tail = device.description.mac.replace(":", "") or device.native_id
        names = [f"{kind} {tail[-length:]}" for length in _TAILS]
        own = self._records[device.id].device.name if device.id in self._records else ""
        return next((name for name in names if self._names[name] == (name == own)), f"{kind} {device.native_id}")

    def _count(self, device: Device, step: int) -> None:
        self._names[device.name] += step
        self.pending += step * (not device.adopted)
        if not self._names[device.name]:
            del self._names[device.name]


def _not_found(text: str, candidates: list[Record]) -> DeviceNotFound:
    if not candidates:
        return DeviceNotFound(f"no device goes by {text!r}", hint="List the devices to see their ids and names.")
    ids = ", ".join(sorted(record.device.id for record in candidates[:5]))
    return DeviceNotFound(f"{text!r} may be any of {len(candidates)} devices: {ids}", hint="Give the whole id.")
