"""`homeward call ID METHOD [JSON]`"""

from __future__ import annotations

import json
from typing import Any

import click

from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import put_json


class Json(click.ParamType[Any]):
    """An argument that is JSON."""

    name = "json"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(f"{value!r} is not JSON: {error}", param, ctx)


@click.command("call", short_help="Put a request of its own protocol to a device.")
@click.argument("device", metavar="ID")
@click.argument("method")
@click.argument("params", metavar="[JSON]", required=False, type=Json())
@with_remote
def command(remote: Remote, device: str, method: str, params: Any) -> None:
    """Put a request of its own protocol to a device, and put out its answer as JSON.

    What METHOD and JSON may be is the family's to say: `homeward call plug 'GET Appliance.System.All' '{}'`.
    """
    put_json(remote.post("devices", device, "call", method=method, params=params)["result"])
