"""The app's half, against the family and its emulated plug; only sockets are missing."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

import httpx2
import msgspec
import pytest

from homeward.errors import DeadlineExceeded, DeviceOffline, DeviceRefused, ProtocolError
from homeward.families.base import Request
from homeward.families.meross import second_factor, wire
from homeward.families.meross.client import MerossClient
from homeward.families.meross.replies import AccountRefused, Push
from homeward.mqtt.packets import Connect, Publish, Subscription
from homeward.testing.virtual_home import PEER
from tests.families.meross.house import House
from tests.families.meross.vectors import KEY, USER

CLOUD = "http://cloud.test"
SECRET = "secret"
ON = {"togglex": {"channel": 0, "onoff": 1}}


class Wire:
    """A line into the virtual home; whatever is published, the home's time passes until all has been answered."""

    def __init__(self, house: House, connect: Connect, on_message: Callable[[Publish], None]) -> None:
        self.closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._house, self._connect, self._on_message = house, connect, on_message

    async def open(self) -> None:
        link = self._house.sign_in(
            self._connect, lambda topic, data: self._on_message(Publish(topic, data)), self.closed.set_result
        )
        if link is None:
            raise ConnectionRefusedError(self._house.refusals[-1].reason)
        self.link = link

    async def subscribe(self, *filters: Subscription) -> tuple[int, ...]:
        return tuple(1 if self.link.subscribe(wanted.filter) else 0x80 for wanted in filters)

    async def publish(self, topic: str, payload: bytes) -> None:
        self.link.publish(topic, payload)
        self._house.clock.advance(0.5)

    def close(self) -> None:
        self.link.close("closed")


class App:
    """A client of the virtual home, and where it called."""

    def __init__(self, house: House, password: str = SECRET, **options: Any) -> None:
        self.house = house
        self.called: list[tuple[str, int]] = []
        self.wires: list[Wire] = []
        self.paths: list[str] = []
        http = httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))
        given: dict[str, Any] = {"deadline": 0.05, "confirm": 0.02, "now": house.clock.now}
        self.client = MerossClient(CLOUD, "me@example.com", password, http=http, dial=self._dial, **(given | options))

    def _dial(
        self, host: str, port: int, connect: Connect, *, tls: ssl.SSLContext, on_message: Callable[[Publish], None]
    ) -> Wire:
        self.called.append((host, port))
        self.wires.append(Wire(self.house, connect, on_message))
        return self.wires[-1]

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.paths.append(str(request.url))
        headers = {name.lower(): text for name, text in request.headers.items()}
        asked = Request(request.method, request.url.path, "", headers, request.content, PEER)
        reply = self.house.family.http(asked, self.house.clock.now())
        assert reply
        self.house.home.remember(reply.effects)
        return httpx2.Response(reply.status, content=reply.body)


async def test_an_account_is_signed_in_to_and_out_of() -> None:
    house = House()
    app = App(house)
    async with app.client as client:
        assert (client.login.user_id, client.login.key) == (USER, KEY)
        assert KEY not in repr(client.login)
        assert await client.devices() == []
        assert any(name.startswith("token/") for name in house.home.facts())
    assert not any(name.startswith("token/") for name in house.home.facts())
    assert app.paths[1] == "http://home.test:8080/v1/Device/devList"


async def test_a_wrong_password_is_refused() -> None:
    with pytest.raises(AccountRefused) as refused:
        await App(House(), password="wrong").client.sign_in()
    assert refused.value.status == 1004


