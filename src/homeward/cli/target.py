"""Where a Meross device is to call and as whose, as the options of a command say; and the secrets that takes."""

from __future__ import annotations

import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeward.cli.failure import Exit, Failure

if TYPE_CHECKING:
    from homeward.families.meross.provision import Cloud

_LAST_PORT = 65_535
_CODE_WANTED = 1033
"""The account API's status for an account with a second factor."""

family_argument: Callable[..., Any] = click.argument("family", type=click.Choice(["meross"]), metavar="meross")
stdin_option: Callable[..., Any] = click.option(
    "--secrets-stdin", is_flag=True, help="Read what would be asked for from standard input, a line each."
)
dry_option: Callable[..., Any] = click.option("--dry-run", is_flag=True, help="Ask the device, and change nothing.")
wait_option: Callable[..., Any] = click.option(
    "--wait", default=90.0, show_default=True, help="Seconds to wait until it has called Homeward; 0: do not."
)
account_option: Callable[..., Any] = click.option(
    "--account", metavar="EMAIL", help="As the device of this account there; its password is asked for."
)
user_option: Callable[..., Any] = click.option(
    "--user-id", metavar="ID", help="As the device of the account with this number; its key is asked for."
)
ca_option: Callable[..., Any] = click.option(
    "--ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The certificate authority of that cloud; else the one of the server on this machine, or those known here.",
)


class Secrets:
    """Secrets of a command: a line of standard input each, or asked for. They are never arguments."""

    def __init__(self, from_stdin: bool) -> None:
        self._from_stdin = from_stdin

    def __call__(self, what: str) -> str:
        """The one that is called that."""
        if self._from_stdin:
            return sys.stdin.readline().rstrip("\r\n")
        told: str = click.prompt(what, hide_input=True, default="", show_default=False, err=True)
        return told


def host_and_port(text: str) -> tuple[str, int]:
    """The parts of `HOST:PORT`."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= _LAST_PORT:
        raise Failure(f"{text!r} is not HOST:PORT", Exit.USAGE, hint="It looks like homeward.lan:8883.")
    return host.strip("[]"), int(port)


async def cloud_of(
    to: str, account: str | None, user_id: str | None, ca: Path | None, secrets: Secrets, data: Path
) -> Cloud:
    """The cloud at `HOST:PORT`, as whoever was named. Without `ca`, that of a server that keeps `data`."""
    from homeward.families.meross.client import MerossClient
    from homeward.families.meross.provision import Cloud
    from homeward.families.meross.replies import AccountRefused
    from homeward.model import Secret

    host, port = host_and_port(to)
    if not account:
        return Cloud(host, port, user_id or "0", Secret(secrets("The account's key")))
    password, code = secrets("The account's password"), ""
    while True:
        client = MerossClient(f"https://{to}", account, password, code=code, tls=_trust(ca, data))
        try:
            async with client:
                return Cloud(host, port, client.login.user_id, Secret(client.login.key))
        except AccountRefused as refused:
            if code or refused.status != _CODE_WANTED:
                raise
            code = secrets("The code of its authenticator")


def _trust(ca: Path | None, data: Path) -> ssl.SSLContext:
    own = data / "ca.pem"
    return ssl.create_default_context(cafile=ca or (own if own.exists() else None))
