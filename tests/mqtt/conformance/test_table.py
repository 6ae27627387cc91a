from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.mqtt.conformance.table import PAGE, VERSIONS, Version, page, proofs

ROOT = Path(__file__).parents[3]

each_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.folder)


@each_version
def test_every_statement_has_a_test_or_a_reason_and_not_both(version: Version) -> None:
    statements, tests = version.statements(), proofs(version)
    assert set(tests) | set(statements.reasons) == set(statements.clauses)
    assert not set(tests) & set(statements.reasons)


@each_version
def test_a_test_that_stands_elsewhere_is_there(version: Version) -> None:
    for test in version.statements().elsewhere.values():
        path, name = test.split("::")
        assert re.search(rf"def {name}\(", (ROOT / path).read_text("utf-8")), test


def test_the_page_is_what_the_tests_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "stale: run python -m tests.mqtt.conformance.table"
