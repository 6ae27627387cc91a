from __future__ import annotations

import asyncio

import pytest

from homeward.errors import (
    DeadlineExceeded,
    DeviceBusy,
    DeviceNotFound,
    DeviceOffline,
    DeviceRefused,
    EntityNotFound,
    HomewardError,
    InvalidValue,
    NotAdopted,
)
from homeward.families.base import Answer, Call
from tests.hub.house import House, begun, turn

LAMP = "lamp-aa01"


@pytest.fixture
async def house() -> House:
    house = House()
    house.lamp(dimmable=True)
    return house


async def test_setting_an_entity_sends_the_family_s_request_and_returns_the_answer(house: House) -> None:
    wire = house.connect()
    wire.answers = [Answer(0, {"on": 1})]
    assert await house.hub.set(LAMP, "on", True) == {"on": 1}
    assert [call for _, call in wire.calls] == [Call("set", {"on": True})]


async def test_an_answer_may_come_later_and_in_another_order(house: House) -> None:
    wire = house.connect()
    calls = [await begun(house.hub.call(LAMP, Call("get", number))) for number in (1, 2)]
    (first, _), (second, _) = wire.calls
    house.hub.answered(Answer(second, "two"))
    house.hub.answered(Answer(first, "one"))
    assert await asyncio.gather(*calls) == ["one", "two"]


async def test_the_device_s_own_error_reaches_whoever_asked(house: House) -> None:
    wire = house.connect()
    wire.answers = [Answer(0, error=DeviceRefused("too hot", detail={"code": 5001}))]
    with pytest.raises(DeviceRefused, match="too hot") as caught:
        await house.hub.set(LAMP, "on", True)
    assert caught.value.detail == {"code": 5001}


@pytest.mark.parametrize(("given", "seconds"), [(None, 10.0), (2.5, 2.5)])
async def test_a_device_that_does_not_answer_in_time_is_given_up(
    house: House, given: float | None, seconds: float
) -> None:
    house.connect()
    call = await begun(house.hub.call(LAMP, Call("get"), deadline=given))
    house.clock.advance(seconds - 0.01)
    await turn()
    assert not call.done()
    house.clock.advance(0.01)
    with pytest.raises(DeadlineExceeded, match="did not answer within"):
        await call


async def test_a_late_answer_and_one_nobody_asked_for_are_dropped(house: House) -> None:
    wire = house.connect()
    call = await begun(house.hub.call(LAMP, Call("get")))
    house.clock.advance(10)
    house.hub.answered(Answer(wire.calls[0][0], "late"))
    with pytest.raises(DeadlineExceeded):
        await call
    house.hub.answered(Answer(wire.calls[0][0], "later"))
    house.hub.answered(Answer(999, "never"))


async def test_a_second_answer_is_dropped(house: House) -> None:
    wire = house.connect()
    call = await begun(house.hub.call(LAMP, Call("get")))
    house.hub.answered(Answer(wire.calls[0][0], "first"))
    house.hub.answered(Answer(wire.calls[0][0], "second"))
    assert await call == "first"


async def test_when_the_link_drops_whoever_waits_is_told_at_once(house: House) -> None:
    wire = house.connect()
    call = await begun(house.hub.call(LAMP, Call("get")))
    house.hub.detach(wire, "the device closed the connection")
    with pytest.raises(DeviceOffline, match="the device closed the connection"):
        await call


async def test_when_another_link_takes_over_whoever_waits_on_the_older_is_told(house: House) -> None:
    house.connect()
    call = await begun(house.hub.call(LAMP, Call("get")))
    house.connect()
    with pytest.raises(DeviceOffline, match="took over"):
        await call


async def test_when_the_device_is_removed_whoever_waits_is_told(house: House) -> None:
    house.connect()
    call = await begun(house.hub.call(LAMP, Call("get")))
    house.hub.remove(LAMP)
    with pytest.raises(DeviceOffline, match="removed"):
        await call


async def test_when_the_house_stops_whoever_waits_is_told(house: House) -> None:
    house.connect()
    call = await begun(house.hub.call(LAMP, Call("get")))
    await house.hub.close()
    with pytest.raises(DeviceOffline, match="Homeward is stopping"):
        await call


async def test_whoever_goes_away_leaves_nothing_behind(house: House) -> None:
    wire = house.connect()
    for _ in range(house.settings.limits.calls + 1):
        call = await begun(house.hub.call(LAMP, Call("get")))
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert len(wire.calls) == house.settings.limits.calls + 1


async def test_a_device_is_asked_no_more_at_once_than_the_limit(house: House) -> None:
    wire = house.connect()
    waiting = [await begun(house.hub.call(LAMP, Call("get"))) for _ in range(house.settings.limits.calls)]
    with pytest.raises(DeviceBusy, match="L1 aa01 has 2 requests to answer already"):
        await house.hub.call(LAMP, Call("get"))
    house.hub.answered(Answer(wire.calls[0][0], "done"))
    assert await waiting[0] == "done"
    more = await begun(house.hub.call(LAMP, Call("get")))
    assert not more.done()
    house.hub.detach(wire, "gone")
    await asyncio.gather(*waiting, more, return_exceptions=True)


async def test_a_request_the_device_cannot_take_is_refused_before_it_is_sent(house: House) -> None:
    wire = house.connect()
    with pytest.raises(InvalidValue, match="nonsense"):
        await house.hub.call(LAMP, Call("nonsense"))
    assert wire.calls == []


@pytest.mark.parametrize(
    ("device", "key", "value", "error"),
    [
        ("lamp-ff99", "on", True, DeviceNotFound),
        (LAMP, "volume", 1, EntityNotFound),
        (LAMP, "heat", 20, InvalidValue),
        (LAMP, "on", "yes", InvalidValue),
        (LAMP, "dim", 101, InvalidValue),
        (LAMP, "dim", 13, InvalidValue),
        ("lamp-bb02", "on", True, NotAdopted),
        ("lamp-cc03", "on", True, DeviceOffline),
    ],
)
async def test_what_cannot_be_set_is_refused_by_name(
    house: House, device: str, key: str, value: object, error: type[HomewardError]
) -> None:
    wire = house.connect()
    house.seen("bb02")
    house.lamp("cc03")
    with pytest.raises(error):
        await house.hub.set(device, key, value)  # type: ignore[arg-type]
    assert wire.calls == []
