from __future__ import annotations

from hashlib import md5
from typing import Any

import pytest

from homeward.families.base import Close

from .bench import Bench

URL = "http://home.test/firmware/mss310-6.2.0.bin"
IMAGE = b"homeward mss310\nrest"


def upgrade(image: bytes = IMAGE, url: str = URL) -> dict[str, Any]:
    return {"upgrade": {"md5": md5(image).hexdigest(), "url": url}}


def statuses(made: Bench) -> list[int]:
    return [payload["upgradeInfo"]["status"] for payload in made.pushed("Control.Upgrade")]


def begun(wanted: bytes = IMAGE) -> Bench:
    made = Bench()
    made.take()
    made.set("Control.Upgrade", upgrade(wanted))
    assert made.fetches() == [URL]
    return made


def loaded(made: Bench, image: bytes | None) -> None:
    made.carry(made.device.fetched(URL, image, made.now))
    made.advance(20)


def test_it_loads_checks_and_runs_new_firmware() -> None:
    made = begun()
    loaded(made, IMAGE)
    told = [payload["upgradeInfo"] for payload in made.pushed("Control.Upgrade")]
    assert [one.get("percent") for one in told] == [0, 25, 50, 75, 100, None]
    assert [one["status"] for one in told] == [1, 1, 1, 1, 1, 2]
    assert made.others[-1] == Close("restarts")
    assert not made.device.clock.told
    made.carry(made.device.disconnected("restarts", made.now))
    made.boot()
    (bind,) = made.pushed("Control.Bind")
    assert bind["bind"]["firmware"]["version"] == "6.2.0"


@pytest.mark.parametrize("name", ["firmware.bin", "mss310.bin", "mss310-x.bin"])
def test_of_any_other_name_the_version_is_counted_up(name: str) -> None:
    made = Bench()
    made.set("Control.Upgrade", upgrade(b"\x7fELF", f"http://home.test/{name}"))
    loaded(made, b"\x7fELF")
    assert made.get("System.Firmware")["firmware"]["version"] == "6.1.9"


@pytest.mark.parametrize(
    ("wanted", "image", "status"),
    [
        (IMAGE, None, 3),
        (IMAGE, IMAGE + b"x", 3),
        (b"homeward msl120\n", b"homeward msl120\n", 4),
    ],
)
def test_what_does_not_come_whole_or_is_for_another_is_not_run(wanted: bytes, image: bytes | None, status: int) -> None:
    made = begun(wanted)
    loaded(made, image)
    assert statuses(made)[-1] == status
    assert made.get("System.Firmware")["firmware"]["version"] == "6.1.8"
    made.set("Control.Upgrade", upgrade())
    loaded(made, IMAGE)
    assert made.get("System.Firmware")["firmware"]["version"] == "6.2.0"


def test_one_at_a_time() -> None:
    assert begun().refuses("SET", "Control.Upgrade", upgrade())


@pytest.mark.parametrize(
    "wrong", [{}, upgrade(url="https://home.test/x"), upgrade(url="file:///x"), {"upgrade": {"md5": "x", "url": URL}}]
)
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    made = Bench()
    assert made.refuses("SET", "Control.Upgrade", wrong)
    assert made.fetches() == []


def test_a_file_that_nobody_wanted_changes_nothing() -> None:
    made = Bench()
    loaded(made, IMAGE)
    assert statuses(made) == []
