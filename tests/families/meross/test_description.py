from __future__ import annotations

import pytest

from homeward.families.meross import description
from homeward.families.meross.wire import BadMessage
from tests.families.meross.vectors import UUID

SYSTEM = {"hardware": {"type": "mss425e", "uuid": UUID}, "firmware": {}}


def test_a_device_may_leave_out_what_it_does_not_know() -> None:
    seen = description.seen(UUID, "Appliance.Control.Bind", {"bind": SYSTEM})
    assert seen
    assert seen.description.model == "mss425e"
    assert seen.description.firmware == ""
    assert "bindTime" not in seen.native


def test_a_device_speaks_of_itself_only() -> None:
    with pytest.raises(BadMessage, match="speaks of device"):
        description.seen("1" * 32, "Appliance.Control.Bind", {"bind": SYSTEM})


def test_other_namespaces_say_nothing_of_a_device() -> None:
    assert description.seen(UUID, "Appliance.System.Clock", {}) is None
