"""The device alone, asked as other people's programs ask it: over MQTT and over its LAN."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeward.errors import InvalidValue
from homeward.families.base import Close, Note, Publish, Request
from homeward.families.meross import namespaces, wire
from homeward.families.meross.emulator import EMULATORS, Device, emulate
from homeward.families.meross.emulator.models import GENERATIONS, MODELS
from homeward.mqtt.packets import Subscription
from homeward.testing.home import seeded
from homeward.testing.virtual_home import PEER
from tests.families.meross.vectors import KEY, MAC, USER, UUID

NOW = 1_700_000_000.5
REPLY = "/app/46884-0a/subscribe"
PUBLISH, SUBSCRIBE = f"/appliance/{UUID}/publish", f"/appliance/{UUID}/subscribe"


def device(generation: str = "6", **options: Any) -> Device:
    given: dict[str, Any] = {"key": KEY, "user_id": USER, "host": "home.test", "mac": MAC, "uuid": UUID}
    made = Device("mss310", generation=generation, randomness=seeded(), **(given | options))
    made.start(NOW - 60)
    return made


def message(method: str, namespace: str, payload: Any, *, key: str = KEY, source: str = REPLY) -> bytes:
    return wire.encode(
        method, f"Appliance.{namespace}", payload, message_id="ab", key=key, source=source, timestamp=int(NOW)
    )


def over_lan(made: Device, method: str, namespace: str, payload: Any = None, key: str = KEY) -> tuple[str, Any]:
    """Method and payload of the reply, and its state pushes must not be in it."""
    body = message(method, namespace, payload or {}, key=key)
    reply = made.http(Request("POST", "/config", "", {}, body, PEER), NOW)
    assert reply.status == 200
    answer = wire.decode(reply.body)
    assert answer.header.message_id == "ab"
    assert answer.header.namespace == f"Appliance.{namespace}"
    assert answer.header.source == PUBLISH
    return answer.header.method, answer.body()


def test_it_signs_in_as_real_ones_do() -> None:
    uplink = device().uplink()
    assert uplink
    assert (uplink.host, uplink.port, uplink.tls) == ("home.test", 443, True)
    assert uplink.subscriptions == (Subscription(SUBSCRIBE, 1),)
    connect = uplink.connect
    assert connect.client_id.startswith(f"fmware:{UUID}_")
    assert len(connect.client_id) == 56
    assert connect.level == 3
    assert connect.clean
    assert connect.username == MAC
    assert connect.password == b"46884_089a73a6889ac6414574b16ea8e667f2"  # V3
    assert connect.encode()[12] == 0xC2


@pytest.mark.parametrize(("generation", "keep_alive"), [("1", 30), ("2", 30), ("6", 120)])
def test_its_keep_alive_is_its_chips(generation: str, keep_alive: int) -> None:
    uplink = device(generation).uplink()
    assert uplink
    assert uplink.connect.keep_alive == keep_alive


def test_what_it_answers_over_mqtt_goes_where_it_was_asked_to() -> None:
    (answer,) = device().message(SUBSCRIBE, message("GET", "System.Time", {}), NOW)
    assert isinstance(answer, Publish)
    assert (answer.topic, answer.qos) == (REPLY, 1)
    assert wire.verify(wire.decode(answer.payload).header, KEY)


@pytest.mark.parametrize("source", ["", "Meross", "http://10.10.10.1/config", "/app/+/subscribe", "/#"])
def test_without_an_address_to_answer_to_it_answers_nobody(source: str) -> None:
    (note,) = device().message(SUBSCRIBE, message("GET", "System.Time", {}, source=source), NOW)
    assert isinstance(note, Note)
    assert note.what == "no_return_address"


@pytest.mark.parametrize("generation", GENERATIONS)
def test_it_answers_every_get_that_it_lists(generation: str) -> None:
    made = device(generation)
    _, answer = over_lan(made, "GET", "System.Ability")
    assert answer["payloadVersion"] == 1
    silent = {"Config.Key", "Config.Wifi", "Control.Bind", "Control.Unbind", "Control.Multiple", "Control.Upgrade"}
    for ability in answer["ability"]:
        name = ability.removeprefix("Appliance.")
        method, payload = over_lan(made, "GET", name)
        assert method == ("ERROR" if name in silent else "GETACK"), name
        assert payload


def test_old_and_new_firmware_say_their_state_differently() -> None:
    everything = {generation: over_lan(device(generation), "GET", "System.All")[1]["all"] for generation in GENERATIONS}
    assert everything["1"]["control"]["toggle"] == {"onoff": 0, "lmTime": 0}
    assert "digest" not in everything["1"]
    assert everything["2"]["digest"]["togglex"] == [{"channel": 0, "onoff": 0, "lmTime": 0}]
    assert "control" not in everything["6"]
    for one in everything.values():
        assert set(one["system"]) == {"hardware", "firmware", "time", "online"}
        assert one["system"]["hardware"]["uuid"] == UUID
        assert one["system"]["firmware"]["userId"] == 46884


def test_power_is_in_milliwatts_and_runtime_has_the_signal() -> None:
    made = device(load=714.0)
    made.set("onoff", 1, NOW)
    assert over_lan(made, "GET", "Control.Electricity")[1]["electricity"]["power"] == pytest.approx(714_000, rel=0.01)
    assert over_lan(made, "GET", "System.Runtime") == ("GETACK", {"runtime": {"signal": 88}})


def test_its_time_rules_are_those_of_its_zone() -> None:
    made = device(timezone="Europe/Rome")
    assert over_lan(made, "GET", "System.Time")[1]["time"]["timeRule"][:2] == [
        [1_698_541_200, 3600, 0],
        [1_711_846_800, 7200, 1],
    ]


def test_a_set_answers_first_and_then_tells_the_cloud() -> None:
    made = device()
    effects = made.message(SUBSCRIBE, message("SET", "Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}}), NOW)
    said = [(effect.topic, wire.decode(effect.payload)) for effect in effects if isinstance(effect, Publish)]
    assert [(topic, one.header.method) for topic, one in said] == [(REPLY, "SETACK"), (PUBLISH, "PUSH")]
    (item,) = said[1][1].body()["togglex"]
    assert (item["channel"], item["onoff"]) == (0, 1)
    again = made.message(SUBSCRIBE, message("SET", "Control.ToggleX", {"togglex": [{"channel": 0, "onoff": 1}]}), NOW)
    assert len(again) == 1


def test_a_set_over_the_lan_tells_the_cloud_too() -> None:
    made = device("1")
    body = message("SET", "Control.Toggle", {"channel": 0, "toggle": {"onoff": 1}})
    reply = made.http(Request("POST", "/config", "", {}, body, PEER), NOW)
    (push,) = reply.effects
    assert isinstance(push, Publish)
    assert wire.decode(push.payload).body()["toggle"]["onoff"] == 1


def test_a_number_other_than_0_and_1_leaves_the_relay_alone() -> None:
    made = device("1")
    made.set("onoff", 1, NOW)
    assert over_lan(made, "SET", "Control.Toggle", {"toggle": {"onoff": 2}}) == ("SETACK", {})
    assert made.state()["onoff"] == 1


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("System.DNDMode", {"DNDMode": {"mode": 1}}),
        ("System.Position", {"position": {"longitude": 116363625, "latitude": 39913818}}),
    ],
)
def test_what_was_set_is_what_is_got(name: str, payload: Any) -> None:
    made = device()
    assert over_lan(made, "SET", name, payload) == ("SETACK", {})
    assert over_lan(made, "GET", name) == ("GETACK", payload)


def test_its_time_zone_can_be_set() -> None:
    made = device()
    assert over_lan(made, "GET", "System.Time")[1]["time"]["timeRule"] == []
    over_lan(made, "SET", "System.Time", {"time": {"timezone": "Australia/Sydney", "timestamp": 1}})
    assert over_lan(made, "GET", "System.Time")[1]["time"]["timezone"] == "Australia/Sydney"
    assert over_lan(made, "GET", "System.Debug")[1]["debug"]["system"]["localTimeOffset"] == 39_600
    assert over_lan(made, "SET", "System.Time", {"time": {"timezone": "Nowhere"}})[0] == "ERROR"


def test_multiple_requests_in_one() -> None:
    wanted = [
        {"header": {"namespace": "Appliance.Control.ToggleX", "method": "SET"}, "payload": {"togglex": {"onoff": 1}}},
        {"header": {"namespace": "Appliance.System.Runtime", "method": "GET"}, "payload": {}},
        {"header": {"namespace": "Appliance.Teleport", "method": "GET"}, "payload": {}},
    ]
    method, payload = over_lan(device(), "SET", "Control.Multiple", {"multiple": wanted})
    assert method == "SETACK"
    assert [one["header"]["method"] for one in payload["multiple"]] == ["SETACK", "GETACK", "ERROR"]
    assert payload["multiple"][1]["payload"] == {"runtime": {"signal": 88}}


@pytest.mark.parametrize("count", [6, 1])
def test_too_many_requests_in_one_or_one_within_itself_are_refused(count: int) -> None:
    inner = {"header": {"namespace": "Appliance.Control.Multiple", "method": "SET"}, "payload": {"multiple": []}}
    assert over_lan(device(), "SET", "Control.Multiple", {"multiple": [inner] * count})[0] == "ERROR"


@pytest.mark.parametrize("key", ["", "wrong"])
def test_a_wrong_signature_is_answered_with_5001_and_changes_nothing(key: str) -> None:
    made = device()
    error = {"error": {"code": 5001, "detail": "sign error"}}
    assert over_lan(made, "SET", "Control.ToggleX", {"togglex": {"onoff": 1}}, key=key) == ("ERROR", error)
    assert made.state()["onoff"] == 0


def test_before_it_is_set_up_it_takes_any_signature_and_signs_with_no_key() -> None:
    made = device(host="", key="")
    body = message("GET", "System.All", {}, key="whatever")
    reply = made.http(Request("POST", "/config", "", {}, body, PEER), NOW)
    assert wire.verify(wire.decode(reply.body).header, "")


def test_it_takes_a_new_key_signs_with_it_at_once_and_calls_elsewhere() -> None:
    made = device()
    gateway = {"host": "cloud.test", "port": "2001", "secondHost": "cloud.test", "secondPort": 2001, "redirect": 1}
    key = {"gateway": gateway, "key": "1", "userId": 7}
    reply = made.http(Request("POST", "/config", "", {}, message("SET", "Config.Key", {"key": key}), PEER), NOW)
    assert wire.verify(wire.decode(reply.body).header, "1")
    assert reply.effects == (Close("told to call another cloud"),)
    uplink = made.uplink()
    assert uplink
    assert (uplink.host, uplink.port) == ("cloud.test", 2001)
    assert uplink.connect.password == wire.device_password("7", MAC, "1").encode()


def test_a_redirect_of_2_is_for_the_next_time() -> None:
    made = device()
    key = {"gateway": {"host": "cloud.test", "port": 2001, "redirect": 2}, "key": KEY, "userId": USER}
    reply = made.http(Request("POST", "/config", "", {}, message("SET", "Config.Key", {"key": key}), PEER), NOW)
    assert reply.effects == ()


WRONG: list[tuple[str, str, Any]] = [
    ("SET", "Control.ToggleX", {}),
    ("SET", "Control.ToggleX", {"togglex": []}),
    ("SET", "Control.ToggleX", {"togglex": {"onoff": "1"}}),
    ("SET", "Control.Toggle", {"toggle": {"onoff": 1}}),
    ("SET", "System.DNDMode", {"DNDMode": 1}),
    ("SET", "System.Position", {"position": {"longitude": 1}}),
    ("SET", "System.Time", {"time": {"timezone": "../../etc/passwd"}}),
    ("SET", "Config.Key", {"key": {"gateway": {"host": "a", "port": "x"}, "key": "", "userId": ""}}),
    ("SET", "Config.Wifi", {"wifi": {"ssid": "!"}}),
    ("SET", "Control.Multiple", {"multiple": [{"header": {}}]}),
    ("GET", "Control.Teleport", {}),
    ("GET", "Control.Bind", {}),
    ("DELETE", "Control.ToggleX", {}),
]


@pytest.mark.parametrize(("method", "namespace", "payload"), WRONG)
def test_what_it_cannot_do_is_answered_with_5000(method: str, namespace: str, payload: Any) -> None:
    if payload == {"togglex": []}:
        assert over_lan(device(), method, namespace, payload) == ("SETACK", {})
    else:
        assert over_lan(device(), method, namespace, payload) == ("ERROR", {"error": {"code": 5000}})


ABILITIES = {model: sorted(made.labels[list(made.labels)[-1]].abilities) for model, made in MODELS.items()}
KEYS = sorted({namespaces.namespace(name).key for names in ABILITIES.values() for name in names})
FIELDS = [
    *("channel", "id", "onoff", "mode", "state", "open", "position", "temperature", "schedule", "mon", "rule", "week"),
    *("duration", "time", "type", "extend", "toggle", "gateway", "host", "port", "timezone", "capacity", "rgb", "Id"),
    *("header", "namespace", "method", "payload", "member", "md5", "url", "ssid", "password", "pubkey", "sunOffset"),
]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-1, 5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=4)
    | st.sampled_from(
        ["0000000000000000", "01000000", "Europe/Rome", "http://x/y", "Appliance.Control.ToggleX", "SET"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=400)
@given(st.data())
def test_whatever_a_device_is_sent_it_answers_or_notes(data: st.DataObject) -> None:
    model = data.draw(st.sampled_from(sorted(MODELS)))
    made = Device(model, key=KEY, user_id=USER, host="home.test", uuid=UUID, randomness=seeded())
    made.start(NOW)
    made.connected(NOW)
    for at in range(data.draw(st.integers(1, 3))):
        namespace = data.draw(st.sampled_from(ABILITIES[model]) | st.text(max_size=5))
        method = data.draw(st.sampled_from(["GET", "SET", "SET", "PUSH", "DELETE", "?"]))
        item = data.draw(JSON)
        payload: Any = data.draw(st.sampled_from([{}, {namespaces.namespace(namespace).key: item}, {"channel": 0}]))
        sent = wire.encode(method, namespace, payload, message_id="ab", key=KEY, source=REPLY, timestamp=1)
        effects = made.message(SUBSCRIBE, sent, NOW + at)
        replies = [effect for effect in effects if isinstance(effect, Publish) and effect.topic == REPLY]
        if method in wire.ACK and made.uplink() and made.native_id == UUID:
            assert len(replies) == 1
            answer = wire.decode(replies[0].payload)
            assert answer.header.method in (wire.ACK[method], "ERROR")
            assert answer.header.method == "GETACK" or answer.body() is not None
    made.wake(NOW + 90_000)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_message_are_noted(data: bytes) -> None:
    (note,) = device().message(SUBSCRIBE, data, NOW)
    assert isinstance(note, Note)
    assert device().http(Request("POST", "/config", "", {}, data, PEER), NOW).status == 400


def test_nothing_else_is_served_on_its_lan() -> None:
    assert device().http(Request("GET", "/", "", {}, b"", PEER), NOW).status == 404


@pytest.mark.parametrize(
    ("key", "value"),
    [("onoff", 2), ("onoff", None), ("load", -1), ("load", "x"), ("load", "nan"), ("voltage", 12), ("smell", 1)],
)
def test_no_hand_can_do_what_is_impossible(key: str, value: Any) -> None:
    with pytest.raises(InvalidValue):
        device().set(key, value, NOW)


@pytest.mark.parametrize(
    ("key", "value", "stands"),
    [("onoff", True, 1), ("onoff", "1", 1), ("onoff", "on", 1), ("onoff", "False", 0), ("load", "12.5", 12.5)],
)
def test_a_hand_may_write_what_it_means(key: str, value: Any, stands: float) -> None:
    made = device()
    made.set(key, value, NOW)
    assert made.state()[key] == stands


def test_its_state_is_what_can_be_set() -> None:
    made = device()
    for key, value in made.state().items():
        made.set(key, value, NOW)
    assert made.state() == {"onoff": 0, "load": 40.0, "voltage": 230.0, "signal": 88.0}


def test_the_shell_makes_one_from_text() -> None:
    options = {"generation": "1", "key": "k", "userid": "7", "load": "12.5", "onoff": "1", "timezone": "Europe/Rome"}
    made = EMULATORS["mss310"](3, host="home.test", port=8883, randomness=seeded(), **options)
    assert isinstance(made, Device)
    uplink = made.uplink()
    assert uplink
    assert made.mac == "48:e1:e9:00:00:03"
    assert made.native_id == "2001010000000000000348e1e9000003"
    assert uplink.connect.password == wire.device_password("7", made.mac, "k").encode()
    assert made.state() == {"onoff": 1, "load": 12.5, "voltage": 230.0, "signal": 88.0}


@pytest.mark.parametrize(
    "options",
    [
        {"generation": "5"},
        {"mac": "48:E1"},
        {"uuid": "1"},
        {"load": "-1"},
        {"userid": "a-b"},
        {"timezone": "Nowhere"},
        {"colour": "red"},
    ],
)
def test_an_option_that_makes_no_sense_is_an_invalid_value(options: dict[str, str]) -> None:
    with pytest.raises(InvalidValue, match=next(iter(options))):
        emulate("mss310", **options)  # type: ignore[arg-type] # none of them is the number or the randomness


def test_two_made_with_one_seed_are_the_same() -> None:
    frames = [msgspec.json.encode([repr(device().connected(NOW)), device().state()]) for _ in range(2)]
    assert frames[0] == frames[1]


def test_what_a_hub_has_and_a_device_does_may_be_said_in_the_shell() -> None:
    options = {
        "subdevices": "ms100,ms100",
        "quirk": "no-setack,bare-lf",
        "ms100_2_humidity": "61",
        "wifi": "Home:se:cret",
    }
    made = EMULATORS["msh300"](0, host="home.test", port=1, randomness=seeded(), **options)
    assert isinstance(made, Device)
    assert made.state()["ms100_2_humidity"] == 61
    assert made.quirks == {"no-setack", "bare-lf"}
    for wrong in ({"subdevices": "mss310"}, {"quirk": "none"}, {"drift": "fast"}, {"user_id": "1"}, {"address": "a b"}):
        with pytest.raises(InvalidValue):
            emulate("msh300", **wrong)  # type: ignore[arg-type] # none of them is the number or the randomness
