from __future__ import annotations

import pytest
from msgspec.structs import replace

from homeward.errors import ProtocolError, StorageError, TooManyPending
from homeward.families.base import Happened, Remember, Seen
from homeward.model import Description, EventKind
from homeward.testing.store import MemoryStore
from tests.hub.house import SETTINGS, House

NOW = 1_700_000_000.0


@pytest.fixture
def house() -> House:
    return House()


def told_data(house: House) -> list[dict[str, object]]:
    return [event.data for event in house.told]


def test_a_device_never_seen_before_is_pending_and_told_of(house: House) -> None:
    house.seen()
    (event,) = house.told
    assert (event.kind, event.device, event.at) == (EventKind.PENDING, "lamp-aa01", NOW)
    assert event.data == {"name": "L1 aa01", "model": "L1"}
    device = house.hub.device("lamp-aa01")
    assert (device.adopted, device.first_seen, device.description.model) == (False, NOW, "L1")


def test_a_pending_device_is_not_acted_on(house: House) -> None:
    house.seen()
    house.kinds()
    assert house.report(on=True) is None
    assert house.hub.apply("lamp", Happened("aa01", "alarm"), NOW) is None
    assert house.kinds() == []
    house.hub.adopt("lamp-aa01")
    assert [entity.value for entity in house.hub.device("lamp-aa01").entities] == [None, None]


def test_a_device_nobody_has_introduced_is_not_acted_on(house: House) -> None:
    assert house.report("ff99", on=True) is None
    assert house.hub.apply("lamp", Happened("ff99", "alarm"), NOW) is None
    assert house.hub.devices() == []


def test_a_change_is_an_event_with_the_changed_values_alone(house: House) -> None:
    house.lamp()
    house.report(on=True, heat=20.5)
    house.report(on=True, heat=21.0)
    assert told_data(house)[-2:] == [{"on": True, "heat": 20.5}, {"heat": 21.0}]


def test_a_value_is_dated_by_when_it_came_to_be(house: House) -> None:
    house.lamp()
    house.report(on=True, heat=20.5)
    house.clock.advance(60)
    house.report(on=True, heat=21.0)
    on, heat = house.hub.device("lamp-aa01").entities
    assert (on.value, on.at, heat.value, heat.at) == (True, NOW, 21.0, NOW + 60)


def test_a_report_of_nothing_new_is_no_event(house: House) -> None:
    house.lamp()
    house.report(on=True)
    house.kinds()
    assert house.report(on=True) is None
    assert house.kinds() == []


def test_a_repeated_report_waits_for_the_commit_of_the_first(house: House) -> None:
    house.lamp()
    house.store.hold()
    first = house.report(on=True)
    assert house.report(on=True) is first
    house.store.release()
    assert house.report(on=True) is None


def test_an_event_is_told_of_once_it_is_stored(house: House) -> None:
    house.lamp()
    house.kinds()
    house.store.hold()
    house.report(on=True)
    assert house.kinds() == []
    house.store.release()
    assert house.kinds() == [EventKind.STATE]


def test_what_the_store_refuses_has_changed_nothing() -> None:
    house = House(store=MemoryStore(backlog=4))
    house.lamp()
    house.store.fail("disk full")
    for heat in range(4):
        house.report(heat=heat)
    with pytest.raises(StorageError, match="disk full"):
        house.report(heat=99)
    with pytest.raises(StorageError, match="disk full"):
        house.hub.apply("lamp", Happened("aa01", "alarm"), NOW)
    with pytest.raises(StorageError, match="disk full"):
        house.seen("bb02")
    with pytest.raises(StorageError, match="disk full"):
        house.hub.apply("lamp", Seen("aa01", Description(firmware="2")), NOW)
    with pytest.raises(StorageError, match="disk full"):
        house.hub.apply("lamp", Remember("key", 1), NOW)
    (device,) = house.hub.devices()
    assert (device.entities[1].value, device.description.firmware) == (3, "")
    assert house.hub.facts("lamp") == {}
    house.store.release()
    assert [event.seq for event in house.told] == list(range(1, len(house.told) + 1))
    house.report(heat=99)
    assert told_data(house)[-1] == {"heat": 99}


def test_what_cannot_be_stored_has_changed_nothing(house: House) -> None:
    house.lamp()
    house.kinds()
    with pytest.raises(ProtocolError):
        house.report(on=True, mode="\ud800")
    assert house.report(on=True) is not None
    assert [event.seq for event in house.told] == [3]


def test_what_happens_is_an_event_every_time(house: House) -> None:
    house.lamp()
    house.kinds()
    for _ in range(2):
        house.hub.apply("lamp", Happened("aa01", "alarm", {"zone": 3}), NOW)
    assert told_data(house)[-2:] == [{"what": "alarm", "zone": 3}] * 2


