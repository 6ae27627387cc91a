"""A device's session, alone: what it makes of what a device says."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.errors import DeviceOffline, DeviceRefused, InvalidValue, SettingsError
from homeward.families.base import Answer, Call, Happened, Note, Publish, Report, Wake
from homeward.families.meross import namespaces, wire
from homeward.families.meross.cloud import RETURN_TOPIC
from homeward.mqtt.packets import Connect
from homeward.testing.virtual_home import PEER
from tests.families.meross.house import House
from tests.families.meross.line import (
    ABILITIES,
    ABILITY,
    APPS,
    NOTES,
    NOW,
    OLD_ABILITIES,
    PUBLISH,
    SUBSCRIBE,
    SYSTEM,
    Device,
    of,
    said,
)
from tests.families.meross.vectors import KEY, MAC, USER, UUID


def test_signing_in_says_who_the_device_is() -> None:
    device = Device(adopted=False)
    known = device.house.home.known[UUID]
    assert known.description.mac == MAC
    assert known.native == {"userId": USER, "mac": MAC}
    assert known.name == "Meross 84:42"


def test_an_adopted_device_is_announced_and_asked_how_it_stands() -> None:
    begun = Device().begun
    assert said(begun, APPS) == [("PUSH", "System.Online", {"online": {"status": 1}})]
    assert said(begun, SUBSCRIBE) == [("GET", "System.Ability", {}), ("GET", "System.All", {})]


def test_online_names_the_device_and_has_no_milliseconds() -> None:
    header = msgspec.json.decode(Device().begun[0].payload)["header"]  # type: ignore[union-attr]
    assert header["from"] == SUBSCRIBE
    assert "timestampMs" not in header


def test_a_pending_device_is_neither_announced_nor_asked_until_it_is_adopted() -> None:
    device = Device(adopted=False)
    assert device.begun == ()
    assert len(device.session.adopted(NOW)) == 3
    assert device.session.adopted(NOW) == ()


def test_a_device_adopted_before_it_listens_is_asked_once_it_does() -> None:
    device = Device(listening=False)
    assert device.session.adopted(NOW) == ()
    assert len(device.session.subscribed(SUBSCRIBE, NOW)) == 3


@pytest.mark.parametrize("adopted", [True, False])
@pytest.mark.parametrize(
    ("method", "namespace", "payload", "answer"),
    [
        ("PUSH", "System.Clock", {"clock": {"timestamp": 4}}, ("PUSH", {"clock": {"timestamp": 1_700_000_000}})),
        ("SET", "Control.Bind", {"bind": SYSTEM}, ("SETACK", {})),
        (
            "PUSH",
            "Control.ConsumptionConfig",
            {"config": {"voltageRatio": 1}},
            ("PUSH", {"config": {"voltageRatio": 1}}),
        ),
    ],
)
def test_what_a_device_waits_for_it_gets_whether_or_not_it_is_adopted(
    adopted: bool, method: str, namespace: str, payload: Any, answer: tuple[str, Any]
) -> None:
    effects = Device(adopted=adopted).says(method, namespace, payload, message_id="ab")
    assert said(effects, SUBSCRIBE) == [(answer[0], namespace, answer[1])]
    assert wire.decode(of(effects, Publish)[0].payload).header.message_id == "ab"


def test_a_bind_by_push_wants_no_answer() -> None:
    assert said(Device().says("PUSH", "Control.Bind", {"bind": SYSTEM}), SUBSCRIBE) == []


@pytest.mark.parametrize("adopted", [True, False])
def test_bind_describes_a_device_whether_or_not_it_is_adopted(adopted: bool) -> None:
    device = Device(adopted=adopted)
    device.says("SET", "Control.Bind", {"bind": {"bindTime": 5, **SYSTEM}})
    known = device.house.home.known[UUID]
    assert known.description.model == "mss310"
    assert known.description.firmware == "6.1.8"
    assert known.description.address == "192.0.2.9"
    assert known.native == {
        "userId": USER,
        "mac": MAC,
        "subType": "eu",
        "timezone": "Europe/Rome",
        "bindTime": 5,
    }


def test_a_push_is_reported_and_passed_on_unchanged() -> None:
    device = Device(**NOTES)
    data = wire.encode(
        "PUSH",
        "Appliance.Control.ToggleX",
        {"togglex": [{"channel": 0, "onoff": 1, "lmTime": 1}], "news": None},
        message_id="1",
        key=KEY,
        source=PUBLISH,
        timestamp=1,
    )
    assert device.session.published(PUBLISH, data, NOW) == [Publish(APPS, data, 1), Report(UUID, {"switch": True})]


def test_what_a_pending_device_says_reaches_nobody() -> None:
    device = Device(adopted=False)
    assert not device.says("PUSH", "Control.ToggleX", {"togglex": [{"channel": 0, "onoff": 1}]})
    assert of(device.says("GETACK", "System.Time", {}, topic=f"/app/{USER}-0a/subscribe"), Publish) == []
    assert of(device.answers("GETACK", "System.All", {"all": {"system": SYSTEM}}), Report) == []


@pytest.mark.parametrize("key", ["", "another"])
@pytest.mark.parametrize("topic", [PUBLISH, RETURN_TOPIC, f"/app/{USER}-0a/subscribe"])
def test_a_wrong_signature_is_noted_and_nothing_else(key: str, topic: str) -> None:
    effects = Device().says("PUSH", "Control.ToggleX", {"togglex": [{"channel": 0, "onoff": 1}]}, topic=topic, key=key)
    assert effects == (Note("bad_signature", f"{UUID}: Appliance.Control.ToggleX"),)


@given(st.binary(max_size=100))
def test_what_is_no_message_is_noted(data: bytes) -> None:
    (note,) = Device().session.published(PUBLISH, data, NOW)
    assert isinstance(note, Note)
    assert note.what == "bad_frame"


def test_an_unknown_namespace_is_noted_and_passed_on() -> None:
    effects = Device().says("PUSH", "Control.Teleport", {"teleport": 1})
    assert of(effects, Note) == [Note("unknown_namespace", f"{UUID}: Appliance.Control.Teleport")]
    assert said(effects, APPS) == [("PUSH", "Control.Teleport", {"teleport": 1})]


def test_an_answer_to_an_app_goes_to_that_app_as_it_is() -> None:
    effects = Device().says("GETACK", "System.Time", {"time": {}}, topic=f"/app/{USER}-0a/subscribe")
    assert said(effects, f"/app/{USER}-0a/subscribe") == [("GETACK", "System.Time", {"time": {}})]
    assert len(effects) == 1


@pytest.mark.parametrize(
    "topic",
    [
        "/app/7-0a/subscribe",
        "/app/46884/subscribe",
        "/app/468841-0a/subscribe",
        "/appliance/11111111111111111111111111111111/publish",
        SUBSCRIBE,
        "/cloud/hook/subscribe",
        "$SYS/x",
    ],
)
def test_a_device_publishes_nowhere_else(topic: str) -> None:
    (note,) = Device().says("PUSH", "System.Report", {"report": []}, topic=topic)
    assert note == Note("forbidden_topic", f"{UUID}: {topic}")


WRONG: list[tuple[str, Any]] = [
    ("Control.ToggleX", {}),
    ("Control.ToggleX", {"togglex": 1}),
    ("Control.ToggleX", {"togglex": [None]}),
    ("Control.ToggleX", {"togglex": [{"channel": 0, "onoff": "1"}]}),
    ("Control.ToggleX", {"togglex": [{"channel": 0, "onoff": True}]}),
    ("Control.ToggleX", {"togglex": [{"channel": None, "onoff": 1.5}]}),
    ("Control.Electricity", {"electricity": {"power": "1.5"}}),
    ("Control.ConsumptionX", {"consumptionx": {"date": "2023-11-14", "value": None}}),
    ("Control.ConsumptionX", {"consumptionx": [{"date": "2023-11-14", "value": None}]}),
    ("Control.Bind", {"bind": None}),
    ("Control.Bind", {"bind": {**SYSTEM, "hardware": {"type": 5, "uuid": UUID}}}),
    ("Control.Bind", {"bind": {**SYSTEM, "hardware": {"type": "mss310", "uuid": "2" * 32}}}),
    ("Control.Bind", {"bind": {**SYSTEM, "firmware": []}}),
    ("System.All", {"all": []}),
    ("System.All", {"all": {"system": {}}}),
    ("System.Ability", {"ability": ["Appliance.System.All"]}),
    ("System.Time", {"time": {"timezone": 1}}),
]


@pytest.mark.parametrize(("namespace", "payload"), WRONG)
def test_a_payload_of_the_wrong_types_is_noted_and_changes_nothing(namespace: str, payload: Any) -> None:
    device = Device(**NOTES)
    before = msgspec.json.encode(device.house.home.known)
    effects = device.says("PUSH", namespace, payload)
    assert [note.what for note in of(effects, Note)] == ["bad_payload"]
    assert not of(effects, Report)
    assert msgspec.json.encode(device.house.home.known) == before


EVERYTHING: dict[str, Any] = {
    "abilities": sorted(namespaces.NAMESPACES),
    "items": {"Appliance.Control.ToggleX": {"0": {}}, "Appliance.Control.Light": {"0": {}}},
    "subdevices": {"01008C11": "mts100v3", "12": "", "120027D21C19": "ms100"},
}
FIELDS = sorted({row.key for row in namespaces.NAMESPACES.values()} | {"channel", "id", "onoff", "needReply", "room"})
FIELDS += ["system", "digest", "diffuser", "thermostat", "subdevice", "capacity", "rgb", "mts100v3", "Id", "min"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
NAMESPACES = sorted(name.removeprefix("Appliance.") for name in namespaces.NAMESPACES)


@given(
    st.sampled_from(["PUSH", "SET", "GETACK", "SETACK", "ERROR", "GET", ""]),
    st.sampled_from([*NAMESPACES, "Nothing"]),
    JSON,
    st.sampled_from([PUBLISH, RETURN_TOPIC]),
)
def test_whatever_a_device_says_the_session_stands(method: str, namespace: str, payload: Any, topic: str) -> None:
    device = Device(**EVERYTHING)
    device.asked("GET Appliance.System.All")
    row = namespaces.namespace(f"Appliance.{namespace}")
    for said_by_it in (payload, {row.key: payload}, {row.key: {row.inside: payload}}):
        device.says(method, namespace, said_by_it, topic=topic)
    assert said(device.says("PUSH", "System.Clock", {}), SUBSCRIBE)


def test_what_is_right_in_a_payload_counts_though_something_else_is_wrong() -> None:
    effects = Device(**NOTES).says("PUSH", "Control.Electricity", {"electricity": {"power": None, "voltage": 2301}})
    assert of(effects, Report) == [Report(UUID, {"voltage": 230.1})]
    assert of(effects, Note) == [
        Note("bad_payload", f"{UUID}: Appliance.Control.Electricity: power: no number but None")
    ]


def test_a_channel_that_system_all_does_not_have_is_noted_and_passed_on() -> None:
    togglex = {"togglex": [{"channel": 0, "onoff": 1}, {"channel": 9, "onoff": 1}]}
    effects = Device(**NOTES).says("PUSH", "Control.ToggleX", togglex)
    assert of(effects, Report) == [Report(UUID, {"switch": True})]
    assert of(effects, Note) == [Note("unknown_channel", f"{UUID}: Appliance.Control.ToggleX: channel 9")]
    assert said(effects, APPS) == [("PUSH", "Control.ToggleX", togglex)]


def test_a_call_is_answered_with_the_payload() -> None:
    device = Device(**NOTES)
    message_id = device.asked("GET Appliance.System.Runtime")
    assert device.answers("GETACK", "System.Runtime", {"runtime": {"signal": 9}}, message_id="other") == [
        Report(UUID, {"signal": 9})
    ]
    effects = device.answers("GETACK", "System.Runtime", {"runtime": {"signal": 9}}, message_id=message_id)
    assert effects == [Report(UUID, {"signal": 9}), Answer(7, {"runtime": {"signal": 9}})]
    assert of(device.answers("GETACK", "System.Runtime", {}, message_id=message_id), Answer) == []


def test_a_call_says_where_the_device_may_answer() -> None:
    device = Device()
    (request,) = device.session.call(7, Call("SET Appliance.System.DNDMode", {"DNDMode": {"mode": 1}}), NOW)
    assert isinstance(request, Publish)
    assert said((request,), SUBSCRIBE) == [("SET", "System.DNDMode", {"DNDMode": {"mode": 1}})]
    assert wire.decode(request.payload).header.source == RETURN_TOPIC


def test_get_is_the_verb_that_need_not_be_said() -> None:
    assert said(Device().session.call(7, Call("Appliance.System.All"), NOW), SUBSCRIBE) == [("GET", "System.All", {})]


def test_a_push_is_answered_by_nobody() -> None:
    effects = Device().session.call(7, Call("PUSH Appliance.Control.Unbind"), NOW)
    assert said(effects, SUBSCRIBE) == [("PUSH", "Control.Unbind", {})]
    assert of(effects, Answer) == [Answer(7)]


def test_an_error_of_the_devices_own_is_told_in_its_words() -> None:
    device = Device()
    message_id = device.asked("GET Appliance.System.All")
    error = {"error": {"code": 5001, "detail": "sign error"}}
    (answer,) = device.answers("ERROR", "System.All", error, message_id=message_id)
    assert isinstance(answer, Answer)
    assert isinstance(answer.error, DeviceRefused)
    assert answer.error.detail == {"code": 5001, "detail": "sign error"}
    assert "another key" in str(answer.error)


@pytest.mark.parametrize("error", [None, 5, {}, {"code": "5000"}, {"code": 77}, {"code": [1]}])
def test_an_error_of_another_kind_is_told_as_it_is(error: Any) -> None:
    device = Device()
    message_id = device.asked("GET Appliance.System.All")
    (answer,) = of(device.answers("ERROR", "System.All", {"error": error}, message_id=message_id), Answer)
    assert isinstance(answer.error, DeviceRefused)
    assert answer.error.detail == error


def test_an_error_nobody_waits_for_is_noted() -> None:
    assert of(Device().answers("ERROR", "Control.Electricity", {}), Note) == [
        Note("device_error", f"{UUID}: Appliance.Control.Electricity")
    ]


def test_an_answer_that_makes_no_sense_is_the_devices_fault() -> None:
    device = Device()
    message_id = device.asked("GET Appliance.System.Position")
    (answer,) = of(device.answers("GETACK", "System.Position", [], message_id=message_id), Answer)
    assert isinstance(answer.error, DeviceRefused)


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("", None),
        ("System.All", None),
        ("get Appliance.System.All", None),
        ("GET", None),
        ("GET Appliance", None),
        ("POST Appliance.System.All", None),
        ("GET Appliance.System.All\n", None),
        ("GET Appliance.System.+", None),
        ("GET Appliance.System.All", []),
        ("GET Appliance.System.All", "x"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused_before_it_is_sent(method: str, params: Any) -> None:
    with pytest.raises(InvalidValue):
        Device().session.call(7, Call(method, params), NOW)


def test_calls_that_were_never_answered_are_forgotten() -> None:
    device = Device()
    first = device.asked("GET Appliance.System.All")
    device.asked("GET Appliance.System.All", now=NOW + 61)
    assert of(device.answers("GETACK", "System.Position", {}, message_id=first), Answer) == []


def test_the_end_of_a_connection_is_told_to_callers_and_apps() -> None:
    device = Device()
    device.asked("GET Appliance.System.All")
    effects = device.session.lost("keep-alive", NOW)
    (answer,) = of(effects, Answer)
    assert answer.token == 7
    assert isinstance(answer.error, DeviceOffline)
    assert said(effects, APPS) == [("PUSH", "System.Online", {"online": {"status": 2}})]
    assert device.house.family.sessions == {}


def test_the_end_of_a_connection_that_was_taken_over_is_told_to_no_app() -> None:
    device = Device()
    request = Connect(f"fmware:{UUID}_2", username=MAC, password=wire.device_password(USER, MAC, KEY).encode())
    newer = device.house.family.sign_in(request, PEER, NOW)
    assert device.session.lost("taken over", NOW) == []
    assert device.house.family.sessions == {UUID: newer}


def test_apps_hear_nothing_of_the_end_of_a_pending_device() -> None:
    assert Device(adopted=False).session.lost("gone", NOW) == []


def test_what_a_device_has_decides_what_is_asked_for_and_how_often() -> None:
    device = Device(**NOTES)
    effects = device.answers("GETACK", "System.Ability", ABILITY)
    names = [name for _, name, _ in said(effects, SUBSCRIBE)]
    assert names == ["Control.Electricity", "Control.ConsumptionX", "System.Runtime", "System.DNDMode"]
    assert of(effects, Wake) == [Wake(10.0)]
    assert [name for _, name, _ in said(device.session.wake(NOW + 10), SUBSCRIBE)] == ["Control.Electricity"]
    assert device.house.home.known[UUID].native["abilities"] == sorted(f"Appliance.{name}" for name in ABILITIES)


ALL = {"all": {"system": SYSTEM, "digest": {"togglex": [{"channel": 0, "onoff": 1}]}}}
POLLED = {"Control.Electricity", "Control.ConsumptionX", "System.Runtime", "System.DNDMode"}


def test_a_new_device_shows_something_once_its_abilities_and_system_all_are_known() -> None:
    device = Device()
    assert of(device.says("PUSH", "Control.ToggleX", {"togglex": [{"channel": 0, "onoff": 1}]}), Report) == []
    assert said(device.answers("GETACK", "System.Ability", ABILITY), SUBSCRIBE) == []
    effects = device.answers("GETACK", "System.All", ALL)
    assert of(effects, Report) == [Report(UUID, {"switch": True})]
    assert {name for _, name, _ in said(effects, SUBSCRIBE)} == POLLED


def test_a_new_device_that_tells_its_abilities_last_is_asked_for_everything_again() -> None:
    device = Device()
    assert of(device.answers("GETACK", "System.All", ALL), Report) == []
    effects = device.answers("GETACK", "System.Ability", ABILITY)
    assert {name for _, name, _ in said(effects, SUBSCRIBE)} == POLLED | {"System.All"}


def test_a_pending_device_is_asked_for_nothing_whatever_it_can_do() -> None:
    assert said(Device(adopted=False).answers("GETACK", "System.Ability", ABILITY), SUBSCRIBE) == []


def test_a_set_that_no_push_confirms_is_asked_after() -> None:
    device = Device(**NOTES)
    message_id = device.asked("SET Appliance.Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}})
    assert of(device.answers("SETACK", "Control.ToggleX", {}, message_id=message_id), Wake) == [Wake(3.0)]
    assert said(device.session.wake(NOW + 3), SUBSCRIBE) == [("GET", "System.All", {})]


@pytest.mark.parametrize("early", [True, False])
def test_a_set_that_a_push_confirms_is_not_asked_after(early: bool) -> None:
    device = Device(**NOTES)
    message_id = device.asked("SET Appliance.Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}})
    for is_push in (early, not early):
        if is_push:
            device.says("PUSH", "Control.ToggleX", {"togglex": [{"channel": 0, "onoff": 1}]}, now=NOW + 1)
        else:
            device.answers("SETACK", "Control.ToggleX", {}, message_id=message_id, now=NOW + 1)
    assert said(device.session.wake(NOW + 5), SUBSCRIBE) == []


@pytest.mark.parametrize(
    ("abilities", "everything"),
    [
        (NOTES["abilities"], {"digest": {"togglex": [{"channel": 0, "onoff": 1}]}}),
        (OLD_ABILITIES, {"control": {"toggle": {"onoff": 1}}}),
    ],
)
def test_system_all_of_either_firmware_tells_the_switch(abilities: list[str], everything: Any) -> None:
    device = Device(abilities=abilities)
    effects = device.answers("GETACK", "System.All", {"all": {"system": SYSTEM, **everything}})
    assert of(effects, Report) == [Report(UUID, {"switch": True})]


def test_what_a_set_is_acknowledged_with_is_how_it_stands() -> None:
    device = Device(**NOTES)
    message_id = device.asked("SET Appliance.Control.ToggleX", {"togglex": {"channel": 0, "onoff": 1}})
    told = {"togglex": {"channel": 0, "onoff": 1}}
    effects = device.answers("SETACK", "Control.ToggleX", told, message_id=message_id)
    assert of(effects, Report) == [Report(UUID, {"switch": True})]
    assert of(effects, Answer) == [Answer(7, told)]


NEW_KEY = {"key": {"gateway": {"host": "cloud.test", "port": 443}, "key": "new", "userId": "7"}}


def test_config_key_is_acknowledged_with_the_key_it_gave() -> None:
    device = Device()
    message_id = device.asked("SET Appliance.Config.Key", NEW_KEY)
    assert device.answers("SETACK", "Config.Key", {}, key="new", message_id="other")[0] == Note(
        "bad_signature", f"{UUID}: Appliance.Config.Key"
    )
    assert device.answers("SETACK", "Config.Key", {}, key="new", message_id=message_id) == [Answer(7, {})]
    assert of(device.says("PUSH", "System.Clock", {}, key="new"), Note)


@pytest.mark.parametrize("params", [{}, {"key": None}, {"key": {"key": 5}}])
def test_a_config_key_without_a_key_changes_none(params: Any) -> None:
    device = Device()
    message_id = device.asked("SET Appliance.Config.Key", params)
    assert device.answers("SETACK", "Config.Key", {}, message_id=message_id) == [Answer(7, {})]


def test_a_device_that_was_removed_by_an_app_says_so() -> None:
    effects = Device().says("PUSH", "Control.Unbind", {})
    assert of(effects, Happened) == [Happened(UUID, "unbound")]
    assert said(effects, APPS) == [("PUSH", "Control.Unbind", {})]
    assert Device(adopted=False).says("PUSH", "Control.Unbind", {}) == []


def test_a_time_zone_that_is_none_is_a_wrong_setting() -> None:
    with pytest.raises(SettingsError, match="Nowhere"):
        House(timezone="Nowhere")
