from typing import Any, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.mqtt.fields import Fields, variable
from homeward.mqtt.properties import NONE, Properties, decode, encode
from homeward.mqtt.reasons import MalformedPacket, Reason

from .strategies import NAMES, PLACES, properties, value

FEW = settings(max_examples=8)
"""Of each property or place; there are many of those."""


def body(said: Properties) -> bytes:
    """The properties without their length."""
    fields = Fields(encode(said))
    fields.variable()
    return fields.rest()


def one(name: str, data: st.DataObject) -> Properties:
    found: Any = {name: data.draw(value(name))}
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("place", PLACES)
@given(data=st.data())
@FEW
def test_what_is_encoded_is_decoded_and_what_follows_is_left(place: int, data: st.DataObject) -> None:
    said = data.draw(properties(place))
    fields = Fields(encode(said) + b"payload")
    assert decode(fields, place) == said
    assert fields.rest() == b"payload"


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@FEW
def test_a_property_stands_where_the_standard_has_it_and_nowhere_else(name: str, data: st.DataObject) -> None:
    said = one(name, data)
    for place, allowed in PLACES.items():
        if name in allowed.split():
            assert decode(Fields(encode(said)), place) == said
        else:
            with pytest.raises(MalformedPacket) as caught:
                decode(Fields(encode(said)), place)
            assert caught.value.reason == Reason.MALFORMED_PACKET


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
@FEW
def test_a_property_stands_once_but_for_those_that_are_tuples(name: str, data: st.DataObject) -> None:
    first, second = one(name, data), one(name, data)
    place = next(place for place, allowed in PLACES.items() if name in allowed.split())
    both = body(first) + body(second)
    fields = Fields(variable(len(both)) + both)
    if name in ("user_property", "subscription_identifier"):
        values: Any = (first, second)
        assert decode(fields, place) == {name: values[0][name] + values[1][name]}
    else:
        with pytest.raises(MalformedPacket, match=f"{name} twice") as caught:
            decode(fields, place)
        assert caught.value.reason == Reason.PROTOCOL_ERROR


def test_every_property_of_the_standard_is_there() -> None:
    assert set(get_type_hints(Properties)) == set(NAMES)
    assert len(NAMES) == 27


@pytest.mark.parametrize(
    ("place", "said", "why"),
    [
        (3, "0102", "payload_format_indicator 2"),
        (1, "1702", "request_problem_information 2"),
        (1, "1902", "request_response_information 2"),
        (1, "210000", "receive_maximum 0"),
        (1, "2700000000", "maximum_packet_size 0"),
        (2, "2402", "maximum_qos 2"),
        (2, "2502", "retain_available 2"),
        (2, "2802", "wildcard_subscription_available 2"),
        (2, "2902", "subscription_identifier_available 2"),
        (2, "2a02", "shared_subscription_available 2"),
        (8, "0b00", "subscription_identifier 0"),
    ],
)
def test_a_value_that_the_standard_forbids_is_a_protocol_error(place: int, said: str, why: str) -> None:
    data = bytes.fromhex(said)
    with pytest.raises(MalformedPacket, match=why) as caught:
        decode(Fields(variable(len(data)) + data), place)
    assert caught.value.reason == Reason.PROTOCOL_ERROR


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("0304", "a length beyond the body"),
        ("0100", "property 0x00 is none"),
        ("022b00", "property 0x2b is none"),
        ("0202 0000", "half a number"),
        ("0403 0005 61", "half a string"),
        ("0326 0001", "half a pair"),
        ("0126", "a property without a value"),
        ("800301 01", "a length of more bytes than it needs"),
    ],
)
def test_what_is_not_whole_is_malformed(said: str, why: str) -> None:
    with pytest.raises(MalformedPacket):
        decode(Fields(bytes.fromhex(said)), 3)


def test_no_properties_are_one_object_that_nobody_can_change() -> None:
    assert decode(Fields(b"\0"), 3) is NONE
    with pytest.raises(TypeError):
        NONE["content_type"] = "x"
