"""Devices out of their box, in processes of their own, set up by our client and then living on a house."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.families.meross.vectors import KEY, USER
from tests.peers.house import HOMEWARD, House
from tests.peers.processes import Program, free_ports, run, until

EMAIL, PASSWORD, WIFI = "me@example.com", "Correct horse 1", "battery staple"


def fresh(model: str, *options: str) -> tuple[str, Program]:
    """An emulated device that waits to be set up, and its address."""
    (port,) = free_ports(1)
    address = f"127.0.0.1:{port}"
    wifi = f"--set=wifi=Zuhause 5:{WIFI}"
    return address, Program(HOMEWARD, "emulate", "meross", model, "--lan", address, wifi, *options)


def provision(house: House, address: str, *options: str) -> dict[str, Any]:
    given = ("--at", address, "--ssid", "Zuhause 5", "--to", f"127.0.0.1:{house.door}", "--account", EMAIL, *options)
    told: dict[str, Any] = house.cli("provision", "meross", *given, "--secrets-stdin", stdin=f"{WIFI}\n{PASSWORD}\n")
    return told


@pytest.mark.parametrize("model", ["mss310", "mss110"])
def test_a_device_is_set_up_and_then_lives_here(tmp_path: Path, model: str) -> None:
    with House(tmp_path) as house:
        house.account(EMAIL, PASSWORD, KEY, USER)
        address, device = fresh(model)
        with device:
            told = provision(house, address, "--dry-run")
            assert (told["device"]["model"], told["homeward"]) == (model, None)
            told = provision(house, address)
            assert told["homeward"]["description"]["model"] == model
            known = told["homeward"]["id"]
            until(lambda: house.cli("device", known)["entities"], "the device to say what it is")
            shown = house.cli("set", known, "switch", "on")
            assert shown["result"] is not None


def test_a_device_that_is_refused_says_why(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.account(EMAIL, PASSWORD, KEY, USER)
        address, device = fresh("mss310")
        to = ("--to", f"127.0.0.1:{house.door}", "--user-id", USER, "--secrets-stdin", "--data", tmp_path)
        given = ("meross", "--at", address, "--ssid", "Zuhause 5", *to)
        with device, pytest.raises(AssertionError, match=r"was not let in: .* wrong key for account 46884"):
            run(HOMEWARD, "provision", *given, stdin=f"{WIFI}\nanother key\n")


def answers(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def test_a_device_is_moved_here_and_back(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        house.account(EMAIL, PASSWORD, KEY, USER)
        nobody, lan = free_ports(2)
        before, address = f"127.0.0.1:{nobody}", f"127.0.0.1:{lan}"
        options = ("--cloud", before, "--lan", address, "--set=key=old", "--set=userid=7")
        with Program(HOMEWARD, "emulate", "meross", "mss110", *options):
            until(lambda: answers(lan), "the device to be there")
            to = ("--to", f"127.0.0.1:{house.door}", "--account", EMAIL, "--secrets-stdin")
            secrets = f"old\n{PASSWORD}\n"
            tried = house.cli("move", "meross", address, *to, "--dry-run", stdin=secrets)
            assert tried["before"] == {"host": "127.0.0.1", "port": nobody, "user_id": "7"}
            assert tried["after"] == {"host": "127.0.0.1", "port": house.door, "user_id": USER}
            moved = house.cli("move", "meross", address, *to, stdin=secrets)
            assert [one["availability"]["online"] for one in house.cli("devices")] == [True]
            assert (tmp_path / "moved.json").stat().st_mode & 0o777 == 0o600
            back = house.cli("move", "meross", address, "--back")
            assert (back["uuid"], back["before"], back["after"]) == (moved["uuid"], moved["after"], moved["before"])
