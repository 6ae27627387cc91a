"""`homeward move meross ADDRESS`"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from homeward.cli.arrival import await_arrival
from homeward.cli.failure import Exit, Failure
from homeward.cli.moves import Call, Move, Moves
from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import json_option, put_json, say
from homeward.cli.target import (
    Secrets,
    account_option,
    ca_option,
    cloud_of,
    dry_option,
    family_argument,
    host_and_port,
    stdin_option,
    user_option,
    wait_option,
)
from homeward.errors import DeviceRefused, HomewardError

if TYPE_CHECKING:
    from homeward.families.meross.client import LanDevice


@click.command("move", short_help="Tell a device over the LAN to call another cloud, or back.")
@family_argument
@click.argument("address")
@click.option("--to", metavar="HOST:PORT", help="Where it is to call, as that cloud's certificate has it.")
@account_option
@user_option
@click.option("--back", is_flag=True, help="Undo the last move of this device that was made from here.")
@ca_option
@dry_option
@wait_option
@stdin_option
@json_option
@with_remote
def command(remote: Remote, family: str, address: str, back: bool, wait: float, as_json: bool, **options: Any) -> None:
    """Tell the device of FAMILY at ADDRESS (HOST or HOST:PORT) to call another cloud. It stays in its Wi-Fi.

    The key it has is asked for. It keeps that and its user id, unless --account or --user-id says whose it shall be.
    What it was told before is kept in the data directory, readable by its owner only, so that --back can undo it.
    """
    if back == bool(options["to"]):
        raise click.UsageError("Say either --to HOST:PORT or --back.")
    moves = Moves(remote.data / "moved.json")
    try:
        uuid, move = asyncio.run(
            _back(address, moves, options) if back else _forth(address, moves, options, remote.data)
        )
    except HomewardError as error:
        raise Failure(str(error), hint=error.hint) from error
    if options["dry_run"]:
        say("Nothing was changed.")
    elif wait and not back:
        say(f"{await_arrival(remote, uuid, wait)['name']} has called Homeward.")
    if as_json:
        told = {"before": move.before.shown(), "after": move.after.shown()}
        put_json({"uuid": uuid, **msgspec.to_builtins(told)})


async def _forth(address: str, moves: Moves, options: dict[str, Any], data: Path) -> tuple[str, Move]:
    from homeward.families.meross.client import LanDevice
    from homeward.families.meross.client.setup import carry_out
    from homeward.families.meross.provision import Cloud, look
    from homeward.model import Secret

    secrets = Secrets(options["secrets_stdin"])
    host, port = host_and_port(options["to"])
    old = secrets("The key it has now")
    async with LanDevice(address, old) as device:
        who = await carry_out(look(), device, say)
        cloud = Cloud(host, port, who.user_id, Secret(old))
        if options["account"] or options["user_id"]:
            cloud = await cloud_of(options["to"], options["account"], options["user_id"], options["ca"], secrets, data)
        before = Call(who.host, who.port, who.user_id, old)
        move = Move(address, before, Call(host, port, cloud.user_id, cloud.key.reveal()))
        say(f"It calls {move.before}, and shall call {move.after}.")
        if not options["dry_run"]:
            moves.keep(who.uuid, move)  # before it is done: a key that is lost by then cannot be asked for again
            await _tell(device, move.after)
        return who.uuid, move


async def _back(address: str, moves: Moves, options: dict[str, Any]) -> tuple[str, Move]:
    from homeward.families.meross.client import LanDevice

    for uuid, made in moves.all().items():
        device = LanDevice(address, made.after.key)
        try:
            await device.meet()
        except DeviceRefused:
            continue  # it has another key, so it is none of this move
        if device.uuid == uuid:
            move = Move(address, made.after, made.before)
            say(f"It calls {move.before}, and shall call {move.after} again.")
            if not options["dry_run"]:
                await _tell(device, move.after)
                moves.forget(uuid)
            return uuid, move
    raise Failure(f"no move of a device at {address} was made from here", Exit.NOT_FOUND)


async def _tell(device: LanDevice, call: Call) -> None:
    from homeward.families.meross.client.setup import carry_out
    from homeward.families.meross.provision import Cloud, move
    from homeward.model import Secret

    await carry_out(move(Cloud(call.host, call.port, call.user_id, Secret(call.key))), device, say)
