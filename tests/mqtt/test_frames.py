import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.mqtt.frames import scan
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
