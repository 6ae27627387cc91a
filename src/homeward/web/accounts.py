"""Accounts that a family keeps for its own apps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from homeward.families.base import Effects, Remember
from homeward.web.context import Context
from homeward.web.messages import AccountView, FamilyView, NewAccount
from homeward.web.problems import FamilyNotFound


class Account(Protocol):
    """An account as the family has it; what else it holds is not shown."""

    @property
    def user_id(self) -> str: ...
    @property
    def email(self) -> str: ...


class Book(Protocol):
    """The accounts that a family keeps."""

    def all(self) -> Sequence[Account]:
        """Every one."""


@runtime_checkable
class KeepsAccounts(Protocol):
    """What a family offers beside `Family` when its apps sign in with accounts."""

    @property
    def accounts(self) -> Book: ...

    def create_account(
        self, email: str, password: str, *, user_id: str | None = None, key: str | None = None
    ) -> tuple[Account, Effects]:
        """A new account, and the effects that make it last: facts to remember.

        Raises:
            InvalidValue: there is one for that address, or something given will not do.
        """


async def list_families(house: Context) -> list[FamilyView]:
    """The families that live here."""
    return [
        FamilyView(family.name, family.title, family.doors, isinstance(family, KeepsAccounts))
        for family in house.hub.families.values()
    ]


async def list_accounts(house: Context, family: str) -> list[AccountView]:
    """The accounts a family keeps for its apps."""
    return [_view(account) for account in _keeper(house, family).accounts.all()]


async def create_account(house: Context, family: str, body: NewAccount) -> AccountView:
    """Make an account for a family's app."""
    key = body.key.reveal() if body.key else None
    account, effects = _keeper(house, family).create_account(
        body.email, body.password.reveal(), user_id=body.user_id, key=key
    )
    for effect in effects:
        if isinstance(effect, Remember):
            await house.hub.stored(house.hub.remember(family, effect.key, effect.value))
    return _view(account)


def _keeper(house: Context, family: str) -> KeepsAccounts:
    keeper = house.hub.families.get(family)
    if isinstance(keeper, KeepsAccounts):
        return keeper
    raise FamilyNotFound(f"no family {family!r} keeps accounts here", hint="/api/v1/families lists those that do.")


def _view(account: Account) -> AccountView:
    return AccountView(account.user_id, account.email)
