"""A virtual home with one account, and what tests do in it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from homeward.families.base import Answer, Call
from homeward.families.meross import Meross, wire
from homeward.families.meross.accounts import Account
from homeward.families.meross.emulator import Device
from homeward.families.meross.wire import Message, Params
from homeward.mqtt.packets import Connect
from homeward.settings import Meross as Settings
from homeward.testing.home import FakeHome, seeded
from homeward.testing.virtual_home import Line, Link, VirtualHome
from tests.families.meross.vectors import KEY, USER


class App:
    """An app of an account, which hears and answers nothing by itself."""

    def __init__(self, house: House, account: Account, app_id: str = "0a") -> None:
        self.house = house
        self.key = account.key.reveal()
        self.heard: list[Message] = []
        self.address = wire.reply_topic(account.user_id, app_id)
        password = wire.app_password(account.user_id, self.key).encode()
        link = house.sign_in(
            Connect(f"app:{app_id}", 30, False, account.user_id, password), self._hear, lambda why: None
        )
        assert link
        self.link: Link = link
        assert self.link.subscribe(wire.push_topic(account.user_id))
        assert self.link.subscribe(self.address)

    def send(self, uuid: str, method: str, namespace: str, payload: Params, key: str | None = None) -> None:
        """A request to a device."""
        data = self.house.message(method, namespace, payload, source=self.address, key=self.key if key is None else key)
        self.link.publish(wire.request_topic(uuid), data)

    def said(self, method: str, namespace: str) -> list[Params]:
        """The payloads it heard of that kind."""
        return [
            message.body()
            for message in self.heard
            if (message.header.method, message.header.namespace) == (method, f"Appliance.{namespace}")
        ]

    def _hear(self, topic: str, payload: bytes) -> None:
        message = wire.decode(payload)
        assert wire.verify(message.header, self.key)
        self.heard.append(message)


class House(VirtualHome):
    """The account has the key and the number of the known answers."""

    family: Meross

    def __init__(self, facts: Mapping[str, Any] | None = None, **settings: Any) -> None:
        super().__init__(Meross, Settings(**settings), _one_account() if facts is None else facts)
        account = self.family.accounts.get(USER)
        assert account
        self.account = account

    def make(self, email: str, user_id: str, key: str) -> Account:
        """One more account."""
        account, effects = self.family.create_account(email, "secret", user_id=user_id, key=key)
        self.home.remember(effects)
        return account

    def plug(self, index: int = 1, *, adopted: bool = True, seconds: float = 10.0, **options: Any) -> Line:
        """A plug of the account that has booted, and was adopted if it shall be."""
        given: dict[str, Any] = {"key": KEY, "user_id": USER, "host": "home", "randomness": seeded(index)}
        line = self.plug_in(Device("mss310", index, **(given | options)))
        self.clock.advance(seconds)
        if adopted:
            self.adopt(line.emulator.native_id)
            self.clock.advance(seconds)
        return line

    def ask(self, uuid: str, method: str, params: Any = None, seconds: float = 1.0) -> Answer | None:
        """What became of a call after so many seconds."""
        token = self.call(uuid, Call(method, params))
        self.clock.advance(seconds)
        return self.answers.get(token)

    def message(self, method: str, namespace: str, payload: Any, *, source: str = "", key: str = KEY) -> bytes:
        """A message of now; `Appliance.` is put before the namespace."""
        return wire.encode(
            method,
            f"Appliance.{namespace}",
            payload,
            message_id=self.home.random(16).hex(),
            key=key,
            source=source,
            timestamp=int(self.clock.now()),
        )


@cache
def _one_account() -> Mapping[str, Any]:
    home = FakeHome(Settings())
    home.remember(Meross(home).create_account("me@example.com", "secret", user_id=USER, key=KEY)[1])
    return home.facts()