def test_what_a_device_leaves_out_keeps_its_former_value(house: House) -> None:
    house.lamp(key="k1")
    house.hub.apply("lamp", Seen("aa01", Description(firmware="2"), {"token": "t"}), NOW)
    device = house.hub.families["lamp"].home.device("aa01")
    assert device
    assert device.description == Description(model="L1", firmware="2")
    assert device.native == {"key": "k1", "token": "t"}


def test_news_of_a_device_are_told_and_nothing_new_is_not(house: House) -> None:
    house.lamp()
    house.kinds()
    house.hub.apply("lamp", Seen("aa01", Description(firmware="2")), NOW)
    house.hub.apply("lamp", Seen("aa01", Description(firmware="2")), NOW)
    assert told_data(house) == [{"name": "L1 aa01", "model": "L1", "firmware": "2"}]
    assert house.kinds() == [EventKind.DESCRIBED]


def test_notes_of_the_family_are_told_of_only_when_they_make_other_entities(house: House) -> None:
    house.lamp()
    house.kinds()
    house.seen(key="secret")
    assert house.kinds() == []
    house.seen(dimmable=True)
    (event,) = house.told
    assert event.data == {"name": "L1 aa01", "model": "L1"}
    assert [entity.key for entity in house.hub.device("lamp-aa01").entities] == ["on", "heat", "dim"]


def test_a_stranger_is_told_of_as_it_fills_in_what_it_left_empty_but_cannot_fill_the_history(house: House) -> None:
    house.hub.apply("lamp", Seen("aa01"), NOW)
    house.hub.apply("lamp", Seen("aa01", Description(model="L1")), NOW)
    for version in range(10):
        house.hub.apply("lamp", Seen("aa01", Description(firmware=str(version)), {"dimmable": version % 2}), NOW)
    assert house.kinds() == [EventKind.PENDING, EventKind.DESCRIBED, EventKind.DESCRIBED]
    assert house.hub.device("lamp-aa01").description.firmware == "9"


def test_a_stranger_s_name_follows_its_model_until_the_owner_has_seen_it(house: House) -> None:
    house.hub.apply("lamp", Seen("aa01"), NOW)
    assert house.hub.device("lamp-aa01").name == "Lamps aa01"
    house.hub.apply("lamp", Seen("aa01", Description(model="L1")), NOW)
    assert house.hub.adopt("lamp-aa01").name == "L1 aa01"
    house.hub.apply("lamp", Seen("aa01", Description(model="L2")), NOW)
    assert house.hub.device("lamp-aa01").name == "L1 aa01"


def test_a_name_the_device_brings_along_is_kept(house: House) -> None:
    house.hub.apply("lamp", Seen("aa01", name="Porch"), NOW)
    house.hub.apply("lamp", Seen("aa01", Description(model="L1")), NOW)
    assert house.hub.device("lamp-aa01").name == "Porch"


def test_no_more_strangers_are_listed_than_may_wait(house: House) -> None:
    most = house.settings.limits.pending_devices
    for number in range(most):
        house.seen(f"aa{number:02}")
    house.kinds()
    with pytest.raises(TooManyPending, match="3 devices wait for adoption already"):
        house.seen("bb01")
    assert len(house.hub.devices()) == most
    assert house.kinds() == []
    house.hub.adopt("lamp-aa00")
    house.seen("bb01")
    house.hub.remove("lamp-aa01")
    house.seen("bb02")


def test_in_a_lab_every_device_is_adopted_as_it_is_seen() -> None:
    house = House(replace(SETTINGS, adopt_all=True))
    for number in range(SETTINGS.limits.pending_devices + 1):
        house.seen(f"aa{number:02}")
    assert set(house.kinds()) == {EventKind.ADOPTED}
    assert house.report("aa00", on=True)


@pytest.mark.parametrize("link_first", [True, False])
def test_a_device_adopted_at_first_sight_is_greeted_once(link_first: bool) -> None:
    house = House(replace(SETTINGS, adopt_all=True))
    if link_first:
        wire = house.connect()
        house.seen()
    else:
        house.seen()
        wire = house.connect()
    assert wire.greeted == 1
    assert house.kinds() == [EventKind.ADOPTED, EventKind.ONLINE]
    assert house.connect().greeted == 0


def test_a_fact_is_remembered_and_forgotten(house: House) -> None:
    facts = house.hub.families["lamp"].home.facts()
    house.hub.apply("lamp", Remember("user", {"id": 7}), NOW)
    assert facts == {"user": {"id": 7}}
    assert house.store.load().facts == {"lamp": {"user": {"id": 7}}}
    house.hub.apply("lamp", Remember("user", None), NOW)
    assert facts == {}
    assert house.store.load().facts == {"lamp": {}}


def test_a_fact_may_be_called_kept_only_after_the_commit(house: House) -> None:
    house.store.hold()
    batch = house.hub.apply("lamp", Remember("user", 1), NOW)
    assert batch
    assert not batch.committed
    house.store.release()
    assert batch.committed
