from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.errors import StorageError
from homeward.model import Event
from homeward.testing.store import MemoryStore
from homeward.web import feed
from homeward.web.live import RESUMABLE
from homeward.web.tokens import Role
from tests.web.house import WebHouse


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_listener_is_sent_a_snapshot_and_then_every_event() -> None:
    house = WebHouse()
    house.lamp()
    async with house.subscribed() as socket:
        snapshot = await socket.hear()
        assert snapshot["type"] == "snapshot"
        assert [device["id"] for device in snapshot["devices"]] == ["lamp-aa0001"]
        house.report(on=True)
        assert await socket.hear() == {
            "type": "event",
            "seq": snapshot["seq"] + 1,
            "at": house.clock.now(),
            "device": "lamp-aa0001",
            "kind": "state",
            "data": {"on": True},
        }


async def test_a_listener_may_sign_in_by_header() -> None:
    house = WebHouse()
    async with house.listen({"Authorization": f"Bearer {house.token(Role.VIEWER)}"}) as socket:
        socket.say(type="subscribe")
        assert (await socket.hear())["type"] == "snapshot"


async def test_who_resumes_is_sent_what_was_missed_and_no_snapshot() -> None:
    house = WebHouse()
    house.lamp()
    async with house.subscribed() as socket:
        last = (await socket.hear())["seq"]
    for level in range(3):
        house.report(dim=level)
    async with house.subscribed(resume_from=last) as socket:
        assert await socket.hear_until(last + 3) == [last + 1, last + 2, last + 3]
        house.report(dim=9)
        assert (await socket.hear())["data"] == {"dim": 9}


async def test_who_missed_nothing_is_sent_nothing_but_the_next_event() -> None:
    house = WebHouse()
    house.lamp()
    async with house.subscribed(resume_from=house.hub.snapshot().seq) as socket:
        await settle()
        house.report(dim=1)
        assert (await socket.hear())["data"] == {"dim": 1}


async def test_resuming_survives_a_restart_of_the_house() -> None:
    store = MemoryStore()
    before = WebHouse(store)
    before.lamp()
    seq = before.hub.snapshot().seq
    before.report(dim=1)
    after = WebHouse(store)
    async with after.subscribed(resume_from=seq) as socket:
        assert (await socket.hear())["data"] == {"dim": 1}


@pytest.mark.parametrize("resume_from", [0, 10**6, 2**63 - 1])
async def test_who_resumes_from_what_is_not_known_is_sent_a_snapshot(resume_from: int) -> None:
    house = WebHouse()
    house.lamp()
    async with house.subscribed(resume_from) as socket:
        assert (await socket.hear())["type"] == "snapshot"


@pytest.mark.parametrize(("missed", "kind"), [(RESUMABLE, "event"), (RESUMABLE + 1, "snapshot")])
async def test_who_missed_too_much_is_sent_a_snapshot(missed: int, kind: str) -> None:
    house = WebHouse()
    house.lamp()
    seq = house.hub.snapshot().seq
    for level in range(missed):
        house.report(dim=level)
    async with house.subscribed(seq) as socket:
        assert (await socket.hear())["type"] == kind


async def test_events_that_are_not_stored_yet_are_told_once_they_are() -> None:
    house = WebHouse()
    house.lamp()
    house.store.hold()
    house.report(dim=1)
    async with house.subscribed() as socket:
        snapshot = await socket.hear()
        await settle()
        assert socket.outgoing.empty()
        house.store.release()
        assert (await socket.hear())["seq"] == snapshot["seq"] + 1


@given(steps=st.lists(st.sampled_from(["report", "hold", "release", "turn"]), max_size=25), resume=st.booleans())
def test_no_event_is_missing_or_told_twice_wherever_the_seam_falls(steps: list[str], resume: bool) -> None:
    async def play() -> None:
        house = WebHouse()
        house.lamp()
        house.report(dim=-1)
        start = house.hub.snapshot().seq
        async with house.subscribed(start if resume else None) as socket:
            for number, step in enumerate(steps):
                if step == "report":
                    house.report(dim=number)
                elif step == "turn":
                    await asyncio.sleep(0)
                else:
                    getattr(house.store, step)()
            house.store.release()
            house.report(dim=1000)
            end = house.hub.snapshot().seq
            first = start if resume else (await socket.hear())["seq"]
            heard = await socket.hear_until(end) if end > first else []
            assert heard == list(range(first + 1, end + 1))

    asyncio.run(play())


async def test_a_listener_too_slow_for_its_queue_is_sent_a_snapshot_and_nothing_stale() -> None:
    house = WebHouse(websocket_queue=5)
    house.lamp()
    async with house.subscribed() as socket:
        await socket.hear()
        socket.reading.clear()
        for level in range(20):
            house.report(dim=level)
            await settle()
        socket.reading.set()
        messages = [await socket.hear()]
        while messages[-1]["type"] != "snapshot":
            messages.append(await socket.hear())
        seqs = [message["seq"] for message in messages]
        assert seqs == sorted(set(seqs))
        assert len(seqs) <= 2
        assert messages[-1]["seq"] == house.hub.snapshot().seq
        house.report(dim=99)
        assert (await socket.hear())["data"] == {"dim": 99}


