"""A running house, and the shell beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from homeward.cli import main
from tests.cli.running import RunningHouse

Shell = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data directory that commands look into."""
    monkeypatch.setenv("HOMEWARD_DATA", str(tmp_path))
    for name in ("HOMEWARD_SERVER", "HOMEWARD_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def house(data: Path) -> Iterator[RunningHouse]:
    """A house that runs."""
    running = RunningHouse(data)
    yield running
    running.close()


@pytest.fixture
def shell(data: Path) -> Shell:
    """Call `homeward` with these arguments, and this on its standard input."""

    def call(*arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(main, arguments, input=stdin, prog_name="homeward")

    return call
