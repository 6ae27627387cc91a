from __future__ import annotations

import subprocess
import sys

import pytest

from homeward.cli import COMMANDS
from tests.cli.conftest import Shell

HEAVY = ("asyncio", "homeward.settings", "httpx2", "msgspec", "rich", "starlette", "structlog", "uvicorn", "websockets")


def test_help_lists_every_command_and_the_exit_codes(shell: Shell) -> None:
    result = shell("--help")
    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)
    assert "4 unreachable" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(shell: Shell, name: str) -> None:
    result = shell(name, "--help")
    assert result.exit_code == 0, result.output
    assert f"Usage: homeward {name}" in result.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["devices", "--help"], ["token", "create", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys; from homeward.cli import main; main(sys.argv[1:], standalone_mode=False);"
        f"print(*[name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stderr.strip() == ""


def test_an_unknown_command_is_a_wrong_usage(shell: Shell) -> None:
    assert shell("devises").exit_code == 2


def test_it_tells_its_version(shell: Shell) -> None:
    assert shell("--version").stdout.strip()[0].isdigit()
