import json

import msgspec
import pytest

from homeward.model import Secret


def test_a_secret_is_shown_to_nobody_who_prints_or_formats_it() -> None:
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"


@pytest.mark.parametrize("encode", [msgspec.json.encode, json.dumps])
def test_a_secret_cannot_be_encoded_by_mistake(encode: object) -> None:
    with pytest.raises(TypeError):
        encode({"key": Secret("hunter2")})  # type: ignore[operator]


def test_a_secret_leaves_by_reveal_alone() -> None:
    assert Secret("hunter2").reveal() == "hunter2"


def test_secrets_are_equal_by_what_they_hide() -> None:
    assert Secret("a") == Secret("a")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"
    assert not Secret("")
