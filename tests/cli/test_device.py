from __future__ import annotations

from typing import Any

import msgspec
import pytest

from homeward.cli.device import _name, _takes
from homeward.hub.view import EntityView
from homeward.model import Platform


def entity(**fields: Any) -> Any:
    return msgspec.to_builtins(EntityView("key", fields.pop("platform", Platform.SENSOR), "Name", **fields))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ""),
        ({"platform": Platform.LIGHT, "writable": True}, "on|off"),
        ({"platform": Platform.TEXT, "writable": True}, "a value"),
        ({"platform": Platform.COVER, "writable": True, "options": ("open", "closed")}, "open|closed"),
        ({"platform": Platform.NUMBER, "writable": True, "minimum": 0, "maximum": 5}, "0…5"),
    ],
)
def test_it_is_told_what_an_entity_takes(fields: dict[str, Any], words: str) -> None:
    assert _takes(entity(**fields)) == words


def test_an_entity_of_a_part_is_named_after_it() -> None:
    assert _name(entity(part="ms100 12")) == "ms100 12: Name"
    assert _name(entity()) == "Name"
