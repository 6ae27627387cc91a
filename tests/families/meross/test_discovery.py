from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.meross.discovery import Found, Question, encode, found, question
from homeward.families.meross.wire import BadMessage
from tests.families.meross.street import made
from tests.families.meross.vectors import MAC, UUID

ANSWER = (
    b'{"devName":"plug","devSoftWare":"2.3.8","devHardWare":"1.0.0","ip":"192.0.2.9","port":80,"mac":"48:e1:e9:d5:84:42",'
    b'"uuid":"2308085712920951080748e1e9d58442","deviceType":"em06","subType":"un","channels":"[0,1]"}'
)


def test_a_question_is_read_and_written() -> None:
    data = b'{"id":"48cbd88f969eb3c486085cfe7b5eb1e4","devName":"*"}'
    asked = question(data)
    assert asked == Question("48cbd88f969eb3c486085cfe7b5eb1e4")
    assert encode(asked) == data


def test_an_answer_is_read_and_written() -> None:
    one = found(ANSWER)
    assert (one.uuid, one.mac, one.ip, one.model, one.channels) == (UUID, MAC, "192.0.2.9", "em06", "[0,1]")
    assert found(encode(one)) == one
    assert found(encode(Found(UUID, "192.0.2.9"))).port == 80


def test_an_emulated_device_answers_to_its_model_and_to_everyone() -> None:
    device = made("mss110", address="192.0.2.9")
    for name in ("*", "mss110"):
        told = device.found(encode(Question("1", name)), 80)
        assert told
        assert told[1] == 9989
        one = found(told[0])
        assert (one.uuid, one.ip, one.model, one.firmware) == (device.native_id, "192.0.2.9", "mss110", "7.3.37")
    assert device.found(encode(Question("1", "mss310")), 80) is None
    assert device.found(b"{}", 80) is None


@given(st.one_of(st.binary(max_size=100), st.sampled_from([b"{}", b'{"id":5}', b'{"uuid":"x","ip":5}', b"[" * 99_999])))
def test_any_other_datagram_is_neither(data: bytes) -> None:
    assert question(data) is None
    with pytest.raises(BadMessage):
        found(data)
