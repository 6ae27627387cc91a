"""`homeward mqtt realms`, `homeward mqtt users list|add|remove|import`"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import IO

import click

from homeward.cli.failure import Exit, Failure
from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import json_option, put_json, put_table, say


@click.group("mqtt", short_help="See how the MQTT broker is, and say who may use it.")
def command() -> None:
    """The MQTT broker, for programs that are no device: Home Assistant and such."""


@command.command()
@json_option
@with_remote
def realms(remote: Remote, as_json: bool) -> None:
    """Show how the broker is in each realm: that of a family, or of people."""
    found = remote.get("mqtt", "realms")
    if as_json:
        put_json(found)
        return
    rows = [(r["name"], r["connected"], r["sessions"], r["retained"], _dropped(r["dropped"])) for r in found]
    put_table(("REALM", "CONNECTED", "SESSIONS", "RETAINED", "DROPPED"), rows)


@command.group()
def users() -> None:
    """Users of the broker, and which topics are theirs."""


@users.command("list")
@json_option
@with_remote
def list_(remote: Remote, as_json: bool) -> None:
    """List the users, without their passwords."""
    found = remote.get("mqtt", "users")
    if as_json:
        put_json(found)
    else:
        rows = [(u["name"], " ".join(u["publish"]), " ".join(u["subscribe"]), u["connected"]) for u in found]
        put_table(("NAME", "PUBLISH", "SUBSCRIBE", "CONNECTED"), rows)


@users.command()
@click.argument("name")
@click.option("--publish", metavar="FILTER", multiple=True, help="Where it may publish; may be repeated.")
@click.option("--subscribe", metavar="FILTER", multiple=True, help="What it may subscribe to; may be repeated.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--draw", is_flag=True, help="Ask for no password: a new user is drawn one, a known one keeps its own.")
@json_option
@with_remote
def add(
    remote: Remote,
    name: str,
    publish: tuple[str, ...],
    subscribe: tuple[str, ...],
    password_stdin: bool,
    draw: bool,
    as_json: bool,
) -> None:
    """Let NAME in, or change what it may and its password.

    Filters are topic filters, where %u is the user's name and %c the client's id. A new user without any may publish
    and subscribe everywhere. The password is asked for; it is never an argument.
    """
    password = None if draw else _password(from_stdin=password_stdin)
    user = remote.post(
        "mqtt", "users", name=name, password=password, publish=publish or None, subscribe=subscribe or None
    )
    if as_json:
        put_json(user)
        return
    if user["password"]:
        click.echo(user["password"])
        say(f"This is the password of {name}. It is not shown again.")
    say(f"{name} may publish to {_or_none(user['publish'])} and subscribe to {_or_none(user['subscribe'])}.")


@users.command()
@click.argument("name")
@with_remote
def remove(remote: Remote, name: str) -> None:
    """Let NAME in no more."""
    remote.delete("mqtt", "users", name)
    say(f"{name} may not sign in any more, and its clients are disconnected.")


@users.command("import")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@with_remote
def import_(remote: Remote, file: IO[str]) -> None:
    """Let in whom Mosquitto's password FILE names, with the passwords they have."""
    for number, (name, hashed) in _lines(file):
        try:
            remote.post("mqtt", "users", name=name, hash=hashed)
        except Failure as failure:
            raise Failure(f"line {number}: {failure.message}", failure.exit, hint=failure.hint) from failure
        say(f"{name} may sign in.")


def _lines(file: IO[str]) -> Iterator[tuple[int, tuple[str, str]]]:
    for number, line in enumerate(file, 1):
        name, colon, hashed = line.strip().partition(":")
        if colon and not name.startswith("#"):
            yield number, (name, hashed)
        elif name and not name.startswith("#"):
            raise Failure(f"line {number} is none of a password file", Exit.USAGE, hint="They are NAME:HASH.")


def _password(*, from_stdin: bool) -> str | None:
    if from_stdin:
        return sys.stdin.readline().removesuffix(os.linesep).removesuffix("\n")
    text = "Password (empty: a new user is drawn one, a known one keeps its own)"
    password: str = click.prompt(text, default="", show_default=False, hide_input=True, err=True)
    return password or None


def _dropped(counts: dict[str, int]) -> str:
    return " ".join(f"{reason}={count}" for reason, count in counts.items()) or "nothing"


def _or_none(filters: list[str]) -> str:
    return " ".join(filters) or "nothing"
