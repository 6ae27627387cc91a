from __future__ import annotations

import base64
from contextlib import suppress
from typing import Any

import pytest

from homeward.families.meross import crypto, provision
from homeward.families.meross.client import LanDevice
from homeward.families.meross.client.setup import appear, carry_out, why_back
from homeward.families.meross.emulator import Device
from homeward.families.meross.emulator.network import Wifi as Air
from homeward.families.meross.provision import Cloud, Identity, Steps, Stopped, Wifi
from homeward.families.meross.wire import BadMessage, Params, device_password
from homeward.model import Secret
from tests.families.meross.street import NOW, lan, made, peer
from tests.families.meross.vectors import KEY, MAC, USER, UUID

CLOUD = Cloud("home.test", 8883, USER, Secret(KEY))
HOME = Wifi("Zuhause 5", Secret("correct horse"))
AIR = Air("Zuhause 5", "correct horse")


def setting_up(wifi: Wifi = HOME, **more: Any) -> Steps[Identity]:
    given: dict[str, Any] = {"timezone": "Europe/Rome", "now": NOW, "private": crypto.private_key(7)}
    return provision.provision(CLOUD, wifi, **(given | more))


async def set_up(device: Device, steps: Steps[Identity]) -> tuple[Identity, list[str]]:
    """What came of it, and what was told meanwhile."""
    lines: list[str] = []
    async with lan(device) as address:
        return await carry_out(steps, LanDevice(address, "", known=(KEY,)), lines.append), lines


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("mss310", {"generation": "1"}),
        ("mss310", {}),
        ("mss110", {}),
        ("msh300", {}),
        ("mss310", {"quirks": ("bare-lf", "single-connection", "reset-unknown")}),
    ],
    ids=str,
)
async def test_a_device_out_of_its_box_is_set_up(model: str, options: dict[str, Any]) -> None:
    device = made(model, host="", wifi=AIR, **options)
    assert device.uplink() is None
    who, lines = await set_up(device, setting_up())
    assert (who.model, who.uuid, who.host) == (model, device.native_id, "")
    uplink = device.uplink()
    assert uplink
    assert (uplink.host, uplink.port) == ("home.test", 8883)
    assert uplink.connect.password == device_password(USER, device.mac, KEY).encode()
    assert device.network.hosts == [("home.test", 8883)] * 2
    assert device.system.timezone == "Europe/Rome"
    assert lines[0] == "Who is it?"
    assert lines[-1] == "Sending it into the Wi-Fi Zuhause 5."
    assert ("It encrypts: agreeing on a key." in lines) == (model == "mss110")
    assert not any(secret in line for line in lines for secret in (KEY, "correct horse"))


async def test_a_dry_run_changes_nothing() -> None:
    device = made("mss110", host="", wifi=AIR)
    _, lines = await set_up(device, setting_up(dry=True))
    assert lines[-1] == "Which Wi-Fi does it see?"
    assert (device.network.key, device.network.ssid, device.network.host[0]) == ("", "", "")


@pytest.mark.parametrize(
    ("wifi", "said"),
    [
        (Wifi("Nebenan"), "does not see the Wi-Fi 'Nebenan', but 'Zuhause 5'"),
        (Wifi("Zuhause 5"), "wants a password"),
    ],
)
async def test_what_cannot_go_well_is_not_begun(wifi: Wifi, said: str) -> None:
    device = made(host="", wifi=AIR)
    with pytest.raises(Stopped, match=said):
        await set_up(device, setting_up(wifi))
    assert device.network.key == ""


async def test_a_hidden_wifi_is_joined_by_its_name() -> None:
    device = made(host="", wifi=AIR)
    await set_up(device, setting_up(Wifi("Zuhause 5", Secret("correct horse"), hidden=True), timezone=""))
    assert device.uplink()
    assert device.system.timezone == ""


async def test_a_wrong_password_is_told_by_the_device_when_it_is_back() -> None:
    device = made("mss110", host="", wifi=AIR)
    async with lan(device) as address:
        there = LanDevice(address, "", known=(KEY,))
        wrong = setting_up(Wifi("Zuhause 5", Secret("wrong")))
        await carry_out(wrong, there, lambda line: None)
        assert await why_back(there) == "wrong password (code 2)"
        await carry_out(setting_up(), LanDevice(address, "", known=(KEY,)), lambda line: None)
        assert await why_back(there) == ""
    assert device.uplink()


async def test_where_it_stops_is_said() -> None:
    async with peer(b"") as address:
        with pytest.raises(Stopped, match=r"Who is it\? .* hung up"):
            await carry_out(setting_up(), LanDevice(address, ""), lambda line: None)


