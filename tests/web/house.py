"""A house with a web and a family of lamps, all in memory and on a clock that stands still."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import msgspec
from msgspec.structs import replace

from homeward.bus.local import LocalBus
from homeward.errors import DeviceRefused, InvalidValue
from homeward.families.base import Answer, Call, Effects, Family, Home, Remember, Report, Seen
from homeward.hub.hub import Hub
from homeward.model import Description, Device, Entity, Platform, Secret, Value
from homeward.mqtt.broker import Broker
from homeward.mqtt.broker import Limits as BrokerLimits
from homeward.net.doorlog import DoorLog, Handshake
from homeward.net.people import People
from homeward.settings import Settings
from homeward.testing.clock import VirtualClock
from homeward.testing.home import seeded
from homeward.testing.store import MemoryStore
from homeward.web.app import build
from homeward.web.auth import OWNER, Auth
from homeward.web.tokens import Role

KEY = "planted-key-5f1e"
PASSWORD = "planted-password-77aa"
NATIVE = "planted-native-secret-31bc"


class Account(msgspec.Struct, frozen=True):
    """An account of the lamps' app."""

    user_id: str
    email: str
    key: Secret
    password: Secret
    disabled: bool = False
    moved: str = ""
    factor: Secret = Secret("")


class Accounts:
    """All of them."""

    def __init__(self) -> None:
        self.kept: list[Account] = []

    def all(self) -> Sequence[Account]:
        return self.kept


class Lamps(Family):
    """Lamps that can be switched and dimmed, and whose app has accounts."""

    name = "lamp"
    title = "Lamps"
    doors = ("tcp:4711",)

    def __init__(self, home: Home) -> None:
        super().__init__(home)
        self.accounts = Accounts()

    def create_account(
        self, email: str, password: str, *, user_id: str | None = None, key: str | None = None
    ) -> tuple[Account, Effects]:
        if any(account.email == email for account in self.accounts.kept):
            raise InvalidValue(f"there is an account of {email}")
        account = Account(user_id or "7", email, Secret(key or KEY), Secret(password))
        self.accounts.kept.append(account)
        return account, (Remember(f"account/{account.user_id}", {"email": email, "key": KEY, "password": password}),)

    def change_account(
        self,
        user_id: str,
        *,
        password: str | None = None,
        disabled: bool | None = None,
        moved: str | None = None,
        factor: str | None = None,
    ) -> tuple[Account, Effects]:
        at = {account.user_id: at for at, account in enumerate(self.accounts.kept)}[user_id]
        changed = replace(
            self.accounts.kept[at], disabled=bool(disabled), moved=moved or "", factor=Secret(factor or "")
        )
        self.accounts.kept[at] = changed
        return changed, (Remember(f"account/{user_id}", {"password": password}),)

    def entities(self, device: Device) -> Sequence[Entity]:
        return (
            Entity("on", Platform.SWITCH, "Light", writable=True),
            Entity("dim", Platform.NUMBER, "Brightness", unit="%", minimum=0, maximum=100, writable=True),
            Entity("mood", Platform.SELECT, "Mood", options=("off", "cosy"), writable=True),
            Entity("heat", Platform.SENSOR, "Temperature", device_class="temperature", unit="°C"),
        )

    def command(self, device: Device, key: str, value: Value) -> Call:
        return Call("set", {key: value})


class Plain(Family):
    """A family without accounts."""

    name = "plain"
    title = "Plain"


class Wire:
    """A lamp's connection. It answers as it is told to: with a result, an error, or (None) not at all."""

    transport = "mqtt over TLS 1.2"
    peer = "192.0.2.7"

    def __init__(self, hub: Hub, now: float) -> None:
        self.hub = hub
        self.since = self.last_frame = now
        self.calls: list[Call] = []
        self.answer: Answer | None = Answer(0, {"ok": True})

    def call(self, token: int, call: Call) -> None:
        self.calls.append(call)
        if self.answer:
            self.hub.answered(replace(self.answer, token=token))

    def refuse(self) -> None:
        """Answer with the device's own error from now on."""
        self.answer = Answer(0, error=DeviceRefused("the lamp refused", detail={"code": 5003}))

    def adopted(self) -> None:
        pass

    def close(self, reason: str) -> None:
        pass


