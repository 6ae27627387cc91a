from __future__ import annotations

import msgspec
import pytest

from homeward.errors import InvalidValue
from homeward.families.meross.accounts import Account, Accounts, Attempts, plain
from homeward.model import Secret
from homeward.testing.home import FakeHome

MD5 = plain("secret")


class Book:
    """Accounts whose effects are stored."""

    def __init__(self) -> None:
        self.home = FakeHome()
        self.accounts = Accounts({}, self.home.random)

    def create(self, email: str = "me@example.com", user_id: str | None = "46884", key: str | None = None) -> Account:
        account, effects = self.accounts.create(email, MD5, user_id=user_id, key=key)
        self.home.remember(effects)
        return account

    def issue(self, account: Account, now: float, most: int = 50) -> str | None:
        token, effects = self.accounts.issue(account, now, most=most, days=1)
        self.home.remember(effects)
        return token

    def again(self) -> Accounts:
        """As they are after a restart."""
        return Accounts(msgspec.json.decode(msgspec.json.encode(self.home.facts())), self.home.random)


def test_an_account_outlives_a_restart() -> None:
    book = Book()
    made = book.create()
    after = book.again()
    assert after.get("46884") == after.find("ME@example.com ") == made
    assert after.all() == [made]
    assert after.check(made, MD5)
    assert not after.check(made, plain("Secret"))


def test_no_password_and_no_token_is_stored_or_shown() -> None:
    book = Book()
    account = book.create(key="0123")
    token = book.issue(account, 0.0)
    stored = repr(book.home.facts())
    assert token
    assert MD5 not in stored
    assert token not in stored
    assert "0123" not in repr(account)
    assert "scrypt" not in repr(account)


def test_ids_and_keys_are_drawn_when_they_are_not_given() -> None:
    book = Book()
    one, two = book.create(user_id=None), book.create("you@example.com", user_id=None)
    assert one.user_id.isdecimal()
    assert one.user_id != two.user_id
    assert len(one.key.reveal()) == 32
    assert one.key != two.key


def test_a_key_may_be_empty() -> None:
    assert Book().create(key="").key == Secret("")


@pytest.mark.parametrize("user_id", ["", "a-b", "a/b", "+", "ä", "1" * 65])
def test_a_user_id_that_would_not_fit_into_a_topic_is_refused(user_id: str) -> None:
    with pytest.raises(InvalidValue, match="user id"):
        Book().create(user_id=user_id)


@pytest.mark.parametrize("email", ["", "me", "@", "a b@example.com", "me@" + "x" * 300])
def test_what_is_no_email_address_is_refused(email: str) -> None:
    with pytest.raises(InvalidValue, match="email address"):
        Book().create(email)


@pytest.mark.parametrize(("email", "user_id"), [("Me@Example.com", "2"), ("you@example.com", "46884")])
def test_neither_an_address_nor_an_id_is_given_twice(email: str, user_id: str) -> None:
    book = Book()
    book.create()
    with pytest.raises(InvalidValue, match="already"):
        book.create(email, user_id)
    assert len(book.accounts.all()) == 1


def test_an_empty_password_is_refused() -> None:
    with pytest.raises(InvalidValue, match="password"):
        plain("")


def test_a_token_says_whose_it_is_until_it_is_revoked() -> None:
    book = Book()
    account = book.create()
    token, other = book.issue(account, 5.0), book.issue(account, 6.0)
    assert token
    assert other
    assert book.again().holder(token) == (account, 5.0)
    book.home.remember(book.accounts.revoke(token))
    assert book.accounts.holder(token) is book.again().holder(token) is None
    assert book.again().holder(other) == (account, 6.0)
    assert book.accounts.revoke(token) == ()


def test_all_tokens_of_an_account_can_be_revoked() -> None:
    book = Book()
    mine, yours = book.create(), book.create("you@example.com", "2")
    tokens = [book.issue(mine, 0.0), book.issue(mine, 0.0)]
    kept = book.issue(yours, 0.0)
    book.home.remember(book.accounts.revoke_all(mine))
    assert kept
    assert book.again().holder(kept) == (yours, 0.0)
    assert [book.again().holder(token or "") for token in tokens] == [None, None]


def test_an_account_has_so_many_tokens_and_old_ones_make_room() -> None:
    book = Book()
    account = book.create()
    assert book.issue(account, 0.0, most=2)
    assert book.issue(account, 80_000.0, most=2)
    assert book.issue(account, 86_399.0, most=2) is None
    assert book.issue(account, 86_400.0, most=2)
    assert len([name for name in book.home.facts() if name.startswith("token/")]) == 2


def test_an_address_that_fails_too_often_waits() -> None:
    attempts = Attempts(3)
    for at in (0.0, 100.0, 200.0):
        assert not attempts.exhausted("a", at)
        attempts.failed("a", at)
    assert attempts.exhausted("a", 599.0)
    assert not attempts.exhausted("b", 599.0)
    assert not attempts.exhausted("a", 600.0)


def test_of_too_many_addresses_the_one_longest_at_rest_is_forgotten() -> None:
    attempts = Attempts(1, addresses=2)
    for at, address in enumerate("abc"):
        attempts.failed(address, float(at))
    assert [attempts.exhausted(address, 3.0) for address in "abc"] == [False, True, True]
