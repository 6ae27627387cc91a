import msgspec
import pytest

from homeward.errors import StorageError
from homeward.mqtt.broker.keep import Keeper, KeptDelivery, KeptMessage, KeptReceipt, KeptSession, read
from homeward.mqtt.broker.message import Delivery, message
from homeward.mqtt.packets import Publish, Will
from homeward.mqtt.tree import Grant
from tests.mqtt.house import Memory

PACKET = Publish("a", b"x", 2, properties={"user_property": (("k", "v"),), "content_type": "t"})
SESSION = KeptSession("me", 9.0, {"a/#": Grant(1, identifiers=(7,))}, 5.0, Will("w", b"gone"))


def test_records_are_read_as_they_were_written_sessions_first_and_deliveries_in_their_order() -> None:
    vault = Memory()
    keeper = Keeper(vault)
    for number in (10, 9):
        keeper.delivery("me", Delivery(message(PACKET, 3.0), 2, True, (7,), number, packet_id=number))
    keeper.receipt("me", 4)
    keeper.retained(message(PACKET))
    keeper.session(SESSION)
    first, *rest = read(vault.kept.items())
    assert first == SESSION
    assert [record.number for record in rest if isinstance(record, KeptDelivery)] == [9, 10]
    assert KeptReceipt("me", 4) in rest
    assert KeptMessage(PACKET, 0.0) in rest
    delivery = next(record for record in rest if isinstance(record, KeptDelivery)).delivery()
    assert delivery == Delivery(message(PACKET, 3.0), 2, True, (7,), 9, 9, sent=True)


def test_of_a_message_that_its_receiver_has_the_identifier_alone_is_kept() -> None:
    vault = Memory()
    Keeper(vault).delivery("me", Delivery(message(PACKET), 2, number=1, packet_id=1, released=True))
    (record,) = read(vault.kept.items())
    assert isinstance(record, KeptDelivery)
    assert record.packet.payload == b""
    assert record.delivery().released


def test_what_is_over_is_forgotten() -> None:
    vault = Memory()
    keeper = Keeper(vault)
    keeper.session(SESSION)
    keeper.delivery("me", Delivery(message(PACKET), 2, number=1))
    keeper.receipt("me", 4)
    keeper.retained(message(PACKET))
    keeper.forget_session("me", [1], [4])
    keeper.forget_retained("a")
    assert vault.kept == {}


def test_what_the_vault_refuses_is_written_later_unless_it_has_changed() -> None:
    vault = Memory()
    keeper = Keeper(vault)
    keeper.delivery("me", Delivery(message(PACKET), 2, number=1))
    vault.refuses = True
    with pytest.raises(StorageError):
        keeper.session(SESSION)
    keeper.session_soon(SESSION)
    keeper.forget_delivery("me", 1)
    keeper.settle()
    assert (keeper.owed, set(vault.kept)) == (2, {"delivery 1 me"})
    vault.refuses = False
    keeper.delivery("me", Delivery(message(PACKET), 2, number=1))
    keeper.settle()
    assert (keeper.owed, set(vault.kept)) == (0, {"delivery 1 me", "session me"})


def test_what_no_keeper_wrote_is_told() -> None:
    with pytest.raises(msgspec.MsgspecError):
        read([("session me", b"nonsense")])


def test_without_a_vault_nothing_is_promised() -> None:
    assert Keeper(None).session(SESSION) is None
