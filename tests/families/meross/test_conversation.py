"""Cloud and emulated plug, joined in memory: each is the other's judge."""

from __future__ import annotations

import pytest

from homeward.errors import DeviceRefused
from homeward.families.base import Call, Close
from homeward.families.meross import wire
from homeward.families.meross.emulator.models import GENERATIONS
from tests.families.meross.house import App, House
from tests.families.meross.vectors import KEY, USER

every_generation = pytest.mark.parametrize("generation", GENERATIONS)
TOGGLE = {"1": "Control.Toggle", "2": "Control.ToggleX", "6": "Control.ToggleX"}


@every_generation
def test_a_plug_boots_and_waits_for_its_owner(generation: str) -> None:
    house = House()
    line = house.plug(generation=generation, adopted=False)
    uuid = line.emulator.native_id
    known = house.home.known[uuid]
    assert known.description.model == "mss310"
    assert known.description.hardware == GENERATIONS[generation].hardware
    assert known.description.firmware == GENERATIONS[generation].firmware
    assert known.native["userId"] == USER
    assert house.home.is_online(uuid)
    assert house.values == {}
    assert house.notes == line.notes == []
    assert house.refusals == []


@every_generation
def test_an_adopted_plug_shows_everything(generation: str) -> None:
    house = House()
    line = house.plug(generation=generation)
    uuid = line.emulator.native_id
    values = house.values[uuid]
    entities = house.family.entities(house.home.known[uuid])
    assert {entity.key for entity in entities} == set(values)
    assert values["switch"] is False
    assert values["led"] is True
    assert values["power"] == 0.0
    assert values["signal"] == 88
    assert 227 < float(values["voltage"] or 0) < 233
    assert house.notes == line.notes == []


@every_generation
def test_a_plug_is_switched_from_the_house(generation: str) -> None:
    house = House()
    line = house.plug(generation=generation)
    uuid = line.emulator.native_id
    for on in (True, False):
        call = house.family.command(house.home.known[uuid], "switch", on)
        answer = house.ask(uuid, call.method, call.params)
        assert answer
        assert answer.error is None
        assert line.emulator.state()["onoff"] == on
        assert house.values[uuid]["switch"] is on


@every_generation
def test_a_plug_is_switched_at_its_button(generation: str) -> None:
    house = House()
    line = house.plug(generation=generation)
    for onoff in (1, 0):
        line.set("onoff", onoff)
        house.clock.advance(1)
        assert house.values[line.emulator.native_id]["switch"] is bool(onoff)


@every_generation
def test_a_plug_is_switched_by_an_app_and_every_app_hears_of_it(generation: str) -> None:
    house = House()
    line = house.plug(generation=generation)
    uuid, name = line.emulator.native_id, TOGGLE[generation]
    one, other = App(house, house.account, "0a"), App(house, house.account, "0b")
    wanted = {"1": {"channel": 0, "toggle": {"onoff": 1}}}.get(generation, {"togglex": {"channel": 0, "onoff": 1}})
    one.send(uuid, "SET", name, wanted)
    house.clock.advance(1)
    assert one.said("SETACK", name) == [{}]
    assert other.said("SETACK", name) == []
    assert len(one.said("PUSH", name)) == len(other.said("PUSH", name)) == 1
    assert house.values[uuid]["switch"] is True


def test_the_led_is_switched_and_asked_after() -> None:
    house = House()
    uuid = house.plug().emulator.native_id
    call = house.family.command(house.home.known[uuid], "led", False)
    house.ask(uuid, call.method, call.params, seconds=2.0)
    assert house.values[uuid]["led"] is True
    house.clock.advance(2)
    assert house.values[uuid]["led"] is False


@every_generation
def test_power_and_energy_follow_what_is_plugged_in(generation: str) -> None:
    house = House()
    line = house.plug(generation=generation, timezone="Europe/Rome", load=1000.0)
    uuid = line.emulator.native_id
    line.set("onoff", 1)
    house.clock.advance(20 * 60)
    values = house.values[uuid]
    assert 985 < float(values["power"] or 0) < 1015
    assert values["current"] == pytest.approx(4.35, abs=0.1)
    assert values["energy_today"] == pytest.approx(0.30, abs=0.04)
    house.clock.advance(3600)
    line.set("load", 0)
    house.clock.advance(11)
    assert house.values[uuid]["power"] == 0.0


