from __future__ import annotations

from typing import Any

import pytest

from homeward.errors import DeadlineExceeded, DeviceOffline, DeviceRefused
from homeward.families.meross import wire
from homeward.families.meross.client import LanDevice
from homeward.families.meross.lan import Ask, Truncated
from homeward.families.meross.wire import BadMessage
from tests.families.meross.street import lan, made, peer
from tests.families.meross.vectors import KEY, USER

ALL, RUNTIME, DND = "Appliance.System.All", "Appliance.System.Runtime", "Appliance.System.DNDMode"
ON = {"togglex": {"channel": 0, "onoff": 1}}


async def test_a_device_is_met_asked_and_set() -> None:
    plug = made(key=KEY)
    async with lan(plug) as address, LanDevice(address, KEY) as device:
        assert device.uuid == plug.native_id
        assert RUNTIME in device.abilities
        assert await device.get(DND) == {"DNDMode": {"mode": 0}}
        told = await device.set("Appliance.Control.ToggleX", ON)
        assert told["all"]["digest"]["togglex"][0]["onoff"] == 1


async def test_a_device_that_wants_its_bodies_encrypted_gets_them_so() -> None:
    async with lan(made("mss110", key=KEY)) as address:
        device = LanDevice(address, KEY)
        with pytest.raises(DeviceOffline, match="hung up") as refused:
            await device.get(RUNTIME)
        assert "encrypted" in refused.value.hint
        await device.meet()
        assert device.secret
        assert (await device.get(RUNTIME))["runtime"]["signal"] == 88


@pytest.mark.parametrize("model", ["mss310", "mss110"])
async def test_every_quirk_of_a_reply_is_put_up_with(model: str) -> None:
    quirks = ("bare-lf", "reset-unknown", "single-connection")
    async with lan(made(model, key=KEY, quirks=quirks)) as address, LanDevice(address, KEY) as device:
        assert (await device.get(ALL))["all"]["system"]["hardware"]["type"] == model
        with pytest.raises(DeviceOffline, match="hung up"):
            await device.get("Appliance.Teleport")


async def test_a_device_with_another_key_is_named() -> None:
    async with lan(made(key="other")) as address:
        with pytest.raises(DeviceRefused, match="has another key") as refused:
            await LanDevice(address, KEY).get(ALL)
    assert refused.value.detail == {"code": 5001, "detail": "sign error"}


async def test_a_device_that_refuses_says_why() -> None:
    async with lan(made(key=KEY)) as address:
        with pytest.raises(DeviceRefused) as refused:
            await LanDevice(address, KEY).get("Appliance.Teleport")
    assert refused.value.detail == {"code": 5000}


async def test_a_device_is_moved_and_answers_with_its_new_key() -> None:
    plug = made(key=KEY, user_id=USER)
    async with lan(plug) as address:
        device = LanDevice(address, KEY)
        await device.move("home.test", 8883, "new", "7")
        uplink = plug.uplink()
        assert uplink
        assert (uplink.host, uplink.port) == ("home.test", 8883)
        assert uplink.connect.password == wire.device_password("7", plug.mac, "new").encode()
        assert (await device.get(RUNTIME))["runtime"]["signal"] == 88


ASKS = [Ask("GET", name, {}) for name in (ALL, "Appliance.Teleport", "Appliance.System.Debug", RUNTIME, ALL, DND)]


@pytest.mark.parametrize("options", [{}, {"quirks": ("truncate",)}, {"generation": "1"}], ids=str)
@pytest.mark.parametrize("model", ["mss310", "msl120"])
async def test_much_is_asked_at_once_and_what_is_cut_off_by_halves(model: str, options: dict[str, Any]) -> None:
    options = options if model == "mss310" else {**options, "generation": ""}
    async with lan(made(model, key=KEY, **options)) as address, LanDevice(address, KEY) as device:
        everything, refused, debug, runtime, _, _ = await device.ask_all(ASKS)
        assert isinstance(everything, dict)
        assert everything["all"]["system"]["hardware"]["type"] == model
        assert isinstance(refused, DeviceRefused)
        assert isinstance(debug, dict)
        assert "debug" in debug
        assert runtime == {"runtime": {"signal": 88}}


async def test_a_push_that_nothing_answers_gives_nothing() -> None:
    async with lan(made(key=KEY)) as address:
        assert await LanDevice(address, KEY).ask("PUSH", "Appliance.System.Clock", {"clock": {"timestamp": 5}}) == {}


async def test_a_device_that_does_not_answer_in_its_time_is_named() -> None:
    async with peer(None) as address:
        with pytest.raises(DeadlineExceeded, match=address):
            await LanDevice(address, KEY, deadline=0.05).get(ALL)


async def test_an_address_where_nobody_is_is_named() -> None:
    async with peer(b"") as address:
        pass
    with pytest.raises(DeviceOffline, match=address):
        await LanDevice(address, KEY).get(ALL)


STRANGE = {
    "nothing": (b"", DeviceOffline),
    "no HTTP": (b"SSH-2.0-x\r\n", BadMessage),
    "another status": (b"HTTP/1.1 500 No\r\n\r\n", BadMessage),
    "half a head": (b"HTTP/1.1 200 OK\r\n", Truncated),
    "half a message": (b'HTTP/1.1 200 OK\r\n\r\n{"header":', Truncated),
    "no message": (b"HTTP/1.1 200 OK\r\n\r\n{}", BadMessage),
}


@pytest.mark.parametrize(("reply", "kind"), STRANGE.values(), ids=STRANGE)
async def test_what_else_may_answer_is_named(reply: bytes, kind: type[Exception]) -> None:
    async with peer(reply) as address:
        with pytest.raises(kind):
            await LanDevice(address, KEY).get(ALL)
