"""The table of `docs/mqtt/conformance.md`: which test proves which normative statement.

python -m tests.mqtt.conformance.table    writes it anew
"""

from __future__ import annotations

import importlib.util
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

import msgspec

from tests.mqtt.conformance.clause import clauses_of

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[2]
PAGE = _ROOT / "docs" / "mqtt" / "conformance.md"


class Version(msgspec.Struct, frozen=True):
    """A version of the standard: what it is called, its statements, and where its tests are."""

    name: str
    file: str
    folder: str

    def statements(self) -> Statements:
        """What its file says."""
        return msgspec.convert(tomllib.loads((_HERE / self.file).read_text("utf-8")), Statements)


class Statements(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of normative statements, by their numbers without `MQTT-`."""

    clauses: dict[str, str]
    """Each in a few words."""
    elsewhere: dict[str, str] = {}
    """Tests (`path::name`) of those that are proved outside this folder."""
    reasons: dict[str, str] = {}
    """Why those have no test that have none."""


VERSIONS = (
    Version("MQTT 3.1.1", "clauses_311.toml", "v311"),
    Version("MQTT 5", "clauses_5.toml", "v5"),
)

_HEAD = """\
# Conformance with MQTT

Which test proves which of the standard's normative statements, by their numbers in appendix B of the OASIS standards
MQTT 3.1.1 and MQTT 5. What a statement asks is put here in a few words of our own; what counts is the standard's.
The tests give exact bytes to the broker, or to the client, and compare exact bytes with what comes out.

MQTT 3.1 has no numbered statements. What it has otherwise than 3.1.1 is in
[v311/test_version_3_1.py](../../tests/mqtt/conformance/v311/test_version_3_1.py).

This page is written by `python -m tests.mqtt.conformance.table`.
"""


def proofs(version: Version) -> Mapping[str, list[str]]:
    """The tests (`path::name`) that prove each statement of a version, by its number without `MQTT-`."""
    found = defaultdict(list)
    for path in sorted((_HERE / version.folder).glob("test_*.py")):
        for name, test in vars(_module(path)).items():
            for number in clauses_of(test):
                found[number.removeprefix("MQTT-")].append(f"{path.relative_to(_ROOT).as_posix()}::{name}")
    for number, test in version.statements().elsewhere.items():
        found[number].append(test)
    return found


def order(number: str) -> list[int]:
    """What statements are sorted by."""
    return [int(part) for part in re.findall(r"\d+", number)]


def page() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(line for version in VERSIONS for line in _section(version))])


def _section(version: Version) -> Iterator[str]:
    statements, tests = version.statements(), proofs(version)
    numbers = sorted(statements.clauses, key=order)
    proved = sum(number in tests for number in numbers)
    yield f"## {version.name}\n\n{len(numbers)} statements: {proved} proved by tests, {len(numbers) - proved} not.\n"
    yield "| Statement | What it asks | Proved by |\n| --- | --- | --- |"
    for number in numbers:
        proof = _proof(tests.get(number, ())) or statements.reasons.get(number, "")
        yield f"| MQTT-{number} | {_cell(statements.clauses[number])} | {_cell(proof)} |"
    yield ""
    for path in sorted({test.split("::")[0] for proof in tests.values() for test in proof}):
        yield f"[{_label(path)}]: ../../{path}"
    yield ""


def _proof(tests: Iterable[str]) -> str:
    """A line for each file: its name, and what its tests promise."""
    by_file = defaultdict(list)
    for test in tests:
        path, name = test.split("::")
        by_file[path].append(name.removeprefix("test_").replace("_", " "))
    return "<br>".join(f"[{_label(path)}]: {'; '.join(promises)}" for path, promises in by_file.items())


def _label(path: str) -> str:
    return path.removeprefix("tests/").removeprefix("mqtt/conformance/")


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"conformance_{path.parent.name}_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), "utf-8")
