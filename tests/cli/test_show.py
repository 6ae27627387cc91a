from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.cli import place, show
from homeward.cli.devices import short
from homeward.cli.set import parse


@given(st.text())
def test_what_a_device_says_cannot_steer_a_terminal(text: str) -> None:
    assert show.clean(text).isprintable()


def test_a_table_is_clean_and_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    show.put_table(("A", "BB"), [("\x1b[31mred", None), (True, 1.5)])
    assert capsys.readouterr().out == "A         BB\n\ufffd[31mred\non        1.5\n"


def test_a_table_fits_a_terminal_and_takes_no_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    show.put_table(("ID", "STATE"), [("lamp-1", "[red]offline:[/red] " + "very long " * 20)])
    out = re.sub("\x1b\\[[0-9;]*m", "", capsys.readouterr().out)
    assert "[red]offline:[/red]" in out
    assert max(map(len, out.splitlines())) <= 80


def test_no_color_is_honoured(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("FORCE_COLOR", "1")
    show.put_table(("ID",), [("x",)])
    assert "\x1b[1m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    show.put_table(("ID",), [("x",)])
    assert "\x1b[3" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (7200, "2 h"), (86_400, "1 d"), (-5, "0 s")],
)
def test_ages_are_told_in_the_largest_unit(seconds: float, text: str) -> None:
    assert show.ago(1000.0, 1000.0 + seconds) == text


@given(st.lists(st.text("ab", min_size=7, max_size=12), unique=True, min_size=1))
def test_a_shortened_id_begins_one_id_only(tails: list[str]) -> None:
    ids = [f"lamp-{tail}" for tail in tails]
    for name, beginning in short(ids).items():
        assert name.startswith(beginning)
        assert len(beginning) >= len("lamp-") + 6
        assert beginning == name or [other for other in ids if other.startswith(beginning)] == [name]


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("ON", {}, True),
        ("no", {}, False),
        ("no", {"options": ["yes", "no"]}, "no"),
        ("3", {"options": ["3"]}, "3"),
        ("3", {}, 3),
        ("1e3", {}, 1000.0),
        ("null", {}, None),
        ('"3"', {}, "3"),
        ("cosy light", {}, "cosy light"),
        ("[1]", {}, "[1]"),
    ],
)
def test_a_value_in_words_becomes_what_was_meant(text: str, entity: dict[str, Any], value: Any) -> None:
    assert parse(text, entity) == value
    assert type(parse(text, entity)) is type(value)


@pytest.mark.parametrize(
    ("environment", "where"),
    [
        ({"HOMEWARD_DATA": "/srv/home"}, "/srv/home"),
        ({"XDG_DATA_HOME": "/x"}, "/x/homeward"),
        ({}, str(Path.home() / ".local/share/homeward")),
    ],
)
def test_data_is_where_the_platform_keeps_it_unless_told(environment: dict[str, str], where: str) -> None:
    assert str(place.data_directory(environment)) == where


@pytest.mark.parametrize("text", ["", "{", "[]", '{"url": 1}', "null"])
def test_a_spoilt_local_file_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "cli.json").write_text(text)
    assert place.find_server(None, None, tmp_path).token == ""
