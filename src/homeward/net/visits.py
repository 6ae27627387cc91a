"""Calls on devices that do not call here, at their own address: a device is reached in whichever way it can be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import islice

import structlog

from homeward.clock import Clock, Handle
from homeward.families.base import Effects, Family, Peer, Visit
from homeward.model import Device
from homeward.net.carrier import Carrier
from homeward.net.household import Household
from homeward.store.base import Batch

_log = structlog.get_logger("homeward.net")
_ROUND = 5.0
"""Seconds between two looks at who does not call."""
_GRACE = 10.0
"""Seconds that a device has to call before it is called on; most do by then, after a start of the house."""
_REST = 60.0
"""Seconds after a visit that came to nothing."""
_AT_ONCE = 256
"""Visits at once."""
_CHUNK = 4_096
_STEP = 500
"""Devices looked at in one turn of the loop."""


class Visits:
    """Goes round from its making to `close`."""

    def __init__(self, house: Household) -> None:
        self._house = house
        self._clock: Clock = house.clock
        self._running: dict[str, Visitor] = {}
        self._not_before: dict[str, float] = {}
        self._closed = False
        self._timer: Handle = self._clock.call_later(_ROUND, self._round)

    @property
    def tasks(self) -> list[asyncio.Future[None]]:
        """The visits that are under way."""
        return [visitor.task for visitor in self._running.values()]

    async def close(self) -> None:
        """End all visits."""
        self._closed = True
        self._timer.cancel()
        tasks = self.tasks
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _round(self) -> None:
        self._step(self._everyone(), set())

    def _step(self, devices: Iterator[tuple[Family, Device]], absent: set[str]) -> None:
        """Look at some, and at the others in the next turn of the loop: a large house is not to stand still for it."""
        if self._closed:
            return
        some = list(islice(devices, _STEP))
        for family, device in some:
            if device.adopted and not family.home.is_online(device.native_id):
                absent.add(device.id)
                self._consider(family, device)
        if len(some) == _STEP:
            self._house.loop.call_soon(self._step, devices, absent)
            return
        for key in self._not_before.keys() - absent:
            del self._not_before[key]
        self._timer = self._clock.call_later(_ROUND, self._round)

    def _everyone(self) -> Iterator[tuple[Family, Device]]:
        for family in self._house.hub.families.values():
            if type(family).visit is not Family.visit:
                yield from ((family, device) for device in family.home.devices())

    def _consider(self, family: Family, device: Device) -> None:
        """Call on it, if that is due."""
        key, now = device.id, self._clock.now()
        due = self._not_before.setdefault(key, now + _GRACE)
        if key in self._running or now < due or len(self._running) >= _AT_ONCE:
            return
        if visit := family.visit(device):
            self._running[key] = Visitor(self._house, family, visit, partial(self._done, key))

    def _done(self, key: str) -> None:
        del self._running[key]
        self._not_before[key] = self._clock.now() + _REST


class _Link(Carrier):
    """A carrier that tells its visitor when the session may have something to send."""

    __slots__ = ("_stirred",)

    def __init__(self, house: Household, family: Family, visit: Visit, wire: Visitor, stirred: asyncio.Event) -> None:
        peer = Peer(visit.host, visit.port)
        self._stirred = stirred
        super().__init__(house, family, visit, peer, wire, visit.transport)

    def carry(self, effects: Effects) -> Batch | None:
        """Carry out effects; see `Hands.carry`."""
        self._stirred.set()
        return super().carry(effects)


class Visitor:
    """One visit, and the wire of its link. `done` is called when it is over."""

    def __init__(self, house: Household, family: Family, visit: Visit, done: Callable[[], None]) -> None:
        self._house, self._family, self._visit, self._done = house, family, visit, done
        self._stirred = asyncio.Event()
        self._attached = False
        self._reason = ""
        self._link = _Link(house, family, visit, self, self._stirred)
        self.task = asyncio.ensure_future(self._run())

    def send(self, data: bytes) -> None:
        """What a visit has to send it hands out when it is asked."""
        raise NotImplementedError

    def close(self, reason: str) -> None:
        """Somebody ends it: the device has called meanwhile, or is known no more."""
        self._reason = reason
        self.task.cancel()

    async def _run(self) -> None:
        visit = self._visit
        try:
            self._link.opened()
            while not visit.over:
                self._stirred.clear()
                if data := visit.take(self._house.clock.now()):
                    self._answered(await self._exchange(data))
                else:
                    await self._stirred.wait()
        except Exception:  # noqa: BLE001 - one device's visit hurts no other
            _log.exception("visit failed", family=self._family.name, peer=visit.host)
        finally:
            self._link.gone(visit.over or self._reason or "the visit ended")
            self._done()

    def _answered(self, failure: str) -> None:
        """The visit goes on, unless the device has called here before it could be reached."""
        native_id = self._visit.native_id
        if not self._attached and native_id and self._family.home.is_online(native_id):
            self.close("the device has called meanwhile")
            return
        now = self._house.clock.now() if failure else self._link.heard()
        self._link.carry(self._visit.answered(failure, now))
        self._attached = self._attached or bool(native_id and self._family.home.is_online(native_id))

    async def _exchange(self, data: bytes) -> str:
        """Send a request and read its reply; why that failed, if it did."""
        try:
            async with asyncio.timeout(self._visit.deadline):
                await self._converse(data)
        except TimeoutError:
            return f"no answer in {self._visit.deadline:g} s"
        except OSError as error:
            return str(error) or type(error).__name__
        return ""

    async def _converse(self, data: bytes) -> None:
        reader, writer = await asyncio.open_connection(self._visit.host, self._visit.port)
        try:
            writer.write(data)
            while piece := await reader.read(_CHUNK):
                if self._visit.receive(piece):
                    break
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
