"""A device that says what it is told to say, on a line to its session."""

from __future__ import annotations

from typing import Any

from homeward.families.base import Call, Effects, Publish, Seen
from homeward.families.meross import wire
from homeward.families.meross.cloud import RETURN_TOPIC, DeviceSession
from homeward.mqtt.packets import Connect
from homeward.testing.virtual_home import PEER
from tests.families.meross.house import House
from tests.families.meross.vectors import KEY, MAC, USER, UUID

PUBLISH, SUBSCRIBE, APPS = f"/appliance/{UUID}/publish", f"/appliance/{UUID}/subscribe", f"/app/{USER}/subscribe"
NOW = 1_700_000_000.25
SYSTEM = {
    "hardware": {
        "type": "mss310",
        "subType": "eu",
        "version": "6.0.0",
        "chipType": "rtl8710cf",
        "uuid": UUID,
        "macAddress": MAC,
    },
    "firmware": {"version": "6.1.8", "innerIp": "192.0.2.9", "port": "443", "userId": ""},
    "time": {"timestamp": 1, "timezone": "Europe/Rome", "timeRule": []},
}
ABILITIES = (
    "System.All",
    "System.Runtime",
    "System.DNDMode",
    "Control.ToggleX",
    "Control.Electricity",
    "Control.ConsumptionX",
)
OLD_ABILITIES = [f"Appliance.{name}" for name in ("System.All", "Control.Toggle")]
ABILITY = {"payloadVersion": 1, "ability": {f"Appliance.{name}": {} for name in ABILITIES}}
NOTES: dict[str, Any] = {
    "abilities": sorted(ABILITY["ability"]),  # type: ignore[call-overload]
    "options": {},
    "items": {"Appliance.Control.ToggleX": {"0": {}}},
}


class Device:
    """Says what it is told to say, and hears what the session publishes."""

    def __init__(self, *, adopted: bool = True, listening: bool = True, **notes: Any) -> None:
        """With `notes` the house has met it before."""
        self.house = House()
        request = Connect(f"fmware:{UUID}", username=MAC, password=wire.device_password(USER, MAC, KEY).encode())
        session = self.house.family.sign_in(request, PEER, NOW)
        assert isinstance(session, DeviceSession)
        self.session = session
        self.carry(session.opened(NOW))
        self.house.home.known[UUID].adopted = adopted
        self.house.home.known[UUID].native |= notes
        self.begun = self.carry(session.subscribed(SUBSCRIBE, NOW)) if listening else ()

    def carry(self, effects: Effects) -> Effects:
        for effect in effects:
            if isinstance(effect, Seen):
                self.house.home.see("meross", effect)
        return effects

    def says(
        self,
        method: str,
        namespace: str,
        payload: Any,
        *,
        topic: str = PUBLISH,
        key: str = KEY,
        now: float = NOW,
        message_id: str = "1",
    ) -> Effects:
        data = wire.encode(
            method,
            f"Appliance.{namespace}",
            payload,
            message_id=message_id,
            key=key,
            source=PUBLISH,
            timestamp=int(now),
        )
        return self.carry(self.session.published(topic, data, now))

    def answers(self, method: str, namespace: str, payload: Any, **more: Any) -> Effects:
        return self.says(method, namespace, payload, topic=RETURN_TOPIC, **more)

    def asked(self, method: str, params: Any = None, now: float = NOW) -> str:
        """Calls it with token 7; returns the message id."""
        (request,) = self.session.call(7, Call(method, params), now)
        assert isinstance(request, Publish)
        return wire.decode(request.payload).header.message_id


def said(effects: Effects, topic: str) -> list[tuple[str, str, Any]]:
    """Method, namespace without its `Appliance.`, and payload of what was published there; all of it well signed."""
    found = []
    for effect in effects:
        if isinstance(effect, Publish) and effect.topic == topic:
            message = wire.decode(effect.payload)
            assert wire.verify(message.header, KEY)
            found.append((message.header.method, message.header.namespace.removeprefix("Appliance."), message.body()))
    return found


def of(effects: Effects, kind: type) -> list[Any]:
    return [effect for effect in effects if isinstance(effect, kind)]
