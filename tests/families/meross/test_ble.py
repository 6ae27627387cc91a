from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross.ble import frame, unframe
from homeward.families.meross.wire import BadMessage

EMPTY = bytes.fromhex("55aa00027b7da3a6bf43aa55")  # V25


def test_the_frame_of_an_empty_object() -> None:
    assert frame(b"{}") == EMPTY
    assert unframe(EMPTY) == (b"{}", b"")


def test_a_frame_is_waited_for_until_it_is_whole() -> None:
    assert [unframe(EMPTY[:size]) for size in range(len(EMPTY))] == [None] * len(EMPTY)
    assert unframe(EMPTY + b"\x55") == (b"{}", b"\x55")


@pytest.mark.parametrize("at", [0, 1, 4, 6, 10, 11])
def test_a_damaged_frame_is_a_bad_message(at: int) -> None:
    damaged = bytearray(EMPTY)
    damaged[at] ^= 1
    with pytest.raises(BadMessage):
        unframe(bytes(damaged))


@given(st.binary(max_size=1000), st.binary(max_size=20))
def test_what_was_framed_comes_back(data: bytes, after: bytes) -> None:
    assert unframe(frame(data) + after) == (data, after)
