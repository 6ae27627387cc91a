from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from homeward.cli import show, watch
from tests.cli.conftest import Shell
from tests.cli.running import RunningHouse

Said = Callable[[], Coroutine[Any, Any, object]]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """Await the command's next word: that it watches, that it lost the connection."""
    words = threading.Semaphore(0)

    def say(text: str) -> None:
        show.say(text)
        words.release()

    monkeypatch.setattr(watch, "say", say)
    return lambda: asyncio.to_thread(words.acquire, timeout=5)


def meanwhile(house: RunningHouse, work: Coroutine[Any, Any, None]) -> threading.Thread:
    """Let that happen while a command runs."""
    thread = threading.Thread(target=house.run, args=(work,))
    thread.start()
    return thread


def test_events_are_shown_as_they_happen(house: RunningHouse, shell: Shell, said: Said) -> None:
    house.lamp()

    async def switch() -> None:
        await said()
        house.house.report(on=True)
        house.house.report(dim=3)

    thread = meanwhile(house, switch())
    result = shell("watch", "--count", "2")
    thread.join()
    assert result.exit_code == 0
    assert [line.split("  ")[1:] for line in result.stdout.splitlines()] == [
        ["L1 0001", "state", "on=on"],
        ["L1 0001", "state", "dim=3"],
    ]
    assert "Watching" in result.stderr


def test_one_device_can_be_watched_alone(house: RunningHouse, shell: Shell, said: Said) -> None:
    house.lamp("aa0001")
    house.lamp("bb0002")

    async def switch() -> None:
        await said()
        house.house.report("bb0002", on=True)
        house.house.report("aa0001", on=True)

    thread = meanwhile(house, switch())
    result = shell("watch", "lamp-aa0001", "--count", "1", "--json")
    thread.join()
    assert json.loads(result.stdout)["device"] == "lamp-aa0001"


def test_nothing_is_missed_over_a_restart_of_the_server(
    house: RunningHouse, shell: Shell, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "_PATIENCE", (0.0, 0.02))
    house.lamp()

    async def restart() -> None:
        await said()
        house.house.report(dim=1)
        await house.stop()
        await said()
        house.house.report(dim=2)
        await house.start()
        house.house.report(dim=3)

    thread = meanwhile(house, restart())
    result = shell("watch", "--count", "4", "--json")
    thread.join()
    assert result.exit_code == 0
    events = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["data"].get("dim", event["kind"]) for event in events] == [1, 2, "offline", 3]
    assert [event["seq"] - events[0]["seq"] for event in events] == [0, 1, 2, 3]
    assert result.stderr.count("Waiting for it to come back") == 1


def test_a_server_that_was_never_there_is_not_waited_for(shell: Shell) -> None:
    assert shell("watch", "--server", "http://127.0.0.1:9").exit_code == 4


def test_an_unknown_device_is_not_waited_for(house: RunningHouse, shell: Shell) -> None:
    assert shell("watch", "nobody").exit_code == 3


def test_who_may_not_listen_is_told(house: RunningHouse, shell: Shell) -> None:
    result = shell("watch", "--token", "hw_wrong")
    assert result.exit_code == 5
    assert "unknown, expired or revoked" in result.stderr


def test_an_interruption_is_a_good_end(house: RunningHouse, shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(watch, "_messages", interrupt)
    assert shell("watch").exit_code == 0
