"""meross_iot, unmodified, over every kind of emulated device that it knows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.peers.house import HOMEWARD, House
from tests.peers.processes import Peer, Program, free_ports, run, until

EMAIL, PASSWORD = "models@example.com", "Correct horse 2"
KEY, USER_ID = "9a1f4ad5b6e1f4c1f8a0c9d2e7b3a605", "4712"
MODELS = ("mss110", "mss305", "mss425e", "msl430", "msg100", "mrs100", "mod100", "mts200", "msh300")
VALVE, PROBE = "01000000", "01000001"


class Home:
    """The app, and a device of each model: `ask` is what the app makes of it, `tell` is a hand at it."""

    def __init__(self, house: House, app: Peer, uuids: dict[str, str], hands: dict[str, Program]) -> None:
        self.app, self._house, self._uuids, self._hands = app, house, uuids, hands

    def uuid(self, model: str) -> str:
        """That of the device."""
        return self._uuids[model]

    def call(self, model: str, request: str, payload: Any) -> None:
        """The house puts a request of its own to the device."""
        run(HOMEWARD, "call", f"meross-{self._uuids[model]}", request, json.dumps(payload), "--data", self._house.data)

    def ask(self, model: str, what: str, **arguments: Any) -> Any:
        return self.app.ask("do", uuid=self._uuids[model], what=what, **arguments)

    def tell(self, model: str, line: str) -> None:
        self._hands[model].tell(line)

    def until(self, model: str, what: str, value: Any, **arguments: Any) -> None:
        """Until the app has heard that it is so."""
        until(lambda: self.ask(model, what, **arguments) == value, f"{model}'s {what} to be {value}")


@pytest.fixture(scope="module")
def home(house: House, peers: Callable[[str], Peer]) -> Iterator[Home]:
    house.account(EMAIL, PASSWORD, KEY, USER_ID)
    with ExitStack() as running:
        uuids, hands = {}, {}
        for number, model in enumerate(MODELS, 100):
            (port,) = free_ports(1)
            lan = f"127.0.0.1:{port}"
            uuids[model], hands[model] = house.device(model, number, "--lan", lan, key=KEY, userid=USER_ID, address=lan)
            running.enter_context(hands[model])
        app = peers("meross_iot")
        app.ask("sign_in", url=house.url, email=EMAIL, password=PASSWORD)
        app.ask("connect", host="127.0.0.1", port=house.door, ca=str(house.ca))
        until(lambda: _known(app) >= set(uuids.values()), "all to be online")
        home = Home(house, app, uuids, hands)
        for model in MODELS:
            home.ask(model, "async_update")
        yield home


def _known(app: Peer) -> set[str]:
    return {device["uuid"] for device in app.ask("discover") if device["online"] == "ONLINE"}


def test_a_strip_is_switched_outlet_by_outlet_and_as_a_whole(home: Home) -> None:
    home.ask("mss425e", "async_turn_on", channel=2)
    home.until("mss425e", "is_on", True, channel=0)
    assert [home.ask("mss425e", "is_on", channel=channel) for channel in range(1, 5)] == [False, True, False, False]
    home.ask("mss425e", "async_turn_on", channel=0)
    home.until("mss425e", "is_on", True, channel=4)
    home.tell("mss425e", "onoff=0")
    home.until("mss425e", "is_on", False, channel=2)


def test_a_lamp_shines_as_it_is_told(home: Home) -> None:
    home.ask("msl430", "async_set_light_color", rgb=[255, 0, 10], luminance=44)
    home.until("msl430", "get_light_is_on", True)
    home.ask("msl430", "async_update")
    assert (home.ask("msl430", "get_rgb_color"), home.ask("msl430", "get_luminance")) == ([255, 0, 10], 44)
    home.tell("msl430", "temperature=70")
    home.until("msl430", "get_color_temperature", 70)


def test_a_garage_door_opens_in_its_time_and_is_closed_by_hand(home: Home) -> None:
    home.call("msg100", "SET Appliance.GarageDoor.Config", {"config": {"doorOpenDuration": 500}})
    home.ask("msg100", "async_open", channel=0)
    home.until("msg100", "get_is_open", True, channel=0)
    home.tell("msg100", "open=0")
    home.until("msg100", "get_is_open", False, channel=0)


def test_a_shutter_moves_and_stops(home: Home) -> None:
    home.call("mrs100", "SET Appliance.RollerShutter.Config", {"config": {"channel": 0, "signalOpen": 1_000}})
    home.ask("mrs100", "async_set_position", position=40)
    home.until("mrs100", "get_position", 40)
    home.until("mrs100", "get_status", "IDLE")
    home.ask("mrs100", "async_close")
    home.until("mrs100", "get_status", "CLOSING")
    home.ask("mrs100", "async_stop")
    home.until("mrs100", "get_status", "IDLE")
    home.ask("mrs100", "async_fetch_config")
    assert home.ask("mrs100", "get_close_timer_duration_millis") == 30_000


def test_a_diffuser_sprays_and_shines(home: Home) -> None:
    home.ask("mod100", "async_set_spray_mode", mode="DiffuserSprayMode.STRONG")
    home.until("mod100", "get_current_spray_mode", "STRONG")
    home.ask("mod100", "async_set_light_mode", onoff=True, mode="DiffuserLightMode.FIXED_RGB", rgb=[1, 2, 3])
    home.ask("mod100", "async_update")
    assert (home.ask("mod100", "get_light_is_on"), home.ask("mod100", "get_light_rgb_color")) == (True, [1, 2, 3])
    home.tell("mod100", "spray=2")
    home.until("mod100", "get_current_spray_mode", "OFF")


def test_a_thermostat_is_told_its_mode_and_temperature(home: Home) -> None:
    home.ask("mts200", "async_set_thermostat_config", mode="ThermostatMode.MANUAL", manual_temperature_celsius=22.5)
    state = home.app.ask("thermostat", uuid=home.uuid("mts200"))
    assert state == {"mode": "MANUAL", "target": 22.5, "current": pytest.approx(20, abs=0.5), "on": True}


def test_a_hub_speaks_for_a_valve_and_a_thermometer(home: Home) -> None:
    home.ask("msh300", "async_set_target_temperature", subdevice=VALVE, temperature=23)
    home.until("msh300", "target_temperature", 23.0, subdevice=VALVE)
    home.ask("msh300", "async_set_mode", subdevice=VALVE, mode="ThermostatV3Mode.HEAT")
    home.until("msh300", "mode", "HEAT", subdevice=VALVE)
    home.ask("msh300", "async_turn_off", subdevice=VALVE)
    home.until("msh300", "is_on", False, subdevice=VALVE)
    assert home.ask("msh300", "async_get_temperature", subdevice=VALVE) == pytest.approx(20, abs=0.5)
    assert home.ask("msh300", "last_sampled_temperature", subdevice=PROBE) == 21.0
    assert home.ask("msh300", "last_sampled_humidity", subdevice=PROBE) == 48.0


def test_a_meter_is_read(home: Home) -> None:
    home.ask("mss305", "async_turn_on", channel=0)
    assert home.app.ask("electricity", uuid=home.uuid("mss305"))["power"] == pytest.approx(40, rel=0.05)
    (today,) = home.ask("mss305", "async_get_daily_power_consumption")
    assert today["total_consumption_kwh"] >= 0


def test_over_the_lan_bodies_are_encrypted_where_the_device_wants_that(home: Home) -> None:
    home.app.ask("prefer_lan")
    home.ask("mss110", "async_update")
    assert str(home.ask("mss110", "lan_ip")).startswith("127.0.0.1:")
    for on in (True, False):
        home.ask("mss110", "async_turn_on" if on else "async_turn_off", channel=0)
        home.until("mss110", "is_on", on)
    fallen_back = (
        f"An error occurred while attempting to send a message over internal LAN to device {home.uuid('mss110')}."
        " Retrying with MQTT transport."
    )
    with pytest.raises(AssertionError, match="nothing came"):
        home.app.wait_for("log", patience=0.2, message=fallen_back)
