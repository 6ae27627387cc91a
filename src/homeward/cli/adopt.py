"""`homeward adopt ID`"""

from __future__ import annotations

import click

from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import json_option, put_json, say


@click.command("adopt", short_help="Take a pending device in.")
@click.argument("device", metavar="ID")
@click.option("--name", default="", help="What to call it from now on.")
@json_option
@with_remote
def command(remote: Remote, device: str, name: str, as_json: bool) -> None:
    """Take a pending device in: from now on what it says is acted on, and it can be told things."""
    view = remote.post("devices", device, "adopt", name=name)
    if as_json:
        put_json(view)
    else:
        say(f"{view['name']} ({view['id']}) lives here now.")
