"""Accounts that a family keeps for its own apps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from homeward.families.base import Effects, Remember
from homeward.model import Secret
from homeward.web.context import Context
from homeward.web.messages import AccountChange, AccountView, FamilyView, NewAccount
from homeward.web.problems import AccountNotFound, FamilyNotFound


class Account(Protocol):
    """An account as the family has it; what else it holds is not shown."""

    @property
    def user_id(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def disabled(self) -> bool: ...
    @property
    def moved(self) -> str: ...
    @property
    def factor(self) -> Secret: ...


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

    def change_account(
        self,
        user_id: str,
        *,
        password: str | None = None,
        disabled: bool | None = None,
        moved: str | None = None,
        factor: str | None = None,
    ) -> tuple[Account, Effects]:
        """An account changed in what is not None, and the effects that make it last.

        Raises:
            LookupError: there is none with that id.
            InvalidValue: something given will not do.
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
    await _store(house, family, effects)
    return _view(account)


async def change_account(house: Context, family: str, account: str, body: AccountChange) -> AccountView:
    """Change an account of a family's app."""
    factor, password = (secret.reveal() if secret is not None else None for secret in (body.factor, body.password))
    keeper = _keeper(house, family)
    try:
        changed, effects = keeper.change_account(
            account, password=password, disabled=body.disabled, moved=body.moved, factor=factor
        )
    except LookupError:
        hint = f"/api/v1/families/{family}/accounts lists them."
        raise AccountNotFound(f"{family} has no account {account!r}", hint=hint) from None
    await _store(house, family, effects)
    return _view(changed)


async def _store(house: Context, family: str, effects: Effects) -> None:
    for effect in effects:
        if isinstance(effect, Remember):
            await house.hub.stored(house.hub.remember(family, effect.key, effect.value))


def _keeper(house: Context, family: str) -> KeepsAccounts:
    keeper = house.hub.families.get(family)
    if isinstance(keeper, KeepsAccounts):
        return keeper
    raise FamilyNotFound(f"no family {family!r} keeps accounts here", hint="/api/v1/families lists those that do.")


def _view(account: Account) -> AccountView:
    return AccountView(account.user_id, account.email, account.disabled, account.moved, bool(account.factor))
