from __future__ import annotations

from typing import Any

import pytest

from homeward.families.meross import description
from homeward.families.meross.wire import BadMessage
from tests.families.meross.vectors import UUID

SYSTEM = {"hardware": {"type": "mss425e", "uuid": UUID}, "firmware": {}}


def channels(digest: Any) -> int:
    seen = description.seen(UUID, "Appliance.System.All", {"all": {"system": SYSTEM, "digest": digest}})
    assert seen
    return int(seen.native["channels"])


@pytest.mark.parametrize(
    ("digest", "count"),
    [
        (None, 1),
        ({}, 1),
        ({"togglex": [{"channel": 0, "onoff": 1}]}, 1),
        ({"togglex": [{"channel": channel} for channel in range(5)]}, 5),
        ({"light": {"channel": 0}, "timerx": []}, 1),
        ({"light": {"channel": 1}, "fan": [{"channel": 2}], "togglex": [{"channel": 0}]}, 3),
        ({"garageDoor": [{"channel": "1"}, None], "hub": {"hubId": 5}}, 1),
    ],
)
def test_channels_are_all_that_the_digest_speaks_of(digest: Any, count: int) -> None:
    assert channels(digest) == count


def test_a_device_may_leave_out_what_it_does_not_know() -> None:
    seen = description.seen(UUID, "Appliance.Control.Bind", {"bind": SYSTEM})
    assert seen
    assert seen.description.model == "mss425e"
    assert seen.description.firmware == ""
    assert "channels" not in seen.native
    assert "bindTime" not in seen.native


def test_a_device_speaks_of_itself_only() -> None:
    with pytest.raises(BadMessage, match="speaks of device"):
        description.seen("1" * 32, "Appliance.Control.Bind", {"bind": SYSTEM})


def test_other_namespaces_say_nothing_of_a_device() -> None:
    assert description.seen(UUID, "Appliance.System.Clock", {}) is None
