"""`homeward discover meross`"""

from __future__ import annotations

import asyncio

import click
import msgspec

from homeward.cli.failure import Exit, Failure
from homeward.cli.show import json_option, put_json, put_table, say
from homeward.cli.target import family_argument


@click.command("discover", short_help="Find devices on the LAN.")
@family_argument
@click.option(
    "--ask", "addresses", metavar="ADDRESS", multiple=True, default=("255.255.255.255",), help="Whom to ask; everyone."
)
@click.option("--seconds", default=3.0, show_default=True, help="How long to wait for answers.")
@json_option
def command(family: str, addresses: tuple[str, ...], seconds: float, as_json: bool) -> None:
    """Ask on the LAN who is there. Not every firmware answers."""
    from homeward.families.meross.client.discovery import discover

    async def collect() -> list[dict[str, object]]:
        return [msgspec.to_builtins(one) for one in [each async for each in discover(addresses, seconds)]]

    try:
        devices = asyncio.run(collect())
    except OSError as error:
        raise Failure(f"cannot ask: {error.strerror or error}", Exit.UNREACHABLE) from error
    if as_json:
        put_json(devices)
    elif devices:
        rows = [[one[name] for name in ("ip", "deviceType", "devSoftWare", "mac", "uuid")] for one in devices]
        put_table(("ADDRESS", "MODEL", "FIRMWARE", "MAC", "UUID"), rows)
    else:
        say("Nobody answered.")
