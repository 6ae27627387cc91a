"""`homeward remove ID`"""

from __future__ import annotations

import click

from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import say


@click.command("remove", short_help="Forget a device.")
@click.argument("device", metavar="ID")
@with_remote
def command(remote: Remote, device: str) -> None:
    """Forget a device and its history. When it calls again it is pending, like any stranger."""
    remote.delete("devices", device)
    say(f"{device} is forgotten.")
