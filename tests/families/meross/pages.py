"""The generated pages on Meross: `python -m tests.families.meross.pages` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from homeward.families.meross.namespaces import NAMESPACES, Namespace
from homeward.families.meross.wire import Params
from tests.families.meross.goldens import FILES

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


def models() -> str:
    """The models whose real shapes are among the tests, and what they show."""
    lines = [
        "# Models of Meross",
        "",
        "What becomes of the abilities and states that real devices of these models tell. What a device shows follows",
        "from what it tells and not from its name: other models do as well, as far as they speak the same namespaces.",
        "",
        "What can be set is in bold; in brackets are the attributes of one thing. A hub has a line for itself, and one",
        "for each kind of its sub-devices.",
        "",
        "| model | firmware | shows, **can be told** |",
        "|---|---|---|",
        *(line for path in FILES for line in _model(json.loads(path.read_text("utf-8")))),
    ]
    return "\n".join(lines) + "\n"


def _model(document: Params) -> Iterator[str]:
    system, entities = document["all"]["system"], document["outcome"]["entities"]
    parts = {entity.get("part", "").partition(" ")[0]: entity.get("part", "") for entity in entities}
    for kind, part in parts.items():
        name = f"{system['hardware']['type']}, {kind}" if kind else system["hardware"]["type"]
        shown = {_short(entity): entity for entity in entities if entity.get("part", "") == part}
        shows = ", ".join(dict.fromkeys(_shown(key, shown) for key, entity in shown.items() if not entity.get("of")))
        yield f"| {name} | {system['firmware']['version']} | {shows} |"


def _short(entity: Params) -> str:
    """The key without the sub-device's id."""
    key: str = entity["key"]
    return key.partition("_")[2] if entity.get("part") else key


def _shown(key: str, entities: Mapping[str, Params]) -> str:
    attributes = [_bold(name, other, key) for name, other in entities.items() if other.get("of", "").endswith(key)]
    return _bold(key, entities[key]) + (f" ({', '.join(attributes)})" if attributes else "")


def _bold(key: str, entity: Params, of: str = "") -> str:
    name = key.removeprefix(f"{of}_") if of else key
    return f"**{name}**" if entity.get("writable") else name


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


PAGES: Mapping[Path, Callable[[], str]] = {
    _FOLDER / "meross-namespaces.md": namespaces,
    _FOLDER / "meross-models.md": models,
}

if __name__ == "__main__":
    for path, page in PAGES.items():
        path.write_text(page(), "utf-8")
