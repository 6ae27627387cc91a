"""docs/api.md leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path

from homeward.web.problems import STATUS
from homeward.web.routes import ROUTES

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")


def test_every_operation_is_there_with_its_role() -> None:
    for route in ROUTES:
        assert f"| `{route.method} {route.path}` | {route.role or 'anyone'} |" in TEXT


def test_every_code_is_there_with_its_status() -> None:
    rows = re.findall(r"^\| (`.*`) \| ([\d, ]+) \|", TEXT, re.MULTILINE)
    told: dict[str, int] = {}
    for codes, statuses in rows:
        names, numbers = re.findall(r"`(\w+)`", codes), re.findall(r"\d+", statuses)
        told |= dict(zip(names, map(int, numbers if len(numbers) > 1 else numbers * len(names)), strict=True))
    assert told == STATUS
