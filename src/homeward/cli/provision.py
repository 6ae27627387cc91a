"""`homeward provision meross`"""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click
import msgspec

from homeward.cli.arrival import await_arrival
from homeward.cli.failure import Exit, Failure
from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import json_option, put_json, say
from homeward.cli.target import (
    Secrets,
    account_option,
    ca_option,
    cloud_of,
    dry_option,
    family_argument,
    stdin_option,
    user_option,
    wait_option,
)
from homeward.errors import HomewardError

if TYPE_CHECKING:
    from homeward.families.meross.client import LanDevice
    from homeward.families.meross.provision import Identity, Wifi

_DEADLINE = 15.0
"""Seconds for an answer: a device takes its time to look for Wi-Fis."""
_LOCALTIME = Path("/etc/localtime")


@click.command("provision", short_help="Set a device up that is fresh from its box.")
@family_argument
@click.option("--to", metavar="HOST:PORT", required=True, help="Where it is to call, as its certificate has it.")
@click.option("--ssid", required=True, help="The Wi-Fi it is to join; its password is asked for.")
@click.option("--hidden", is_flag=True, help="The Wi-Fi does not tell its name.")
@account_option
@user_option
@click.option("--at", "address", default="10.10.10.1", show_default=True, help="Where the device is.")
@click.option("--timezone", metavar="NAME", help="Its time zone; this machine's if none is given.")
@click.option("--adopt", is_flag=True, help="Adopt it when it has come.")
@click.option("--patience", default=120.0, show_default=True, help="Seconds to wait for the device to be there.")
@ca_option
@dry_option
@wait_option
@stdin_option
@json_option
@with_remote
def command(
    remote: Remote,
    family: str,
    to: str,
    ssid: str,
    hidden: bool,
    account: str | None,
    user_id: str | None,
    address: str,
    timezone: str | None,
    adopt: bool,
    patience: float,
    ca: Path | None,
    dry_run: bool,
    wait: float,
    secrets_stdin: bool,
    as_json: bool,
) -> None:
    """Set up a device of FAMILY that waits in a Wi-Fi of its own: join that with this machine.

    It is told the time, where to call and as whose, and is sent into the Wi-Fi. Then it is waited for at Homeward.
    Before the device, Homeward is asked for the account; so join the device's Wi-Fi when you are told to.
    """
    from homeward.families.meross.provision import Wifi
    from homeward.model import Secret

    secrets, zone = Secrets(secrets_stdin), _zone(timezone)
    wifi = Wifi(ssid, Secret(secrets(f"The password of {ssid}")), hidden)
    try:
        target = (to, account, user_id, ca, secrets, remote.data)
        who, device = asyncio.run(_set_up(address, wifi, zone, patience, dry_run, target))
        view = None if dry_run or not wait else _arrive(remote, who, device, wait, adopt)
    except HomewardError as error:
        raise Failure(str(error), hint=error.hint) from error
    if as_json:
        put_json({"device": msgspec.to_builtins(who), "homeward": view})


async def _set_up(
    address: str, wifi: Wifi, timezone: str, patience: float, dry: bool, target: Any
) -> tuple[Identity, LanDevice]:
    from homeward.families.meross.client import LanDevice
    from homeward.families.meross.client.setup import appear, carry_out
    from homeward.families.meross.crypto import private_key
    from homeward.families.meross.provision import provision

    cloud = await cloud_of(*target)
    device = LanDevice(address, "", known=(cloud.key.reveal(),), deadline=_DEADLINE)
    say(f"Waiting for a device at {address}: this machine has to be in its Wi-Fi (Meross_…).")
    if not await appear(device, patience):
        hint = "Hold its button until it blinks in turns, then join the Wi-Fi it opens."
        raise Failure(f"nobody answers at {address}", Exit.UNREACHABLE, hint=hint)
    private = private_key(1 + int.from_bytes(os.urandom(31), "big"))
    steps = provision(cloud, wifi, timezone=timezone, now=time.time(), private=private, dry=dry)
    who = await carry_out(steps, device, say)
    say("It could be set up." if dry else "It leaves, joins the Wi-Fi, and calls.")
    return who, device


def _arrive(remote: Remote, who: Identity, device: LanDevice, wait: float, adopt: bool) -> Any:
    """How Homeward shows it once it is there."""
    from homeward.families.meross.client.setup import why_back

    def why_not() -> str:
        why = asyncio.run(why_back(device))
        return f"it did not get into the Wi-Fi and is back at {device.address}: {why}" if why else ""

    view: Any = await_arrival(remote, who.uuid, wait, why_not)
    if adopt and not view["adopted"]:
        view = remote.post("devices", view["id"], "adopt")
    say(f"{view['name']} ({view['id']}) " + ("lives here now." if view["adopted"] else "waits for adoption."))
    return view


def _zone(name: str | None) -> str:
    """The time zone that was named, or that of this machine as far as it tells."""
    if name is None:
        _, _, name = str(_LOCALTIME.resolve()).partition("zoneinfo/")
    try:
        ZoneInfo(name or "UTC")
    except (ValueError, OSError, LookupError) as error:
        raise Failure(f"there is no time zone {name!r}", Exit.USAGE, hint="It looks like Europe/Rome.") from error
    return name
