"""`homeward handshakes`"""

from __future__ import annotations

import time

import click

from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import ago, json_option, put_json, put_table, say


@click.command("handshakes", short_help="List who called at which door, and how it went.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1), help="At most so many, the latest.")
@json_option
@with_remote
def command(remote: Remote, limit: int, as_json: bool) -> None:
    """List who called at which door, what they spoke, and how it went: for a device that does not come in."""
    kept = remote.get("handshakes")[-limit:]
    if as_json:
        put_json(kept)
    elif kept:
        now = time.time()
        rows = [(ago(h["at"], now), h["door"], h["peer"], h["protocol"], h.get("tls"), h["verdict"]) for h in kept]
        put_table(("AGO", "DOOR", "FROM", "SPOKE", "TLS", "VERDICT"), rows)
    else:
        say("Nobody has called since the start.")
