"""Other people's programs, each in an environment and a process of its own, against a house in a third."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path

import pytest

from tests.peers.house import House
from tests.peers.processes import ROOT, Peer


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where HOMEWARD_PEERS=required, a test that could not run has failed."""
    report = yield
    if report.skipped and os.environ.get("HOMEWARD_PEERS") == "required":
        report.outcome = "failed"
    return report


@pytest.fixture
def peer() -> Iterator[Callable[[str], Peer]]:
    """`peer("NAME")` starts the driver of tests/peers/NAME; the test is skipped where it cannot be installed."""
    with ExitStack() as stack:

        def start(name: str) -> Peer:
            _environment(name)
            return stack.enter_context(Peer(name))

        yield start


@pytest.fixture(scope="module")
def peers() -> Iterator[Callable[[str], Peer]]:
    """As `peer`, but one driver of each name for all the tests of a module."""
    with ExitStack() as stack:

        @cache
        def start(name: str) -> Peer:
            _environment(name)
            return stack.enter_context(Peer(name))

        yield start


@pytest.fixture
def program() -> Callable[[str], str]:
    """The path of a program of the system; the test is skipped where it is not installed."""

    def find(name: str) -> str:
        path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
        if path is None:
            pytest.skip(f"{name} is not installed")
        return path

    return find


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """`homeward serve` in a process of its own, which adopts whoever signs in."""
    with House(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture(scope="session")
def shared_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all tests that let in users of their own and touch no others'."""
    with House(tmp_path_factory.mktemp("shared_house")) as house:
        yield house


def _environment(name: str) -> None:
    directory = ROOT / ".peers"
    directory.mkdir(exist_ok=True)
    with Path(directory, f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = subprocess.run(["sh", ROOT / "dev", "peer", name], capture_output=True, text=True)  # noqa: S603, S607
    if made.returncode:
        pytest.skip(f"no environment for {name}: {made.stderr.strip()[-300:]}")
