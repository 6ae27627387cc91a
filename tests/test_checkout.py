"""What is promised of the repository itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

from click import Command, Context, Group

ROOT = Path(__file__).parents[1]
SRC, TESTS = ROOT / "src" / "homeward", ROOT / "tests"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())

TESTED_BY_OTHERS = {
    "bus/base.py": "bus/test_local.py",
    "families/base.py": "families/meross/test_cloud.py",
    "store/base.py": "store/test_sqlite.py",
}
"""Modules whose promises are kept, and tested, in another place: interfaces, mostly."""


def tracked(*patterns: str) -> list[Path]:
    listing = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return [path for path in (ROOT / name for name in listing.stdout.splitlines()) if path.is_file()]


def modules() -> list[str]:
    found = (path for path in SRC.rglob("*.py") if path.name != "__init__.py" or path.read_text().strip())
    return sorted(path.relative_to(SRC).as_posix() for path in found)


def test_a_module_is_tested_where_its_path_says() -> None:
    assert not [module for module in modules() if not (TESTS / _tests(module)).exists()]


def test_what_is_tested_elsewhere_is_still_there() -> None:
    assert set(TESTED_BY_OTHERS) <= set(modules())


def test_no_module_is_too_long_to_be_read() -> None:
    long = {path: lines for path in tracked("*.py") if (lines := len(path.read_text().splitlines())) > 500}
    assert not long


def test_nothing_names_a_machine_or_a_registry() -> None:
    # Put together here, so that this file does not hold them.
    paths = "|".join(f"/{top}/" for top in ("work", "root", "home/[a-z]+"))
    hosts = "|".join(f"{name}\\.org" for name in ("pypi", "npmjs", "debian", "pythonhosted"))
    telling = re.compile(rf"(?<![\w.*$}}])(?:{paths})[\w.]|\b(?:{hosts})\b")
    found = {
        (path.relative_to(ROOT).as_posix(), match[0])
        for path in tracked()
        if "corpus" not in path.parts and (match := telling.search(path.read_text(errors="replace")))
    }
    assert not found


def test_everything_that_is_installed_is_pinned() -> None:
    pins = re.findall(r"^([\w-]+)==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    wanted = [
        *PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"]["speed"],
        *PROJECT["dependency-groups"]["dev"],
        *PROJECT["build-system"]["requires"],
    ]
    names = {re.split(r"[<>=;\[ ]", requirement)[0].lower() for requirement in wanted}
    assert names <= set(pins)


def test_every_peer_is_pinned() -> None:
    files = tracked("tests/peers/*/requirements.txt")
    assert files
    for file in files:
        assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in file.read_text().splitlines())


def test_the_installed_version_is_the_projects() -> None:
    assert version("homeward") == PROJECT["project"]["version"]


def test_the_changelog_says_what_is_to_come() -> None:
    assert "\n## Unreleased\n" in (ROOT / "CHANGELOG.md").read_text()


def test_every_command_is_in_the_docs() -> None:
    from homeward.cli import main

    docs = (ROOT / "docs" / "cli.md").read_text()
    missing = [path for path in _commands(main, "homeward") if f"`{path}" not in docs and f"# {path}" not in docs]
    assert not missing


def test_dev_explains_itself_and_makes_nothing_of_a_word_it_does_not_know() -> None:
    said = subprocess.run(["sh", ROOT / "dev", "nonsense"], capture_output=True, text=True)  # noqa: S603, S607
    assert said.returncode == 2
    assert "./dev demo" in said.stderr


def _tests(module: str) -> str:
    path = Path(module)
    name = path.parent.name if path.name == "__init__.py" else path.stem
    return TESTED_BY_OTHERS.get(module, (path.parent / f"test_{name}.py").as_posix())


def _commands(command: Command, path: str) -> list[str]:
    if not isinstance(command, Group):
        return [path]
    context = Context(command)
    found = ((name, command.get_command(context, name)) for name in command.list_commands(context))
    return [leaf for name, each in found if each and not each.hidden for leaf in _commands(each, f"{path} {name}")]