async def test_a_device_that_is_not_there_is_waited_for() -> None:
    async with lan(made(host="")) as address:
        assert await appear(LanDevice(address, ""), 5.0)
    assert not await appear(LanDevice(address, ""), 0.05)
    async with peer(b"SSH-2.0\r\n") as address:
        assert await appear(LanDevice(address, ""), 5.0)


@pytest.mark.parametrize("model", ["mss310", "mss110"])
async def test_a_device_is_moved_and_moved_back(model: str) -> None:
    device = made(model, key="old", user_id="7", host="cloud.test")
    async with lan(device) as address, LanDevice(address, "old") as there:
        before = await carry_out(provision.look(), there, lambda line: None)
        assert (before.host, before.port, before.user_id) == ("cloud.test", 443, "7")
        await carry_out(provision.move(CLOUD), there, lambda line: None)
        assert (device.network.host, device.network.key, device.network.user_id) == (("home.test", 8883), KEY, USER)
        back = Cloud(before.host, before.port, before.user_id, Secret("old"))
        await carry_out(provision.move(back), there, lambda line: None)
    assert (device.network.host, device.network.key, device.network.user_id) == (("cloud.test", 443), "old", "7")


HARDWARE = {"type": "mss310", "uuid": UUID, "macAddress": MAC}
ALL = {"all": {"system": {"hardware": HARDWARE, "firmware": {"version": "7.3.37", "port": "443", "userId": ""}}}}
ABILITY: Params = {"ability": {provision.WIFI_X: {}, provision.ECDHE: {}}}
OTHER = crypto.public_text(crypto.private_key(9))
SEEN = {"ssid": base64.b64encode(b"Zuhause 5").decode(), "bssid": "2c-6e", "signal": 40, "channel": 3}
LIST = {"wifiList": [SEEN, {**SEEN, "signal": 80, "channel": 11, "encryption": 6, "cipher": 3}]}


def walk(*answers: Params) -> list[provision.Step]:
    """The steps that follow from these answers."""
    steps = setting_up(Wifi("Zuhause 5", Secret("wifipass123")))
    taken = [next(steps)]
    with suppress(StopIteration):
        taken.extend(map(steps.send, answers))
    return taken


@pytest.mark.parametrize("ssid", ["plain", "é", "/w==", ""])
def test_a_name_that_is_no_base64_is_taken_as_it_is(ssid: str) -> None:
    with pytest.raises(Stopped, match="does not see the Wi-Fi 'Zuhause 5', but '"):
        walk(ALL, {"ability": {}}, {"wifiList": [{**SEEN, "ssid": ssid}]})


def test_the_password_is_encrypted_for_firmware_that_wants_it_and_the_strongest_is_joined() -> None:
    *_, key, join = walk(ALL, ABILITY, {"ecdhe": {"pubkey": OTHER}}, LIST, {}, {}, {})
    assert join.ask == (
        "SET",
        "Appliance.Config.WifiX",
        {
            "wifi": {
                "ssid": SEEN["ssid"],
                "password": "dyJaqdzCxm7eR7pVnopx3w==",  # V15
                "bssid": "2c-6e",
                "channel": 11,
                "encryption": 6,
                "cipher": 3,
            }
        },
    )
    gateway = {"host": "home.test", "port": 8883, "secondHost": "home.test", "secondPort": 8883, "redirect": 1}
    assert key.ask.payload == {"key": {"gateway": gateway, "key": KEY, "userId": USER}}
    assert (
        key.secret
        == join.secret
        == crypto.session_key(crypto.private_key(9), crypto.public_text(crypto.private_key(7)))
    )


BROKEN: dict[str, list[Any]] = {
    "no system": [{}],
    "no hardware": [{"all": {"system": {}}}],
    "a port that is none": [{"all": {"system": {"hardware": HARDWARE, "firmware": {"port": "x"}}}}],
    "no abilities": [ALL, {}],
    "no public key": [ALL, ABILITY, {"ecdhe": {}}],
    "a public key that is none": [ALL, ABILITY, {"ecdhe": {"pubkey": "AAAA"}}],
    "no list": [ALL, {"ability": {}}, {}],
    "a list of something else": [ALL, {"ability": {}}, {"wifiList": [5]}],
}


@pytest.mark.parametrize("answers", BROKEN.values(), ids=BROKEN)
def test_an_answer_that_makes_no_sense_is_a_bad_message(answers: list[Any]) -> None:
    with pytest.raises(BadMessage):
        walk(*answers)


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({}, ""),
        ({"trace": 5}, ""),
        ({"trace": {"code": 0, "info": "no error"}}, ""),
        ({"trace": {"code": 3}}, "no reason given (code 3)"),
        ({"trace": {"code": 3, "info": "\x1b[2J"}}, "no reason"),
    ],
)
def test_the_trace_of_a_join_is_put_into_words(payload: Params, said: str) -> None:
    assert provision.trouble(payload).startswith(said)
    assert bool(provision.trouble(payload)) == bool(said)
