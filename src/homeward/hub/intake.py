"""What devices tell: who they are, how they stand, what happened. Here it is decided what of that counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from msgspec import to_builtins
from msgspec.structs import asdict, replace

from homeward.errors import TooManyPending
from homeward.families.base import Happened, Remember, Report, Seen
from homeward.hub.facts import Facts
from homeward.hub.journal import Journal
from homeward.hub.registry import Record, Registry
from homeward.model import Description, Device, EventKind
from homeward.settings import Settings
from homeward.store.base import Batch, Store

Told: TypeAlias = Seen | Report | Happened | Remember
Greet: TypeAlias = Callable[[str], None]


class Intake:
    """Carries out what families say of their devices. `greet` is told of each device adopted as soon as it is seen.

    What raises `StorageError` or `ProtocolError` here has changed nothing.
    """

    def __init__(
        self, settings: Settings, store: Store, journal: Journal, registry: Registry, facts: Facts, greet: Greet
    ) -> None:
        self._store, self._journal, self._registry, self._facts = store, journal, registry, facts
        self._most_pending, self._adopt_all = settings.limits.pending_devices, settings.adopt_all
        self._greet = greet
        self._handlers: Mapping[type, Callable[[str, Any, float], Batch | None]] = {
            Report: self._report,
            Seen: self._seen,
            Happened: self._happened,
            Remember: self._remember,
        }

    def apply(self, family: str, effect: Told, now: float) -> Batch | None:
        """See `Hub.apply`."""
        return self._handlers[type(effect)](family, effect, now)

    def _report(self, family: str, report: Report, now: float) -> Batch | None:
        record = self._registry.get(family, report.native_id)
        if record is None or not record.device.adopted:
            return None
        twin = record.twin
        news = twin.news(report.values)
        if not news:
            return record.uncommitted()
        batch = record.batch = self._journal.write(EventKind.STATE, record.device.id, news, now)
        twin.update(news, now, self._journal.seq)
        return batch

    def _happened(self, family: str, happened: Happened, now: float) -> Batch | None:
        record = self._registry.get(family, happened.native_id)
        if record is None or not record.device.adopted:
            return None
        data = {**happened.data, "what": happened.what}
        record.batch = self._journal.write(EventKind.HAPPENED, record.device.id, data, now)
        return record.batch

    def _remember(self, family: str, fact: Remember, now: float) -> Batch:
        return self._facts.remember(family, fact.key, fact.value)

    def _seen(self, family: str, seen: Seen, now: float) -> Batch | None:
        record = self._registry.get(family, seen.native_id)
        return self._new(family, seen, now) if record is None else self._known(record, seen, now)

    def _new(self, family: str, seen: Seen, now: float) -> Batch:
        adopted = self._adopt_all
        if not adopted and self._registry.pending >= self._most_pending:
            raise TooManyPending(
                f"{self._most_pending} devices wait for adoption already",
                hint="Adopt or remove some, or raise limits.pending_devices.",
            )
        device = Device(
            f"{family}-{seen.native_id}",
            family,
            seen.native_id,
            seen.name,
            adopted,
            now,
            seen.description,
            dict(seen.native),
        )
        device.name = seen.name or self._registry.name_for(device)
        record = Record(device)
        self._store.put_device(device)
        kind = EventKind.ADOPTED if adopted else EventKind.PENDING
        record.batch = self._journal.write(kind, device.id, told(device), now)
        self._registry.add(record)
        if adopted:
            self._greet(device.id)
        return record.batch

    def _known(self, record: Record, seen: Seen, now: float) -> Batch | None:
        old = record.device
        description, native = _merged(old.description, seen.description), {**old.native, **seen.native}
        if description == old.description and native == old.native:
            return record.uncommitted()
        device = replace(old, description=description, native=native)
        if not old.adopted and old.name == self._registry.name_for(old):
            device.name = self._registry.name_for(device)
        record.batch = self._store.put_device(device)
        entities = self._registry.entities(record)
        self._registry.change(record, device)
        if _is_news(old, device, entities != self._registry.entities(record)):
            self._journal.write(EventKind.DESCRIBED, device.id, told(device), now)
        return record.batch


def told(device: Device) -> dict[str, Any]:
    """What an event tells of a device: its name, and what it says of itself."""
    return {"name": device.name, **to_builtins(device.description)}


def _merged(old: Description, new: Description) -> Description:
    return replace(old, **{key: text for key, text in asdict(new).items() if text})


def _is_news(old: Device, new: Device, other_entities: bool) -> bool:
    """Whether people are told. A stranger can fill in what it left empty, but not fill the history."""
    if new.adopted:
        return other_entities or old.description != new.description
    before, after = asdict(old.description), asdict(new.description)
    return any(after[key] and not before[key] for key in after)
