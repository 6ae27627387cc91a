"""The hub against a model so simple that it is plainly right, in whatever order things may happen."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from copy import deepcopy
from itertools import pairwise
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from homeward.errors import (
    DeadlineExceeded,
    DeviceBusy,
    DeviceOffline,
    DeviceRefused,
    HomewardError,
    StorageError,
    TooManyPending,
)
from homeward.families.base import Answer, Call, Happened
from homeward.model import Event, EventKind, Value
from homeward.settings import Limits, Settings, Store
from homeward.testing.store import MemoryStore
from tests.hub.house import House, Wire, begun, turn

lamps = st.sampled_from(["aa01", "bb02", "cc03"])
values = st.dictionaries(st.sampled_from(["on", "heat"]), st.sampled_from([None, False, 20, 21.5]), min_size=1)
reasons = st.sampled_from(["nothing heard for 45 s", "closed by the device"])

SETTINGS = Settings(limits=Limits(pending_devices=2, calls=2), store=Store(checkpoint=1.0))
ONLINE_OR_NOT = {EventKind.ONLINE, EventKind.OFFLINE}
REMOVED = EventKind.REMOVED
FOR_ADOPTED = {EventKind.STATE, EventKind.HAPPENED} | ONLINE_OR_NOT


class Known:
    """What a lamp has told: whether it counts, and what."""

    def __init__(self) -> None:
        self.adopted = False
        self.values: dict[str, Value] = {}


class Asked:
    """A request to a lamp. `end` is what it must have ended with, None while it must wait."""

    def __init__(self, answer: asyncio.Future[Any], wire: Wire, deadline: float) -> None:
        self.answer, self.wire, self.deadline = answer, wire, deadline
        self.token = wire.calls[-1][0]
        self.end: type[HomewardError] | int | None = None

    def must_end(self, end: type[HomewardError] | int) -> None:
        if self.end is None:
            self.end = end


class ListeningHouse(House):
    """Notes what was told without being stored."""

    def __init__(self, store: MemoryStore) -> None:
        self.untrue: list[Event] = []
        super().__init__(SETTINGS, store)

    def hear(self, event: Event) -> None:
        super().hear(event)
        gone = any(e.kind is REMOVED and e.device == event.device for e in self.store.committed)
        if event not in self.store.committed and not gone:
            self.untrue.append(event)


class Homes(RuleBasedStateMachine):
    """Lamps call, tell, come and go; their owner adopts, removes and asks; the disk fills up; the power fails."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()

    @initialize(backlog=st.sampled_from([4, 10, 1_000]))
    def move_in(self, backlog: int) -> None:
        self.store = MemoryStore(backlog)
        self.house = ListeningHouse(self.store)
        self.known: dict[str, Known] = {}
        self.durable: dict[str, Known] = {}
        self.wires: dict[str, Wire] = {}
        self.used: list[tuple[str, Wire]] = []
        self.asked: list[Asked] = []
        self.held = False

    def teardown(self) -> None:
        if hasattr(self, "house"):
            with suppress(StorageError):
                self.run(self.house.hub.close())
            self.run(turn())
            for asked in self.asked:
                assert asked.answer.done()
                asked.answer.exception()
        self.loop.close()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def adopted(self, native_id: str) -> bool:
        return native_id in self.known and self.known[native_id].adopted

    def lost(self, native_id: str) -> None:
        """The lamp's link does not count any more."""
        if wire := self.wires.pop(native_id, None):
            for asked in self.asked:
                if asked.wire is wire:
                    asked.must_end(DeviceOffline)

    # what lamps do

    @rule(native_id=lamps)
    def call_home(self, native_id: str) -> None:
        waiting = sum(not lamp.adopted for lamp in self.known.values())
        try:
            self.house.seen(native_id)
        except TooManyPending:
            assert native_id not in self.known
            assert waiting == SETTINGS.limits.pending_devices
        except StorageError:
            assert self.held
        else:
            assert native_id in self.known or waiting < SETTINGS.limits.pending_devices
            self.known.setdefault(native_id, Known())

    @rule(native_id=lamps, values=values)
    def report(self, native_id: str, values: dict[str, Value]) -> None:
        try:
            batch = self.house.report(native_id, **values)
        except StorageError:
            assert self.held
            return
        if not self.adopted(native_id):
            assert batch is None
            return
        stored = self.durable.get(native_id, Known()).values
        assert batch or stored | values == stored
        assert batch is None or batch.committed != self.held
        self.known[native_id].values |= values

    @rule(native_id=lamps)
    def happen(self, native_id: str) -> None:
        with suppress(StorageError):
            batch = self.house.hub.apply("lamp", Happened(native_id, "pressed"), self.house.clock.now())
            assert (batch is not None) == self.adopted(native_id)

    @rule(native_id=lamps)
    def connect(self, native_id: str) -> None:
        older = self.wires.get(native_id)
        self.lost(native_id)
        self.wires[native_id] = wire = self.house.connect(native_id)
        self.used.append((native_id, wire))
        assert older is None or len(older.closed) == 1

    @precondition(lambda self: self.used)
    @rule(data=st.data(), reason=reasons)
    def disconnect(self, data: st.DataObject, reason: str) -> None:
        native_id, wire = data.draw(st.sampled_from(self.used))
        self.house.hub.detach(wire, reason)
        if self.wires.get(native_id) is wire:
            self.lost(native_id)

    @precondition(lambda self: self.asked)
    @rule(data=st.data(), well=st.booleans())
    def answer(self, data: st.DataObject, well: bool) -> None:
        asked = data.draw(st.sampled_from(self.asked))
        error = None if well else DeviceRefused("no")
        self.house.hub.answered(Answer(asked.token, asked.token, error))
        asked.must_end(asked.token if well else DeviceRefused)

    # what the owner does

    @precondition(lambda self: self.known)
    @rule(data=st.data(), adopt=st.booleans())
    def decide_on_one(self, data: st.DataObject, adopt: bool) -> None:
        self.decide(data.draw(st.sampled_from(sorted(self.known))), adopt)

    def decide(self, native_id: str, adopt: bool) -> None:
        try:
            if adopt:
                self.house.hub.adopt(f"lamp-{native_id}")
                self.known[native_id].adopted = True
            else:
                self.house.hub.remove(f"lamp-{native_id}")
                del self.known[native_id]
                self.lost(native_id)
        except StorageError:
            assert self.held

    @rule(native_id=lamps)
    def settle_in(self, native_id: str) -> None:
        self.call_home(native_id)
        self.connect(native_id)
        if native_id in self.known:
            self.decide(native_id, adopt=True)

    @rule(native_id=lamps)
    def ask_in_vain(self, native_id: str) -> None:
        if native_id not in self.reachable():
            answer = self.run(begun(self.house.hub.call(f"lamp-{native_id}", Call("get"))))
            assert isinstance(answer.exception(), HomewardError)

    @precondition(lambda self: self.reachable())
    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        native_id = data.draw(st.sampled_from(self.reachable()))
        wire = self.wires[native_id]
        waiting = [asked for asked in self.asked if asked.wire is wire and asked.end is None]
        answer = self.run(begun(self.house.hub.call(f"lamp-{native_id}", Call("get"))))
        if len(waiting) < SETTINGS.limits.calls:
            self.asked.append(Asked(answer, wire, self.house.clock.now() + SETTINGS.commands.deadline))
        else:
            assert isinstance(answer.exception(), DeviceBusy)

    def reachable(self) -> list[str]:
        return sorted(native_id for native_id in self.wires if self.adopted(native_id))

    # what befalls the house

    @rule(seconds=st.sampled_from([1.0, 10.0]))
    def wait(self, seconds: float) -> None:
        self.house.clock.advance(seconds)
        for asked in self.asked:
            if asked.deadline <= self.house.clock.now():
                asked.must_end(DeadlineExceeded)

    @rule(reason=st.sampled_from(["", "database or disk is full"]))
    def hold(self, reason: str) -> None:
        self.held = True
        self.store.fail(reason)

    @rule()
    def release(self) -> None:
        self.held = False
        self.store.release()
        self.wait(SETTINGS.store.checkpoint)

    @rule()
    def lose_power(self) -> None:
        self.store.lose()
        for asked in self.asked:
            asked.answer.cancel()
        self.start_again()

    @rule()
    def restart(self) -> None:
        if not self.store.trouble:
            self.durable = deepcopy(self.known)
        with suppress(StorageError):
            self.run(self.house.hub.close())
        for asked in self.asked:
            asked.must_end(DeviceOffline)
        self.run(turn())
        self.every_request_ends_once_and_as_it_must()
        self.start_again()

    def start_again(self) -> None:
        self.run(turn())
        self.asked, self.wires, self.used, self.held = [], {}, [], False
        self.known = deepcopy(self.durable)
        self.house.restart()

    # what must always be so

    @invariant()
    def the_hub_knows_what_the_model_knows(self) -> None:
        if not self.held:
            self.durable = deepcopy(self.known)
        devices = {device.native_id: device for device in self.house.hub.devices()}
        assert devices.keys() == self.known.keys()
        for native_id, known in self.known.items():
            device = devices[native_id]
            told = {entity.key: entity.value for entity in device.entities if entity.at is not None}
            assert (device.adopted, told) == (known.adopted, known.values)
            assert device.availability.online == (native_id in self.wires)

    @invariant()
    def the_last_word_on_whether_a_lamp_is_online_is_true(self) -> None:
        told = {event.device: event.kind for event in self.house.told if event.kind in ONLINE_OR_NOT | {REMOVED}}
        for native_id in self.known if not self.held else ():
            if self.adopted(native_id):
                online = told.get(f"lamp-{native_id}") is EventKind.ONLINE
                assert online == (native_id in self.wires)

    @invariant()
    def every_request_ends_once_and_as_it_must(self) -> None:
        self.run(turn())
        for asked in self.asked:
            assert asked.answer.done() == (asked.end is not None)
            if isinstance(asked.end, int):
                assert asked.answer.result() == asked.end
            elif asked.end:
                assert type(asked.answer.exception()) is asked.end

    @invariant()
    def events_are_told_once_stored_in_order_without_gaps(self) -> None:
        assert self.house.untrue == []
        assert all(later.seq == earlier.seq + 1 for earlier, later in pairwise(self.house.told))
        if self.house.told:
            assert self.house.hub.snapshot().seq == self.house.told[-1].seq
        if not self.held and self.store.committed:
            assert self.store.committed[-1] == self.house.told[-1]

    @invariant()
    def nothing_a_stranger_says_is_an_event(self) -> None:
        adopted = set[str]()
        for event in self.house.told:
            if event.kind is EventKind.ADOPTED:
                adopted.add(event.device)
            elif event.kind is REMOVED:
                adopted.discard(event.device)
            assert event.kind not in FOR_ADOPTED or event.device in adopted


TestHomes = Homes.TestCase
TestHomes.settings = settings(max_examples=200, stateful_step_count=50, deadline=None)
