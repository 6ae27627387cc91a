from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from homeward.errors import SettingsError
from homeward.settings import Settings, load

TEXT = (Path(__file__).parents[1] / "docs" / "settings.md").read_text("utf-8")


def rows(struct: type[msgspec.Struct] = Settings, path: str = "") -> Iterator[tuple[str, Any, str]]:
    """Every setting by its dotted name, with its default and its meaning."""
    info = msgspec.inspect.type_info(struct)
    assert isinstance(info, msgspec.inspect.StructType)
    for field in info.fields:
        kind = field.type
        if isinstance(kind, msgspec.inspect.StructType):
            yield from rows(kind.cls, f"{path}{field.name}.")
        else:
            schema = kind.extra_json_schema if isinstance(kind, msgspec.inspect.Metadata) else None
            yield f"{path}{field.name}", field.default, (schema or {}).get("description", "")


def test_every_setting_is_in_the_docs_with_its_default_and_meaning() -> None:
    missing = [
        row
        for name, default, meaning in rows()
        if meaning
        and (row := f"| `{name}` | `{msgspec.json.encode(default).decode()}` | {_cell(meaning)} |") not in TEXT
    ]
    assert not missing


def test_every_setting_has_a_meaning() -> None:
    assert [name for name, _, meaning in rows() if not meaning] == ["version"]


def test_the_defaults_keep_their_own_rules() -> None:
    assert msgspec.convert(msgspec.to_builtins(Settings()), Settings) == Settings()


def test_nothing_given_is_the_defaults() -> None:
    assert load(environment={}) == Settings()


def test_flags_come_before_environment_before_file(tmp_path: Path) -> None:
    file = tmp_path / "homeward.toml"
    file.write_text('web = "file:1"\nadvertise = "file"\n[limits]\nframe = 1\n')
    environment = {"HOMEWARD__ADVERTISE": "environment", "HOMEWARD__WEB": "environment:2"}
    settings = load(file, environment, web="flag:3", adopt_all=None)
    assert (settings.web, settings.advertise, settings.limits.frame) == ("flag:3", "environment", 1)


def test_the_environment_reaches_every_depth() -> None:
    environment = {
        "HOMEWARD__FAMILIES__MEROSS__POLL_POWER": "5",
        "HOMEWARD__DOORS": "443,tls=legacy udp:8053",
        "PATH": "/bin",
    }
    settings = load(environment=environment)
    assert settings.families.meross.poll_power == 5.0
    assert settings.doors == ("443,tls=legacy", "udp:8053")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("limits = 5", "limits"),
        ("[limits]\nframe = 0", "limits.frame"),
        ("[limits]\nfarme = 1", "farme"),
        ("version = 2", "version"),
        ("web =", "not TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_the_file(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "homeward.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=r"homeward\.toml") as wrong:
        load(file, {})
    assert words in str(wrong.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot read .*nowhere\.toml: No such file"):
        load(tmp_path / "nowhere.toml", {})


def test_what_is_wrong_in_the_environment_is_named_with_its_variable() -> None:
    with pytest.raises(SettingsError, match=r"^HOMEWARD__LIMITS__FRAME: "):
        load(environment={"HOMEWARD__LIMITS__FRAME": "many"})


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
