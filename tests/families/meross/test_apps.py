"""Who may say what where: the whole table, for devices and for apps."""

from __future__ import annotations

import pytest

from homeward.errors import InvalidValue
from homeward.families.base import Call
from tests.families.meross.house import App, House

MINE, PENDING, THEIRS, NOBODYS = (f"200101{index:014d}48e1e9{index:06x}" for index in range(1, 5))
EVERY_TOPIC = {
    f"/appliance/{uuid}/{end}" for uuid in (MINE, PENDING, THEIRS, NOBODYS) for end in ("subscribe", "publish")
} | {
    "/app/46884/subscribe",
    "/app/46884-0a/subscribe",
    "/app/46884-0b/subscribe",
    "/app/7/subscribe",
    "/app/7-0a/subscribe",
    "/app/+/subscribe",
    "/appliance/+/subscribe",
    "/cloud/homeward/subscribe",
    "$SYS/broker",
    "#",
}


@pytest.fixture(scope="module")
def house() -> House:
    house = House()
    other = house.make("you@example.com", "7", "other")
    house.plug(1)
    house.plug(2, adopted=False)
    house.plug(3, key=other.key.reveal(), user_id=other.user_id)
    return house


def test_an_app_may_talk_to_its_users_adopted_devices_and_to_nobody_else(house: House) -> None:
    session = App(house, house.account).link.session
    assert {topic for topic in EVERY_TOPIC if session.may_publish(topic)} == {f"/appliance/{MINE}/subscribe"}


def test_an_app_may_hear_its_users_devices_and_its_own_answers(house: House) -> None:
    session = App(house, house.account).link.session
    allowed = {topic for topic in EVERY_TOPIC if session.may_subscribe(topic)}
    assert allowed == {"/app/46884/subscribe", "/app/46884-0a/subscribe"}


def test_a_device_may_hear_what_is_said_to_it(house: House) -> None:
    session = house.family.sessions[MINE]
    assert {topic for topic in EVERY_TOPIC if session.may_subscribe(topic)} == {f"/appliance/{MINE}/subscribe"}


def test_no_device_is_routed_past_the_check_of_its_signature(house: House) -> None:
    session = house.family.sessions[MINE]
    assert not any(session.may_publish(topic) for topic in EVERY_TOPIC)


def test_apps_of_two_users_with_the_same_app_id_do_not_take_each_other_over(house: House) -> None:
    other = house.family.accounts.get("7")
    assert other
    assert App(house, house.account).link.session.identity != App(house, other).link.session.identity


def test_an_app_that_calls_again_takes_over() -> None:
    house = House()
    first, second = App(house, house.account), App(house, house.account)
    assert house.links == {second.link.session.identity: second.link}
    assert first.link is not second.link


def test_an_app_answers_no_calls(house: House) -> None:
    session = App(house, house.account).link.session
    with pytest.raises(InvalidValue):
        session.call(1, Call("GET Appliance.System.All"), 0.0)
    assert session.adopted(0.0) == session.wake(0.0) == session.published("x", b"", 0.0) == ()


def test_the_removal_of_a_device_takes_it_from_its_apps() -> None:
    house = House()
    uuid = house.plug().emulator.native_id
    app = App(house, house.account)
    assert app.link.session.may_publish(f"/appliance/{uuid}/subscribe")
    del house.home.known[uuid]
    assert not app.link.session.may_publish(f"/appliance/{uuid}/subscribe")
