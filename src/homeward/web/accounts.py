"""Accounts that a family keeps for its own apps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from homeward.families.base import Effects
from homeward.web.context import Context
from homeward.web.messages import AccountView, FamilyView, NewAccount
from homeward.web.problems import FamilyNotFound


class Account(Protocol):
    """An account as the family has it; what else it holds is not shown."""

    @property
    def id(self) -> str: ...
    @property
    def email(self) -> str: ...


@runtime_checkable
class Accounts(Protocol):
    """What a family offers beside `Family` when it keeps accounts."""

    def accounts(self) -> Sequence[Account]:
        """All of them."""

    def create_account(self, email: str, password: str, now: float) -> tuple[Account, Effects]:
        """A new account, and the effects that make it last.

        Raises:
            InvalidValue: there is one for that address, or the address or password will not do.
        """


async def list_families(house: Context) -> list[FamilyView]:
    """The families that live here."""
    return [
        FamilyView(family.name, family.title, family.doors, isinstance(family, Accounts))
        for family in house.hub.families.values()
    ]


async def list_accounts(house: Context, family: str) -> list[AccountView]:
    """The accounts a family keeps for its apps."""
    return [_view(account) for account in _accounts(house, family).accounts()]


async def create_account(house: Context, family: str, body: NewAccount) -> AccountView:
    """Make an account for a family's app."""
    keeper, now = _accounts(house, family), house.clock.now()
    account, effects = keeper.create_account(body.email, body.password.reveal(), now)
    for effect in effects:
        await house.stored(house.hub.apply(family, effect, now))
    return _view(account)


def _accounts(house: Context, family: str) -> Accounts:
    keeper = house.hub.families.get(family)
    if isinstance(keeper, Accounts):
        return keeper
    raise FamilyNotFound(
        f"no family {family!r} keeps accounts here", hint="`GET /api/v1/families` lists those that do."
    )


def _view(account: Account) -> AccountView:
    return AccountView(account.id, account.email)
