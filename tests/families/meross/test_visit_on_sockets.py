"""A device whose way to the cloud is shut lives on over its LAN."""

from __future__ import annotations

import asyncio

import pytest

from homeward.bus.local import LocalBus
from homeward.families.base import Remember, Seen
from homeward.families.meross import Meross
from homeward.hub.hub import Hub
from homeward.model import Description, Event, EventKind
from homeward.net.doorlog import DoorLog
from homeward.net.household import Household
from homeward.net.visits import Visits
from homeward.settings import Settings
from homeward.testing.clock import VirtualClock
from homeward.testing.store import MemoryStore
from tests.families.meross.street import lan, made
from tests.families.meross.vectors import KEY, USER


@pytest.mark.parametrize("model", ["mss310", "mss110"])
async def test_a_device_that_cannot_call_is_shown_and_switched_over_its_lan(model: str) -> None:
    clock, settings = VirtualClock(), Settings(adopt_all=True)
    hub = Hub(store=MemoryStore(), bus=LocalBus(), clock=clock, settings=settings, advertise="home", ports={})
    family = hub.install(Meross)
    assert isinstance(family, Meross)
    for effect in family.create_account("me@example.com", "secret", user_id=USER, key=KEY)[1]:
        assert isinstance(effect, Remember)
    device = made(model, key=KEY, user_id=USER)
    events: asyncio.Queue[Event] = asyncio.Queue()
    async with lan(device) as address, asyncio.timeout(10):
        told = {"userId": USER, "abilities": sorted(device.abilities)}
        device.address = address  # as it tells it itself from now on
        hub.apply("meross", Seen(device.native_id, Description(model, address=address), told), clock.now())
        hub.subscribe(events.put_nowait)
        household = Household(hub=hub, clock=clock, settings=settings, log=DoorLog())
        visits = Visits(household)
        clock.advance(20)
        while (await events.get()).kind != EventKind.ONLINE:
            pass
        shown = hub.device(f"meross-{device.native_id}")
        assert shown.transport == "http at its own address"
        await hub.set(shown.id, "switch", True)
        assert device.state()["onoff"] == 1
        while (await events.get()).data.get("switch") is not True:
            pass
        await visits.close()
        household.close()
