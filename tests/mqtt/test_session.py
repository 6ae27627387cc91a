import pytest

from homeward.mqtt.packets import ConnAck, Connect, MalformedPacket, PubAck, Publish, SubAck
from homeward.mqtt.session import ClientSession

from .house import Line, broker


def test_a_session_and_a_broker_understand_each_other() -> None:
    house = broker()
    line, session = Line(house), ClientSession(Connect("me"))
    line.connection.receive(session.take(), 0.0)
    session.subscribe(("a", 1))
    session.publish("a", b"x", qos=1)
    line.connection.receive(session.take(), 0.0)
    line.flush()
    assert session.receive(line.written) == [
        ConnAck(0),
        SubAck(1, (1,)),
        Publish("a", b"x", qos=1, packet_id=1),
        PubAck(2),
    ]
    assert session.take() == PubAck(1).encode()


def test_packet_identifiers_go_round_without_zero() -> None:
    session = ClientSession(Connect("me"))
    numbers = [session.publish("a", b"", qos=1) for _ in range(0xFFFF + 1)]
    assert numbers[-2:] == [0xFFFF, 1]
    assert 0 not in numbers


@pytest.mark.parametrize("data", [Connect("x").encode(), b"\xc0\x00", b"\x00\x00"])
def test_what_no_server_sends_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedPacket):
        ClientSession(Connect("me")).receive(data)
