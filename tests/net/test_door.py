import errno
import socket

import pytest

from homeward.errors import SettingsError
from homeward.net.door import DoorClosed, DoorSpec, _hint, bind, parse


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("8883", DoorSpec(8883)),
        ("tcp:443", DoorSpec(443)),
        ("udp:8053", DoorSpec(8053, kind="udp")),
        ("127.0.0.1:2001", DoorSpec(2001, "127.0.0.1")),
        ("tcp:[::1]:2001,tls=legacy", DoorSpec(2001, "::1", legacy=True)),
        ("udp:homeward.lan:9", DoorSpec(9, "homeward.lan", "udp")),
    ],
)
def test_a_spec_is_read_and_printed_so_that_it_reads_the_same(text: str, spec: DoorSpec) -> None:
    assert parse(text) == spec
    assert parse(str(spec)) == spec


@pytest.mark.parametrize("text", ["", "x", "70000", "1,tls=old", "::1:5", "tcp:"])
def test_what_is_no_door_is_named(text: str) -> None:
    with pytest.raises(SettingsError, match="is no door"):
        parse(text)


def test_a_port_that_is_taken_is_told_with_how_to_find_who_has_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DoorClosed, match=f"127.0.0.1:{port} cannot be opened: Address already in use") as caught:
            bind(parse(f"127.0.0.1:{port}"))
    assert f"sport = :{port}" in caught.value.hint


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(DoorClosed) as caught:
        bind(parse("192.0.2.1:0"))
    assert caught.value.hint == "192.0.2.1 is not an address of this machine."


def test_a_privileged_port_is_told_with_both_ways_out() -> None:
    assert "CAP_NET_BIND_SERVICE; or open 8443" in _hint(OSError(errno.EACCES, ""), DoorSpec(443))
