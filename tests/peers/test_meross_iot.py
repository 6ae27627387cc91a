"""meross_iot, unmodified, takes Homeward for Meross, and the emulated plug for a plug."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.peers.house import House
from tests.peers.processes import Peer, PeerError, Program, until

EMAIL, PASSWORD = "me@example.com", "Correct horse 1"
KEY, USER_ID = "23f4ad5b6e1f4c1f8a0c9d2e7b3a6051", "4711"

MIXINS = {1: "ToggleMixin", 2: "ToggleXMixin", 6: "ToggleXMixin"}
"""How meross_iot takes a plug to be switched, by the generation of its firmware."""


@pytest.fixture(scope="module")
def account(house: House) -> str:
    """The house knows an account, whose key and number we chose."""
    assert house.account(EMAIL, PASSWORD, KEY, USER_ID)["id"] == USER_ID
    return EMAIL


@pytest.fixture(params=MIXINS)
def generation(request: pytest.FixtureRequest) -> int:
    """Of the plug's firmware."""
    number: int = request.param
    return number


@pytest.fixture
def plug(house: House, account: str, generation: int) -> Iterator[tuple[str, Program]]:
    """A plug of that account at the house, and its uuid."""
    uuid, plug = house.plug(generation, key=KEY, userid=USER_ID, generation=generation)
    with plug:
        yield uuid, plug


@pytest.fixture
def app(house: House, account: str, peer: Callable[[str], Peer]) -> Peer:
    """meross_iot, signed in with the account's password."""
    app = peer("meross_iot")
    app.ask("sign_in", url=house.url, email=EMAIL, password=PASSWORD)
    return app


def connect(app: Peer, house: House, **options: Any) -> None:
    app.ask("connect", host="127.0.0.1", port=house.door, ca=str(house.ca), **options)


def discover(app: Peer, uuid: str) -> dict[str, Any]:
    """The plug as the app finds it, once it is online and has said what it is."""
    found: dict[str, Any] = {}

    def come() -> bool:
        devices = app.ask("discover")
        found.update(next((device for device in devices if device["uuid"] == uuid), {}))
        return (found.get("online"), found.get("type")) == ("ONLINE", "mss310")

    until(come, f"{uuid} to be online")
    return found


def test_a_plug_is_found_switched_heard_and_measured(
    house: House, app: Peer, plug: tuple[str, Program], generation: int
) -> None:
    uuid, hand = plug
    connect(app, house)
    found = discover(app, uuid)
    assert MIXINS[generation] in found["class"]

    for on in (False, True):
        app.ask("turn", uuid=uuid, on=on)
        assert app.ask("update", uuid=uuid) is on

    for on in (False, True):
        hand.tell(f"onoff={int(on)}")
        until(lambda: app.ask("is_on", uuid=uuid) is on, "the push to be heard")  # noqa: B023 (called at once)

    hand.tell("load=1234.5")
    until(lambda: app.ask("electricity", uuid=uuid)["power"] == pytest.approx(1234.5, rel=0.05), "the meter to follow")
    sample = app.ask("electricity", uuid=uuid)
    assert sample["power"] == pytest.approx(sample["voltage"] * sample["current"], rel=0.05)


@pytest.mark.parametrize("generation", [6])
def test_the_certificate_names_the_house_and_passes_the_strictest_check(
    house: House, app: Peer, plug: tuple[str, Program]
) -> None:
    connect(app, house, strict=True)
    assert discover(app, plug[0])


def test_a_wrong_password_is_a_bad_login(house: House, account: str, peer: Callable[[str], Peer]) -> None:
    with pytest.raises(PeerError, match="Invalid username/Password combination") as refused:
        peer("meross_iot").ask("sign_in", url=house.url, email=EMAIL, password="wrong")
    assert refused.value.name == "BadLoginException"


@pytest.mark.parametrize("generation", [6])
def test_a_wrong_key_is_refused_at_the_mqtt_door(house: House, app: Peer, plug: tuple[str, Program]) -> None:
    connect(app, house)
    discover(app, plug[0])
    connect(app, house, key="0" * 32)
    with pytest.raises(PeerError, match="TimeoutError"):
        app.ask("discover", patience=3)
    # paho's MQTT_ERR_CONN_REFUSED, which is all that meross_iot tells of a CONNACK that is not 0.
    app.wait_for("log", message="Disconnection detected. Reason: 5")


def test_a_token_is_worth_nothing_once_signed_out(house: House, app: Peer) -> None:
    connect(app, house)
    app.ask("sign_out")
    with pytest.raises(PeerError) as refused:
        app.ask("list_with_former_token")
    assert refused.value.name == "TokenExpiredException"


def test_a_device_with_another_key_is_not_let_in_and_the_house_says_why(house: House, app: Peer) -> None:
    uuid, stranger = house.plug(7, key="0" * 32, userid=USER_ID)

    def refused() -> bool:
        calls = [call for call in house.cli("handshakes") if uuid in call["client"]]
        return any("key" in call["verdict"] for call in calls)

    with stranger:
        until(refused, "the stranger to be refused")
    connect(app, house)
    assert uuid not in [device["uuid"] for device in app.ask("discover")]
