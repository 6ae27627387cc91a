from __future__ import annotations

import pytest

from .bench import NOW, Bench, channels


def test_the_master_of_a_strip_turns_all_of_it_and_tells_of_all() -> None:
    strip = Bench("mss425f")
    strip.take()
    strip.set("Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}})
    assert channels(strip.pushed("Control.ToggleX")) == [dict.fromkeys(range(6), 1)]


def test_the_master_is_on_while_anything_is() -> None:
    strip = Bench("mss425e")
    strip.take()
    strip.set("Control.ToggleX", {"togglex": [{"channel": 2, "onoff": 1}, {"channel": 4, "onoff": 1}]})
    assert channels(strip.pushed("Control.ToggleX")) == [{0: 1, 2: 1}, {4: 1}]
    strip.hand("onoff2", 0)
    assert channels(strip.pushed("Control.ToggleX")) == [{2: 0}]
    strip.hand("onoff4", 0)
    assert channels(strip.pushed("Control.ToggleX")) == [{0: 0, 4: 0}]


def test_a_strip_is_asked_for_one_channel_or_for_all() -> None:
    strip = Bench("mss425e", onoff3=1)
    one = strip.get("Control.ToggleX", {"togglex": {"channel": 3}})
    assert one == {"channel": 0, "togglex": {"channel": 3, "onoff": 1, "lmTime": 0}}
    for everything in ({}, {"togglex": {"channel": 65_535}}):
        assert channels([strip.get("Control.ToggleX", everything)]) == [{0: 1, 1: 0, 2: 0, 3: 1, 4: 0}]


@pytest.mark.parametrize("channel", [5, -1, "0", None, 1.0])
def test_a_channel_that_is_not_there_is_refused_and_nothing_moves(channel: object) -> None:
    strip = Bench("mss425e")
    both = [{"channel": 1, "onoff": 1}, {"channel": channel, "onoff": 1}]
    assert strip.refuses("SET", "Control.ToggleX", {"togglex": both})
    assert not any(strip.device.state()[f"onoff{one or ''}"] for one in range(5))


def test_it_remembers_when_it_was_turned() -> None:
    strip = Bench("mss425e")
    strip.advance(7)
    strip.hand("onoff1", 1)
    digest = strip.get("System.All")["all"]["digest"]["togglex"]
    assert {item["channel"]: item["lmTime"] for item in digest} == {0: NOW + 7, 1: NOW + 7, 2: 0, 3: 0, 4: 0}


def test_the_first_firmware_knows_no_channels() -> None:
    plug = Bench(generation="1")
    plug.take()
    assert plug.set("Control.Toggle", {"channel": 0, "toggle": {"onoff": 1}}) == {}
    assert plug.pushed("Control.Toggle") == [{"toggle": {"onoff": 1, "lmTime": NOW}}]
    assert plug.get("Control.Toggle") == {"toggle": {"onoff": 1, "lmTime": NOW}}
