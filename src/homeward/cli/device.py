"""`homeward device ID`"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import click

from homeward.cli.devices import state
from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import ago, json_option, put_json, put_table, words


@click.command("device", short_help="Show a device and its entities.")
@click.argument("device", metavar="ID")
@json_option
@with_remote
def command(remote: Remote, device: str, as_json: bool) -> None:
    """Show a device: what it says of itself, how it can be reached, and how its entities stand."""
    view = remote.get("devices", device)
    if as_json:
        put_json(view)
        return
    now = time.time()
    put_table(("DEVICE", view["name"]), _facts(view, now))
    if view["entities"]:
        click.echo()
        rows = [(e["key"], _value(e), ago(e["at"], now), _takes(e), _name(e)) for e in view["entities"]]
        put_table(("ENTITY", "VALUE", "SINCE", "TAKES", "NAME"), rows)


def _facts(view: Mapping[str, Any], now: float) -> list[tuple[str, str]]:
    facts = {"id": view["id"], "state": state(view, now), "over": view["transport"], **view["description"]}
    return [(name, text) for name, text in facts.items() if text]


def _value(entity: Mapping[str, Any]) -> str:
    return f"{words(entity['value'])} {entity['unit'] or ''}".strip() if entity["at"] else "not told yet"


def _takes(entity: Mapping[str, Any]) -> str:
    """What the entity can be set to."""
    if not entity["writable"]:
        return ""
    if entity["options"]:
        return "|".join(entity["options"])
    least, most = entity["minimum"], entity["maximum"]
    bounds = f"{words(least)}…{words(most)}" if least is not None or most is not None else ""
    return bounds or ("on|off" if entity["platform"] in _ON_OFF else "a value")


def _name(entity: Mapping[str, Any]) -> str:
    """With the part of the device that it belongs to."""
    return f"{entity['part']}: {entity['name']}" if entity["part"] else str(entity["name"])


_ON_OFF = ("fan", "humidifier", "light", "switch")
