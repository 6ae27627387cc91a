import asyncio
import socket
import ssl
import struct
import warnings
from collections.abc import Callable

import pytest

from .echo import TestHouse

Build = Callable[..., TestHouse]


async def test_a_caller_that_is_gone_before_it_is_looked_at_leaves_no_trace(build: Build) -> None:
    house = build(handshake=0.01)
    gone = socket.create_connection(("127.0.0.1", house.port))
    gone.sendall(b"\x16\x03\x01\x00\x05hello")
    gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    gone.close()
    while not house.log():
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    assert house.doorman.connections() == 0
    silent, writer = await asyncio.open_connection("127.0.0.1", house.port)
    assert await silent.read() == b""
    writer.close()


async def test_a_client_that_does_not_trust_the_house_is_told_of_in_the_log(build: Build) -> None:
    house = build()
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2  # whatever this machine's OpenSSL would offer
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection("127.0.0.1", house.port, ssl=context)
    while not house.log():
        await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    (entry,) = house.log()
    assert entry.verdict.endswith("it may not trust this house's certificate (give it ca.pem) or its name")
    assert (entry.protocol, entry.offered) == ("tls", ("TLS 1.3", "TLS 1.2"))


async def test_a_client_of_tls_1_0_is_told_of_with_the_door_that_takes_it(build: Build) -> None:
    house = build()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection("127.0.0.1", house.port, ssl=context)
    (entry,) = house.log()
    assert "it offers TLS 1.0 at most; a door with tls=legacy takes it" in entry.verdict


async def test_a_legacy_door_takes_tls_1_0(build: Build) -> None:
    from homeward.net.door import parse

    house = build()
    house.doorman.open(parse("127.0.0.1:0,tls=legacy"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    port = house.doorman.doors[1].spec.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    writer.write(b"ECHO")
    assert await reader.readexactly(4) == b"ECHO"
    writer.close()
