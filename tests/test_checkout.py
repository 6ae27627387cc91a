"""What is promised of the repository itself."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SRC, TESTS = ROOT / "src" / "homeward", ROOT / "tests"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())

TESTED_TOGETHER = {
    "cli/test_commands.py": """
        cli/account.py cli/adopt.py cli/call.py cli/device.py cli/devices.py cli/events.py cli/failure.py
        cli/handshakes.py cli/place.py cli/remove.py cli/set.py cli/token.py cli/__init__.py
        """,
    "families/meross/emulator/test_device.py": """
        families/meross/emulator/__init__.py families/meross/emulator/organ.py families/meross/emulator/system.py
        """,
    "families/meross/emulator/test_hub.py": """
        families/meross/emulator/probe.py families/meross/emulator/subdevice.py families/meross/emulator/valve.py
        """,
    "families/meross/emulator/test_models.py": "families/meross/emulator/labels.py",
    "mqtt/broker/test_broker.py": "mqtt/broker/subscriptions.py",
    "mqtt/broker/test_session.py": "mqtt/broker/outgoing.py",
    "families/meross/test_conversation.py": """
        families/base.py families/meross/__init__.py families/meross/family.py families/meross/namespaces.py
        testing/virtual_home.py
        """,
    "families/meross/test_api.py": "families/meross/envelope.py families/meross/listing.py",
    "families/meross/test_namespaces.py": "families/meross/namespace_rows.py",
    "families/meross/test_traits.py": """
        families/meross/trait.py families/meross/trait_rows.py families/meross/trait_rows_climate.py
        """,
    "families/meross/test_provision.py": "families/meross/client/setup.py",
    "families/meross/test_provision_on_sockets.py": "cli/arrival.py cli/move.py cli/provision.py",
    "families/meross/test_visit.py": "families/meross/calls.py",
    "families/meross/client/test_account.py": """
        families/meross/client/__init__.py families/meross/client/talk.py families/meross/replies.py
        """,
    "cli/test_target.py": "cli/discover.py",
    "hub/test_hub.py": "hub/facts.py hub/home.py hub/link.py hub/wait.py testing/store.py",
    "mqtt/client/test_client.py": "mqtt/client/connector.py mqtt/client/errors.py mqtt/client/transport.py",
    "mqtt/client/test_state.py": "mqtt/client/options.py mqtt/client/terms.py mqtt/client/__init__.py",
    "mqtt/broker/test_connection.py": "mqtt/broker/entering.py mqtt/broker/host.py mqtt/broker/__init__.py",
    "net/test_mqtt.py": "net/carrier.py net/effects.py",
    "net/test_doorman.py": "net/doorlog.py net/recognise.py net/stream.py net/tls.py",
    "peers/test_meross_iot.py": "cli/emulate.py cli/loop.py cli/serve.py house.py log.py net/emulate.py",
    "store/test_sqlite.py": "store/pending.py store/prune.py store/reader.py store/runs.py",
    "bus/test_local.py": "bus/base.py",
    "web/test_app.py": "errors.py web/context.py web/endpoint.py web/messages.py web/problems.py",
    "web/test_auth.py": "testing/home.py web/tokens.py",
    "web/test_live.py": "web/feed.py",
}
"""Modules whose promises are those of a whole, by the tests of that."""


def tracked(*patterns: str) -> list[Path]:
    listing = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return [path for path in (ROOT / name for name in listing.stdout.splitlines()) if path.is_file()]


def modules() -> list[str]:
    found = (path for path in SRC.rglob("*.py") if path.name != "__init__.py" or path.read_text().strip())
    return sorted(path.relative_to(SRC).as_posix() for path in found)


def test_a_module_is_tested_where_its_path_says() -> None:
    assert not [module for module in modules() if not (TESTS / _tests(module)).exists()]


def test_what_is_tested_together_is_still_there() -> None:
    assert _wholes().keys() <= set(modules())


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


def test_dev_explains_itself_and_makes_nothing_of_a_word_it_does_not_know() -> None:
    said = subprocess.run(["sh", ROOT / "dev", "nonsense"], capture_output=True, text=True)  # noqa: S603, S607
    assert said.returncode == 2
    assert "./dev demo" in said.stderr


def _tests(module: str) -> str:
    path = Path(module)
    name = path.parent.name if path.name == "__init__.py" else path.stem
    return _wholes().get(module, (path.parent / f"test_{name}.py").as_posix())


def _wholes() -> dict[str, str]:
    return {module: tests for tests, listed in TESTED_TOGETHER.items() for module in listed.split()}
