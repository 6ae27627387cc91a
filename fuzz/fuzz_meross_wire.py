"""Meross messages, encrypted bodies, BLE frames: nothing but BadMessage comes out; what is built is read again."""

from __future__ import annotations

from contextlib import suppress

from homeward.families.meross import ble, crypto, wire
from homeward.families.meross.wire import BadMessage

KEY = b"d73fc3ebd36ea8be9e62ebf90c9e0cd2"


def target(data: bytes) -> None:
    """A message; the same bytes are then taken for everything else that carries one."""
    _message(data)
    for parse in (_frames, _encrypted, _params):
        with suppress(BadMessage):
            parse(data)


def _message(data: bytes) -> None:
    try:
        message = wire.decode(data)
        wire.verify(message.header, "key")
        payload = message.body()
    except BadMessage:
        return
    header = message.header
    built = wire.encode(
        header.method,
        header.namespace,
        payload,
        message_id=header.message_id,
        key="key",
        source=header.source,
        timestamp=header.timestamp,
    )
    again = wire.decode(built)
    assert wire.verify(again.header, "key")
    assert again.body() == payload


def _frames(data: bytes) -> None:
    while found := ble.unframe(data):
        message, data = found
        assert ble.unframe(ble.frame(message)) == (message, b"")


def _encrypted(data: bytes) -> None:
    plain = crypto.decrypt(KEY, data)
    assert crypto.decrypt(KEY, crypto.encrypt(KEY, plain)) == plain


def _params(data: bytes) -> None:
    params = wire.decode_params(data.decode("latin-1"))
    assert wire.decode_params(wire.encode_params(params)) == params
