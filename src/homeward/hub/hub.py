"""The hub: what the house knows of its devices and decides about them.

Drivers bring what devices tell and the connections they tell it on; people adopt devices, look at them and set them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

from homeward.bus.base import Bus
from homeward.clock import Clock
from homeward.errors import EntityNotFound, NotAdopted, StorageError
from homeward.families.base import Answer, Call, Family
from homeward.hub.availability import Presences
from homeward.hub.checkpoints import Checkpoints
from homeward.hub.commands import Calls
from homeward.hub.facts import Facts
from homeward.hub.home import FamilyHome
from homeward.hub.intake import Intake, Told
from homeward.hub.journal import Journal
from homeward.hub.link import Link
from homeward.hub.owner import Owner
from homeward.hub.registry import Record, Registry
from homeward.hub.values import check
from homeward.hub.view import DeviceView, Snapshot, view
from homeward.hub.wait import succeed, within
from homeward.model import Availability, Event, EventKind, Value
from homeward.settings import Settings
from homeward.store.base import Batch, Store

STOPPING = "Homeward is stopping"


class Hub:
    """One house. It lives on one loop; nothing here blocks, and only what is `async` waits.

    It takes over `store`, and closes it. `randomness` gives families so many random bytes; `advertise` and `ports` are
    those of `Home`.
    """

    def __init__(
        self,
        *,
        store: Store,
        bus: Bus,
        clock: Clock,
        settings: Settings,
        randomness: Callable[[int], bytes] = os.urandom,
        advertise: str,
        ports: Mapping[str, int],
    ) -> None:
        loaded = store.load()
        self.families: dict[str, Family] = {}
        self.faults: dict[str, str] = {}
        """What else of the house does not work, for `trouble`: whoever puts it together says so here."""
        self._store, self._bus, self._clock, self._settings = store, bus, clock, settings
        self._randomness, self._advertise, self._ports = randomness, advertise, ports
        self._facts = Facts(store, loaded.facts)
        self._registry = Registry(self.families)
        for device in loaded.devices:
            self._registry.add(Record(device, loaded.states.get(device.id)))
        self._journal = Journal(store, bus, loaded.seq)
        self._calls = Calls(clock, settings.limits.calls)
        self._presences = Presences(clock, self._tell, self._calls.dropped, loaded.online)
        greet = partial(self._presences.adopted, at_first_sight=True)
        self._intake = Intake(settings, store, self._journal, self._registry, self._facts, greet)
        self._owner = Owner(store, self._journal, self._registry, self._presences, clock)
        self._checkpoints = Checkpoints(store, self._journal, self._registry)
        self._presences.catch_up()
        self._timer = clock.call_later(settings.store.checkpoint, self._tick)

    # for whoever puts the house together

    def install(self, family_class: type[Family]) -> Family:
        """Let a family in, and give it its home."""
        name = family_class.name
        home = FamilyHome(
            name,
            registry=self._registry,
            presences=self._presences,
            facts=self._facts.of(name),
            settings=getattr(self._settings.families, name, None),
            randomness=self._randomness,
            advertise=self._advertise,
            ports=self._ports,
        )
        family = self.families[name] = family_class(home)
        return family

    def trouble(self) -> dict[str, str]:
        """What does not work now: subsystem and reason. Empty: all is well."""
        return self.faults | ({"store": self._store.trouble} if self._store.trouble else {})

    async def close(self) -> None:
        """End what waits, save everything, close the store.

        Raises:
            StorageError: as `Store.close`.
        """
        self._timer.cancel()
        self._calls.close(STOPPING)
        self._checkpoints.save()
        await self._store.close()

    # for drivers

    def apply(self, family: str, effect: Told, now: float) -> Batch | None:
        """Take in what a device told at that time. Nothing of it may be acknowledged before the batch is committed.

        Raises:
            StorageError: refused (`TooManyPending` among others); nothing has changed, and nothing may be acknowledged.
            ProtocolError: it holds what cannot be stored; nothing has changed.
        """
        return self._intake.apply(family, effect, now)

    def attach(self, family: str, native_id: str, link: Link) -> None:
        """A device is connected. A newer link takes over from an older one, which is closed."""
        self._presences.attach(f"{family}-{native_id}", link)

    def detach(self, link: Link, reason: str) -> None:
        """A link is gone; a person will read the reason. Nothing changes if another has taken over."""
        self._presences.detach(link, reason)

    def answered(self, answer: Answer) -> None:
        """A device has answered a call; one that nobody waits for any more is dropped."""
        self._calls.answered(answer)

    # for people

    def devices(self) -> list[DeviceView]:
        """All devices, pending ones included, in the order of their first call."""
        return [self._view(record) for record in self._registry]

    def device(self, device_id: str) -> DeviceView:
        """One device, by its id, six or more characters it begins with, or its name.

        Raises:
            DeviceNotFound: there is none, or more than one; so for every method that takes a `device_id`.
        """
        return self._view(self._registry.find(device_id))

    def snapshot(self) -> Snapshot:
        """All devices, and the seq from which on to listen."""
        return Snapshot(self._journal.announced, self.devices())

    def subscribe(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Hear every event once it is stored, in order; the returned function stops it."""
        return self._bus.subscribe(listener)

    async def events(
        self,
        *,
        device: str | None = None,
        kinds: Collection[EventKind] = (),
        after: int = 0,
        before: int | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> list[Event]:
        """A page of history; see `Store.events`. `device` is looked for as in `device`."""
        device_id = device and self._registry.find(device).device.id
        return await self._store.events(
            device=device_id, kinds=kinds, after=after, before=before, limit=limit, newest_first=newest_first
        )

    def adopt(self, device_id: str, name: str = "") -> DeviceView:
        """Take a pending device in, under that name if one is given.

        Raises:
            InvalidValue: the name is none.
            StorageError: refused; nothing has changed.
        """
        record = self._registry.find(device_id)
        self._owner.adopt(record, name)
        return self._view(record)

    def rename(self, device_id: str, name: str) -> DeviceView:
        """Call a device otherwise; raises as `adopt`."""
        record = self._registry.find(device_id)
        self._owner.rename(record, name)
        return self._view(record)

    def remove(self, device_id: str) -> None:
        """Forget a device with its states and its history, and close its connection; raises as `adopt`."""
        self._owner.remove(self._registry.find(device_id))

    async def set(self, device_id: str, key: str, value: Value, *, deadline: float | None = None) -> Any:
        """Set an entity, and return the device's answer; raises also what `call` does.

        Raises:
            EntityNotFound: the device has no entity of that key.
            InvalidValue: the entity cannot be set to that.
        """
        record = self._adopted(device_id)
        entity = self._registry.entities(record).get(key)
        if entity is None:
            raise EntityNotFound(f"{record.device.name} has no entity {key!r}")
        check(entity, value)
        call = self.families[record.device.family].command(record.device, key, value)
        return await self._call(record, call, deadline)

    async def call(self, device_id: str, call: Call, *, deadline: float | None = None) -> Any:
        """Put a native request to a device, and return its answer, for which `deadline` seconds are waited.

        Raises:
            NotAdopted, DeviceOffline, DeviceBusy, DeadlineExceeded: no answer, for that reason.
            InvalidValue: the request makes no sense for this device.
            DeviceRefused: the device's answer is an error.
        """
        return await self._call(self._adopted(device_id), call, deadline)

    def facts(self, owner: str) -> Mapping[str, Any]:
        """What was remembered for that owner: a family, or a part of the house such as `web`."""
        return self._facts.of(owner)

    def claim_facts(self, owner: str) -> Mapping[str, Any]:
        """What was remembered for an owner who has it in mind by itself from now on: `facts` knows it no more."""
        return self._facts.claim(owner)

    def remember(self, owner: str, key: str, value: Any) -> Batch:
        """Keep a JSON-able fact for its owner, None to forget it.

        Raises:
            StorageError: refused; nothing has changed.
        """
        return self._facts.remember(owner, key, value)

    async def stored(self, batch: Batch | None = None) -> None:
        """Wait until a batch (None: everything decided so far) is on the disk, so that it may be called done.

        Raises:
            StorageError: it is not within `commands.deadline`; it waits there and is not lost unless the power is.
        """
        for last in (batch,) if batch is not None else (self._journal.batch, self._facts.batch):
            if last and not last.committed:
                done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                last.then(partial(succeed, done, None))
                await within(self._settings.commands.deadline, self._clock, done, self._not_stored)

    def _adopted(self, device_id: str) -> Record:
        record = self._registry.find(device_id)
        if not record.device.adopted:
            raise NotAdopted(f"{record.device.name} waits for adoption", hint=f"homeward adopt {record.device.id}")
        return record

    async def _call(self, record: Record, call: Call, deadline: float | None) -> Any:
        device = record.device
        link = self._presences.reach(device.id, device.name)
        return await self._calls.call(device.name, link, call, deadline or self._settings.commands.deadline)

    def _view(self, record: Record) -> DeviceView:
        entities = self._registry.entities(record).values()
        return view(record, entities, self._presences.of(record.device.id))

    def _tell(self, device_id: str, availability: Availability) -> bool:
        record = self._registry.by_id(device_id)
        if record is None or not record.device.adopted:
            return False
        kind = EventKind.ONLINE if availability.online else EventKind.OFFLINE
        self._journal.write(kind, device_id, {"reason": availability.reason}, availability.since)
        return True

    def _not_stored(self) -> StorageError:
        return StorageError(f"not stored yet: {self._store.trouble or 'the disk is slow'}")

    def _tick(self) -> None:
        self._presences.catch_up()
        self._checkpoints.save()
        self._timer = self._clock.call_later(self._settings.store.checkpoint, self._tick)
