"""Commands against a house that runs: what they put out, where, and how they end."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from homeward.errors import DeviceRefused
from homeward.families.base import Answer, Call
from homeward.web.tokens import Role
from tests.cli.conftest import Shell
from tests.cli.running import RunningHouse


def test_devices_are_listed_with_as_much_of_their_ids_as_is_needed(house: RunningHouse, shell: Shell) -> None:
    house.lamp("aa0001ff")
    house.lamp("aa0001ee", adopted=False, online=False)
    result = shell("devices")
    assert result.exit_code == 0
    heading, first, second = result.stdout.splitlines()
    assert heading.split() == ["ID", "NAME", "MODEL", "STATE"]
    assert first.split()[0] == "lamp-aa0001f"
    assert "online, heard" in first
    assert second.split()[0] == "lamp-aa0001e"
    assert "pending, offline: " in second
    assert shell("device", "lamp-aa0001e").exit_code == 0


def test_only_pending_devices_can_be_listed(house: RunningHouse, shell: Shell) -> None:
    house.lamp("aa0001")
    assert shell("devices", "--pending").stdout == ""
    house.lamp("bb0002", adopted=False)
    assert [device["id"] for device in json.loads(shell("devices", "--pending", "--json").stdout)] == ["lamp-bb0002"]


def test_an_empty_house_says_so_beside_the_data(house: RunningHouse, shell: Shell) -> None:
    result = shell("devices")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "No device" in result.stderr


def test_a_device_is_shown_with_its_entities(house: RunningHouse, shell: Shell) -> None:
    house.lamp()
    house.report(dim=40, on=True)
    lines = shell("device", "lamp-aa0001").stdout.splitlines()
    assert ["id", "lamp-aa0001"] in [line.split() for line in lines]
    (dim,) = [line for line in lines if line.startswith("dim")]
    assert "40 %" in dim
    assert "0…100" in dim
    (heat,) = [line for line in lines if line.startswith("heat")]
    assert "not told yet" in heat


def test_a_device_is_adopted_under_a_name_and_forgotten(house: RunningHouse, shell: Shell) -> None:
    house.lamp(adopted=False)
    assert shell("adopt", "lamp-aa0001", "--name", "Hall lamp").exit_code == 0
    assert json.loads(shell("device", "Hall lamp", "--json").stdout)["adopted"]
    assert shell("remove", "Hall lamp").exit_code == 0
    assert shell("device", "Hall lamp").exit_code == 3


@pytest.mark.parametrize(
    ("entity", "text", "value"),
    [("on", "on", True), ("on", "False", False), ("dim", "40", 40), ("dim", "12.5", 12.5), ("mood", "off", "off")],
)
def test_a_value_is_taken_as_the_entity_has_it(
    house: RunningHouse, shell: Shell, entity: str, text: str, value: Any
) -> None:
    wire = house.lamp()
    result = shell("set", "lamp-aa0001", entity, text)
    assert result.exit_code == 0
    assert wire.calls == [Call("set", {entity: value})]
    assert result.stdout == ""


def test_a_negative_number_is_a_value_and_no_option(house: RunningHouse, shell: Shell) -> None:
    house.lamp()
    result = shell("set", "lamp-aa0001", "dim", "-5")
    assert result.exit_code == 2
    assert "takes a number at least 0 and at most 100 %" in result.stderr


def test_a_native_request_and_its_answer_are_json(house: RunningHouse, shell: Shell) -> None:
    wire = house.lamp()
    result = shell("call", "lamp-aa0001", "get", '{"deep": [1]}')
    assert json.loads(result.stdout) == {"ok": True}
    assert wire.calls == [Call("get", {"deep": [1]})]
    assert shell("call", "lamp-aa0001", "get", "{").exit_code == 2


def test_events_are_listed(house: RunningHouse, shell: Shell) -> None:
    house.lamp()
    house.report(dim=40, on=False)
    heading, latest, *_ = shell("events", "lamp-aa0001").stdout.splitlines()
    assert heading.split() == ["SEQ", "AT", "DEVICE", "EVENT", "WHAT"]
    assert latest.split()[3:] == ["lamp-aa0001", "state", "dim=40", "on=off"]
    page = json.loads(shell("events", "--kind", "state", "--json").stdout)
    assert [event["data"] for event in page["events"]] == [{"dim": 40, "on": False}]


def test_handshakes_are_listed(house: RunningHouse, shell: Shell) -> None:
    assert shell("handshakes").stdout == ""
    house.house.handshake()
    assert "192.0.2.9:4000" in shell("handshakes").stdout
    assert json.loads(shell("handshakes", "--json").stdout)[0]["verdict"] == "ok"


def test_a_token_is_put_out_alone_listed_and_revoked(house: RunningHouse, shell: Shell) -> None:
    created = shell("token", "create", "panel", "--role", "operator")
    token = created.stdout.strip()
    assert token.startswith("hw_")
    assert shell("devices", "--server", house.url, "--token", token).exit_code == 0
    (listed,) = [entry for entry in json.loads(shell("token", "list", "--json").stdout) if not entry["local"]]
    assert listed["name"] == "panel"
    assert "panel" in shell("token", "list").stdout
    assert token not in shell("token", "list", "--json").stdout
    assert shell("token", "revoke", listed["id"]).exit_code == 0
    assert shell("devices", "--token", token).exit_code == 5


def test_an_account_is_made_with_a_password_from_standard_input(house: RunningHouse, shell: Shell) -> None:
    assert shell("account", "create", "lamp", "a@home.test", "--password-stdin", stdin="pass word\n").exit_code == 0
    (account,) = house.house.hub.families["lamp"].accounts.kept  # type: ignore[attr-defined]
    assert account.password.reveal() == "pass word"
    assert json.loads(shell("account", "list", "lamp", "--json").stdout) == [
        {"id": "7", "email": "a@home.test", "disabled": False, "moved": "", "second_factor": False}
    ]
    assert "a@home.test" in shell("account", "list", "lamp").stdout


def test_an_account_is_changed_by_its_address_and_a_second_factor_is_shown_once(
    house: RunningHouse, shell: Shell
) -> None:
    shell("account", "create", "lamp", "a@home.test", "--password-stdin", stdin="pass word\n")
    result = shell("account", "change", "lamp", "A@home.test", "--disable", "--second-factor")
    (account,) = house.house.hub.families["lamp"].accounts.kept  # type: ignore[attr-defined]
    secret = account.factor.reveal()
    assert len(secret) == 32
    assert result.stdout == f"otpauth://totp/lamp:a@home.test?secret={secret}&issuer=Homeward\n"
    listed = shell("account", "list", "lamp").stdout
    assert "disabled, second factor" in listed
    assert secret not in listed
    assert shell("account", "change", "lamp", "b@home.test", "--enable").exit_code == 3


def test_a_password_is_asked_for_and_not_shown(house: RunningHouse, shell: Shell) -> None:
    result = shell("account", "create", "lamp", "a@home.test", stdin="secret\n")
    assert result.exit_code == 0
    assert "secret" not in result.output


def test_the_devices_key_is_never_an_argument_either(house: RunningHouse, shell: Shell) -> None:
    result = shell("account", "create", "lamp", "a@home.test", "--key-stdin", "--user-id", "42", stdin="pw\nk3y\n")
    assert result.exit_code == 0
    (account,) = house.house.hub.families["lamp"].accounts.kept  # type: ignore[attr-defined]
    assert (account.user_id, account.password.reveal(), account.key.reveal()) == ("42", "pw", "k3y")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["device", "nobody"], 3),
        (["adopt", "nobody"], 3),
        (["set", "lamp-aa0001", "nothing", "1"], 3),
        (["token", "revoke", "nothing"], 3),
        (["account", "list", "plain"], 3),
        (["events", "nobody"], 3),
        (["set", "lamp-aa0001", "dim", "101"], 2),
        (["set", "lamp-aa0001"], 2),
        (["call", "lamp-bb0002", "get"], 4),
        (["call", "lamp-cc0003", "get"], 1),
        (["call", "lamp-dd0004", "get"], 1),
    ],
)
def test_a_failure_has_the_exit_code_of_its_kind(
    house: RunningHouse, shell: Shell, arguments: list[str], code: int
) -> None:
    house.lamp("aa0001")
    house.lamp("bb0002", online=False)
    house.lamp("cc0003", adopted=False)
    house.lamp("dd0004").answer = Answer(0, error=DeviceRefused("no", detail="its own words"))
    result = shell(*arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr


def test_a_device_that_refuses_is_quoted(house: RunningHouse, shell: Shell) -> None:
    house.lamp().answer = Answer(0, error=DeviceRefused("no", detail="its own words"))
    assert "its own words" in shell("call", "lamp-aa0001", "get").stderr


@pytest.mark.parametrize(("role", "code"), [(Role.VIEWER, 5), (Role.ADMIN, 0)])
def test_what_the_token_may_not_is_not_done(house: RunningHouse, shell: Shell, role: Role, code: int) -> None:
    wire = house.lamp()
    assert shell("set", "lamp-aa0001", "on", "on", "--token", house.house.token(role)).exit_code == code
    assert len(wire.calls) == (code == 0)


def test_the_token_left_on_this_machine_goes_to_that_server_only(house: RunningHouse, shell: Shell) -> None:
    assert shell("devices", "--server", house.url + "/").exit_code == 0
    other = house.url.replace("127.0.0.1", "localhost")
    result = shell("devices", "--server", other)
    assert result.exit_code == 5
    assert "no token" in result.stderr


def test_server_and_token_may_come_from_the_environment(
    house: RunningHouse, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEWARD_SERVER", house.url.replace("127.0.0.1", "localhost"))
    monkeypatch.setenv("HOMEWARD_TOKEN", house.house.token(Role.VIEWER))
    assert shell("devices").exit_code == 0


def test_a_server_that_is_not_there_is_named_with_where_that_address_is_from(shell: Shell, data: Path) -> None:
    (data / "cli.json").write_text(json.dumps({"url": f"http://127.0.0.1:{_unused()}", "token": "hw_x"}))
    result = shell("devices")
    assert (result.exit_code, result.stdout) == (4, "")
    assert f"from {data / 'cli.json'}" in result.stderr
    assert "homeward serve" in result.stderr


def test_a_server_that_is_no_homeward_is_told_apart(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        import threading

        def answer() -> None:
            connection, _ = listener.accept()
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        result = shell("devices", "--server", f"http://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()
    assert result.exit_code == 1
    assert "not as Homeward does" in result.stderr


@pytest.mark.parametrize("url", ["home.test:8080", "ftp://home.test", ""])
def test_an_address_that_is_none_is_a_wrong_usage(shell: Shell, url: str) -> None:
    result = shell("devices", "--server", url or "nonsense")
    assert result.exit_code == 2
    assert "http://host:8080" in result.stderr


def _unused() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
