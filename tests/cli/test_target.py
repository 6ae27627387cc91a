"""What `provision`, `move` and `discover` make of their arguments, before anybody is asked."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.cli.failure import Exit, Failure
from homeward.cli.provision import _zone
from homeward.cli.target import host_and_port
from tests.cli.conftest import Shell


@pytest.mark.parametrize(
    ("text", "parts"), [("home.lan:8883", ("home.lan", 8883)), ("[fd00::1]:443", ("fd00::1", 443))]
)
def test_a_cloud_is_named_by_host_and_port(text: str, parts: tuple[str, int]) -> None:
    assert host_and_port(text) == parts


@pytest.mark.parametrize("text", ["home.lan", ":8883", "home.lan:0", "home.lan:65536", "home.lan:x"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Failure, match="HOST:PORT") as refused:
        host_and_port(text)
    assert refused.value.exit_code == Exit.USAGE


def test_a_time_zone_is_this_machines_or_one_there_is() -> None:
    assert _zone("Europe/Rome") == "Europe/Rome"
    assert isinstance(_zone(None), str)
    with pytest.raises(Failure, match="no time zone 'Mars'"):
        _zone("Mars")


USAGE: dict[str, list[str]] = {
    "another family": ["discover", "lamp"],
    "a move to nowhere": ["move", "meross", "192.0.2.9"],
    "a move in two directions": ["move", "meross", "192.0.2.9", "--back", "--to", "home.lan:8883"],
    "no Wi-Fi": ["provision", "meross", "--to", "home.lan:8883"],
    "nowhere to call": ["provision", "meross", "--ssid", "Zuhause"],
}


@pytest.mark.parametrize("arguments", USAGE.values(), ids=USAGE)
def test_wrong_usage_is_told(shell: Shell, arguments: list[str]) -> None:
    result: Any = shell(*arguments)
    assert result.exit_code == Exit.USAGE
