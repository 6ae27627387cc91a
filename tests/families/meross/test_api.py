from __future__ import annotations

import itertools
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.families.base import Peer, Request
from homeward.families.meross import second_factor, wire
from homeward.families.meross.api import Status
from tests.families.meross.house import House
from tests.families.meross.vectors import KEY, PARAMS, USER

MD5 = wire.password_hash("secret")
SIGN_IN = {"email": "me@example.com", "password": MD5, "accountCountryCode": "us", "encryption": 1, "agree": 0}


def envelope(params: str, **changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"params": params, "timestamp": 1_700_000_000_000, "nonce": "ABCDEFGHIJKLMNOP"} | changes
    return {"sign": wire.api_sign(body["timestamp"], body["nonce"], params)} | body


def post(house: House, path: str, params: Any = None, token: str | None = None, body: bytes | None = None) -> Any:
    """The whole answer; every answer is HTTP 200 with `apiStatus` and `data`."""
    if body is None:
        body = msgspec.json.encode(envelope(wire.encode_params(params or {})))
    reply = house.request(path, body, {"authorization": "Basic" if token is None else f"Basic {token}"})
    assert reply
    assert reply.status == 200
    assert reply.content_type == "application/json"
    answer = msgspec.json.decode(reply.body)
    assert set(answer) == {"apiStatus", "sysStatus", "info", "timeStamp", "data"}
    return answer


def signed_in(house: House, **changes: Any) -> str:
    answer = post(house, "/v1/Auth/signIn", SIGN_IN | changes)
    assert answer["apiStatus"] == 0
    return str(answer["data"]["token"])


def test_signing_in_gives_all_an_app_needs() -> None:
    answer = post(House(), "/v1/Auth/signIn", SIGN_IN)
    assert (answer["apiStatus"], answer["sysStatus"], answer["info"]) == (0, 0, "Success")
    assert answer["timeStamp"] == "2023-11-14 22:13:20"
    token = answer["data"].pop("token")
    assert len(token) == 64
    assert answer["data"] == {
        "userid": USER,
        "email": "me@example.com",
        "key": KEY,
        "domain": "http://home.test:8080",
        "mqttDomain": "home.test:8883",
        "mfaLockExpire": 0,
    }


def test_an_app_that_came_by_https_is_sent_there() -> None:
    house = House()
    body = msgspec.json.encode(envelope(wire.encode_params(SIGN_IN)))
    for ports, domain in (
        (house.home.ports, "https://home.test:8443"),
        ({"http": 80, "mqtts": 443}, "http://home.test:80"),
    ):
        house.home.ports = ports
        request = Request("POST", "/v1/Auth/signIn", "", {}, body, Peer("192.0.2.7", 1, tls="TLSv1.3"))
        reply = house.family.http(request, house.clock.now())
        assert reply
        assert msgspec.json.decode(reply.body)["data"]["domain"] == domain


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/Auth/signIn", {"params": PARAMS["V10"][1]}),
        ("/v1/auth/SIGNIN", {"params": PARAMS["V10"][1], "timestamp": "1700000000"}),
        ("/v1/Auth/signIn/", {"params": PARAMS["V10"][1], "nonce": "0" * 32, "timestamp": 5}),
    ],
)
def test_however_the_request_is_written_it_is_understood(path: str, body: dict[str, Any]) -> None:
    assert post(House(), path, body=msgspec.json.encode(envelope(**body)))["apiStatus"] == 0


def test_a_form_is_understood_as_well() -> None:
    body = urlencode(envelope(PARAMS["V10"][1])).encode()
    assert post(House(), "/v1/Auth/signIn", body=body)["apiStatus"] == 0


def test_older_apps_send_the_password_itself() -> None:
    answer = post(House(), "/v1/Auth/Login", {"email": "me@example.com", "password": "secret"})
    assert answer["apiStatus"] == 0
    assert set(answer["data"]) == {"userid", "email", "key", "token", "mfaLockExpire"}


REFUSED: dict[str, tuple[dict[str, Any], Status]] = {
    "an email that cannot be one": ({"email": "you"}, Status.INVALID_EMAIL),
    "a hash that is none": ({"password": "g" * 32}, Status.BAD_PASSWORD_FORMAT),
    "wrong password": ({"password": wire.password_hash("Secret")}, Status.WRONG_EMAIL_OR_PASSWORD),
    "no such account": ({"email": "you@example.com"}, Status.NO_SUCH_ACCOUNT),
    "no email": ({"email": ""}, Status.BAD_USER),
    "an email that is none": ({"email": ["me@example.com"]}, Status.BAD_USER),
    "no password": ({"password": None}, Status.BAD_PASSWORD),
    "a number for a password": ({"password": 5}, Status.BAD_PASSWORD),
    "the password itself, said to be hashed": ({"password": "secret"}, Status.BAD_PASSWORD_FORMAT),
    "the hash, said to be the password": ({"encryption": 0}, Status.WRONG_EMAIL_OR_PASSWORD),
    "true for 1": ({"encryption": "1"}, Status.WRONG_EMAIL_OR_PASSWORD),
}


