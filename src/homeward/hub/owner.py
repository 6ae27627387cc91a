"""What only the owner of a device decides: whether it is adopted, what it is called, whether it is forgotten."""

from __future__ import annotations

from msgspec.structs import replace

from homeward.clock import Clock
from homeward.errors import InvalidValue
from homeward.hub.availability import Presences
from homeward.hub.intake import told
from homeward.hub.journal import Journal
from homeward.hub.registry import Record, Registry
from homeward.model import Device, EventKind
from homeward.store.base import Store

REMOVED = "its owner has removed the device"
LONGEST_NAME = 100


class Owner:
    """Carries out the owner's decisions. What raises `StorageError` here has changed nothing."""

    def __init__(self, store: Store, journal: Journal, registry: Registry, presences: Presences, clock: Clock) -> None:
        self._store, self._journal, self._registry = store, journal, registry
        self._presences, self._clock = presences, clock

    def adopt(self, record: Record, name: str) -> None:
        """Take a pending device in; from now on what it tells counts. An adopted one is at most renamed."""
        device = replace(record.device, adopted=True, name=_name(name) if name else record.device.name)
        if record.device.adopted:
            self._change(record, device, EventKind.DESCRIBED)
        else:
            self._change(record, device, EventKind.ADOPTED)
            self._presences.adopted(device.id)

    def rename(self, record: Record, name: str) -> None:
        """Call a device otherwise."""
        self._change(record, replace(record.device, name=_name(name)), EventKind.DESCRIBED)

    def remove(self, record: Record) -> None:
        """Forget a device, its states and its history. If it calls again, it is a device never seen before."""
        device = record.device
        self._store.delete_device(device.id)
        self._journal.write(EventKind.REMOVED, device.id, {"name": device.name}, self._clock.now())
        self._registry.remove(record)
        self._presences.forget(device.id, REMOVED)

    def _change(self, record: Record, device: Device, kind: EventKind) -> None:
        if device == record.device:
            return
        self._store.put_device(device)
        record.batch = self._journal.write(kind, device.id, told(device), self._clock.now())
        self._registry.change(record, device)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise InvalidValue(f"a name has 1 to {LONGEST_NAME} printable characters")
    return name
