"""The house's calls on devices, with a device that answers at once; only sockets are missing."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from homeward.errors import DeviceOffline, DeviceRefused
from homeward.families.base import Answer, Call, Effect, Note, Report, Seen, Wake
from homeward.families.meross import lan
from homeward.families.meross.emulator import Device
from homeward.families.meross.visit import LanVisit
from homeward.testing.home import seeded
from tests.families.meross.house import House
from tests.families.meross.vectors import KEY, USER

ADDRESS = "192.0.2.9"
ON = {"togglex": {"channel": 0, "onoff": 1}}


class Calling:
    """A visit to a device that has been here, adopted, and is gone. `effects` is all it has answered with."""

    def __init__(self, model: str = "mss310", **options: Any) -> None:
        self.house = House()
        given: dict[str, Any] = {"key": KEY, "user_id": USER, "host": "home", "address": ADDRESS}
        self.line = self.house.plug_in(Device(model, 1, **given, randomness=seeded(1), **options))
        self.uuid = self.line.emulator.native_id
        self.house.clock.advance(10)
        self.house.adopt(self.uuid)
        self.house.clock.advance(10)
        self.line.cut()
        visit = self.house.family.visit(self.house.home.known[self.uuid])
        assert visit
        self.visit: LanVisit = visit
        self.effects: list[Effect] = []
        self.asked = 0

    @property
    def now(self) -> float:
        return self.house.clock.now()

    def open(self) -> Calling:
        self.do(self.visit.opened(self.now))
        return self

    def do(self, effects: Any) -> None:
        self.effects += effects
        self.house.home.known[self.uuid].native |= {
            name: value for effect in effects if isinstance(effect, Seen) for name, value in effect.native.items()
        }
        while not self.visit.over and (data := self.visit.take(self.now)):
            self.asked += 1
            head, _, body = data.partition(b"\r\n\r\n")
            assert head.startswith(b"POST /config HTTP/1.1\r\nHost: 192.0.2.9\r\n")
            reply = self.line.request(body)
            raw = reply.raw if reply.raw is not None else lan_reply(reply.status, reply.body)
            if raw:
                self.visit.receive(raw)
            self.do(self.visit.answered("", self.now))

    def fail(self, reply: bytes = b"", failure: str = "") -> None:
        """Whoever is there answers the next request so."""
        assert self.visit.take(self.now)
        if reply:
            self.visit.receive(reply)
        self.effects += self.visit.answered(failure, self.now)

    def found(self, kind: type[Any]) -> list[Any]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    @property
    def values(self) -> dict[str, Any]:
        return {key: value for report in self.found(Report) for key, value in report.values.items()}


def lan_reply(status: int, body: bytes) -> bytes:
    return f"HTTP/1.1 {status} OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize("model", ["mss310", "mss110", "msl120", "mrs100"])
def test_a_device_that_does_not_call_is_known_by_what_it_answers(model: str) -> None:
    calling = Calling(model).open()
    assert calling.found(Seen)[0].native_id == calling.uuid
    assert calling.values.keys() >= calling.house.values[calling.uuid].keys()
    assert calling.found(Wake) == [Wake(10.0)]
    assert not calling.visit.over


def test_it_is_asked_again_and_again() -> None:
    calling = Calling().open()
    calling.line.set("onoff", 1)
    calling.house.clock.advance(10)
    calling.do(calling.visit.wake(calling.now))
    assert calling.values["switch"] is True


def test_it_is_not_asked_more_while_it_is_slow() -> None:
    calling = Calling()
    calling.visit.opened(0.0)
    waiting = len(calling.visit._queue)
    calling.visit.wake(10.0)
    assert len(calling.visit._queue) == waiting > 0


def test_it_can_be_told_and_is_asked_whether_it_is_so() -> None:
    calling = Calling().open()
    calling.do(calling.visit.call(1, Call("SET Appliance.Control.ToggleX", ON), calling.now))
    assert calling.found(Answer) == [Answer(1, {})]
    assert calling.values["switch"] is True
    calling.do(calling.visit.call(2, Call("PUSH Appliance.System.Clock", {"clock": {"timestamp": 5}}), calling.now))
    assert calling.found(Answer)[-1] == Answer(2)
    calling.do(calling.visit.call(3, Call("Appliance.Teleport"), calling.now))
    assert isinstance(calling.found(Answer)[-1].error, DeviceRefused)
    assert not calling.visit.over


def test_it_can_be_told_to_call_elsewhere() -> None:
    calling = Calling().open()
    gateway = {"host": "away", "port": 1, "secondHost": "away", "secondPort": 1, "redirect": 1}
    key = {"key": {"gateway": gateway, "key": "new", "userId": "7"}}
    calling.do(calling.visit.call(1, Call("SET Appliance.Config.Key", key), calling.now))
    assert calling.found(Answer) == [Answer(1, {})]
    assert calling.visit.over == "whoever is at 192.0.2.9 has another key"


def test_a_device_that_never_answers_is_left_at_once() -> None:
    calling = Calling()
    calling.visit.opened(calling.now)
    calling.fail(failure="no answer in 8 s")
    assert calling.visit.over == "it does not answer at 192.0.2.9 either: 192.0.2.9: no answer in 8 s"
    assert not calling.found(Seen)
    assert not calling.found(Note)


def test_one_that_has_answered_is_left_after_three_times_and_who_waits_is_told() -> None:
    calling = Calling().open()
    for token in range(3):
        assert not calling.visit.over
        calling.visit.call(token, Call("Appliance.System.All"), calling.now)
        calling.fail()
    assert "hung up" in calling.visit.over
    assert all(isinstance(answer.error, DeviceOffline) for answer in calling.found(Answer))
    assert len(calling.found(Answer)) == 3
    assert [note.what for note in calling.found(Note)] == ["lan_failure"] * 3


@pytest.mark.parametrize("reply", [b"SSH-2.0-x\r\n", b"HTTP/1.1 500 No\r\n\r\n", lan_reply(200, b"{}")])
def test_what_is_no_answer_is_one_that_did_not_come(reply: bytes) -> None:
    calling = Calling()
    calling.visit.opened(calling.now)
    calling.fail(reply)
    assert calling.visit.over.startswith("it does not answer")


def test_nobody_else_passes_for_the_device() -> None:
    calling = Calling()
    calling.line.emulator.network.key = "other"  # type: ignore[attr-defined]
    calling.open()
    assert calling.visit.over == "whoever is at 192.0.2.9 has another key"
    calling, other = Calling(), Calling(uuid="x" * 32)
    calling.line = other.line
    calling.open()
    assert calling.visit.over == "another device is at 192.0.2.9"
    assert not calling.found(Seen)


def test_who_waits_when_it_is_over_is_told() -> None:
    calling = Calling().open()
    calling.visit.call(1, Call("Appliance.System.All"), calling.now)
    calling.visit.call(2, Call("Appliance.System.All"), calling.now)
    calling.visit.take(calling.now)
    told = calling.visit.lost("it has called", calling.now)
    assert sorted(answer.token for answer in told if isinstance(answer, Answer)) == [1, 2]
    assert calling.visit.lost("it has called", calling.now) == []


@pytest.mark.parametrize("address", ["", "printer.lan", "0.0.0.0", "192.0.2.9.example"])  # noqa: S104
def test_only_an_address_is_called_on(address: str) -> None:
    calling = Calling()
    device = calling.house.home.known[calling.uuid]
    device.description = msgspec.structs.replace(device.description, address=address)
    assert calling.house.family.visit(device) is None


def test_a_house_can_do_without() -> None:
    calling = Calling()
    device = calling.house.home.known[calling.uuid]
    assert House(calling.house.home.facts(), lan=False).family.visit(device) is None
    device.native = {**device.native, "userId": "nobody"}
    assert calling.house.family.visit(device) is None


def test_an_address_may_name_a_port() -> None:
    assert lan.endpoint("192.0.2.9:8080", lan.PORT) == ("192.0.2.9", 8080)
