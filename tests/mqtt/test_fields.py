import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.mqtt.fields import LARGEST, Fields, blob, number, text, variable
from homeward.mqtt.reasons import MalformedPacket


@given(st.integers(0, LARGEST))
def test_a_variable_byte_integer_is_read_as_it_was_written(value: int) -> None:
    fields = Fields(variable(value))
    assert (fields.variable(), fields.left()) == (value, 0)


@pytest.mark.parametrize(
    ("value", "data"),
    [(0, "00"), (127, "7f"), (128, "8001"), (16_383, "ff7f"), (16_384, "808001"), (LARGEST, "ffffff7f")],
)
def test_it_takes_as_many_bytes_as_the_standard_has_it(value: int, data: str) -> None:
    assert variable(value).hex() == data


@pytest.mark.parametrize("data", ["8000", "ff8000", "ffffffff01", "80", ""])
def test_one_that_is_too_long_or_not_whole_is_malformed(data: str) -> None:
    with pytest.raises(MalformedPacket):
        Fields(bytes.fromhex(data)).variable()


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.binary(), st.integers(0, 0xFFFF))
def test_fields_are_read_as_they_were_written(words: str, data: bytes, value: int) -> None:
    fields = Fields(b"-" + text(words) + blob(data) + number(value) + b"rest", 1)
    assert (fields.text(), fields.blob(), fields.number(), fields.rest(), fields.left()) == (
        words,
        data,
        value,
        b"rest",
        0,
    )


@pytest.mark.parametrize("data", [b"\0\3ab", b"\0", b"\0\2\xc3\x28", b"\0\3\xed\xa0\x80", b"\0\3a\0b"])
def test_what_is_no_string_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        Fields(data).text()


def test_a_byte_order_mark_stays() -> None:
    assert Fields(b"\0\4\xef\xbb\xbfa").text() == "\ufeffa"


def test_no_packet_identifier_is_0() -> None:
    assert Fields(b"\0\1").packet_id() == 1
    with pytest.raises(MalformedPacket, match="packet identifier 0"):
        Fields(b"\0\0").packet_id()


def test_what_mqtt_cannot_say_is_not_written() -> None:
    assert len(blob(bytes(65_535))) == 65_537
    with pytest.raises(ValueError, match="at most 65535 bytes, not 65536"):
        blob(bytes(65_536))
    with pytest.raises(ValueError, match="at most 65535 bytes"):
        text("ü" * 40_000)
    with pytest.raises(ValueError, match="at most 268435455"):
        variable(LARGEST + 1)
