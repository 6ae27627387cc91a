from __future__ import annotations

import asyncio
from typing import Any

import pytest

from homeward.families.base import Call
from tests.web.house import WebHouse

DEVICES = "/api/v1/devices"
LAMP = f"{DEVICES}/lamp-aa0001"


@pytest.fixture
async def house() -> WebHouse:
    return WebHouse()


async def test_devices_are_listed_with_how_they_stand(house: WebHouse) -> None:
    house.lamp()
    house.report(on=True, heat=21.5)
    (device,) = (await house.client().get(DEVICES)).json()
    assert device["id"] == "lamp-aa0001"
    assert device["description"] == {"model": "L1", "firmware": "1.0"}
    assert device["availability"]["online"]
    assert device["transport"] == "mqtt over TLS 1.2"
    stands = {entity["key"]: (entity["value"], entity["at"]) for entity in device["entities"]}
    assert stands["on"] == (True, house.clock.now())
    assert stands["heat"] == (21.5, house.clock.now())
    assert stands["dim"] == (None, None)


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("", ["lamp-aa0001", "lamp-bb0002"]),
        ("?adopted=true", ["lamp-aa0001"]),
        ("?adopted=false", ["lamp-bb0002"]),
        ("?family=lamp&adopted=false", ["lamp-bb0002"]),
        ("?family=plain", []),
    ],
)
async def test_the_list_can_be_narrowed(house: WebHouse, query: str, ids: list[str]) -> None:
    house.lamp("aa0001")
    house.lamp("bb0002", adopted=False)
    found = (await house.client().get(DEVICES + query)).json()
    assert [device["id"] for device in found] == ids


@pytest.mark.parametrize("name", ["lamp-aa0001", "lamp-a", "Hall%20lamp"])
async def test_a_device_goes_by_its_id_the_beginning_of_it_or_its_name(house: WebHouse, name: str) -> None:
    house.lamp()
    house.hub.rename("lamp-aa0001", "Hall lamp")
    assert (await house.client().get(f"{DEVICES}/{name}")).json()["id"] == "lamp-aa0001"


