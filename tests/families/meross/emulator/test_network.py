"""Set-up mode, encryption on the LAN, and the way to the cloud."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from homeward.families.base import Close, Request
from homeward.families.meross import crypto, wire
from homeward.families.meross.emulator.network import PATIENCE, Wifi
from homeward.testing.virtual_home import PEER

from .bench import Bench

ACCOUNT = "0123456789abcdef0123456789abcdef"
THEIRS = crypto.private_key(0x1111)


def text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def gateway(host: str = "home.test", second: str = "home.test") -> dict[str, Any]:
    known = {"host": host, "port": 8883, "secondHost": second, "secondPort": 2001, "redirect": 1}
    return {"key": {"gateway": known, "key": ACCOUNT, "userId": "7"}}


def unboxed(model: str = "mss310", **options: Any) -> Bench:
    return Bench(
        model, **{"boot": False, "host": "", "key": "", "user_id": "0", "wifi": Wifi("Home", "secret"), **options}
    )


def joined(made: Bench, ssid: str = "Home", password: str = "secret") -> Bench:  # noqa: S107
    made.set("Config.Key", gateway())
    made.set("Config.Wifi", {"wifi": {"ssid": text(ssid), "password": text(password)}})
    made.key = ACCOUNT
    return made


def sealed(made: Bench, secret: bytes, method: str, name: str, payload: Any = None) -> tuple[str, Any]:
    data = wire.encode(method, f"Appliance.{name}", payload or {}, message_id="a", key=made.key, source="", timestamp=1)
    body = crypto.encrypt(secret, data).encode()
    reply = made.device.http(Request("POST", "/config", "", {}, body, PEER), made.now)
    made.carry(reply.effects)
    answer = wire.decode(crypto.decrypt(secret, reply.body))
    return answer.header.method, answer.body()


def test_it_is_set_up_and_calls() -> None:
    made = unboxed()
    (there,) = made.get("Config.WifiList")["wifiList"]
    assert (there["ssid"], there["encryption"], there["cipher"]) == (text("Home"), 6, 3)
    reply = made.post("SET", "Config.Key", gateway())
    assert wire.verify(wire.decode(reply.body).header, ACCOUNT)
    assert made.device.uplink() is None
    made.set("Config.Wifi", {"wifi": {"ssid": text("Home"), "password": text("secret")}})
    uplink = made.device.uplink()
    assert uplink
    assert (uplink.host, uplink.port) == ("home.test", 8883)
    made.key = ACCOUNT
    made.boot()
    made.advance(10 * PATIENCE)
    assert made.device.uplink()


@pytest.mark.parametrize(("ssid", "password", "code"), [("Home", "wrong", 2), ("Elsewhere", "secret", 1)])
def test_where_it_is_not_let_in_it_is_back_in_setup_mode_and_says_why(ssid: str, password: str, code: int) -> None:
    made = joined(unboxed(), ssid, password)
    made.key = "any"
    assert made.device.uplink() is None
    trace = made.get("Config.Trace")["trace"]
    assert (trace["ssid"], trace["code"]) == (text(ssid), code)


def test_a_cloud_that_does_not_answer_in_time_makes_it_give_up() -> None:
    made = joined(unboxed())
    made.advance(PATIENCE)
    assert made.others[-1] == Close("its cloud does not answer: back to set-up mode")
    assert made.device.uplink() is None
    made.key = "any"
    assert made.get("System.Firmware")["firmware"]["server"] == ""


def test_a_cloud_that_does_not_tell_the_time_makes_it_give_up() -> None:
    made = joined(unboxed())
    made.carry(made.device.connected(made.now))
    made.advance(25)
    assert made.device.uplink() is None
    assert isinstance(made.others[-1], Close)


def test_a_password_may_come_encrypted() -> None:
    made = unboxed("mss110")
    device = made.device
    secret = crypto.wifi_key("mss110", device.native_id, device.mac)
    made.set("Config.Key", gateway())
    made.set("Config.WifiX", {"wifi": {"ssid": text("Home"), "password": crypto.encrypt(secret, b"secret")}})
    assert device.uplink()


@pytest.mark.parametrize("password", ["", "!", text("not a block"), text("x" * 16)])
def test_a_password_that_cannot_be_decrypted_does_not_get_it_in(password: str) -> None:
    made = unboxed("mss110")
    made.set("Config.Key", gateway())
    method, _ = made.ask("SET", "Config.WifiX", {"wifi": {"ssid": text("Home"), "password": password}})
    assert method in ("ERROR", "SETACK")
    assert made.device.uplink() is None


def test_a_session_of_the_setup_is_encrypted_once_hands_are_shaken() -> None:
    made = unboxed("mss110")
    answer = made.set("Encrypt.ECDHE", {"ecdhe": {"step": 1, "pubkey": crypto.public_text(THEIRS)}})["ecdhe"]
    assert answer["step"] == 2
    secret = crypto.session_key(THEIRS, answer["pubkey"])
    assert sealed(made, secret, "GET", "Config.WifiList")[0] == "GETACK"
    assert made.get("System.Ability")["ability"]
    assert made.post("GET", "Config.WifiList").raw == b""
    assert sealed(made, secret, "SET", "Config.Key", gateway())[0] == "SETACK"
    password = crypto.encrypt(crypto.wifi_key("mss110", made.device.native_id, made.device.mac), b"secret")
    told = {"wifi": {"ssid": text("Home"), "password": password}}
    assert sealed(made, secret, "SET", "Config.WifiX", told)[0] == "SETACK"
    assert made.device.uplink()


def test_a_handshake_without_a_point_is_refused() -> None:
    made = unboxed("mss110")
    for wrong in ({}, {"ecdhe": {"pubkey": ""}}, {"ecdhe": {"pubkey": text("x" * 65)}}):
        assert made.refuses("SET", "Encrypt.ECDHE", wrong)


def test_firmware_that_encrypts_answers_nothing_but_its_abilities_in_the_clear() -> None:
    made = Bench("mss110", key=ACCOUNT)
    secret = crypto.lan_key(made.device.native_id, ACCOUNT, made.device.mac)
    assert made.get("System.Ability")["ability"]["Appliance.Encrypt.Suite"] == {}
    for name in ("System.All", "Encrypt.Suite", "Control.ToggleX"):
        assert made.post("GET", name).raw == b""
    assert sealed(made, secret, "SET", "Control.ToggleX", {"togglex": {"onoff": 1}}) == ("SETACK", {})
    everything = sealed(made, secret, "GET", "System.All")[1]["all"]
    assert everything["digest"]["togglex"][0]["onoff"] == 1
    assert everything["system"]["firmware"]["encrypt"] == 1
    garbage = Request("POST", "/config", "", {}, b"garbage", PEER)
    assert made.device.http(garbage, made.now).raw == b""


def test_older_firmware_of_the_same_model_does_not() -> None:
    assert Bench("mss110", generation="6").get("System.All")


def test_it_calls_its_other_host_when_one_fails() -> None:
    made = joined(unboxed())
    made.set("Config.Key", gateway(second="other.test"))
    hosts = []
    for _ in range(3):
        uplink = made.device.uplink()
        hosts.append((uplink.host, uplink.port) if uplink else None)
        made.carry(made.device.disconnected("refused", made.now))
    assert hosts == [("home.test", 8883), ("other.test", 2001), ("home.test", 8883)]
    debug = made.get("System.Debug")["debug"]["cloud"]
    assert (debug["activeServer"], debug["secondServer"]) == ("other.test", "home.test")


@pytest.mark.parametrize(("quirks", "calls"), [((), True), (("no-second-host",), False)])
def test_without_a_second_host_some_never_call_again(quirks: tuple[str, ...], calls: bool) -> None:
    made = joined(unboxed(quirks=quirks))
    made.set("Config.Key", gateway(second=""))
    made.carry(made.device.disconnected("fell", made.now))
    assert bool(made.device.uplink()) is calls


@pytest.mark.parametrize(
    "known",
    [
        {"host": "a..b", "port": 1},
        {"host": "a b", "port": 1},
        {"host": "a", "port": 65_536},
        {"host": "a", "port": "70000"},
        {"host": "a" * 64, "port": 1},
    ],
)
def test_what_nobody_can_call_is_refused(known: dict[str, Any]) -> None:
    assert unboxed().refuses("SET", "Config.Key", {"key": {"gateway": known, "key": "", "userId": 1}})


def test_a_device_that_is_unbound_is_as_it_left_the_factory() -> None:
    made = Bench(key=ACCOUNT)
    made.hear("PUSH", "Appliance.Control.Unbind", {})
    assert made.others[-1] == Close("reset to factory settings")
    assert made.device.uplink() is None
    made.key = "any"
    assert made.get("System.Firmware")["firmware"]["userId"] == 0


def test_a_device_that_is_not_told_of_one_gets_into_any_wifi() -> None:
    assert joined(unboxed(wifi=None), "Anything", "at all").device.uplink()
