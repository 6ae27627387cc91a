"""`homeward token create|list|revoke`"""

from __future__ import annotations

import time
from typing import Any

import click

from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import ago, json_option, put_json, put_table, say


@click.group("token", short_help="Make, list and revoke tokens for the API.")
def command() -> None:
    """Tokens, by which programs and people sign in."""


@command.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["viewer", "operator", "admin"]),
    default="viewer",
    show_default=True,
    help="viewer reads, operator sets entities too, admin does everything.",
)
@click.option("--days", type=click.FloatRange(0, min_open=True), help="How long it is valid; for ever if not given.")
@json_option
@with_remote
def create(remote: Remote, name: str, role: str, days: float | None, as_json: bool) -> None:
    """Make a token called NAME and put it out; it is shown this once."""
    issued = remote.post("tokens", name=name, role=role, days=days)
    if as_json:
        put_json(issued)
    else:
        click.echo(issued["token"])
        say(f"This is the token {name!r} ({role}). It is not shown again.")


@command.command("list")
@json_option
@with_remote
def list_(remote: Remote, as_json: bool) -> None:
    """List all tokens, without what they are made of."""
    tokens = remote.get("tokens")
    if as_json:
        put_json(tokens)
    else:
        now = time.time()
        rows = [(t["id"], t["name"], t["role"], ago(t["created"], now), _ends(t["expires"])) for t in tokens]
        put_table(("ID", "NAME", "ROLE", "AGE", "EXPIRES"), rows)


@command.command()
@click.argument("token_id", metavar="ID")
@with_remote
def revoke(remote: Remote, token_id: str) -> None:
    """End a token."""
    remote.delete("tokens", token_id)
    say(f"{token_id} opens nothing any more.")


def _ends(expires: Any) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(expires)) if expires else "never"
