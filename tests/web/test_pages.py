from __future__ import annotations

import base64
import hashlib
import re

import pytest

from tests.web.house import WebHouse


@pytest.mark.parametrize("path", ["/", "/setup"])
async def test_a_page_runs_only_what_is_its_own(path: str) -> None:
    answer = await WebHouse().client(None).get(path)
    policy = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert answer.status_code == 200
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    for element in ("script", "style"):
        bodies = re.findall(rf"<{element}>(.*?)</{element}>", answer.text, re.DOTALL)
        digests = [base64.b64encode(hashlib.sha256(body.encode()).digest()).decode() for body in bodies]
        assert policy[f"{element}-src"] == (" ".join(f"'sha256-{digest}'" for digest in digests) or "'none'")


@pytest.mark.parametrize("path", ["/", "/setup"])
async def test_a_page_loads_nothing_and_has_no_inline_handlers(path: str) -> None:
    text = (await WebHouse().client(None).get(path)).text
    assert not re.search(r"""\b(src|srcset|action|style|on\w+)\s*=\s*["']|url\(|@import|<link|https?://""", text)


@pytest.mark.parametrize("path", ["/", "/setup"])
async def test_a_page_has_what_a_screen_reader_needs(path: str) -> None:
    text = (await WebHouse().client(None).get(path)).text
    assert '<html lang="en">' in text
    assert text.count("<h1>") == 1
    assert "<main>" in text
    assert re.search(r"<title>\w.*</title>", text)
    labelled = set(re.findall(r'<label for="(\w+)"', text))
    assert set(re.findall(r'<input id="(\w+)"', text)) == labelled


async def test_the_front_page_tells_a_stranger_no_more_than_how_the_house_is() -> None:
    house = WebHouse()
    house.lamp()
    house.hub.rename("lamp-aa0001", "Attic")
    stranger = house.client(None)
    text = (await stranger.get("/")).text
    assert "Everything works." in text
    assert "no owner yet" in text
    assert "Attic" not in text
    assert "aa0001" not in text
    house.store.fail("disk full")
    house.auth.set_up(house.auth.setup_link("").partition("#")[2], "192.0.2.1")
    text = (await stranger.get("/")).text
    assert "Not everything works" in text
    assert "no owner yet" not in text
