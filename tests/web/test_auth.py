from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path
from typing import Any

import pytest

from homeward.errors import StorageError
from homeward.net.failures import FAILURE_WINDOW
from homeward.testing.clock import VirtualClock
from homeward.testing.home import seeded
from homeward.web.auth import OWNER, Auth
from homeward.web.problems import BadSetupCode, NotAllowed, NotSignedIn, TooManyFailures
from homeward.web.tokens import Role
from tests.web.house import WebHouse

HERE = "192.0.2.1"


def again(house: WebHouse) -> WebHouse:
    """The same house after a restart."""
    return WebHouse(house.store)


def test_a_token_is_32_random_bytes_of_which_only_a_hash_is_kept() -> None:
    house = WebHouse()
    text = house.token()
    assert text.startswith("hw_")
    assert len(text) == 3 + 43
    (key,) = house.hub.facts(OWNER)
    assert key == "token:" + hashlib.sha256(text.encode()).hexdigest()
    assert text not in json.dumps(dict(house.hub.facts(OWNER)))


def test_a_token_outlives_a_restart() -> None:
    house = WebHouse()
    text = house.token(Role.OPERATOR)
    assert again(house).auth.sign_in(text, HERE).role is Role.OPERATOR


def test_a_token_that_the_store_refuses_does_not_exist() -> None:
    house = WebHouse()

    def refuse(key: str, value: Any) -> Any:
        raise StorageError("full")

    auth = Auth({}, refuse, house.clock, failures=3, randomness=seeded())
    with pytest.raises(StorageError):
        auth.issue("new", Role.ADMIN)
    assert not list(auth.tokens)


def test_a_revoked_token_opens_nothing_even_after_a_restart() -> None:
    house = WebHouse()
    token, secret, _ = house.auth.issue("gone", Role.ADMIN)
    house.auth.tokens.revoke(token.id)
    for now in (house, again(house)):
        with pytest.raises(NotSignedIn):
            now.auth.sign_in(secret.reveal(), HERE)


def test_a_token_expires_on_its_day() -> None:
    house = WebHouse()
    token, secret, _ = house.auth.issue("brief", Role.VIEWER, days=2)
    house.clock.advance(2 * 86_400 - 1)
    assert house.auth.sign_in(secret.reveal(), HERE) == token
    house.clock.advance(1)
    assert not house.auth.holds(token)
    with pytest.raises(NotSignedIn):
        house.auth.sign_in(secret.reveal(), HERE)


def test_a_role_covers_itself_and_those_below() -> None:
    assert Role.ADMIN.covers(Role.OPERATOR)
    assert Role.OPERATOR.covers(Role.OPERATOR)
    assert not Role.VIEWER.covers(Role.OPERATOR)
    house = WebHouse()
    with pytest.raises(NotAllowed):
        house.auth.sign_in(house.token(Role.VIEWER), HERE, Role.ADMIN)


def test_who_guesses_too_often_must_wait() -> None:
    house = WebHouse(sign_in_failures=3)
    for _ in range(3):
        with pytest.raises(NotSignedIn):
            house.auth.sign_in("hw_guess", HERE)
    with pytest.raises(TooManyFailures) as refused:
        house.auth.sign_in("hw_guess", HERE)
    assert refused.value.retry_after == FAILURE_WINDOW
    with pytest.raises(NotSignedIn):
        house.auth.sign_in("hw_guess", "192.0.2.2")


def test_a_good_token_is_not_locked_out_by_a_neighbours_guesses() -> None:
    house = WebHouse(sign_in_failures=1)
    good = house.token()
    with pytest.raises(NotSignedIn):
        house.auth.sign_in("hw_guess", HERE)
    with pytest.raises(TooManyFailures):
        house.auth.sign_in("hw_guess", HERE)
    assert house.auth.sign_in(good, HERE)


def test_failures_are_forgotten_after_ten_minutes() -> None:
    house = WebHouse(sign_in_failures=2)
    for _ in range(2):
        with pytest.raises(NotSignedIn):
            house.auth.sign_in("hw_guess", HERE)
        house.clock.advance(60)
    house.clock.advance(FAILURE_WINDOW - 120 - 1)
    with pytest.raises(TooManyFailures):
        house.auth.sign_in("hw_guess", HERE)
    house.clock.advance(1)
    with pytest.raises(NotSignedIn):
        house.auth.sign_in("hw_guess", HERE)


def test_a_request_without_a_token_is_no_guess() -> None:
    house = WebHouse(sign_in_failures=1)
    for _ in range(3):
        with pytest.raises(NotSignedIn):
            house.auth.sign_in(None, HERE)


def test_the_set_up_code_makes_an_owner_once() -> None:
    house = WebHouse()
    link = house.auth.setup_link("http://home.test:8080/")
    assert link.startswith("http://home.test:8080/setup#")
    code = link.partition("#")[2]
    token, secret, _ = house.auth.set_up(code, HERE)
    assert token.role is Role.ADMIN
    assert house.auth.sign_in(secret.reveal(), HERE, Role.ADMIN) == token
    assert house.auth.setup_link("http://home.test") == ""
    with pytest.raises(BadSetupCode):
        house.auth.set_up(code, HERE)


def test_guessing_the_set_up_code_counts_as_guessing() -> None:
    house = WebHouse(sign_in_failures=2)
    for _ in range(2):
        with pytest.raises(BadSetupCode):
            house.auth.set_up("guess", HERE)
    with pytest.raises(TooManyFailures):
        house.auth.set_up(house.auth.setup_link("").partition("#")[2], HERE)


def test_a_house_with_an_owner_needs_no_set_up() -> None:
    house = WebHouse()
    house.auth.issue("someone", Role.VIEWER)
    assert not again(house).auth.is_set_up
    house.auth.issue("owner", Role.ADMIN)
    assert again(house).auth.is_set_up


def test_the_shell_on_the_same_machine_signs_in_by_a_private_file(tmp_path: Path) -> None:
    house = WebHouse()
    house.auth.leave_local(tmp_path, "http://127.0.0.1:8080")
    file = tmp_path / "cli.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    left = json.loads(file.read_bytes())
    assert left["url"] == "http://127.0.0.1:8080"
    assert house.auth.sign_in(left["token"], HERE, Role.ADMIN).local
    assert not house.auth.is_set_up


def test_what_was_left_for_the_shell_ends_with_the_process(tmp_path: Path) -> None:
    house = WebHouse()
    (tmp_path / "cli.json").write_text("left by another")
    (tmp_path / "cli.json").chmod(0o644)
    house.auth.leave_local(tmp_path, "http://127.0.0.1:8080")
    assert stat.S_IMODE((tmp_path / "cli.json").stat().st_mode) == 0o600
    text = json.loads((tmp_path / "cli.json").read_bytes())["token"]
    with pytest.raises(NotSignedIn):
        again(house).auth.sign_in(text, HERE)


def test_only_so_many_addresses_are_remembered() -> None:
    auth = Auth({}, lambda key, value: None, VirtualClock(), failures=1, randomness=seeded())  # type: ignore[arg-type, return-value]
    for number in range(10_001):
        with pytest.raises(NotSignedIn):
            auth.sign_in("hw_guess", f"192.0.2.{number}")
    with pytest.raises(NotSignedIn):
        auth.sign_in("hw_guess", "192.0.2.0")
    with pytest.raises(TooManyFailures):
        auth.sign_in("hw_guess", "192.0.2.10000")
