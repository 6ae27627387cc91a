"""`homeward account create|list`"""

from __future__ import annotations

import os
import sys

import click

from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import json_option, put_json, put_table, say


@click.group("account", short_help="Make and list accounts for the vendors' apps.")
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
        put_table(("ID", "EMAIL"), [(account["id"], account["email"]) for account in accounts])


def _line() -> str:
    return sys.stdin.readline().removesuffix(os.linesep).removesuffix("\n")
