import contextlib
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.errors import ProtocolError
from homeward.net.hello import ClientHello, parse


def hello_of(context: ssl.SSLContext, name: str | None) -> bytes:
    """What OpenSSL sends first with this context."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def unchecked() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # whatever this machine's OpenSSL would offer
    return context


def test_an_offer_of_today_is_read() -> None:
    hello = parse(hello_of(unchecked(), "iot.example"))
    assert hello.versions == ("TLS 1.3", "TLS 1.2")
    assert hello.server_name == "iot.example"
    assert 0x1301 in hello.ciphers


def test_an_offer_of_tls_1_2_without_a_name_is_read() -> None:
    context = unchecked()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("AES128-SHA")
    hello = parse(hello_of(context, None))
    assert (hello.versions, hello.server_name) == (("TLS 1.2",), "")
    assert 0x002F in hello.ciphers


def test_an_offer_without_extensions_is_read_and_grease_is_not() -> None:
    body = b"\x03\x01" + bytes(32) + b"\0" + b"\0\4\x0a\x0a\x00\x2f" + b"\1\0"
    handshake = b"\x01" + len(body).to_bytes(3, "big") + body
    assert parse(b"\x16\x03\x01" + len(handshake).to_bytes(2, "big") + handshake) == ClientHello(("TLS 1.0",), (0x2F,))


def test_half_an_offer_is_an_error_and_nothing_else() -> None:
    whole = hello_of(unchecked(), "iot.example")
    for size in range(len(whole)):
        with pytest.raises(ProtocolError):
            parse(whole[:size])


@given(st.binary(max_size=200), st.integers(0, 100))
def test_no_bytes_raise_anything_undocumented(tail: bytes, keep: int) -> None:
    with contextlib.suppress(ProtocolError):
        parse(hello_of(unchecked(), "iot.example")[:keep] + tail)