class WebHouse:
    """The house. `clock`, `store`, `hub`, `auth` and `app` are its parts."""

    def __init__(self, store: MemoryStore | None = None, **limits: Any) -> None:
        defaults = Settings()
        self.settings = replace(defaults, advertise="home.test", limits=replace(defaults.limits, **limits))
        self.clock = VirtualClock()
        self.store = store or MemoryStore()
        self.hub = Hub(
            store=self.store,
            bus=LocalBus(),
            clock=self.clock,
            settings=self.settings,
            randomness=seeded(),
            advertise="home.test",
            ports={},
        )
        for family in (Lamps, Plain):
            self.hub.install(family)
        self.log = DoorLog()
        self.auth = Auth(
            self.hub.facts(OWNER),
            lambda key, value: self.hub.remember(OWNER, key, value),
            self.clock,
            failures=self.settings.limits.sign_in_failures,
            randomness=seeded(1),
        )
        self.broker = Broker(BrokerLimits(), self.clock.now)
        failures = self.settings.limits.sign_in_failures
        self.people = People(self.hub, self.broker, self.settings.mqtt, failures=failures, randomness=seeded(2))
        self.app = build(self.hub, self.auth, self.settings, self.people, {"people": self.broker}, handshakes=self.log)

    def token(self, role: Role = Role.ADMIN) -> str:
        """The text of a new token."""
        return self.auth.issue(f"test {role}", role)[1].reveal()

    def client(self, role: Role | None = Role.ADMIN, **headers: str) -> httpx2.AsyncClient:
        """A client of the API that has signed in."""
        if role:
            headers["Authorization"] = f"Bearer {self.token(role)}"
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False, client=("192.0.2.1", 50_000))
        return httpx2.AsyncClient(transport=transport, base_url="http://home.test", headers=headers)

    def lamp(self, native_id: str = "aa0001", *, adopted: bool = True, online: bool = True) -> Wire:
        """A lamp calls; what it says of itself has a secret among its family's own notes."""
        now = self.clock.now()
        self.hub.apply("lamp", Seen(native_id, Description("L1", firmware="1.0"), {"key": NATIVE}), now)
        if adopted:
            self.hub.adopt(f"lamp-{native_id}")
        wire = Wire(self.hub, now)
        if online:
            self.hub.attach("lamp", native_id, wire)
        return wire

    def report(self, native_id: str = "aa0001", **values: Value) -> None:
        """A lamp tells how it stands."""
        self.hub.apply("lamp", Report(native_id, values), self.clock.now())

    def handshake(self) -> Handshake:
        """Somebody called at a door."""
        kept = Handshake(self.clock.now(), "tcp:443", "192.0.2.9:4000", "mqtt", "ok")
        self.log.add(kept)
        return kept

    @asynccontextmanager
    async def listen(self, headers: Mapping[str, str] | None = None) -> AsyncIterator[Socket]:
        """A WebSocket to the API, that has said nothing yet."""
        async with asyncio.TaskGroup() as group:
            socket = Socket()
            task = group.create_task(self.app(_scope(headers or {}), socket.incoming.get, socket.sent))
            try:
                yield socket
            finally:
                socket.incoming.put_nowait({"type": "websocket.disconnect", "code": 1000})
                socket.reading.set()
            await task

    @asynccontextmanager
    async def subscribed(self, resume_from: int | None = None, role: Role = Role.VIEWER) -> AsyncIterator[Socket]:
        """A WebSocket that has signed in and subscribed."""
        async with self.listen() as socket:
            socket.say(type="auth", token=self.token(role))
            socket.say(type="subscribe", resume_from=resume_from)
            yield socket


class Socket:
    """The client's end of a WebSocket. While `reading` is cleared the server's messages do not get through."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[Any] = asyncio.Queue()
        self.outgoing: asyncio.Queue[Any] = asyncio.Queue()
        self.reading = asyncio.Event()
        self.reading.set()
        self.incoming.put_nowait({"type": "websocket.connect"})

    def say(self, **message: Any) -> None:
        """Send a message."""
        self.incoming.put_nowait({"type": "websocket.receive", "text": json.dumps(message)})

    async def sent(self, message: Any) -> None:
        """For the server: a message is to go out."""
        await self.reading.wait()
        if message["type"] != "websocket.accept":
            self.outgoing.put_nowait(message)

    async def hear(self) -> Any:
        """The next message; when the server closes, its close message."""
        message = await asyncio.wait_for(self.outgoing.get(), 5)
        return json.loads(message["text"]) if "text" in message else message

    async def hear_until(self, seq: int) -> list[int]:
        """The seqs of the events that come, up to that one."""
        heard: list[int] = []
        while not heard or heard[-1] < seq:
            heard.append((await self.hear())["seq"])
        return heard


def _scope(headers: Mapping[str, str]) -> dict[str, Any]:
    named = {"host": "home.test", **headers}
    return {
        "type": "websocket",
        "path": "/api/v1/ws",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
        "client": ("192.0.2.1", 50_000),
    }
