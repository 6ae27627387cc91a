from __future__ import annotations

import json
from pathlib import Path

import pytest

from homeward.families.base import Peer
from homeward.mqtt.broker import Refusal
from homeward.mqtt.packets import Connect
from tests.cli.conftest import Shell
from tests.cli.running import RunningHouse

ADD, LIST = ("mqtt", "users", "add"), ("mqtt", "users", "list")
HASHES = """# made with mosquitto_passwd
bob:$7$101$3vafQvuk7ru1ePNC$A/+D1L+7g7hqAM3d5OAwgbcHsNBY/rcULcPqof6/5iCdayiRtzazVdY1Y+fFYX9pGB120XPMa7EPbfItY1Moqg==

carol:$6$Y8+DVcRM355QW/uk$qXV/qyrrrXg0Has7f+8tNkU4A5yYWw6RnlxX1276+LgmHRoX7JTcougAH9seJ/SIswReqqotJdylVUI2NP1gBw==
"""


def signs_in(house: RunningHouse, name: str, password: str) -> bool:
    async def ask() -> bool:
        request = Connect("c1", username=name, password=password.encode())
        peer = Peer("192.0.2.1", 4000, "tcp:1883")
        return not isinstance(house.house.people.sign_in(request, peer, 0.0), Refusal)

    return house.run(ask())


def test_a_user_is_let_in_with_its_rules_listed_and_removed(house: RunningHouse, shell: Shell) -> None:
    rules = ("--publish", "home/%u/#", "--publish", "notes", "--subscribe", "home/#")
    added = shell(*ADD, "bob", *rules, "--password-stdin", stdin="pass word\n")
    assert (added.exit_code, added.stdout) == (0, "")
    assert "bob may publish to home/%u/# notes and subscribe to home/#." in added.stderr
    assert signs_in(house, "bob", "pass word")
    heading, row = shell(*LIST).stdout.splitlines()
    assert heading.split() == ["NAME", "PUBLISH", "SUBSCRIBE", "CONNECTED"]
    assert row.split() == ["bob", "home/%u/#", "notes", "home/#", "0"]
    assert shell("mqtt", "users", "remove", "bob").exit_code == 0
    assert json.loads(shell(*LIST, "--json").stdout) == []
    assert shell("mqtt", "users", "remove", "bob").exit_code == 3


def test_realms_are_shown(house: RunningHouse, shell: Shell) -> None:
    heading, *rows = shell("mqtt", "realms").stdout.splitlines()
    assert heading.split() == ["REALM", "CONNECTED", "SESSIONS", "RETAINED", "DROPPED"]
    assert ["people", "0", "0", "0", "nothing"] in [row.split() for row in rows]
    assert [realm["name"] for realm in json.loads(shell("mqtt", "realms", "--json").stdout)][-1] == "people"


def test_a_password_is_asked_for_and_not_shown(house: RunningHouse, shell: Shell) -> None:
    result = shell(*ADD, "bob", stdin="sesame\n")
    assert result.exit_code == 0
    assert "sesame" not in result.output
    assert signs_in(house, "bob", "sesame")


@pytest.mark.parametrize(("options", "stdin"), [(("--draw",), ""), ((), "\n")])
def test_a_password_that_was_drawn_is_put_out_alone_and_once(
    house: RunningHouse, shell: Shell, options: tuple[str, ...], stdin: str
) -> None:
    added = shell(*ADD, "bob", *options, stdin=stdin)
    password = added.stdout.strip()
    assert signs_in(house, "bob", password)
    again = shell(*ADD, "bob", "--subscribe", "a/#", *options, stdin=stdin)
    assert (again.exit_code, again.stdout) == (0, "")
    assert signs_in(house, "bob", password)
    assert password not in shell(*LIST, "--json").stdout


def test_an_empty_password_is_none(house: RunningHouse, shell: Shell) -> None:
    assert shell(*ADD, "bob", "--password-stdin", stdin="\n").exit_code == 2


def test_mosquittos_users_keep_their_passwords(house: RunningHouse, shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "passwd"
    file.write_text(HASHES)
    result = shell("mqtt", "users", "import", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    assert signs_in(house, "bob", "sesame")
    assert signs_in(house, "carol", "sesame")
    assert "$7$" not in result.stderr


@pytest.mark.parametrize(("line", "number"), [("dave:plain text", 5), ("nonsense", 5), ("a/b:$6$AAAA$AAAA", 5)])
def test_a_line_that_will_not_do_is_named_without_what_it_holds(
    house: RunningHouse, shell: Shell, tmp_path: Path, line: str, number: int
) -> None:
    file = tmp_path / "passwd"
    file.write_text(HASHES + line + "\n")
    result = shell("mqtt", "users", "import", str(file))
    assert result.exit_code == 2
    assert f"line {number}" in result.stderr
    assert "plain text" not in result.stderr
