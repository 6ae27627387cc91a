"""`homeward emulate`"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
import msgspec

from homeward.cli.failure import Exit, Failure
from homeward.cli.show import json_option, put_json, say, words
from homeward.errors import HomewardError, InvalidValue

_LAST_PORT = 65_535

if TYPE_CHECKING:
    from homeward.families.base import EmulatorFactory
    from homeward.net.emulate import EmulatedDevice


@click.command("emulate", short_help="Be a device, or many.")
@click.argument("family")
@click.argument("model")
@click.option("--cloud", metavar="HOST:PORT", default="", help="The cloud to call; without it the device waits.")
@click.option("--lan", metavar="ADDR:PORT", help="Where to answer on the LAN; each further device at the next port.")
@click.option("--count", default=1, show_default=True, type=click.IntRange(1, 10_000), help="How many.")
@click.option("--set", "sets", metavar="KEY=VALUE", multiple=True, help="An option of the model (may be repeated).")
@json_option
def command(
    family: str, model: str, cloud: str, lan: str | None, count: int, sets: tuple[str, ...], as_json: bool
) -> None:
    """Be MODEL of FAMILY, until interrupted; each change of its state is put out as a line.

    Lines on standard input are a hand at the device: `onoff=1`, or `3.onoff=1` for the fourth of many.
    """
    from homeward import log
    from homeward.cli.loop import run

    log.configure()
    factory = find_emulator(family, model)
    host, _, port = cloud.rpartition(":")
    options = dict(_pair(text) for text in sets)
    try:
        run(_live(factory, host, int(port or 0), lan, count, options, as_json))
    except (HomewardError, ValueError) as error:
        raise Failure(str(error), Exit.USAGE, hint=getattr(error, "hint", "")) from error


def find_emulator(family: str, model: str) -> EmulatorFactory:
    """What makes devices of that model."""
    from homeward.families import discover

    known = discover()
    if family not in known:
        raise Failure(f"no family {family!r}", Exit.NOT_FOUND, hint=f"There are: {', '.join(known)}.")
    emulators = known[family].emulators
    if model not in emulators:
        raise Failure(
            f"no {family} model {model!r} can be emulated", Exit.NOT_FOUND, hint=f"There are: {', '.join(emulators)}."
        )
    return emulators[model]


async def _live(
    factory: EmulatorFactory,
    host: str,
    port: int,
    lan: str | None,
    count: int,
    options: Mapping[str, str],
    as_json: bool,
) -> None:
    from homeward.clock import LoopClock
    from homeward.net.emulate import EmulatedDevice

    clock = LoopClock(asyncio.get_running_loop())
    told = _Teller(as_json)
    devices = [
        EmulatedDevice(factory(index, host=host, port=port, randomness=os.urandom, **options), clock, told)
        for index in range(count)
    ]
    doors = _open_lans(devices, lan) if lan else []
    with suppress(OSError, ValueError):  # a standard input that cannot be waited for (a file, nothing) says nothing
        _Hands(devices, sys.stdin.fileno()).listen()
    try:
        async with asyncio.TaskGroup() as group:
            for device in devices:
                group.create_task(device.run())
    finally:
        for close in doors:
            close()


def _open_lans(devices: list[EmulatedDevice], lan: str) -> list[Callable[[], None]]:
    from msgspec.structs import replace

    from homeward.families.base import Discoverable
    from homeward.net.door import parse
    from homeward.net.ears import listen
    from homeward.settings import Limits

    spec = parse(lan)
    if spec.port + len(devices) - 1 > _LAST_PORT:
        raise InvalidValue(f"{len(devices)} devices from port {spec.port} on go past port {_LAST_PORT}")
    opened = [device.open_lan(replace(spec, port=spec.port + at), Limits()) for at, device in enumerate(devices)]
    found = [
        (device.emulator, spec.port + at)
        for at, device in enumerate(devices)
        if isinstance(device.emulator, Discoverable)
    ]
    return [*(doorman.close for doorman in opened), *listen(spec.host, found)]


class _Hands:
    """Hands at the devices, as the lines of a file say."""

    def __init__(self, devices: list[EmulatedDevice], descriptor: int) -> None:
        self._devices = devices
        self._descriptor = descriptor
        self._rest = b""

    def listen(self) -> None:
        """Do as each line says, from now on."""
        asyncio.get_running_loop().add_reader(self._descriptor, self._read)

    def _read(self) -> None:
        data = os.read(self._descriptor, 65_536)
        if not data:
            asyncio.get_running_loop().remove_reader(self._descriptor)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._do(line.decode(errors="replace").strip())

    def _do(self, line: str) -> None:
        try:
            key, text = _pair(line)
            index, dot, rest = key.partition(".")
            self._devices[int(index) if dot else 0].set(rest if dot else key, _value(text))
        except (HomewardError, ValueError, IndexError) as error:
            say(f"{line}: {error}")


def _value(text: str) -> Any:
    """A number when it is one."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key:
        raise InvalidValue(f"{text!r} is not KEY=VALUE")
    return key, value


class _Teller:
    """Puts out a line for each device whose state is not what it last was."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._last: dict[str, Mapping[str, Any]] = {}

    def __call__(self, device: EmulatedDevice) -> None:
        native_id = device.emulator.native_id
        state = {"online": device.online, **device.emulator.state()}
        if state == self._last.get(native_id):
            return
        self._last[native_id] = state
        if self._as_json:
            put_json({"device": native_id, **state}, indent=None)
        else:
            click.echo(f"{native_id} " + " ".join(f"{key}={words(value)}" for key, value in state.items()))
