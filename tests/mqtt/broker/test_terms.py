import pytest

from homeward.mqtt.broker import Limits
from homeward.mqtt.broker.terms import Terms, lifetime
from homeward.mqtt.packets import ConnAck, Connect, Disconnect, Publish, Subscribe, Subscription
from homeward.mqtt.properties import NEVER, Properties
from homeward.mqtt.reasons import Reason
from tests.mqtt.house import Line, broker, signed_in


def asking(**properties: int) -> Connect:
    said: Properties = properties  # type: ignore[assignment]
    return Connect("me", level=5, properties=said)


@pytest.mark.parametrize(
    ("request_", "seconds"),
    [
        (Connect("me"), 0),
        (Connect("me", clean=False), 100),
        (asking(), 0),
        (asking(session_expiry_interval=50), 50),
        (asking(session_expiry_interval=500), 100),
        (asking(session_expiry_interval=NEVER), 100),
    ],
)
def test_a_session_outlives_its_connection_for_so_long(request_: Connect, seconds: float) -> None:
    assert lifetime(request_, 100.0) == seconds


def test_a_client_is_told_what_may_be() -> None:
    limits = Limits(inflight=7, packet=1_000, aliases=3)
    (greeting,) = Line(broker(limits)).send(asking())
    told = {"receive_maximum": 7, "maximum_packet_size": 1_000, "topic_alias_maximum": 3}
    assert greeting == ConnAck(0, properties=told)  # type: ignore[arg-type]


def test_a_client_without_a_name_is_told_the_one_it_gets() -> None:
    (greeting,) = Line(broker()).send(Connect("", level=5))
    assert isinstance(greeting, ConnAck)
    assert greeting.properties["assigned_client_identifier"] == "assigned"


@pytest.mark.parametrize("said", [{}, {"topic_alias_maximum": 1}, {"maximum_packet_size": 10}])
def test_messages_are_made_one_by_one_only_for_clients_that_need_it(said: dict[str, int]) -> None:
    assert Terms(asking(**said), Limits()).particular == bool(said)


def test_as_many_aliases_are_given_as_the_client_takes_and_the_limit_allows() -> None:
    for asked, most in ((5, 2), (2, 5)):
        house = broker(Limits(aliases=most))
        line = signed_in(house, connect=asking(topic_alias_maximum=asked))
        line.send(Subscribe(1, (Subscription("#"),)))
        for topic in ("a", "b", "c", "a", "c"):
            house.publish(topic, b"x")
        got = [packet for packet in line.got() if isinstance(packet, Publish)]
        said = [(packet.topic, packet.properties.get("topic_alias", 0)) for packet in got]
        assert said == [("a", 1), ("b", 2), ("c", 0), ("", 1), ("c", 0)]


def test_an_alias_is_not_used_before_it_was_said() -> None:
    house = broker()
    large = len(Publish("topic", bytes(100)).encode(5))
    line = signed_in(house, connect=asking(topic_alias_maximum=9, maximum_packet_size=large))
    line.send(Subscribe(1, (Subscription("#"),)))
    for size in (100, 50, 50):
        house.publish("topic", bytes(size))
    got = [packet for packet in line.got() if isinstance(packet, Publish)]
    said = [(packet.topic, packet.properties.get("topic_alias", 0)) for packet in got]
    assert said == [("topic", 0), ("topic", 1), ("", 1)]


@pytest.mark.parametrize(("alias", "reason"), [(3, Reason.TOPIC_ALIAS_INVALID), (2, Reason.PROTOCOL_ERROR)])
def test_a_clients_alias_beyond_the_limit_or_never_said_ends_the_connection(alias: int, reason: Reason) -> None:
    line = signed_in(broker(Limits(aliases=2)), connect=asking())
    line.send(Publish("a", b"1", properties={"topic_alias": 1}), Publish("", b"2", properties={"topic_alias": 1}))
    assert line.guest.heard == [("a", b"1"), ("a", b"2")]
    (gone,) = line.send(Publish("", b"", properties={"topic_alias": alias}))
    assert isinstance(gone, Disconnect)
    assert gone.code == reason
