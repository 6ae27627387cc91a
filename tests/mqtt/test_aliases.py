import pytest

from homeward.mqtt.aliases import OurAliases, TheirAliases
from homeward.mqtt.decode import decode
from homeward.mqtt.frames import scan
from homeward.mqtt.packets import MalformedPacket, Packet, Publish
from homeward.mqtt.reasons import Reason

NO_LIMIT = 1 << 32


def packet(data: bytes) -> Packet:
    found = scan(data, 0, 1 << 20)
    assert found
    return decode(found[0], found[1], 5)


def test_a_topic_is_said_once_and_then_by_its_alias() -> None:
    aliases = OurAliases(1)
    sent = [packet(aliases.encode(Publish(topic, b"x"), NO_LIMIT)) for topic in ("a", "b", "a")]
    assert sent == [
        Publish("a", b"x", properties={"topic_alias": 1}),
        Publish("b", b"x"),
        Publish("", b"x", properties={"topic_alias": 1}),
    ]


def test_an_alias_that_makes_a_packet_too_large_is_not_introduced() -> None:
    aliases, message = OurAliases(9), Publish("a" * 9, b"x")
    largest = len(message.encode(5))
    assert packet(aliases.encode(message, largest)) == message
    assert packet(aliases.encode(message, NO_LIMIT)) == Publish("a" * 9, b"x", properties={"topic_alias": 1})
    assert packet(aliases.encode(message, largest)) == Publish("", b"x", properties={"topic_alias": 1})


def test_what_is_too_large_even_so_has_no_bytes() -> None:
    assert OurAliases(9).encode(Publish("a", bytes(9)), 9) == b""


def test_their_alias_stands_for_the_topic_it_came_with_last() -> None:
    aliases = TheirAliases(2)
    said = [("a", 1), ("b", 2), ("", 1), ("c", 1), ("", 1)]
    heard = [aliases.resolve(Publish(topic, b"", properties={"topic_alias": alias})) for topic, alias in said]
    assert heard == [Publish(topic, b"", properties={}) for topic in "abacc"]


@pytest.mark.parametrize(("alias", "reason"), [(3, Reason.TOPIC_ALIAS_INVALID), (2, Reason.PROTOCOL_ERROR)])
def test_an_alias_that_is_none_is_malformed(alias: int, reason: Reason) -> None:
    with pytest.raises(MalformedPacket) as caught:
        TheirAliases(2).resolve(Publish("", b"", properties={"topic_alias": alias}))
    assert caught.value.reason == reason
