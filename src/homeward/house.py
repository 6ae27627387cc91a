"""The house, put together: store, bus, hub, families, doors and web, started in that order and stopped in reverse."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import structlog

from homeward.bus.local import LocalBus
from homeward.clock import LoopClock
from homeward.errors import SettingsError
from homeward.families import discover
from homeward.families.base import Family
from homeward.hub.hub import Hub
from homeward.net import tls
from homeward.net.door import DoorClosed, DoorSpec, parse
from homeward.net.doorlog import DoorLog
from homeward.net.doorman import Doorman
from homeward.net.household import Household
from homeward.net.recognise import recognise
from homeward.net.udp import DatagramDoor
from homeward.net.visits import Visits
from homeward.settings import Settings
from homeward.setup import certificates
from homeward.store.sqlite import SqliteStore
from homeward.web.app import build
from homeward.web.auth import OWNER, Auth
from homeward.web.server import Server

_log = structlog.get_logger("homeward")
DATABASE = "homeward.db"


class House:
    """One running Homeward. Everything it keeps is below `data`."""

    def __init__(self, settings: Settings, data: Path, families: Mapping[str, type[Family]] | None = None) -> None:
        self.settings = settings
        self.data = data
        self.ports: dict[str, int] = {}
        """The advertised port by what is spoken there; known once the doors are open."""
        self.advertise = settings.advertise or own_address()
        self._families = discover() if families is None else families
        self._datagram_doors: list[DatagramDoor] = []

    async def start(self) -> None:
        """Open everything. What was opened is closed again when something else cannot be.

        Raises:
            SettingsError: a door's spec or the web's address is wrong.
            StorageError: the database cannot be used.
            DoorClosed: not one of the doors can be opened.
        """
        async with AsyncExitStack() as stack:
            self._open_hub(stack)
            self._open_doors(stack)
            await self._open_web(stack)
            self._open = stack.pop_all()

    async def stop(self) -> None:
        """Send everyone home, save everything."""
        await self._open.aclose()

    @property
    def doors(self) -> list[str]:
        """The doors that are open."""
        return [door.name for door in self.doorman.doors] + [door.name for door in self._datagram_doors]

    @property
    def web_url(self) -> str:
        """Where the API and its pages are."""
        return self._server.url

    @property
    def setup_link(self) -> str:
        """Where its owner sets the house up, once; empty when that is done."""
        return self._auth.setup_link(self._server.url_for(self.advertise))

    def _open_hub(self, stack: AsyncExitStack) -> None:
        loop = asyncio.get_running_loop()
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.clock = LoopClock(loop)
        self.hub = Hub(
            store=SqliteStore(self.data / DATABASE, self.settings.store, self.clock, loop.call_soon_threadsafe),
            bus=LocalBus(),
            clock=self.clock,
            settings=self.settings,
            advertise=self.advertise,
            ports=self.ports,
        )
        stack.push_async_callback(self.hub.close)
        for family in self._families.values():
            self.hub.install(family)

    def _open_doors(self, stack: AsyncExitStack) -> None:
        names = (self.advertise, *self.settings.tls.names)
        paths = certificates.ensure(self.data, names, self.settings.tls, self.clock.now())
        log = DoorLog()
        self.household = Household(hub=self.hub, clock=self.clock, settings=self.settings, log=log)
        self.doorman = Doorman(
            clock=self.clock,
            limits=self.settings.limits,
            contexts=tls.contexts(paths.leaf, paths.leaf_key),
            recognise=partial(recognise, self.household),
            log=log,
        )
        stack.callback(self.doorman.close)
        stack.callback(self.household.close)
        stack.push_async_callback(Visits(self.household).close)
        shut = [closed for spec in self._specs() if (closed := self._open_door(spec, stack))]
        if not self.doorman.doors:
            raise shut[0] if shut else SettingsError("there is no TCP door to open", hint="`--door 8883` opens one.")
        self.hub.faults |= {f"door {closed.spec}": str(closed) for closed in shut}
        self.ports |= _ports([door.spec.port for door in self.doorman.doors])

    def _open_door(self, spec: DoorSpec, stack: AsyncExitStack) -> DoorClosed | None:
        """Open a door; one that cannot be opened is logged and returned, and hinders no other."""
        try:
            if spec.kind == "tcp":
                self.doorman.open(spec)
            else:
                door = DatagramDoor(self.household, spec)
                self._datagram_doors.append(door)
                stack.callback(door.close)
        except DoorClosed as closed:
            _log.error(str(closed), hint=closed.hint)
            return closed
        return None

    def _specs(self) -> list[DoorSpec]:
        texts = self.settings.doors or [door for family in self._families.values() for door in family.doors]
        return [parse(text) for text in dict.fromkeys(texts)]

    async def _open_web(self, stack: AsyncExitStack) -> None:
        limits = self.settings.limits
        remember = partial(self.hub.remember, OWNER)
        self._auth = Auth(self.hub.facts(OWNER), remember, self.clock, failures=limits.sign_in_failures)
        app = build(
            self.hub,
            self._auth,
            self.settings,
            self.household.people,
            self.household.brokers,
            names=[self.advertise],
            handshakes=self.household.log,
        )
        self._server = Server(app, *_address(self.settings.web), limits)
        self._server.bind()
        stack.push_async_callback(self._server.stop)
        self._auth.leave_local(self.data, self.web_url)
        await self._server.start()


async def live(settings: Settings, data: Path, ready: Callable[[House], None]) -> None:
    """Run a house until cancelled; `ready` is called when it stands.

    Raises:
        HomewardError: it could not be started.
    """
    house = House(settings, data)
    await house.start()
    # What stands now stays, and what comes is mostly freed by count: looking for cycles often only costs.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    try:
        ready(house)
        await asyncio.Event().wait()
    finally:
        await house.stop()


def own_address() -> str:
    """This machine's address on its network, as the way out shows it; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _ports(doors: list[int]) -> dict[str, int]:
    """Every door speaks everything; what has a port of its own by custom is told that one when it is open."""
    custom = {"mqtts": 443, "https": 443, "http": 80}
    return {spoken: port if port in doors else doors[0] for spoken, port in custom.items()}


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and port.isdecimal() and int(port) < 65_536):
        raise SettingsError(f"web: {text!r} is no address", hint="It looks like 127.0.0.1:8080.")
    return host.strip("[]"), int(port)
