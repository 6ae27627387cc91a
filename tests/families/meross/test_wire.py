from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross import wire
from homeward.families.meross.wire import BadMessage
from tests.families.meross.vectors import API_SIGNS, DEVICE_PASSWORDS, KEY, PARAMS, SIGNS, USER, UUID

HEADER = {
    "messageId": "122e3e47835fefcd8aaf22d13ce21859",
    "namespace": "Appliance.Control.ToggleX",
    "method": "SET",
    "payloadVersion": 1,
    "from": "/app/46884-f7fd00ecea5d8dad2aa9f2ea26957487/subscribe",
    "timestamp": 1557596606,
    "timestampMs": 0,
    "sign": "ecf6d48efd31ccf5bc974efb2cdf60a8",
}
TOGGLE = {"togglex": {"channel": 0, "onoff": 1}}
FRAME = msgspec.json.encode({"header": HEADER, "payload": TOGGLE})


def encode(payload: Any = TOGGLE, **changes: Any) -> bytes:
    fields: dict[str, Any] = {
        "message_id": HEADER["messageId"],
        "key": KEY,
        "source": HEADER["from"],
        "timestamp": 1557596606,
    }
    return wire.encode("SET", "Appliance.Control.ToggleX", payload, **(fields | changes))


@pytest.mark.parametrize("vector", SIGNS.values(), ids=SIGNS)
def test_a_signature_is_that_of_real_devices(vector: tuple[str, str, int, str]) -> None:
    message_id, key, timestamp, expected = vector
    assert wire.sign(message_id, key, timestamp) == expected


@pytest.mark.parametrize("vector", DEVICE_PASSWORDS.values(), ids=DEVICE_PASSWORDS)
def test_a_devices_password(vector: tuple[str, str, str, str]) -> None:
    user_id, mac, key, expected = vector
    assert wire.device_password(user_id, mac, key) == expected


def test_an_apps_password() -> None:
    assert wire.app_password(USER, KEY) == "2bd06e86331ec30e2841a38b44b60ab8"  # V2


def test_an_accounts_password_as_apps_send_it() -> None:
    assert wire.password_hash("secret") == "5ebe2294ecd0e0f08eab7690d2a6ee69"  # V9


@pytest.mark.parametrize("vector", PARAMS.values(), ids=PARAMS)
def test_params_however_they_are_spaced(vector: tuple[dict[str, Any], str]) -> None:
    params, encoded = vector
    assert wire.decode_params(encoded) == params
    assert wire.decode_params(wire.encode_params(params)) == params


@pytest.mark.parametrize("vector", API_SIGNS.values(), ids=API_SIGNS)
def test_an_account_request_is_signed_over_params_as_they_came(vector: tuple[str, str]) -> None:
    name, expected = vector
    assert wire.api_sign(1700000000000, "ABCDEFGHIJKLMNOP", PARAMS[name][1]) == expected
    assert wire.api_sign("1700000000000", "ABCDEFGHIJKLMNOP", PARAMS[name][1]) == expected


@pytest.mark.parametrize("params", ["", "e30", "e30=!", "W10=", "bnVsbA==", "/w==", "ééé", "eyJhIjoi/yJ9"])
def test_params_that_hold_no_object_are_a_bad_message(params: str) -> None:
    with pytest.raises(BadMessage):
        wire.decode_params(params)


def test_a_message_is_read_and_its_payload_left_alone() -> None:
    message = wire.decode(FRAME)
    assert message.header.message_id == HEADER["messageId"]
    assert message.header.namespace == "Appliance.Control.ToggleX"
    assert message.header.method == "SET"
    assert message.header.timestamp == 1557596606
    assert message.header.source == HEADER["from"]
    assert bytes(message.payload) == b'{"togglex":{"channel":0,"onoff":1}}'
    assert message.body() == TOGGLE


def test_what_is_built_is_what_the_protocol_says() -> None:
    assert msgspec.json.decode(encode()) == {"header": HEADER, "payload": TOGGLE}


def test_a_payload_that_was_not_materialised_can_be_sent_on() -> None:
    assert wire.decode(encode(wire.decode(FRAME).payload)).body() == TOGGLE


def test_a_message_without_milliseconds_has_no_field_for_them() -> None:
    header = msgspec.json.decode(encode(timestamp_ms=msgspec.UNSET))["header"]
    assert "timestampMs" not in header
    assert "triggerSrc" not in header


