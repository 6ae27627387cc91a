"""`homeward devices`"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import click

from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import ago, json_option, put_json, put_table, say

_SHORTEST = 6
"""Characters of an id that the server takes for the whole, if no other begins so."""


@click.command("devices", short_help="List the devices.")
@click.option("--pending", is_flag=True, help="Only those that wait for adoption.")
@json_option
@with_remote
def command(remote: Remote, pending: bool, as_json: bool) -> None:
    """List the devices, adopted and pending. Other commands take an id, the beginning of one, or a name."""
    devices = remote.get("devices", adopted="false" if pending else None)
    if as_json:
        put_json(devices)
    elif devices:
        names = short([device["id"] for device in devices])
        rows = [(names[d["id"]], d["name"], d["description"].get("model"), state(d, time.time())) for d in devices]
        put_table(("ID", "NAME", "MODEL", "STATE"), rows)
    else:
        say("No device waits for adoption." if pending else "No device has called yet.")


def state(device: Mapping[str, Any], now: float) -> str:
    """How a device stands, in few words."""
    availability = device["availability"]
    if availability["online"]:
        presence = f"online, heard {ago(device['last_heard'], now)} ago" if device["last_heard"] else "online"
    else:
        presence = f"offline: {availability['reason']}"
    return presence if device["adopted"] else f"pending, {presence}"


def short(ids: Sequence[str]) -> dict[str, str]:
    """The beginning of each id that is enough to tell it from the others and shows some of its own digits."""
    return {name: next(_beginnings(name, ids)) for name in ids}


def _beginnings(name: str, ids: Sequence[str]) -> Any:
    least = max(_SHORTEST, name.find("-") + 1 + _SHORTEST)
    for length in range(least, len(name)):
        if sum(other.startswith(name[:length]) for other in ids) == 1:
            yield name[:length]
    yield name
