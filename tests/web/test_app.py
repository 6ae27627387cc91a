from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from homeward import errors
from homeward.web import problems
from tests.web.house import WebHouse


@pytest.fixture
async def house() -> WebHouse:
    return WebHouse(http_body=1000, handshake=0.05)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not_found"),
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("PUT", "/api/v1/devices", 405, "method_not_allowed"),
        ("DELETE", "/api/v1/events", 405, "method_not_allowed"),
    ],
)
async def test_what_there_is_not_is_a_problem_too(
    house: WebHouse, method: str, path: str, status: int, code: str
) -> None:
    answer = await house.client().request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_wrong_method_names_the_right_ones(house: WebHouse) -> None:
    answer = await house.client().put("/api/v1/devices/lamp-aa0001")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "PATCH", "DELETE"}


async def test_head_answers_as_get_does(house: WebHouse) -> None:
    assert (await house.client().head("/api/v1/devices")).status_code == 200


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"\xff", b'{"name": 1}', b'{"name": ""}', b'{"nome": "x"}'])
async def test_a_body_that_makes_no_sense_is_refused(house: WebHouse, body: bytes) -> None:
    answer = await house.client().post("/api/v1/tokens", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


async def test_a_body_too_large_is_refused_however_it_comes(house: WebHouse) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b" " * 400

    for content in (b" " * 1001, pieces()):
        answer = await house.client().post("/api/v1/tokens", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(("end", "status"), [(None, 408), ({"type": "http.disconnect"}, 400)])
async def test_a_body_that_does_not_arrive_is_not_waited_for(house: WebHouse, end: Any, status: int) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return end or await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"home.test"), (b"authorization", f"Bearer {house.token()}".encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/tokens",
        "query_string": b"",
        "headers": headers,
        "client": ("192.0.2.1", 1),
    }
    await house.app(scope, receive, send)
    assert sent[0]["status"] == status


async def test_a_problem_says_what_why_and_what_to_do(house: WebHouse) -> None:
    house.lamp(adopted=False)
    body = {"entity": "on", "value": True}
    problem = (await house.client().post("/api/v1/devices/lamp-aa0001/commands", json=body)).json()
    assert problem == {
        "status": 409,
        "title": "Conflict",
        "code": "not_adopted",
        "detail": "L1 0001 waits for adoption",
        "hint": "homeward adopt lamp-aa0001",
    }


async def test_a_fault_of_our_own_tells_nothing_of_itself(house: WebHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash() -> Any:
        raise RuntimeError("planted-detail")

    monkeypatch.setattr(house.hub, "devices", crash)
    answer = await house.client().get("/api/v1/devices")
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert "planted-detail" not in answer.text


async def test_guessing_tokens_is_answered_with_a_time_to_wait(house: WebHouse) -> None:
    guesser = house.client(None, Authorization="Bearer hw_guess")
    answers = [await guesser.get("/api/v1/devices") for _ in range(21)]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert answers[0].headers["www-authenticate"].startswith("Bearer")
    assert answers[-1].headers["retry-after"] == "600"


@pytest.mark.parametrize("header", ["hw_x", "Basic aHc6eA==", "Bearer", "Bearer  "])
async def test_what_is_no_bearer_token_is_no_token(house: WebHouse, header: str) -> None:
    answer = await house.client(None, Authorization=header).get("/api/v1/devices")
    assert (answer.status_code, answer.json()["detail"]) == (401, "no token")


def test_every_error_has_a_status() -> None:
    ours = [kind for kind in _below(errors.HomewardError) if kind.__module__ in (errors.__name__, problems.__name__)]
    assert {kind.code for kind in ours} - {errors.TooManyPending.code} <= set(problems.STATUS)


def test_an_error_without_a_status_of_its_own_has_its_parents() -> None:
    assert problems.problem(errors.TooManyPending("x")).status == problems.STATUS["storage_failed"]


def _below(kind: type[errors.HomewardError]) -> set[type[errors.HomewardError]]:
    return set(kind.__subclasses__()) | {deep for child in kind.__subclasses__() for deep in _below(child)}