def test_only_what_was_signed_with_the_key_verifies() -> None:
    header = wire.decode(FRAME).header
    assert wire.verify(header, KEY)
    assert not wire.verify(header, "")
    for field, value in (("message_id", "1"), ("timestamp", 1557596607), ("sign", "é"), ("sign", "")):
        assert not wire.verify(msgspec.structs.replace(header, **{field: value}), KEY)


def test_a_header_needs_neither_from_nor_version() -> None:
    few = {name: HEADER[name] for name in ("messageId", "namespace", "method", "timestamp", "sign")}
    assert wire.decode(msgspec.json.encode({"header": few, "payload": {}})).header.source == ""


WRONG = {
    "nothing": b"",
    "no JSON": b"\x10\x2a",
    "no object": b"[]",
    "null": b"null",
    "no header": b'{"payload":{}}',
    "no payload": msgspec.json.encode({"header": HEADER}),
    "something after it": FRAME + b"x",
    "not UTF-8 in the header": FRAME.replace(b"ToggleX", b"Toggle\xff"),
    "not UTF-8 in the payload": FRAME.replace(b"onoff", b"\xc3\x28"),
    "half a surrogate": FRAME.replace(b"ToggleX", b"\\ud800"),
    "a deep payload": FRAME.replace(b'{"togglex"', b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b',"togglex"'),
    "a timestamp of thousands of digits": FRAME.replace(b"1557596606", b"9" * 5_000),
    "a timestamp past any time": FRAME.replace(b"1557596606", b"9" * 30),
    "a time before time": FRAME.replace(b"1557596606", b"-1"),
    "a fraction of a second": FRAME.replace(b"1557596606", b"1557596606.5"),
    "a timestamp in text": FRAME.replace(b"1557596606", b'"1557596606"'),
}


@pytest.mark.parametrize("data", WRONG.values(), ids=WRONG)
def test_what_is_no_message_is_a_bad_message(data: bytes) -> None:
    with pytest.raises(BadMessage):
        wire.decode(data)


@pytest.mark.parametrize("field", ["messageId", "namespace", "method", "timestamp", "sign"])
@pytest.mark.parametrize("value", [None, [], {}, True, 1.5, "missing"])
def test_a_field_that_is_missing_or_of_the_wrong_type_is_a_bad_message(field: str, value: Any) -> None:
    header = {**HEADER, field: value}
    if value == "missing":
        del header[field]
    with pytest.raises(BadMessage):
        wire.decode(msgspec.json.encode({"header": header, "payload": {}}))


@pytest.mark.parametrize("payload", [b"null", b"[]", b"1", b'""', b'{"a":1e999}'])
def test_a_payload_that_is_no_object_is_a_bad_message_when_it_is_opened(payload: bytes) -> None:
    message = wire.decode(FRAME.replace(b'{"togglex":{"channel":0,"onoff":1}}', payload))
    with pytest.raises(BadMessage):
        message.body()


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, TEXT, TEXT, TEXT, st.integers(0, 2**53), st.dictionaries(TEXT, st.integers(-(2**63), 2**63)))
def test_what_was_built_is_read_and_verifies(
    method: str, namespace: str, message_id: str, key: str, timestamp: int, payload: dict[str, int]
) -> None:
    data = wire.encode(method, namespace, payload, message_id=message_id, key=key, source="/a", timestamp=timestamp)
    message = wire.decode(data)
    assert (message.header.method, message.header.namespace) == (method, namespace)
    assert message.body() == payload
    assert wire.verify(message.header, key)


@given(st.binary(max_size=200))
def test_bytes_are_a_message_or_a_bad_message(data: bytes) -> None:
    with pytest.raises(BadMessage):
        wire.decode(data)


def test_topics() -> None:
    assert wire.request_topic(UUID) == f"/appliance/{UUID}/subscribe"
    assert wire.publish_topic(UUID) == f"/appliance/{UUID}/publish"
    assert wire.push_topic(USER) == "/app/46884/subscribe"
    assert wire.reply_topic(USER, "0a") == "/app/46884-0a/subscribe"
    assert (found := wire.REQUEST_TOPIC.fullmatch("/appliance/19011804581223251h0434298f1a4b07/subscribe"))
    assert found[1] == "19011804581223251h0434298f1a4b07"
    assert (found := wire.REPLY_TOPIC.fullmatch("/app/46884-0a/subscribe"))
    assert found.groups() == (USER, "0a")


@pytest.mark.parametrize(
    "topic", ["/app/46884/subscribe", "/app/1-2-3/subscribe", "/app/1-+/subscribe", "/app/1-2/publish"]
)
def test_what_is_no_apps_own_topic(topic: str) -> None:
    assert not wire.REPLY_TOPIC.fullmatch(topic)
