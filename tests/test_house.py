import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from homeward.errors import SettingsError
from homeward.families.base import Family
from homeward.families.meross import Meross
from homeward.house import House, own_address
from homeward.net.door import DoorClosed
from homeward.settings import Settings


def build(data: Path, *doors: str, web: str = "127.0.0.1:0", **families: type[Family]) -> House:
    settings = Settings(advertise="127.0.0.1", doors=doors or ("127.0.0.1:0",), web=web)
    return House(settings, data, families or {"meross": Meross})


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def get(house: House, path: str) -> httpx2.Response:
    async with httpx2.AsyncClient(base_url=house.web_url) as client:
        return await client.get(path)


async def test_a_house_stands_is_ready_and_leaves_nothing_running(tmp_path: Path) -> None:
    house = build(tmp_path, "127.0.0.1:0", "udp:127.0.0.1:0")
    await house.start()
    assert [door.split(":")[0] for door in house.doors] == ["tcp", "udp"]
    assert (await get(house, "/readyz")).status_code == 200
    assert house.setup_link.startswith(f"{house.web_url}/setup#")
    await house.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_only_the_owner_may_read_is_readable_by_the_owner_alone(tmp_path: Path) -> None:
    house = build(tmp_path / "data")
    await house.start()
    await house.stop()
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    assert {name: modes[name] for name in ("ca.key", "device.key", "cli.json")} == dict.fromkeys(
        ("ca.key", "device.key", "cli.json"), 0o600
    )
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


async def test_a_house_keeps_its_authority_and_its_accounts_over_a_restart(tmp_path: Path) -> None:
    first = build(tmp_path)
    await first.start()
    family = first.hub.families["meross"]
    assert isinstance(family, Meross)
    _, effects = family.create_account("me@example.com", "secret")
    for effect in effects:
        first.hub.remember("meross", effect.key, effect.value)  # type: ignore[union-attr]
    await first.stop()
    authority = (tmp_path / "ca.pem").read_bytes()
    second = build(tmp_path)
    await second.start()
    again = second.hub.families["meross"]
    assert isinstance(again, Meross)
    assert again.accounts.find("me@example.com")
    assert (tmp_path / "ca.pem").read_bytes() == authority
    await second.stop()


async def test_a_door_that_cannot_be_opened_is_named_and_hinders_no_other(tmp_path: Path, taken: int) -> None:
    house = build(tmp_path, f"127.0.0.1:{taken}", "127.0.0.1:0")
    await house.start()
    assert len(house.doors) == 1
    answer = await get(house, "/readyz")
    assert answer.status_code == 503
    assert f"door tcp:127.0.0.1:{taken} cannot be opened: Address already in use" in answer.json()["detail"]
    await house.stop()


async def test_without_any_door_it_does_not_start_and_lets_go_of_everything(tmp_path: Path, taken: int) -> None:
    with pytest.raises(DoorClosed, match=f"127.0.0.1:{taken} cannot be opened"):
        await build(tmp_path, f"127.0.0.1:{taken}").start()
    house = build(tmp_path)
    await house.start()
    await house.stop()
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.parametrize("others", [(), ("udp:127.0.0.1:0",)])
async def test_without_a_tcp_door_it_does_not_start_and_says_why(
    tmp_path: Path, taken: int, others: tuple[str, ...]
) -> None:
    with pytest.raises(DoorClosed, match="Address already in use"):
        await build(tmp_path, f"127.0.0.1:{taken}", *others).start()
    with pytest.raises(SettingsError, match="no TCP door"):
        await build(tmp_path, "udp:127.0.0.1:0").start()


@pytest.mark.parametrize("web", ["8080", "127.0.0.1:x", "127.0.0.1:70000"])
async def test_what_is_no_address_of_the_web_is_named(tmp_path: Path, web: str) -> None:
    with pytest.raises(SettingsError, match=f"web: '{web}' is no address"):
        await build(tmp_path, web=web).start()


async def test_a_web_port_that_is_taken_is_named_and_the_doors_are_shut_again(tmp_path: Path, taken: int) -> None:
    house = build(tmp_path, web=f"127.0.0.1:{taken}")
    with pytest.raises(SettingsError, match=f"127.0.0.1:{taken}"):
        await house.start()
    assert house.doorman.connections() == 0
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", house.doorman.doors[0].spec.port)


async def test_the_shell_of_this_machine_is_let_in_by_what_the_house_leaves_it(tmp_path: Path) -> None:
    house = build(tmp_path)
    await house.start()
    local = json.loads((tmp_path / "cli.json").read_text())
    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {local['token']}"}) as client:
        assert (await client.get(f"{local['url']}/api/v1/devices")).status_code == 200
    await house.stop()


def test_the_own_address_is_one_that_can_be_bound() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((own_address(), 0))