def test_energy_begins_anew_at_the_devices_own_midnight() -> None:
    house = House()  # at 23:13 in Rome
    uuid = house.plug(timezone="Europe/Rome", load=1000.0).emulator.native_id
    house.ask(uuid, "SET Appliance.Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}})
    house.clock.advance(45 * 60)
    before = house.values[uuid]["energy_today"]
    house.clock.advance(10 * 60)
    after = house.values[uuid]["energy_today"]
    assert isinstance(before, float)
    assert isinstance(after, float)
    assert after < 0.2 < before


def test_apps_hear_a_device_come_and_go() -> None:
    house = House()
    app = App(house, house.account)
    line = house.plug()
    assert app.said("PUSH", "System.Online") == [{"online": {"status": 1}}]
    line.cut()
    house.clock.advance(0.1)
    assert app.said("PUSH", "System.Online")[-1] == {"online": {"status": 2}}
    house.clock.advance(5)
    assert app.said("PUSH", "System.Online")[-1] == {"online": {"status": 1}}
    assert {message.header.source.split("/")[2] for message in app.heard} == {line.emulator.native_id}


def test_a_device_that_calls_again_before_its_old_connection_died_stays_online() -> None:
    house = House()
    app = App(house, house.account)
    line = house.plug()
    old = line.link
    assert old
    line._call()
    house.clock.advance(5)
    assert app.said("PUSH", "System.Online")[-1] == {"online": {"status": 1}}
    old.close("keep-alive")
    house.clock.advance(1)
    assert app.said("PUSH", "System.Online")[-1] == {"online": {"status": 1}}


def test_the_answer_to_an_app_reaches_that_app_alone() -> None:
    house = House()
    uuid = house.plug().emulator.native_id
    one, other = App(house, house.account, "0a"), App(house, house.account, "0b")
    one.send(uuid, "GET", "System.Ability", {})
    house.clock.advance(1)
    assert len(one.said("GETACK", "System.Ability")) == 1
    assert other.heard == []


def test_a_request_signed_with_the_wrong_key_is_refused_by_the_device() -> None:
    house = House()
    uuid = house.plug().emulator.native_id
    app = App(house, house.account)
    app.send(uuid, "SET", "Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}}, key="wrong")
    house.clock.advance(1)
    assert app.said("ERROR", "Control.ToggleX") == [{"error": {"code": 5001, "detail": "sign error"}}]
    assert house.values[uuid]["switch"] is False


def test_an_app_reaches_neither_another_users_device_nor_a_pending_one() -> None:
    house = House()
    other = house.make("you@example.com", "7", KEY)  # with the same key, a signature would be good
    uuid = house.plug(1).emulator.native_id
    pending = house.plug(2, adopted=False).emulator.native_id
    stranger, owner = App(house, other), App(house, house.account)
    stranger.send(uuid, "GET", "System.All", {})
    owner.send(pending, "GET", "System.All", {})
    house.clock.advance(1)
    assert stranger.heard == owner.heard == []


def test_a_device_with_the_wrong_key_keeps_calling_and_is_told_apart() -> None:
    house = House()
    house.plug_in(house.plug(adopted=False, key="").emulator)
    assert len(house.refusals) > 5
    assert {refusal.code for refusal in house.refusals} == {4}
    assert all("provisioned without a key" in refusal.reason for refusal in house.refusals)


def test_a_device_that_nobody_tells_the_time_starts_over() -> None:
    house = House()
    line = house.plug()
    line.cut()
    deaf = line.emulator
    deaf.connected(house.clock.now())
    effects = [effect for tries in range(1, 11) for effect in deaf.wake(house.clock.now() + 2 * tries)]
    assert effects[-1] == Close("nobody told the time in 10 tries: starting over")


def test_a_request_to_what_a_device_cannot_do_is_refused_in_its_words() -> None:
    house = House()
    uuid = house.plug(generation="1").emulator.native_id
    answer = house.ask(uuid, "SET Appliance.Control.ToggleX", {"togglex": {"onoff": 1}})
    assert answer
    assert isinstance(answer.error, DeviceRefused)
    assert answer.error.detail == {"code": 5000}


def test_a_plug_is_set_up_over_its_lan_and_calls() -> None:
    house = House()
    line = house.plug(adopted=False, host="", key="", user_id="0")
    uuid = line.emulator.native_id
    assert house.home.known == {}
    gateway = {"host": "home", "port": 443, "secondHost": "home", "secondPort": 443, "redirect": 1}
    for namespace, payload in (
        ("Config.Key", {"key": {"gateway": gateway, "key": KEY, "userId": USER}}),
        ("Config.Wifi", {"wifi": {"ssid": "SG9tZQ==", "password": "c2VjcmV0"}}),
    ):
        reply = line.request(house.message("SET", namespace, payload, key=KEY if namespace == "Config.Wifi" else ""))
        message = wire.decode(reply.body)
        assert message.header.method == "SETACK"
        assert wire.verify(message.header, KEY)
    house.clock.advance(10)
    assert house.home.is_online(uuid)


def test_a_plug_is_moved_to_another_account_over_mqtt() -> None:
    house = House()
    other = house.make("you@example.com", "7", "other")
    uuid = house.plug().emulator.native_id
    gateway = {"host": "home", "port": "443", "redirect": 1}
    answer = house.ask(
        uuid, "SET Appliance.Config.Key", {"key": {"gateway": gateway, "key": "other", "userId": "7"}}, seconds=10
    )
    assert answer
    assert answer.error is None
    assert "belongs to account 46884" in house.refusals[-1].reason
    del house.home.known[uuid]
    house.clock.advance(10)
    assert house.home.known[uuid].native["userId"] == other.user_id


def test_unbinding_resets_a_plug_to_its_factory_settings() -> None:
    house = House()
    line = house.plug()
    house.call(line.emulator.native_id, Call("PUSH Appliance.Control.Unbind"))
    house.clock.advance(10)
    assert line.emulator.uplink() is None
    assert not house.home.is_online(line.emulator.native_id)


def test_a_plug_without_a_time_zone_is_given_that_of_the_house() -> None:
    house = House(timezone="Europe/Rome")
    line = house.plug()
    uuid = line.emulator.native_id
    answer = house.ask(uuid, "GET Appliance.System.Time")
    assert answer
    assert answer.result["time"]["timezone"] == "Europe/Rome"
    assert [rule[2] for rule in answer.result["time"]["timeRule"][:2]] == [0, 1]
    house.ask(uuid, "GET Appliance.System.All")
    assert house.home.known[uuid].native["timezone"] == "Europe/Rome"


def test_a_plug_that_has_a_time_zone_keeps_it() -> None:
    house = House(timezone="Europe/Rome")
    uuid = house.plug(timezone="Asia/Tokyo").emulator.native_id
    answer = house.ask(uuid, "GET Appliance.System.Time")
    assert answer
    assert answer.result["time"]["timezone"] == "Asia/Tokyo"
