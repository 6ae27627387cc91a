"""docs/cli.md leaves nothing out."""

from __future__ import annotations

from pathlib import Path

import pytest

from homeward.cli import COMMANDS
from homeward.cli.failure import EXIT, Exit
from homeward.web.problems import STATUS

TEXT = (Path(__file__).parents[2] / "docs" / "cli.md").read_text("utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there(name: str) -> None:
    assert f"| `homeward {name}" in TEXT


def test_every_exit_code_is_there() -> None:
    assert all(f"| {code.value} | " in TEXT for code in Exit)


def test_no_exit_code_is_for_a_problem_that_there_is_not() -> None:
    assert set(EXIT) <= set(STATUS)
