import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.mqtt.frames import Remainder, scan
from homeward.mqtt.packets import MalformedPacket, frame

LIMIT = 1_000_000


@given(st.lists(st.binary(max_size=300), max_size=5), st.data())
def test_packets_torn_anywhere_are_found_whole(bodies: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(frame(0x30, body) for body in bodies)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=4)))
    found, rest = [], b""
    for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        rest, at = rest + stream[start:stop], 0
        while packet := scan(rest, at, LIMIT):
            assert packet[0] == 0x30
            found.append(packet[1])
            at = packet[2]
        rest = rest[at:]
    assert found == bodies
    assert rest == b""


@pytest.mark.parametrize(
    ("length", "data"), [(127, "307f"), (128, "308001"), (16_384, "30808001"), (2_097_152, "3080808001")]
)
def test_lengths_are_encoded_as_in_table_2_4(length: int, data: str) -> None:
    packet = frame(0x30, bytes(length))
    assert packet.hex().startswith(data)
    assert scan(packet, 0, length) == (0x30, bytes(length), len(packet))


def test_a_length_beyond_the_limit_is_refused_before_the_body_is_there() -> None:
    with pytest.raises(MalformedPacket, match="268435455 bytes, where at most 262144"):
        scan(b"\x30\xff\xff\xff\x7f", 0, 262_144)


def test_a_length_of_five_bytes_is_malformed() -> None:
    with pytest.raises(MalformedPacket):
        scan(b"\x30\xff\xff\xff\xff\x01", 0, LIMIT)


def collect(stream: bytes, size: int) -> tuple[list[bytes], int]:
    """The bodies in a stream that comes in crumbs of this size, and how many bytes were put together for them."""
    bodies, rest, handled = [], None, 0
    for at in range(0, len(stream), size):
        data: bytes | None = stream[at : at + size]
        if rest:
            data, rest = rest.add(stream[at : at + size]), rest
        if data is None:
            continue
        handled += len(data)
        rest, at_packet = None, 0
        while found := scan(data, at_packet, LIMIT):
            bodies.append(found[1])
            at_packet = found[2]
        rest = Remainder(data[at_packet:]) if at_packet < len(data) else None
    return bodies, handled


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 50))
def test_a_remainder_makes_packets_whole(bodies: list[bytes], size: int) -> None:
    assert collect(b"".join(frame(0x30, body) for body in bodies), size)[0] == bodies


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_a_packet_in_crumbs_is_put_together_once(size: int) -> None:
    body = bytes(100_000)
    bodies, handled = collect(frame(0x30, body), size)
    assert bodies == [body]
    assert handled < 100_000 + 5 * size + 100


@pytest.mark.parametrize("first", [1, 2, 3, 4])
def test_a_length_beyond_the_limit_is_found_as_soon_as_it_is_known(first: int) -> None:
    head = b"\x30\xff\xff\xff\x7f"
    whole = Remainder(head[:first]).add(head[first:])
    assert whole == head
    with pytest.raises(MalformedPacket):
        scan(whole, 0, LIMIT)