async def test_an_account_with_a_second_factor_wants_its_code() -> None:
    house = House()
    house.home.remember(house.family.change_account(USER, factor="JBSWY3DPEHPK3PXP")[1])
    with pytest.raises(AccountRefused) as refused:
        await App(house).client.sign_in()
    assert refused.value.status == 1033
    code = second_factor.code("JBSWY3DPEHPK3PXP", int(house.clock.now()) // 30)
    async with App(house, code=code).client as client:
        assert client.login.key == KEY


async def test_devices_are_listed_asked_and_set() -> None:
    house = House()
    line = house.plug()
    app = App(house)
    async with app.client as client:
        (device,) = await client.devices()
        assert (device.info.uuid, device.info.model, device.info.online) == (line.emulator.native_id, "mss310", 1)
        assert (await device.get("Appliance.System.Runtime")) == {"runtime": {"signal": 88}}
        told = await device.set("Appliance.Control.ToggleX", ON)
        assert told["togglex"][0]["onoff"] == 1
        assert line.emulator.state()["onoff"] == 1
    assert app.called == [("home.test", 8883)]


async def test_what_no_push_tells_is_asked_for() -> None:
    house = House()
    house.plug()
    async with App(house).client as client:
        (device,) = await client.devices()
        assert await device.set("Appliance.System.DNDMode", {"DNDMode": {"mode": 1}}) == {"DNDMode": {"mode": 1}}
        await device.set("Appliance.Control.ToggleX", ON)
        told = await device.set("Appliance.Control.ToggleX", ON)  # no change, so no push
        assert told["all"]["digest"]["togglex"][0]["onoff"] == 1


async def test_a_push_of_how_it_was_is_not_taken_for_how_it_is() -> None:
    house = House()
    line = house.plug()
    app = App(house)
    async with app.client as client:
        (device,) = await client.devices()
        await client.listen()
        before = house.message("PUSH", "Control.ToggleX", {"togglex": [{"channel": 0, "onoff": 0}]})
        before = before.replace(b'"from":""', b'"from":"/appliance/%s/publish"' % line.emulator.native_id.encode())
        publish = app.wires[0].publish

        async def late(topic: str, payload: bytes) -> None:
            app.wires[0]._on_message(Publish(wire.push_topic(USER), before))
            await publish(topic, payload)

        app.wires[0].publish = late  # type: ignore[method-assign]
        told = await device.set("Appliance.Control.ToggleX", ON)
    assert (told["togglex"] if "togglex" in told else told["all"]["digest"]["togglex"])[0]["onoff"] == 1


async def test_pushes_are_heard() -> None:
    house = House()
    line = house.plug()
    async with App(house).client as client:
        await client.listen()
        line.set("onoff", 1)
        house.clock.advance(1)
        push = await anext(client.pushes())
    assert isinstance(push, Push)
    assert (push.uuid, push.namespace) == (line.emulator.native_id, "Appliance.Control.ToggleX")
    assert push.payload["togglex"][0]["onoff"] == 1


async def test_a_device_that_refuses_says_why() -> None:
    house = House()
    house.plug()
    async with App(house).client as client:
        (device,) = await client.devices()
        with pytest.raises(DeviceRefused) as refused:
            await device.get("Appliance.Teleport")
    assert refused.value.detail == {"code": 5000}


async def test_a_device_that_is_gone_does_not_answer() -> None:
    house = House()
    line = house.plug()
    async with App(house).client as client:
        (device,) = await client.devices()
        line.cut()
        with pytest.raises(DeadlineExceeded):
            await device.get("Appliance.System.All")


async def test_a_line_that_falls_while_a_device_is_asked_is_named_and_made_again() -> None:
    house = House()
    line = house.plug()
    app = App(house, deadline=5.0)
    async with app.client as client:
        (device,) = await client.devices()
        await client.listen()
        line.cut()
        asking = asyncio.ensure_future(device.get("Appliance.System.All"))
        await asyncio.sleep(0)
        app.wires[0].link.close("the cable was pulled")
        with pytest.raises(DeviceOffline, match="the cable was pulled"):
            await asking
        house.clock.advance(5)
        assert await device.get("Appliance.System.Online") == {"online": {"status": 1}}
    assert len(app.wires) == 2


async def test_what_is_not_signed_with_the_accounts_key_is_dropped_and_counted() -> None:
    house = House()
    line = house.plug()
    app = App(house)
    async with app.client as client:
        await client.listen()
        topic, source = wire.push_topic(USER), f"/appliance/{line.emulator.native_id}/publish"
        for data in (
            house.message("PUSH", "System.Report", {}, key="wrong", source=source),
            house.message("PUSH", "System.Report", {}, source="elsewhere"),
            house.message("PUSH", "System.Report", [], source=source),
            b"{",
        ):
            app.wires[0]._on_message(Publish(topic, data))
        assert client.dropped == 4


async def test_an_answer_from_nowhere_changes_nothing() -> None:
    house = House()
    house.plug()
    app = App(house)
    async with app.client as client:
        await client.listen()
        app.wires[0]._on_message(Publish(client.address, house.message("GETACK", "System.All", {})))
        (device,) = await client.devices()
        assert await device.get("Appliance.System.DNDMode") == {"DNDMode": {"mode": 0}}


async def test_an_account_of_another_region_is_followed_there() -> None:
    house, asked = House(), []
    app = App(house)

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.host)
        if request.url.host == "cloud.test":
            return httpx2.Response(200, json={"apiStatus": 1030, "data": {"domain": "http://elsewhere.test"}})
        return app._answer(request)

    client = MerossClient(
        CLOUD, "me@example.com", "secret", http=httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    )
    async with client:
        pass
    assert asked == ["cloud.test", "elsewhere.test", "home.test"]


@pytest.mark.parametrize(
    "response",
    [
        httpx2.Response(404),
        httpx2.Response(200, content=b"<html>"),
        httpx2.Response(200, json={"apiStatus": "0"}),
        httpx2.Response(200, json={"apiStatus": 0, "data": {"userid": 5}}),
        httpx2.Response(200, json=[]),
    ],
)
async def test_what_is_no_account_api_is_a_protocol_error(response: httpx2.Response) -> None:
    http = httpx2.AsyncClient(transport=httpx2.MockTransport(lambda request: response))
    with pytest.raises(ProtocolError):
        await MerossClient(CLOUD, "me@example.com", "secret", http=http).sign_in()


@pytest.mark.parametrize(
    ("domain", "endpoint"),
    [
        ("mqtt-eu-2.meross.com", ("mqtt-eu-2.meross.com", 443)),
        ("home.test:8883", ("home.test", 8883)),
        ("[fd00::1]:2001", ("fd00::1", 2001)),
        ("fd00::1", ("fd00::1", 443)),
    ],
)
async def test_a_broker_is_called_where_the_cloud_says(domain: str, endpoint: tuple[str, int]) -> None:
    house = House()
    house.plug()
    app = App(house)
    async with app.client as client:
        (device,) = await client.devices()
        device.info = msgspec.structs.replace(device.info, domain=domain)
        await device.get("Appliance.System.Runtime")
    assert app.called == [endpoint]


async def test_a_broker_that_was_chosen_is_called_instead() -> None:
    house = House()
    house.plug()
    app = App(house, mqtt=("127.0.0.1", 1234))
    async with app.client as client:
        await client.listen()
    assert app.called == [("127.0.0.1", 1234)]
