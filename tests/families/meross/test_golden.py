"""Shapes that real devices have, and what is made of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.families.meross.goldens import FILES, outcome


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_model_shows_what_it_did_when_someone_last_looked(path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    assert outcome(document) == document["outcome"], "stale? python -m tests.families.meross.goldens, and read the diff"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_model_shows_no_more_than_it_tells(path: Path) -> None:
    found = json.loads(path.read_text("utf-8"))["outcome"]
    assert not found["odd"]
    assert found["values"].keys() <= {entity["key"] for entity in found["entities"]}
