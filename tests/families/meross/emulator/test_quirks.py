from __future__ import annotations

from typing import Any

import httptools
import pytest

from homeward.families.base import Publish
from homeward.families.meross import wire
from homeward.families.meross.emulator.quirks import QUIRKS

from .bench import NOW, Bench

ON = {"togglex": {"channel": 0, "onoff": 1}}


def test_a_bare_lf_ends_the_status_line() -> None:
    reply = Bench(quirks=["bare-lf"]).post("GET", "System.All")
    assert reply.raw
    status, _, rest = reply.raw.partition(b"\n")
    assert status == b"HTTP/1.1 200 OK"
    head, _, body = rest.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert wire.decode(body).header.method == "GETACK"
    with pytest.raises(httptools.HttpParserError, match="Missing expected CR after response line"):
        httptools.HttpResponseParser(object()).feed_data(reply.raw)


def test_a_long_reply_is_cut_off_where_the_memory_ends() -> None:
    assert len(Bench("msl120", quirks=["truncate"]).post("GET", "System.All").body) < 2_000
    zoned: Any = {"quirks": ["truncate"], "timezone": "Europe/Rome"}
    several = [{"header": {"namespace": "Appliance.System.All", "method": "GET"}, "payload": {}}] * 5
    reply = Bench("msl120", **zoned).post("SET", "Control.Multiple", {"multiple": several})
    assert len(reply.body) == 2_000


def test_one_connection_at_a_time() -> None:
    assert Bench(quirks=["single-connection"]).device.connections == 1
    assert Bench().device.connections == 0


def test_an_unknown_request_ends_the_connection() -> None:
    odd = Bench(quirks=["reset-unknown"])
    assert odd.post("GET", "Control.Teleport").raw == b""
    assert odd.refuses("SET", "Control.ToggleX", {})


def test_a_set_is_done_and_not_acknowledged() -> None:
    odd = Bench(quirks=["no-setack"])
    assert odd.post("SET", "Control.ToggleX", ON).body == b""
    assert odd.device.state()["onoff"] == 1
    assert odd.get("System.Time")


def test_an_error_has_nothing_but_its_code() -> None:
    odd = Bench(quirks=["no-error-detail"])
    answer = wire.decode(odd.post("GET", "System.All", key="wrong").body)
    assert answer.body() == {"error": {"code": 5001}}


def test_the_new_state_is_told_before_the_set_is_acknowledged() -> None:
    for quirks, order in (((), ["SETACK", "PUSH"]), (("push-first",), ["PUSH", "SETACK"])):
        made = Bench(quirks=quirks)
        data = wire.encode(
            "SET",
            "Appliance.Control.ToggleX",
            ON,
            message_id="a",
            key=made.key,
            source="/app/1-2/subscribe",
            timestamp=1,
        )
        effects = made.device.message("", data, NOW)
        said = [wire.decode(one.payload).header.method for one in effects if isinstance(one, Publish)]
        assert said == order


def test_it_knows_the_time_by_itself() -> None:
    odd = Bench(quirks=["no-clock"], boot=False)
    odd.carry(odd.device.connected(odd.now))
    assert [name for name, _ in odd.take()] == ["System.Report", "Control.Bind"]
    assert odd.device.clock.read(NOW) == NOW


def test_a_week_may_begin_on_monday() -> None:
    timer = {"id": "t", "time": 23 * 60, "week": 0b0000010, "extend": {"toggle": {"onoff": 1}}}
    for quirks, on in (((), 0), (("monday-first",), 1)):  # on a Tuesday
        made = Bench(quirks=quirks)
        made.set("Control.TimerX", {"timerx": timer})
        made.advance(3_600)
        assert made.device.state()["onoff"] == on


@pytest.mark.parametrize("quirk", sorted(QUIRKS))
def test_a_device_with_any_of_them_still_boots(quirk: str) -> None:
    made = Bench("msg200", quirks=[quirk])
    assert made.device.online() == {"status": 1}
