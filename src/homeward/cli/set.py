"""`homeward set ID ENTITY VALUE`"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import click

from homeward.cli.remote import Remote, with_remote
from homeward.cli.show import json_option, put_json, say, words

_BOOLEANS = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}


@click.command("set", short_help="Set an entity of a device.", context_settings={"ignore_unknown_options": True})
@click.argument("device", metavar="ID")
@click.argument("entity")
@click.argument("value")
@json_option
@with_remote
def command(remote: Remote, device: str, entity: str, value: str, as_json: bool) -> None:
    """Set an entity of a device and wait for its answer: `homeward set lamp brightness 40`."""
    view = remote.get("devices", device)
    answer = remote.post("devices", view["id"], "commands", entity=entity, value=parse(value, _entity(view, entity)))
    if as_json:
        put_json(answer)
    else:
        value = words(_entity(answer["device"], entity).get("value"))
        say(f"{view['name']} took it; {entity} is {value or 'not told yet'}.")


def parse(text: str, entity: Mapping[str, Any]) -> bool | int | float | str | None:
    """What was meant: one of the entity's options as it is written, else on or off, a number, null or a string."""
    if text in entity.get("options", ()):
        return text
    if text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, int | float | str) or value is None else text


def _entity(view: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return next((entity for entity in view["entities"] if entity["key"] == key), {})
