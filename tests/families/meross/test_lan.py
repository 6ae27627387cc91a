from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross import crypto, lan, wire
from homeward.families.meross.lan import Ask, Response, Truncated
from homeward.families.meross.wire import BadMessage
from tests.families.meross.vectors import KEY, MAC, UUID

BODY = b'{"header":{},"payload":{}}'
LENGTH = f"Content-Length: {len(BODY)}".encode()
HEADS = {
    "as it should be": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + LENGTH + b"\r\n\r\n",
    "a bare LF after the status": b"HTTP/1.1 200 OK\nserver: HTTPD\r\n" + LENGTH.lower() + b"\r\n\r\n",
    "bare LFs all over": b"HTTP/1.0 200\n" + LENGTH + b"\n\n",
    "no headers at all": b"HTTP/1.1 200 OK\r\n\r\n",
}


def read(data: bytes) -> bytes:
    response = Response()
    response.receive(data)
    return response.body()


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_reply_is_read_however_its_lines_end(head: bytes) -> None:
    assert read(head + BODY) == BODY


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_a_reply_may_be_torn_anywhere(head: bytes) -> None:
    response = Response()
    whole = [response.receive(bytes([byte])) for byte in head + BODY]
    assert whole == [False] * (len(whole) - 1) + [b"ontent-" in head]
    assert response.body() == BODY


def test_nothing_is_an_empty_reply() -> None:
    assert Response().body() == b""


@pytest.mark.parametrize("size", [1, 20, 60, 90])
def test_a_reply_that_ends_early_says_so(size: int) -> None:
    with pytest.raises(Truncated):
        read((HEADS["as it should be"] + BODY)[:size])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP 404"),
        (b"SSH-2.0-x\r\n", "no HTTP reply"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(lan.LONGEST), "more than"),
    ],
)
def test_what_is_no_reply_is_a_bad_message(data: bytes, said: str) -> None:
    with pytest.raises(BadMessage, match=said):
        read(data)


@given(st.binary(max_size=300))
def test_nothing_but_a_bad_message_comes_of_any_bytes(data: bytes) -> None:
    for text in (data, b"HTTP/1.1 200 OK\r\n\r\n" + data):
        with suppress(BadMessage):
            lan.unseal(read(text), b"0" * 32)


def message(**payload: object) -> bytes:
    source = wire.publish_topic(UUID)
    return wire.encode("GETACK", "Appliance.X", payload, message_id="1", key=KEY, source=source, timestamp=1)


def test_the_key_of_a_devices_bodies_follows_from_who_it_is() -> None:
    secret = lan.secret_of(UUID, KEY, lan.ENCRYPTS)
    assert secret == crypto.lan_key(UUID, KEY, MAC) == b"d73fc3ebd36ea8be9e62ebf90c9e0cd2"  # V11
    assert lan.secret_of(UUID, KEY, lan.ENCRYPTS[1:]) is None
    assert lan.uuid_of(lan.unseal(lan.seal(message(), secret), secret)) == UUID


def test_an_answer_in_the_clear_is_read_all_the_same() -> None:
    assert lan.unseal(message(), b"0" * 32).header.message_id == "1"


@pytest.mark.parametrize("secret", [None, b"0" * 32])
@pytest.mark.parametrize("size", [70, 100, 130, 170])
def test_a_message_that_was_cut_off_is_told_from_one_that_is_none(secret: bytes | None, size: int) -> None:
    with pytest.raises(Truncated):
        lan.unseal(lan.seal(message(text="a" * 100), secret)[:size], secret)


@pytest.mark.parametrize("body", [b"", b"{}", b"<html>", b"AAAA", crypto.encrypt(b"1" * 32, b"{}").encode()])
def test_what_is_no_message_is_not_called_cut_off(body: bytes) -> None:
    with pytest.raises(BadMessage) as error:
        lan.unseal(body, b"0" * 32)
    assert not isinstance(error.value, Truncated)


def test_an_answer_that_comes_from_no_device_has_no_uuid() -> None:
    data = wire.encode("GETACK", "Appliance.X", {}, message_id="1", key="", source="elsewhere", timestamp=1)
    with pytest.raises(BadMessage, match="no device"):
        lan.uuid_of(wire.decode(data))


ASKS = [Ask("GET", "Appliance.System.Runtime", {}), Ask("SET", "Appliance.System.DNDMode", {"DNDMode": {"mode": 1}})]


def test_several_requests_are_one_and_so_are_their_answers() -> None:
    packed = lan.pack(ASKS)["multiple"]
    assert packed[1] == {
        "header": {"namespace": "Appliance.System.DNDMode", "method": "SET"},
        "payload": {"DNDMode": {"mode": 1}},
    }
    answers = [{**item, "header": {**item["header"], "method": item["header"]["method"] + "ACK"}} for item in packed]
    assert [method for method, _ in lan.unpack({"multiple": answers}, ASKS)] == ["GETACK", "SETACK"]
    with pytest.raises(Truncated, match="1 answers to 2"):
        lan.unpack({"multiple": answers[:1]}, ASKS)
    odd: Any
    for odd in (answers[::-1], [None, None], {}):
        with pytest.raises(BadMessage):
            lan.unpack({"multiple": odd}, ASKS)