async def test_a_queue_that_is_just_full_loses_nothing() -> None:
    house = WebHouse(websocket_queue=5)
    house.lamp()
    async with house.subscribed() as socket:
        last = (await socket.hear())["seq"]
        socket.reading.clear()
        house.report(dim=0)
        await settle()
        for level in range(1, 6):
            house.report(dim=level)
        socket.reading.set()
        assert await socket.hear_until(last + 6) == list(range(last + 1, last + 7))


def test_a_queue_holds_no_more_than_its_limit_however_long_nobody_takes() -> None:
    queue = feed.Queue(3)
    for seq in range(100):
        queue.put(feed.Line(seq, ""))
        assert len(queue._lines) <= 3
    assert queue.lost


async def test_each_event_is_encoded_once_for_all_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[int] = []
    real = feed.line

    def count(event: Event) -> feed.Line:
        encoded.append(event.seq)
        return real(event)

    monkeypatch.setattr(feed, "line", count)
    house = WebHouse()
    house.lamp()
    async with house.subscribed() as one, house.subscribed() as two:
        await one.hear(), await two.hear()
        house.report(dim=1)
        assert await one.hear() == await two.hear()
    assert len(encoded) == 1


async def test_nobody_listens_to_the_bus_for_listeners_that_have_left() -> None:
    house = WebHouse()
    subscribed: list[Any] = []
    real = house.hub.subscribe
    house.hub.subscribe = lambda listener: subscribed.append(listener) or real(listener)  # type: ignore[func-returns-value, method-assign]
    source = feed.Feed(house.hub.subscribe, 5)
    one, two = source.open(), source.open()
    assert len(subscribed) == 1
    source.close(one)
    source.close(two)
    house.lamp()
    assert not two.take()
    source.open()
    assert len(subscribed) == 2


@pytest.mark.parametrize(
    ("message", "close", "code"),
    [
        ({"type": "auth", "token": "hw_wrong"}, 4401, "not_signed_in"),
        ({"type": "subscribe"}, 4401, "not_signed_in"),
        ({"type": "hello"}, 4400, "bad_request"),
        ({"type": "auth"}, 4400, "bad_request"),
        ({}, 4400, "bad_request"),
    ],
)
async def test_who_does_not_sign_in_is_told_why_and_closed(message: Any, close: int, code: str) -> None:
    async with WebHouse().listen() as socket:
        socket.say(**message)
        told = await socket.hear()
        assert (told["type"], told["code"]) == ("error", code)
        assert await socket.hear() == {"type": "websocket.close", "code": close, "reason": code}


@pytest.mark.parametrize("second", [{"type": "auth", "token": "x"}, {"type": "subscribe", "resume_from": -1}])
async def test_who_signs_in_and_then_does_not_subscribe_is_closed(second: Any) -> None:
    house = WebHouse()
    async with house.listen() as socket:
        socket.say(type="auth", token=house.token())
        socket.say(**second)
        assert (await socket.hear())["code"] == "bad_request"
        assert (await socket.hear())["code"] == 4400


async def test_who_says_nothing_is_not_waited_for() -> None:
    async with WebHouse(handshake=0.05).listen() as socket:
        assert (await socket.hear())["code"] == "request_too_slow"
        assert (await socket.hear())["code"] == 4408


async def test_guessing_over_the_websocket_counts_too() -> None:
    house = WebHouse(sign_in_failures=1)
    for code in ("not_signed_in", "too_many_failures"):
        async with house.listen() as socket:
            socket.say(type="auth", token="hw_guess")
            assert (await socket.hear())["code"] == code


async def test_a_revoked_token_hears_no_more() -> None:
    house = WebHouse()
    house.lamp()
    async with house.subscribed() as socket:
        await socket.hear()
        for token in house.auth.tokens:
            house.auth.tokens.revoke(token.id)
        house.report(dim=1)
        assert (await socket.hear())["code"] == "not_signed_in"
        assert (await socket.hear())["code"] == 4401


async def test_a_history_that_cannot_be_read_is_a_named_reason() -> None:
    house = WebHouse()

    async def refuse(**query: Any) -> Any:
        raise StorageError("unreadable")

    house.store.events = refuse  # type: ignore[method-assign]
    async with house.subscribed(resume_from=1) as socket:
        assert (await socket.hear())["code"] == "storage_failed"


async def test_what_a_listener_says_later_is_not_heeded() -> None:
    house = WebHouse()
    house.lamp()
    async with house.subscribed() as socket:
        await socket.hear()
        socket.say(type="nonsense")
        socket.incoming.put_nowait({"type": "websocket.receive", "bytes": b"\xff"})
        await settle()
        house.report(dim=3)
        assert json.dumps((await socket.hear())["data"]) == '{"dim": 3}'
