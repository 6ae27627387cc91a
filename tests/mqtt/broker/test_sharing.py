from homeward.mqtt.broker import Broker, Limits
from homeward.mqtt.packets import Connect, Publish, Subscribe, Subscription, Unsubscribe
from tests.mqtt.house import Line, broker, signed_in


def member(house: Broker, name: str, topic_filter: str = "$share/us/a", connect: Connect | None = None) -> Line:
    line = signed_in(house, name, connect)
    line.send(Subscribe(1, (Subscription(topic_filter, 1),)))
    return line


def payloads(line: Line) -> list[bytes]:
    return [packet.payload for packet in line.got() if isinstance(packet, Publish)]


def test_each_takes_its_turn() -> None:
    house = broker()
    lines = [member(house, name) for name in "xyz"]
    for number in range(6):
        assert house.publish("a", bytes((number,)), 1) == 1
    assert sorted(len(payloads(line)) for line in lines) == [2, 2, 2]


def test_each_share_gets_its_own_copy_and_so_does_who_does_not_share() -> None:
    house = broker()
    lines = [member(house, "x"), member(house, "y", "$share/them/a"), member(house, "z", "a")]
    house.publish("a", b"1", 1)
    assert [payloads(line) for line in lines] == [[b"1"]] * 3


def test_one_that_is_here_and_reads_goes_before_others() -> None:
    house = broker()
    member(house, "away", connect=Connect("away", clean=False)).connection.lost("gone")
    slow, quick = member(house, "slow"), member(house, "quick")
    slow.stall()
    for number in range(4):
        house.publish("a", bytes((number,)), 1)
    assert payloads(quick) == [bytes((number,)) for number in range(4)]


def test_when_all_are_away_it_is_kept_for_one_of_them() -> None:
    house = broker()
    for name in "xy":
        member(house, name, connect=Connect(name, clean=False)).connection.lost("gone")
    house.publish("a", b"1", 1)
    kept = [packet for name in "xy" for packet in Line(house, name).send(Connect(name, clean=False))]
    assert [packet.payload for packet in kept if isinstance(packet, Publish)] == [b"1"]


def test_who_subscribes_again_has_one_turn_as_it_wishes_now() -> None:
    house = broker()
    lines = [member(house, "x"), member(house, "y")]
    lines[0].send(Subscribe(2, (Subscription("$share/us/a", 0),)))
    for _ in range(4):
        house.publish("a", b"", 1)
    got = [[packet.qos for packet in line.got() if isinstance(packet, Publish)] for line in lines]
    assert got == [[0, 0], [1, 1]]


def test_a_share_without_members_is_none() -> None:
    house = broker()
    line = member(house, "x")
    line.send(Unsubscribe(2, ("$share/us/a",)))
    assert house.publish("a", b"") == 0


def test_the_last_member_may_go_while_a_message_is_on_its_way_to_it() -> None:
    house = broker(Limits(queued=700))
    line = member(house, "x", "a")
    line.send(Subscribe(2, (Subscription("$share/us/a", 1),)))
    line.stall()
    house.publish("a", bytes(100), 1)
    assert line.connection.over == ""
    publisher = signed_in(house, "publisher")
    assert publisher.send(Publish("a", bytes(400), 1, packet_id=1))
    assert not publisher.connection.over
    assert "it does not read" in line.connection.over