@pytest.mark.parametrize(("changes", "status"), REFUSED.values(), ids=REFUSED)
def test_who_may_not_sign_in_is_told_why_in_the_vendors_numbers(changes: dict[str, Any], status: Status) -> None:
    house = House()
    answer = post(house, "/v1/Auth/signIn", SIGN_IN | changes)
    assert (answer["apiStatus"], answer["data"]) == (status, {})
    assert not any(name.startswith("token/") for name in house.home.facts())


BROKEN = {
    "nothing": b"",
    "no object": b"[]",
    "no JSON": b'{"params":',
    "no sign": msgspec.json.encode({"params": "e30=", "timestamp": 1, "nonce": "a"}),
    "a wrong sign": msgspec.json.encode(envelope(PARAMS["V10"][1], sign="0" * 32)),
    "a sign that is none": msgspec.json.encode(envelope(PARAMS["V10"][1], sign="é")),
    "params of the wrong type": b'{"params":{},"sign":"","timestamp":1,"nonce":""}',
    "params that are no base64": msgspec.json.encode(envelope("{}")),
    "params that are no object": msgspec.json.encode(envelope("W10=")),
    "a fraction of a timestamp": b'{"params":"e30=","sign":"","timestamp":1.5,"nonce":""}',
    "a deep body": b'{"a":' + b"[" * 100_000,
    "a form without fields": b"a=b",
    "a form of too many fields": b"&".join([b"a=b"] * 100),
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_a_broken_request_is_answered_as_one(body: bytes) -> None:
    assert post(House(), "/v1/Auth/signIn", body=body)["apiStatus"] == Status.BAD_REQUEST


@given(st.binary(max_size=200))
def test_any_body_is_answered(body: bytes) -> None:
    assert post(House(), "/v1/Auth/signIn", body=body)["apiStatus"] == Status.BAD_REQUEST


def test_an_unknown_path_under_v1_is_answered_and_any_other_is_not() -> None:
    house = House()
    assert post(house, "/v1/Auth/signEverything")["apiStatus"] == Status.BAD_REQUEST
    for path in ("/", "/v1", "/config", "/v2/Auth/signIn", "/api/v1/devices"):
        assert house.request(path, b"{}") is None


def test_an_address_that_guesses_passwords_has_to_wait() -> None:
    house = House(sign_in_failures=3)
    wrong = SIGN_IN | {"password": "0" * 32}
    answers = [post(house, "/v1/Auth/signIn", wrong)["apiStatus"] for _ in range(5)]
    assert answers == [1004, 1004, 1004, 1028, 1028]
    assert post(house, "/v1/Auth/signIn", SIGN_IN)["apiStatus"] == 1028
    house.clock.advance(601)
    assert post(house, "/v1/Auth/signIn", SIGN_IN)["apiStatus"] == 0


def test_an_account_has_so_many_tokens() -> None:
    house = House(tokens=2)
    token = signed_in(house)
    signed_in(house)
    assert post(house, "/v1/Auth/signIn", SIGN_IN)["apiStatus"] == Status.TOO_MANY_TOKENS
    post(house, "/v1/Profile/Logout", token=token)
    signed_in(house)


WITH_TOKEN = [
    "/device/v1/fmware/upgradeVersion",
    "/v1/Device/devList",
    "/v1/Device/devExtraInfo",
    "/v1/Device/latestVersion",
]
WITH_TOKEN += ["/v1/Profile/logout"]


@pytest.mark.parametrize("path", WITH_TOKEN)
def test_only_a_token_opens_the_rest(path: str) -> None:
    house = House()
    for token in (None, "", "0" * 63, "x" * 64):
        assert post(house, path, token=token)["apiStatus"] == Status.TOKEN_INVALID
    assert post(house, path, token="0" * 64)["apiStatus"] == Status.TOKEN_ERROR
    answer = post(house, path, token=signed_in(house))
    assert answer["apiStatus"] == 0
    assert answer["data"] in ([], {})


def test_a_token_outlives_a_restart_and_ends_with_a_logout() -> None:
    house = House()
    token = signed_in(house)
    again = House(house.home.facts())
    assert post(again, "/v1/Device/devList", token=token)["apiStatus"] == 0
    assert post(again, "/v1/Profile/logout", token=token)["apiStatus"] == 0
    for home in (again, House(again.home.facts())):
        assert post(home, "/v1/Device/devList", token=token)["apiStatus"] == Status.TOKEN_ERROR


def test_a_token_grows_old() -> None:
    house = House(token_days=1.0)
    token = signed_in(house)
    house.clock.advance(86_399)
    assert post(house, "/v1/Device/devList", token=token)["apiStatus"] == 0
    house.clock.advance(1)
    assert post(house, "/v1/Device/devList", token=token)["apiStatus"] == Status.TOKEN_EXPIRED


def test_a_log_is_taken_from_an_app_with_the_token_of_another_region() -> None:
    log = {"system": "Linux", "vendor": "meross", "uuid": "x", "extra": "", "model": "", "version": "1"}
    assert post(House(), "/v1/log/user", log, token="0" * 64)["apiStatus"] == 0


def test_who_one_is_goes_by_the_token() -> None:
    house = House()
    told = {"timezone": "Europe/Rome", "regionCode": "it"}
    data = post(house, "/user/v1/baseInfo", told, signed_in(house))["data"]
    assert len(data.pop("guid")) == 32
    assert data == {"userid": USER, "email": "me@example.com", **told}


def change(house: House, **changes: Any) -> None:
    house.home.remember(house.family.change_account(USER, **changes)[1])


def test_the_apps_of_a_disabled_account_are_shut_out_until_it_is_enabled() -> None:
    house = House()
    token = signed_in(house)
    change(house, disabled=True)
    for home in (house, House(house.home.facts())):
        assert post(home, "/v1/Auth/signIn", SIGN_IN)["apiStatus"] == Status.ACCOUNT_DISABLED
        assert post(home, "/v1/Device/devList", token=token)["apiStatus"] == Status.ACCOUNT_DISABLED
    change(house, disabled=False)
    assert post(house, "/v1/Device/devList", token=token)["apiStatus"] == 0


def test_the_apps_of_an_account_that_has_moved_are_sent_after_it() -> None:
    house = House()
    change(house, moved="https://elsewhere.test:8443")
    answer = post(house, "/v1/Auth/signIn", SIGN_IN | {"password": "0" * 32})
    assert answer["apiStatus"] == Status.WRONG_REGION
    assert answer["data"] == {"domain": "https://elsewhere.test:8443", "mqttDomain": "elsewhere.test"}
    change(house, moved="")
    signed_in(house)


def test_a_new_password_ends_all_tokens() -> None:
    house = House()
    token = signed_in(house)
    change(house, password="Correct horse 2")
    assert post(house, "/v1/Device/devList", token=token)["apiStatus"] == Status.TOKEN_ERROR
    assert post(house, "/v1/Auth/signIn", SIGN_IN)["apiStatus"] == Status.WRONG_EMAIL_OR_PASSWORD
    signed_in(house, password=wire.password_hash("Correct horse 2"))


FACTOR = "JBSWY3DPEHPK3PXP"


def test_a_second_factor_is_asked_for_and_each_code_is_good_once() -> None:
    house = House()
    change(house, factor=FACTOR)
    code = second_factor.code(FACTOR, int(house.clock.now()) // 30)
    for told, status in (("", 1033), ("000000", 1032), (code, 0), (code, 1032), (int(code) + 1, 1032)):
        assert post(house, "/v1/Auth/signIn", SIGN_IN | {"mfaCode": told})["apiStatus"] == status
    assert post(house, "/v1/Auth/signIn", SIGN_IN | {"password": "0" * 32})["apiStatus"] == 1004


def test_an_account_whose_codes_are_guessed_is_locked_for_a_while() -> None:
    house = House()
    change(house, factor=FACTOR)
    wrong = [post(house, "/v1/Auth/signIn", SIGN_IN | {"mfaCode": "000000"})["apiStatus"] for _ in range(6)]
    assert wrong == [1032] * 5 + [1035]
    code = second_factor.code(FACTOR, int(house.clock.now()) // 30)
    assert post(house, "/v1/Auth/signIn", SIGN_IN | {"mfaCode": code})["apiStatus"] == Status.OPERATION_LOCKED
    house.clock.advance(601)
    signed_in(house, mfaCode=second_factor.code(FACTOR, int(house.clock.now()) // 30))


def test_a_bearer_token_is_one_too() -> None:
    house = House()
    body = msgspec.json.encode(envelope("e30="))
    reply = house.request("/v1/Device/devList", body, {"authorization": f"Bearer {signed_in(house)}"})
    assert reply
    assert msgspec.json.decode(reply.body)["apiStatus"] == 0


def test_nobody_makes_an_account_unless_the_owner_lets_them() -> None:
    closed, new = House(), SIGN_IN | {"email": "you@example.com"}
    assert post(closed, "/v1/Auth/signUp", new)["apiStatus"] == Status.ACCESS_DENIED
    house = House(sign_up=True)
    answer = post(house, "/v1/Auth/signUp", new)
    assert answer["apiStatus"] == 0
    assert answer["data"]["userid"] != USER
    assert post(house, "/v1/Device/devList", token=answer["data"]["token"])["data"] == []
    signed_in(House(house.home.facts()), email="you@example.com")
    assert post(house, "/v1/Auth/signUp", new)["apiStatus"] == Status.ACCOUNT_EXISTS
    assert post(house, "/v1/Auth/signUp", new | {"email": "you"})["apiStatus"] == Status.INVALID_EMAIL


def test_the_list_has_the_accounts_adopted_devices() -> None:
    house = House()
    other = house.make("you@example.com", "7", "other")
    line = house.plug(1)
    house.plug(2, adopted=False)
    house.plug(3, key="other", user_id=other.user_id)
    token = signed_in(house)
    (item,) = post(house, "/v1/Device/devList", token=token)["data"]
    assert item == {
        "uuid": line.emulator.native_id,
        "onlineStatus": 1,
        "devName": "Meross 00:01",
        "devIconId": "device001",
        "bindTime": 1_700_000_000,
        "deviceType": "mss310",
        "subType": "eu",
        "channels": [{}],
        "region": "eu",
        "fmwareVersion": "6.1.8",
        "hdwareVersion": "6.0.0",
        "userDevIcon": "",
        "iconType": 1,
        "domain": "home.test:8883",
        "reservedDomain": "home.test:8883",
        "hardwareCapabilities": [],
    }
    line.cut()
    assert post(house, "/v1/Device/devInfo", {"uuid": item["uuid"]}, token)["data"] == item | {"onlineStatus": 2}


def test_nobody_is_told_of_a_device_that_is_not_theirs() -> None:
    house = House()
    house.make("you@example.com", "7", "other")
    uuid = house.plug(1, key="other", user_id="7").emulator.native_id
    wanted: Any
    for wanted in (uuid, "nobody", None, ["x"], {}):
        for path in ("/v1/Device/devInfo", "/v1/Hub/getSubDevices"):
            answer = post(house, path, {"uuid": wanted}, signed_in(house))
            assert (answer["apiStatus"], answer["data"]) == (Status.BAD_REQUEST, {})


def test_what_is_paired_with_a_hub_is_listed_once_it_has_told_its_type() -> None:
    house = House()
    uuid = house.plug(1).emulator.native_id
    token = signed_in(house)
    assert post(house, "/v1/Hub/getSubDevices", {"uuid": uuid}, token)["data"] == []
    house.home.known[uuid].native |= {"subdevices": {"120027D281CF": "ms100", "01008C11": ""}}
    assert post(house, "/v1/Hub/getSubDevices", {"uuid": uuid}, token)["data"] == [
        {
            "subDeviceId": "120027D281CF",
            "subDeviceType": "ms100",
            "subDeviceVendor": "meross",
            "subDeviceName": "ms100 81CF",
            "subDeviceIconId": "device001",
        }
    ]


@pytest.mark.parametrize(
    ("advertise", "port", "domain"),
    [("home.test", 443, "home.test"), ("192.0.2.1", 8883, "192.0.2.1:8883"), ("fd00::1", 2001, "[fd00::1]:2001")],
)
def test_the_mqtt_domain_names_the_port_unless_it_is_the_vendors(advertise: str, port: int, domain: str) -> None:
    house = House()
    house.home.advertise, house.home.ports = advertise, {"mqtts": port, "http": 80}
    assert post(house, "/v1/Auth/signIn", SIGN_IN)["data"]["mqttDomain"] == domain


def test_every_status_is_one_that_clients_know() -> None:
    ranges = (
        *((number, number) for number in (0, 500, 1019, 1301, 1700, 10006)),
        *((1000, 1009), (1011, 1015), (1021, 1028), (1030, 1035), (1041, 1043), (1200, 1204), (5000, 5004)),
    )
    known = set(itertools.chain.from_iterable(range(low, high + 1) for low, high in ranges))
    assert set(Status) <= known
