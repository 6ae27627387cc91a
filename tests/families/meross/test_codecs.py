from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.errors import InvalidValue
from homeward.families.meross import codecs
from homeward.families.meross.codecs import Codec
from homeward.families.meross.wire import BadMessage

NOW = (1_700_000_000.0, "")
CODECS: dict[str, Codec] = {
    "number": codecs.number(10),
    "flag": codecs.flag(1, 2),
    "running": codecs.running(1, 0),
    "flags": codecs.flags(24, 25),
    "choice": codecs.choice({0: "off", 1: "heat"}),
    "text": codecs.text(),
    "colour": codecs.colour(),
    "kelvin": codecs.kelvin(),
    "shutter": codecs.shutter(),
    "position": codecs.position(),
    "motion": codecs.motion(),
    "speed_is_on": codecs.speed_is_on(),
    "days": codecs.days(),
    "hours": codecs.hours(),
    "effect": codecs.effect(),
    "mts300_action": codecs.mts300_action(),
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(raw=JSON)
def test_whatever_stands_there_is_read_or_refused(codec: Codec, raw: Any) -> None:
    try:
        value = codec.read(raw, NOW)
    except BadMessage:
        return
    assert value is None or isinstance(value, bool | int | float | str)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
@given(value=VALUES)
def test_whatever_is_wanted_is_written_or_refused(codec: Codec, value: Any) -> None:
    try:
        raw = codec.write(value, {"00": {"effectName": "Night"}})
    except InvalidValue:
        return
    assert type(raw) in (int, dict)


@pytest.mark.parametrize("parts", [1, 10, 100, 1000])
@given(raw=st.integers(-(2**31), 2**31))
def test_a_number_is_written_as_it_was_read(parts: int, raw: int) -> None:
    codec = codecs.number(parts)
    assert codec.write(codec.read(raw, NOW), {}) == raw


@given(st.integers(0, 0xFFFFFF))
def test_a_colour_is_written_as_it_was_read(raw: int) -> None:
    codec = codecs.colour()
    assert codec.write(codec.read(raw, NOW), {}) == raw


@given(st.integers(1, 100))
def test_white_is_written_as_it_was_read(raw: int) -> None:
    codec = codecs.kelvin()
    assert codec.write(codec.read(raw, NOW), {}) == raw


@pytest.mark.parametrize("raw", [True, None, "5", [5], 2**53, float("inf"), float("nan")])
def test_what_is_no_number_is_refused(raw: Any) -> None:
    with pytest.raises(BadMessage):
        codecs.number().read(raw, NOW)


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ({"capacity": 5, "rgb": 255}, "#0000ff"),
        ({"rgb": 255}, "#0000ff"),
        ({"capacity": 6, "rgb": 255}, None),
        ({"capacity": 5, "rgb": -1}, None),
        ({"capacity": 5}, None),
    ],
)
def test_a_colour_counts_while_the_light_is_coloured(item: Any, value: Any) -> None:
    assert codecs.valid("rgb", 1, codecs.colour()).read(item, NOW) == value


@pytest.mark.parametrize(("lasting", "raw"), [({"maxSpeed": 3}, 3), ({}, 4), ({"maxSpeed": "3"}, 4)])
def test_full_speed_is_what_the_fan_can_do(lasting: Any, raw: int) -> None:
    assert codecs.speed().write(100, lasting) == {"speed": raw}
