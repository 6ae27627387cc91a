"""An account: sign in, find its devices, talk to them through their cloud."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Callable
from types import TracebackType
from typing import Protocol, Self

import httpx2

from homeward.errors import DeadlineExceeded, DeviceOffline, ProtocolError
from homeward.families.meross import lan, replies, wire
from homeward.families.meross.client.talk import Talk, clock, payload_of
from homeward.families.meross.replies import AccountRefused, DeviceInfo, Login, Push, Reply
from homeward.families.meross.traits import CONFIRMED_BY
from homeward.families.meross.wire import BadMessage, Message, Params
from homeward.mqtt.client import Client
from homeward.mqtt.packets import Connect, Publish, Subscription

_WRONG_REGION = 1030
_MQTT_PORT = 443
_PUSHES = 1_000
"""Pushes that wait to be taken; past it the oldest is forgotten."""


class Line(Protocol):
    """An MQTT connection, as far as it is needed here; `homeward.mqtt.client.Client` is one."""

    closed: asyncio.Future[str]

    async def open(self) -> None:
        """Connect and sign in."""

    async def subscribe(self, *filters: Subscription) -> tuple[int, ...]:
        """Subscribe to topic filters."""

    async def publish(self, topic: str, payload: bytes) -> object:
        """Publish."""

    def close(self) -> None:
        """Hang up."""


class CloudDevice(Talk):
    """A device of the account, reached through its cloud."""

    def __init__(
        self, client: MerossClient, info: DeviceInfo, key: str, deadline: float, now: Callable[[], float]
    ) -> None:
        super().__init__(key, deadline, now)
        self.info = info
        self._client = client

    async def ask(self, method: str, namespace: str, payload: Params) -> Params:
        """Put a request to the device; see `Talk.ask`."""
        message_id, data = self._write(method, namespace, payload, self._client.address)
        return payload_of(await self._client.exchange(self.info, message_id, data, self._deadline))

    async def set(self, namespace: str, payload: Params) -> Params:
        """Set something; gives what the device tells by itself when it is so, or else when it is asked."""
        told = self._client.expect(self.info.uuid, namespace)
        try:
            await self.ask("SET", namespace, payload)
            async with asyncio.timeout(self._client.confirm):
                while not _shows(heard := await told, payload):
                    told = self._client.expect(self.info.uuid, namespace)
                return heard
        except TimeoutError:
            return await self.get(CONFIRMED_BY.get(namespace, namespace))
        finally:
            told.cancel()


class MerossClient:
    """An account, from signing in to logging out. Brokers are called when a device there is first talked to."""

    def __init__(
        self,
        base_url: str,
        email: str,
        password: str,
        *,
        code: str = "",
        tls: ssl.SSLContext | None = None,
        mqtt: tuple[str, int] | None = None,
        http: httpx2.AsyncClient | None = None,
        dial: Callable[..., Line] = Client,
        deadline: float = 10.0,
        confirm: float = 3.0,
        now: Callable[[], float] = clock,
    ) -> None:
        """`code` is that of an authenticator, for an account that asks for one; it is good once. `tls` says which
        certificates to trust; `mqtt` is the broker to call in place of those the cloud names."""
        self.dropped = 0
        self.confirm = confirm
        self._base_url = base_url
        self._email, self._password, self._code = email, password, code
        self._tls = tls or ssl.create_default_context()
        self._mqtt = mqtt
        self._http = http or httpx2.AsyncClient(timeout=deadline, verify=self._tls)
        self._dial = dial
        self._deadline = deadline
        self._now = now
        self._app_id = wire.password_hash(f"API{os.urandom(16).hex()}")
        self._login: Login | None = None
        self._lines: dict[tuple[str, int], Line] = {}
        self._opening = asyncio.Lock()
        self._answers: dict[str, asyncio.Future[Message]] = {}
        self._told: dict[tuple[str, str], list[asyncio.Future[Params]]] = {}
        self._pushes: asyncio.Queue[Push] = asyncio.Queue(_PUSHES)

    async def __aenter__(self) -> Self:
        try:
            await self.sign_in()
        except BaseException:
            await self._http.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def login(self) -> Login:
        """Who signed in.

        Raises:
            AccountRefused: nobody has.
        """
        if self._login is None:
            raise AccountRefused(0, "nobody has signed in")
        return self._login

    @property
    def address(self) -> str:
        """Where answers to this app are published."""
        return wire.reply_topic(self.login.user_id, self._app_id)

    async def sign_in(self) -> Login:
        """Sign in, in the region of the account.

        Raises:
            AccountRefused: the email address or the password is wrong, say.
            ProtocolError: this is no such API.
        """
        params = {
            "email": self._email,
            "password": wire.password_hash(self._password),
            "accountCountryCode": "us",
            "encryption": 1,
            "agree": 0,
            **({"mfaCode": self._code} if self._code else {}),
        }
        answer = await self._post("/v1/Auth/signIn", params)
        if answer.status == _WRONG_REGION and isinstance(answer.data, dict):
            self._base_url = str(answer.data.get("domain", ""))
            answer = await self._post("/v1/Auth/signIn", params)
        self._login = login = answer.read(Login)
        self._base_url = login.domain or self._base_url
        return login

    async def devices(self) -> list[CloudDevice]:
        """The devices of the account."""
        found = (await self._post("/v1/Device/devList", {})).read(list[DeviceInfo])
        return [CloudDevice(self, info, self.login.key, self._deadline, self._now) for info in found]

    async def listen(self) -> None:
        """Call the broker of every device, so that `pushes` has all of them."""
        for device in await self.devices():
            await self._line(device.info)

    async def pushes(self) -> AsyncIterator[Push]:
        """What devices tell by themselves, from the brokers that have been called."""
        while True:
            yield await self._pushes.get()

    async def close(self) -> None:
        """Hang up, and give the token back."""
        for line in self._lines.values():
            line.close()
        self._lines.clear()
        if self._login:
            await self._post("/v1/Profile/logout", {})
            self._login = None
        await self._http.aclose()

    async def exchange(self, info: DeviceInfo, message_id: str, data: bytes, deadline: float) -> Message:
        """Publish a request to a device, and wait for the message that answers it."""
        line = await self._line(info)
        answer: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._answers[message_id] = answer
        try:
            async with asyncio.timeout(deadline):
                await line.publish(wire.request_topic(info.uuid), data)
                await asyncio.wait((answer, line.closed), return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            raise DeadlineExceeded(f"no answer from {info.name} in {deadline} s") from None
        finally:
            del self._answers[message_id]
        if not answer.done():
            raise DeviceOffline(f"the connection to its broker ended: {line.closed.result()}")
        return answer.result()

    def expect(self, uuid: str, namespace: str) -> asyncio.Future[Params]:
        """What the device tells next of that namespace."""
        future: asyncio.Future[Params] = asyncio.get_running_loop().create_future()
        others = self._told.get((uuid, namespace), ())
        self._told[uuid, namespace] = [*(other for other in others if not other.done()), future]
        return future

    async def _line(self, info: DeviceInfo) -> Line:
        host, port = self._mqtt or lan.endpoint(info.domain or self.login.mqtt_domain, _MQTT_PORT)
        async with self._opening:
            line = self._lines.get((host, port))
            if line is None or line.closed.done():
                login = self.login
                password = wire.app_password(login.user_id, login.key).encode()
                connect = Connect(f"app:{self._app_id}", 30, True, login.user_id, password)
                line = self._dial(host, port, connect, tls=self._tls, on_message=self._hear)
                await line.open()
                await line.subscribe(Subscription(wire.push_topic(login.user_id), 1), Subscription(self.address, 1))
                self._lines[host, port] = line
        return line

    def _hear(self, message: Publish) -> None:
        try:
            heard = wire.decode(message.payload)
            if not wire.verify(heard.header, self.login.key):
                raise BadMessage("wrong signature")
            if message.topic != self.address:
                self._push(heard)
            elif (answer := self._answers.get(heard.header.message_id)) and not answer.done():
                answer.set_result(heard)
        except BadMessage:
            self.dropped += 1

    def _push(self, message: Message) -> None:
        _, kind, uuid, *_ = [*message.header.source.split("/"), "", "", ""]
        if kind != "appliance":
            raise BadMessage("a push that names no device")
        push = Push(uuid, message.header.namespace, message.body())
        if self._pushes.full():
            self._pushes.get_nowait()
        self._pushes.put_nowait(push)
        for future in self._told.pop((uuid, push.namespace), ()):
            if not future.done():
                future.set_result(push.payload)

    async def _post(self, path: str, params: Params) -> Reply:
        encoded, nonce, timestamp = wire.encode_params(params), os.urandom(8).hex().upper(), int(self._now() * 1000)
        body = {
            "params": encoded,
            "sign": wire.api_sign(timestamp, nonce, encoded),
            "timestamp": timestamp,
            "nonce": nonce,
        }
        headers = {"Authorization": f"Basic {self._login.token}" if self._login else "Basic", "vender": "meross"}
        try:
            reply = await self._http.post(self._base_url + path, json=body, headers=headers)
        except httpx2.HTTPError as error:
            raise ProtocolError(f"{self._base_url}: {error or type(error).__name__}") from error
        if reply.status_code != 200:
            raise ProtocolError(f"{self._base_url}{path}: HTTP {reply.status_code}")
        return replies.decode(reply.content)


def _shows(told: Params, wanted: Params) -> bool:
    """Whether a push tells what was set, and not how it was before."""
    return all(
        any(item.items() <= each.items() for each in _items(told.get(key)))
        for key, value in wanted.items()
        for item in _items(value)
    )


def _items(value: object) -> list[Params]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]
