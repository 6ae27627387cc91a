"""The generated pages on Meross: `python -m tests.families.meross.pages` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from homeward.families.meross.namespaces import NAMESPACES, Namespace

_FOLDER = Path(__file__).parents[3] / "docs" / "families"


def namespaces() -> str:
    """The table of namespaces."""
    lines = [
        "# Namespaces of Meross",
        "",
        "One row each, of `homeward.families.meross.namespaces`; `Appliance.` is left out before the names.",
        "",
        "Verbs: G answers GET, S takes SET, D takes DELETE, P is pushed by the device, Q answers a PUSH of `{}` by",
        "pushing, B is SET by the device itself, which waits for the SETACK. Where a namespace has no row, its payload",
        "key is the last word in camel case, and what it tells is passed on to apps and counted.",
        "",
        "| namespace | verbs | payload | GET with | SET with | in System.All | units |",
        "|---|---|---|---|---|---|---|",
        *(_row(row) for _, row in sorted(NAMESPACES.items())),
    ]
    return "\n".join(lines) + "\n"


def _row(row: Namespace) -> str:
    return f"| {' | '.join(_cells(row))} |"


def _cells(row: Namespace) -> Iterator[str]:
    fields = f"{row.shape.keyed_by}, …" if row.shape.keyed_by else "…"
    item = f"{{{fields}}}"
    yield row.name.removeprefix("Appliance.")
    yield row.verbs
    whole = f"{{{row.inside}: [{item}, …]}}" if row.inside else f"[{item}, …]" if row.shape.many else item
    yield f"`{row.key}: {whole}`" if row.key else f"`{item}`"
    yield f"`{json.dumps(row.request())}`" if "G" in row.verbs else ""
    yield ("a list" if row.set_many else "one") if "S" in row.verbs else ""
    yield f"`{row.digest}`" if row.digest else ""
    yield ", ".join(f"{field} {unit.unit}{_parts(unit.parts)}" for field, unit in row.units.items())


def _parts(parts: int) -> str:
    return f"/{parts}" if parts > 1 else ""


PAGES: Mapping[Path, Callable[[], str]] = {_FOLDER / "meross-namespaces.md": namespaces}

if __name__ == "__main__":
    for path, page in PAGES.items():
        path.write_text(page(), "utf-8")
