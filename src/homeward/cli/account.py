"""`homeward account create|change|list`"""

from __future__ import annotations

import base64
import os
import sys
from typing import Any

import click

from homeward.cli.failure import Exit, Failure
from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import json_option, put_json, put_table, say


@click.group("account", short_help="Make, change and list accounts for the vendors' apps.")
def command() -> None:
    """Accounts, by which the vendors' apps sign in at this house."""


@command.command()
@click.argument("family")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--user-id", help="The account's number, if devices know it already.")
@click.option("--key-stdin", is_flag=True, help="Read the devices' key too, from the line after the password.")
@json_option
@with_remote
def create(
    remote: Remote, family: str, email: str, password_stdin: bool, user_id: str | None, key_stdin: bool, as_json: bool
) -> None:
    """Make an account for the app of FAMILY. The password is asked for; it is never an argument."""
    password = _line() if password_stdin or key_stdin else click.prompt("Password", hide_input=True, err=True)
    secrets = {"password": password, "key": _line() if key_stdin else None}
    account = remote.post("families", family, "accounts", email=email, user_id=user_id, **secrets)
    if as_json:
        put_json(account)
    else:
        say(f"{account['email']} may sign in with the app of {family}.")


@command.command()
@click.argument("family")
@click.argument("account")
@click.option("--password-stdin", is_flag=True, help="Read a new password from standard input.")
@click.option("--disable/--enable", "disabled", default=None, help="Shut its apps out, or let them in again.")
@click.option("--moved-to", "moved", metavar="URL", help="Send its apps there from now on; '' takes them back.")
@click.option("--second-factor/--no-second-factor", default=None, help="Ask its apps for an authenticator's code too.")
@json_option
@with_remote
def change(
    remote: Remote,
    family: str,
    account: str,
    password_stdin: bool,
    second_factor: bool | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Change ACCOUNT (its id or email address) of the app of FAMILY."""
    factor = {None: None, False: "", True: base64.b32encode(os.urandom(20)).decode()}[second_factor]
    secrets = {"password": _line() if password_stdin else None, "factor": factor}
    found = _find(remote, family, account)
    changed = remote.patch("families", family, "accounts", found, **given, **secrets)
    if factor:
        changed["factor"] = factor
        say("Give this to an authenticator; it is shown this once:")
    if as_json:
        put_json(changed)
    elif factor:
        click.echo(f"otpauth://totp/{family}:{changed['email']}?secret={factor}&issuer=Homeward")
    else:
        say(f"{changed['email']} is changed.")


@command.command("list")
@click.argument("family")
@json_option
@with_remote
def list_(remote: Remote, family: str, as_json: bool) -> None:
    """List the accounts of FAMILY."""
    accounts = remote.get("families", family, "accounts")
    if as_json:
        put_json(accounts)
    else:
        put_table(("ID", "EMAIL", "STANDING"), [(each["id"], each["email"], _standing(each)) for each in accounts])


def _find(remote: Remote, family: str, account: str) -> str:
    """The id of an account."""
    known = {each["email"]: str(each["id"]) for each in remote.get("families", family, "accounts")}
    found = known.get(account.lower(), account)
    if found not in known.values():
        raise Failure(f"{family} has no account {account!r}", Exit.NOT_FOUND, hint=f"homeward account list {family}")
    return found


def _standing(account: dict[str, Any]) -> str:
    """What is not as usual about an account."""
    moved, words = account["moved"], {"disabled": account["disabled"], "second factor": account["second_factor"]}
    return ", ".join([*(word for word, so in words.items() if so), *([f"moved to {moved}"] if moved else [])])


def _line() -> str:
    return sys.stdin.readline().removesuffix(os.linesep).removesuffix("\n")
