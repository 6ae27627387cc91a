"""A device at its own address, without any cloud."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self, TypeAlias

from homeward.errors import DeadlineExceeded, DeviceOffline, DeviceRefused
from homeward.families.meross import lan, wire
from homeward.families.meross.client.talk import Talk, clock, payload_of
from homeward.families.meross.lan import Ask, Truncated
from homeward.families.meross.namespaces import ABILITY, KEY, MULTIPLE
from homeward.families.meross.wire import BadMessage, Message, Params

Dial: TypeAlias = Callable[[str, int], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

_CHUNK = 4_096
_BAD_SIGN = 5001


class LanDevice(Talk):
    """A device at `HOST` or `HOST:PORT`. It takes one request at a time.

    async with LanDevice("192.0.2.9", key) as device:
        print(await device.get("Appliance.System.All"))
    """

    def __init__(
        self,
        address: str,
        key: str,
        *,
        secret: bytes | None = None,
        known: Collection[str] = (),
        deadline: float = 10.0,
        dial: Dial = asyncio.open_connection,
        now: Callable[[], float] = clock,
    ) -> None:
        """`secret` is what bodies are encrypted with, which `meet` finds out. An answer may be signed with one of the
        `known` keys as well. Give a device 5 seconds or more: Wi-Fi is slow to wake."""
        super().__init__(key, deadline, now)
        self.address = address
        self.secret = secret
        self.uuid = ""
        """Whose answers these are; known once it has been met."""
        self.abilities: Params = {}
        self._known = known
        self._dial = dial
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self.meet()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """There is nothing to hang up: each request has a connection of its own."""

    async def meet(self) -> None:
        """Ask what it can do, which every device answers in the clear, and encrypt from here on if it wants that."""
        answer = await self._exchange("GET", ABILITY, {})
        abilities = _payload(answer).get("ability")
        if answer is None or not isinstance(abilities, dict):
            raise BadMessage("no object at 'ability'")
        self.abilities, self.uuid = abilities, lan.uuid_of(answer)
        self.secret = lan.secret_of(self.uuid, self._key, self.abilities)

    async def ask(self, method: str, namespace: str, payload: Params) -> Params:
        """Put a request to the device; see `Talk.ask`. A PUSH that nothing answers gives nothing."""
        return _payload(await self._exchange(method, namespace, payload))

    async def ask_all(self, asks: Sequence[Ask]) -> list[Params | DeviceRefused]:
        """Several requests, in as few messages as it takes. What has no room in one answer is asked for in two."""
        most = int(self.abilities.get(MULTIPLE, {}).get("maxCmdNum", 1))
        return [answer for few in _groups(asks, most) for answer in await self._ask_few(few)]

    async def move(self, host: str, port: int, key: str, user_id: str) -> None:
        """Tell it to call another cloud from now on, as a device of that account; it answers with its new key."""
        gateway = {"host": host, "port": port, "secondHost": host, "secondPort": port, "redirect": 1}
        await self.ask("SET", KEY, {"key": {"gateway": gateway, "key": key, "userId": user_id}})

    async def _ask_few(self, asks: Sequence[Ask]) -> list[Params | DeviceRefused]:
        if len(asks) == 1:
            return [await self._ask_one(asks[0])]
        try:
            answers = lan.unpack(await self.ask("SET", MULTIPLE, lan.pack(asks)), asks)
        except Truncated:
            half = len(asks) // 2
            return await self._ask_few(asks[:half]) + await self._ask_few(asks[half:])
        return [
            DeviceRefused(f"the device refused {ask.namespace}", detail=payload.get("error"))
            if method == "ERROR"
            else payload
            for ask, (method, payload) in zip(asks, answers, strict=True)
        ]

    async def _ask_one(self, ask: Ask) -> Params | DeviceRefused:
        try:
            return await self.ask(*ask)
        except DeviceRefused as refused:
            return refused

    async def _exchange(self, method: str, namespace: str, payload: Params) -> Message | None:
        message_id, data = self._write(method, namespace, payload, f"http://{self.address}/config")
        secret = None if namespace == ABILITY else self.secret
        body = await self._post(lan.seal(data, secret))
        if not body and method == "PUSH":
            return None
        if not body:
            raise DeviceOffline(f"{self.address} hung up without an answer", hint=lan.HUNG_UP)
        answer = lan.unseal(body, secret)
        key = _key_after(method, namespace, payload, self._key)
        self._check(answer, message_id, key)
        if key != self._key and answer.header.method != "ERROR":
            self._take_over(key)
        return answer

    def _take_over(self, key: str) -> None:
        """It has another key from here on, and with it another secret if it has met us."""
        self._key = key
        self.secret = lan.secret_of(self.uuid, key, self.abilities) if self.uuid else self.secret

    def _check(self, answer: Message, message_id: str, key: str) -> None:
        if answer.header.message_id != message_id and answer.header.method != "PUSH":
            raise BadMessage("the answer is not to what was asked")
        if any(wire.verify(answer.header, known) for known in {key, self._key, *self._known}):
            return
        error = answer.body().get("error")
        if isinstance(error, dict) and error.get("code") == _BAD_SIGN:
            hint = "It signs with the key of the account that it was set up for."
            raise DeviceRefused(f"{self.address} has another key", detail=error, hint=hint)
        raise BadMessage("the answer is not signed with the device's key")

    async def _post(self, body: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._deadline), self._turn:
                return await self._converse(body)
        except TimeoutError as error:
            raise DeadlineExceeded(f"no answer from {self.address} in {self._deadline} s") from error
        except OSError as error:
            hint = lan.HUNG_UP if isinstance(error, ConnectionResetError) else "Is that its address, and is it on?"
            raise DeviceOffline(f"{self.address}: {error or type(error).__name__}", hint=hint) from error

    async def _converse(self, body: bytes) -> bytes:
        host, port = lan.endpoint(self.address, lan.PORT)
        reader, writer = await self._dial(host, port)
        response = lan.Response()
        try:
            writer.write(lan.request(self.address, body))
            while data := await reader.read(_CHUNK):
                if response.receive(data):
                    break
            return response.body()
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def _payload(answer: Message | None) -> Params:
    return payload_of(answer) if answer else {}


def _key_after(method: str, namespace: str, payload: Params, key: str) -> str:
    """What it signs with when it has done that."""
    return str(payload["key"]["key"]) if (method, namespace) == ("SET", KEY) else key


def _groups(asks: Sequence[Ask], most: int) -> Iterator[Sequence[Ask]]:
    return (asks[at : at + most] for at in range(0, len(asks), most))
