"""What commands put out: data on stdout, words on stderr. What devices say of themselves cannot steer a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import click

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))

json_option: Callable[..., Any] = click.option("--json", "as_json", is_flag=True, help="Put out JSON.")


def say(text: str) -> None:
    """A word for people."""
    click.echo(clean(text), err=True)


def put_json(data: Any, *, indent: int | None = 2) -> None:
    """Data for programs."""
    click.echo(json.dumps(data, indent=indent))


def put_table(headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Rows for people: fitted to the terminal when there is one, else in plain columns."""
    cells = [[clean(words(cell)) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _put_rich(headings, cells)
    else:
        _put_plain([list(headings), *cells])


def words(value: Any) -> str:
    """A value as people write it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else str(value)


def ago(at: float | None, now: float) -> str:
    """How long ago something was: `5 s`, `3 min`, `2 d`."""
    if at is None:
        return ""
    seconds = max(0, int(now - at))
    size, unit = next((step for step in _UNITS if seconds >= step[0]), (1, "s"))
    return f"{seconds // size} {unit}"


def clean(text: str) -> str:
    """The text without characters that could move a cursor, colour a screen or hide another."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _put_plain(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _put_rich(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, box=None, header_style="bold", pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)
