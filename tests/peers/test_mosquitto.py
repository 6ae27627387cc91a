"""The same scripts of packets to a real Mosquitto and to our broker: the answers differ where it is explained."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from tests.peers.mosquitto.brokers import Mosquitto, Ours
from tests.peers.mosquitto.catalogue import QUICK, SLOW, difference
from tests.peers.mosquitto.differences import DIFFERENCES, PAGE, VERSION, explained, page
from tests.peers.mosquitto.play import play
from tests.peers.mosquitto.script import Script

HOW = "not as differences.toml has it (- Mosquitto, + Homeward); who is right?"


@pytest.fixture
def mosquitto(program: Callable[[str], str]) -> str:
    """The path of a Mosquitto of the version that the differences are known of."""
    path = program("mosquitto")
    if VERSION not in (name := version(path)):
        pytest.skip(f"this is {name}, and the differences are those of {VERSION}")
    return path


@cache
def version(path: str) -> str:
    """What the program calls itself: `mosquitto version 2.0.11`."""
    return subprocess.run([path, "-h"], capture_output=True, text=True).stdout.partition("\n")[0]  # noqa: S603


def compare(script: Script, level: int, mosquitto: str, directory: Path) -> list[str]:
    with Mosquitto(mosquitto, directory) as theirs, Ours() as ours:
        said = play(script, level, theirs.port)
        assert all(said.values()), "a client that hears nothing compares nothing"
        return difference(said, play(script, level, ours.port))


def test_what_takes_its_time_is_mosquittos_too(mosquitto: str, tmp_path: Path) -> None:
    runs = [(script, level) for script in SLOW for level in script.levels]
    with ThreadPoolExecutor(len(runs)) as pool:
        found = list(pool.map(lambda run: compare(run[0], run[1], mosquitto, tmp_path), runs))
    known = explained()
    assert found == [known.get(script.name, {}).get(level, []) for script, level in runs], HOW


@pytest.mark.parametrize("script", QUICK, ids=lambda script: script.name)
def test_the_answers_are_mosquittos_but_for_what_is_explained(script: Script, mosquitto: str, tmp_path: Path) -> None:
    found = {level: compare(script, level, mosquitto, tmp_path) for level in script.levels}
    assert {level: lines for level, lines in found.items() if lines} == explained().get(script.name, {}), HOW


def test_what_is_explained_is_explained_once_and_of_a_script_that_there_is() -> None:
    runs = {(script.name, level) for script in QUICK + SLOW for level in script.levels}
    cases = [(name, level) for each in DIFFERENCES for name, level, _ in each.cases()]
    assert len(set(cases)) == len(cases)
    assert set(cases) <= runs
    assert len({script.name for script in QUICK + SLOW}) == len(QUICK + SLOW)


def test_the_page_is_what_the_differences_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "python -m tests.peers.mosquitto.differences"
