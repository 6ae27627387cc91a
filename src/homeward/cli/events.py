"""`homeward events [ID]`"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import click

from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import json_option, put_json, put_table, say, words

_KINDS = ("pending", "adopted", "removed", "described", "state", "online", "offline", "happened")


@click.command("events", short_help="List what has happened.")
@click.argument("device", metavar="[ID]", required=False)
@click.option("--kind", multiple=True, type=click.Choice(_KINDS), help="Only events of this kind (may be repeated).")
@click.option("--after", type=click.IntRange(0), metavar="SEQ", help="Only later events than this one, oldest first.")
@click.option("--before", type=click.IntRange(0), metavar="SEQ", help="Only earlier events than this one.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 1000), help="At most so many.")
@json_option
@with_remote
def command(remote: Remote, device: str | None, as_json: bool, **query: Any) -> None:
    """List what has happened, latest first, at one device or at all."""
    page = remote.get("events", device=device, **query)
    if as_json:
        put_json(page)
    elif page["events"]:
        put_table(("SEQ", "AT", "DEVICE", "EVENT", "WHAT"), [row(event) for event in page["events"]])
    else:
        say("Nothing has happened.")


def row(event: Mapping[str, Any], name: str = "") -> tuple[Any, ...]:
    """An event for people."""
    at = time.strftime("%m-%d %H:%M:%S", time.localtime(event["at"]))
    what = " ".join(f"{key}={words(value)}" for key, value in event["data"].items())
    return event["seq"], at, name or event["device"], event["kind"], what
