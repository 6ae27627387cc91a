"""`homeward demo`"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeward.cli.failure import Failure
from homeward.cli.show import say

if TYPE_CHECKING:
    from homeward.families.base import Inhabitant
    from homeward.house import House
    from homeward.net.emulate import EmulatedDevice

_WEB, _DOOR = 8080, 8883
"""The ports taken when they are free; else any."""
_PAUSE = 5.0, 20.0
"""Seconds between two things that happen at a device: at least, at most."""


@click.command("demo", short_help="Serve a virtual home, to look around.")
@click.option(
    "--data", metavar="DIR", type=click.Path(path_type=Path), help="Keep the home there; else it is forgotten."
)
@click.option("--web", metavar="ADDR:PORT", help="Where the API listens.")
def command(data: Path | None, web: str | None) -> None:
    """Serve a home of emulated devices on unprivileged ports of this machine alone, until interrupted."""
    from homeward import log
    from homeward.cli.loop import run
    from homeward.errors import HomewardError

    log.configure(level=30)
    try:
        with tempfile.TemporaryDirectory(prefix="homeward-demo-") as directory:
            run(_live(data or Path(directory), web or f"127.0.0.1:{_free(_WEB)}"))
    except HomewardError as error:
        raise Failure(str(error), hint=error.hint) from error


async def _live(data: Path, web: str) -> None:
    from homeward import settings
    from homeward.house import House

    door = f"127.0.0.1:{_free(_DOOR)}"
    house = House(settings.load(advertise="127.0.0.1", doors=[door], web=web, adopt_all=True), data)
    await house.start()
    try:
        devices = await _move_in(house)
        _announce(house, data, len(devices))
        async with asyncio.TaskGroup() as group:
            for device, inhabitant in devices:
                group.create_task(device.run())
                group.create_task(_habits(device, inhabitant))
    finally:
        await house.stop()


async def _move_in(house: House) -> list[tuple[EmulatedDevice, Inhabitant]]:
    """Every family's devices, welcome and ready to call."""
    from homeward.families.base import Remember
    from homeward.net.emulate import EmulatedDevice

    port = house.doorman.doors[0].spec.port
    moved: list[tuple[EmulatedDevice, Inhabitant]] = []
    for family in house.hub.families.values():
        inhabitants, effects = family.inhabit()
        for effect in effects:
            if isinstance(effect, Remember):
                await house.hub.stored(house.hub.remember(family.name, effect.key, effect.value))
        for index, inhabitant in enumerate(inhabitants):
            make = family.emulators[inhabitant.model]
            emulator = make(index, host="127.0.0.1", port=port, randomness=os.urandom, **inhabitant.options)
            moved.append((EmulatedDevice(emulator, house.clock, lambda _: None), inhabitant))
    return moved


async def _habits(device: EmulatedDevice, inhabitant: Inhabitant) -> None:
    """What happens to it now and then."""
    chance = random.Random()  # noqa: S311 - whims, not secrets
    while inhabitant.habits:
        await asyncio.sleep(chance.uniform(*_PAUSE))
        key = chance.choice(list(inhabitant.habits))
        device.set(key, chance.choice(inhabitant.habits[key]))


def _announce(house: House, data: Path, count: int) -> None:
    program, place = "homeward" if shutil.which("homeward") else sys.argv[0], f"--data {data}"
    say(f"A virtual home of {count} emulated devices lives at {', '.join(house.doors)}, as a real one would.")
    say("")
    say(f"  {program} devices {place}      who is there")
    say(f"  {program} watch {place}        what happens, live: something does every few seconds")
    say(f"  {program} set {place} …        switch something yourself; `{program} --help` has the rest")
    say("")
    say(f"API and pages: {house.web_url}   set-up link, once: {house.setup_link or '(done)'}")
    say("Ctrl-C ends it.")


def _free(port: int) -> int:
    """The port if it is free on loopback, else 0 for any."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return 0
    return port