async def test_a_device_can_be_renamed(house: WebHouse) -> None:
    house.lamp()
    answer = await house.client().patch(LAMP, json={"name": "Hall"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Hall")
    assert house.hub.device("lamp-aa0001").name == "Hall"


async def test_a_removed_device_is_gone(house: WebHouse) -> None:
    house.lamp()
    client = house.client()
    answer = await client.delete(LAMP)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get(LAMP)).json()["code"] == "device_not_found"


@pytest.mark.parametrize(("body", "name"), [({}, "L1 0001"), ({"name": "Desk"}, "Desk"), (None, "L1 0001")])
async def test_a_pending_device_can_be_adopted(house: WebHouse, body: Any, name: str) -> None:
    house.lamp(adopted=False)
    answer = (
        await house.client().post(f"{LAMP}/adopt", json=body)
        if body is not None
        else await house.client().post(f"{LAMP}/adopt")
    )
    assert answer.status_code == 200
    assert (answer.json()["adopted"], answer.json()["name"]) == (True, name)


async def test_a_decision_that_is_not_stored_in_time_is_a_named_failure(house: WebHouse) -> None:
    house.lamp(adopted=False)
    house.store.fail("disk full")
    async with asyncio.TaskGroup() as group:
        asked = group.create_task(house.client().post(f"{LAMP}/adopt"))
        while not asked.done():
            await asyncio.sleep(0)
            house.clock.advance(1)
    answer = asked.result()
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_failed")
    assert "disk full" in answer.json()["detail"]


async def test_a_command_returns_the_devices_answer_and_how_it_stands(house: WebHouse) -> None:
    wire = house.lamp()
    answer = await house.client().post(f"{LAMP}/commands", json={"entity": "dim", "value": 40})
    assert answer.status_code == 200
    assert answer.json()["result"] == {"ok": True}
    assert answer.json()["device"]["id"] == "lamp-aa0001"
    assert wire.calls == [Call("set", {"dim": 40})]


async def test_a_native_call_reaches_the_device_as_it_is(house: WebHouse) -> None:
    wire = house.lamp()
    answer = await house.client().post(f"{LAMP}/call", json={"method": "get", "params": {"deep": [1, None]}})
    assert answer.json() == {"result": {"ok": True}}
    assert wire.calls == [Call("get", {"deep": [1, None]})]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"entity": "nope", "value": 1}, 404, "entity_not_found"),
        ({"entity": "dim", "value": 101}, 422, "invalid_value"),
        ({"entity": "dim", "value": [1]}, 400, "bad_request"),
        ({"entity": "dim"}, 400, "bad_request"),
        ({"entity": "dim", "value": 1, "x": 1}, 400, "bad_request"),
        ({"entity": "dim", "value": 1, "deadline": 0}, 400, "bad_request"),
        ({"entity": "dim", "value": 1, "deadline": 301}, 400, "bad_request"),
    ],
)
async def test_a_command_that_makes_no_sense_is_refused_by_name(
    house: WebHouse, body: Any, status: int, code: str
) -> None:
    wire = house.lamp()
    answer = await house.client().post(f"{LAMP}/commands", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not wire.calls


async def test_a_pending_device_takes_no_commands(house: WebHouse) -> None:
    house.lamp(adopted=False)
    answer = await house.client().post(f"{LAMP}/commands", json={"entity": "on", "value": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_adopted")


async def test_a_device_that_is_offline_is_said_to_be(house: WebHouse) -> None:
    house.lamp(online=False)
    answer = await house.client().post(f"{LAMP}/call", json={"method": "get"})
    assert (answer.status_code, answer.json()["code"]) == (503, "device_offline")


async def test_a_refusal_comes_in_the_devices_own_words(house: WebHouse) -> None:
    house.lamp().refuse()
    answer = await house.client().post(f"{LAMP}/commands", json={"entity": "on", "value": True})
    assert (answer.status_code, answer.json()["code"]) == (502, "device_refused")
    assert answer.json()["cause"] == {"code": 5003}


async def test_a_device_has_as_long_to_answer_as_the_command_says(house: WebHouse) -> None:
    house.lamp().answer = None
    async with asyncio.TaskGroup() as group:
        body = {"entity": "on", "value": True, "deadline": 2}
        asked = group.create_task(house.client().post(f"{LAMP}/commands", json=body))
        for _ in range(20):
            await asyncio.sleep(0)
        house.clock.advance(1.9)
        await asyncio.sleep(0)
        assert not asked.done()
        house.clock.advance(0.2)
    assert (asked.result().status_code, asked.result().json()["code"]) == (504, "deadline_exceeded")


@pytest.mark.parametrize("path", ["", "/adopt", "/commands", "/call"])
async def test_what_is_asked_of_an_unknown_device_is_not_found(house: WebHouse, path: str) -> None:
    body = {"": None, "/adopt": {}, "/commands": {"entity": "on", "value": 1}, "/call": {"method": "x"}}[path]
    client = house.client()
    answer = await (client.get(LAMP) if body is None else client.post(LAMP + path, json=body))
    assert (answer.status_code, answer.json()["code"]) == (404, "device_not_found")


async def test_events_are_paged_newest_first(house: WebHouse) -> None:
    house.lamp()
    for level in range(5):
        house.report(dim=level)
    client = house.client()
    first = (await client.get("/api/v1/events?kind=state&limit=2")).json()
    assert [event["data"] for event in first["events"]] == [{"dim": 4}, {"dim": 3}]
    second = (await client.get(first["next"])).json()
    assert [event["data"] for event in second["events"]] == [{"dim": 2}, {"dim": 1}]
    third = (await client.get(second["next"])).json()
    assert ([event["data"] for event in third["events"]], third["next"]) == ([{"dim": 0}], None)


async def test_events_after_one_are_paged_oldest_first(house: WebHouse) -> None:
    house.lamp()
    for level in range(4):
        house.report(dim=level)
    client = house.client()
    first = (await client.get("/api/v1/events?after=0&limit=2&kind=state&kind=online")).json()
    assert [event["kind"] for event in first["events"]] == ["online", "state"]
    second = (await client.get(first["next"])).json()
    assert [event["data"] for event in second["events"]] == [{"dim": 1}, {"dim": 2}]


async def test_events_of_one_device_are_found_by_its_name(house: WebHouse) -> None:
    house.lamp("aa0001")
    house.lamp("bb0002")
    house.hub.rename("lamp-bb0002", "Hall")
    page = (await house.client().get("/api/v1/events?device=Hall")).json()
    assert {event["device"] for event in page["events"]} == {"lamp-bb0002"}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=x", "after=-1", "before=99999999999999999999", "x=1"]
)
async def test_a_query_that_makes_no_sense_is_refused(house: WebHouse, query: str) -> None:
    answer = await house.client().get(f"/api/v1/events?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
