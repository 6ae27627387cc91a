"""The cloud's half of the conversation with an app: it may talk to its user's own devices, and hear them."""

from __future__ import annotations

from homeward.errors import InvalidValue
from homeward.families.base import NOTHING, Call, Effects, Home
from homeward.families.meross import wire
from homeward.model import Device


def owns(user_id: str, device: Device | None) -> bool:
    """Whether the device is adopted and signed in as that user's."""
    return device is not None and device.adopted and device.native.get("userId") == user_id


class AppSession:
    """An app that has signed in. What it says goes straight to the device, which verifies it."""

    native_id: str | None = None

    def __init__(self, home: Home, user_id: str, app_id: str) -> None:
        self.identity = f"{user_id}-{app_id}"
        self._home = home
        self._user_id = user_id
        self._filters = (wire.push_topic(user_id), wire.reply_topic(user_id, app_id))

    def may_publish(self, topic: str) -> bool:
        """To its user's own devices."""
        device = wire.REQUEST_TOPIC.fullmatch(topic)
        return device is not None and owns(self._user_id, self._home.device(device[1]))

    def may_subscribe(self, topic_filter: str) -> bool:
        """To what its user's devices tell, and to the answers to itself."""
        return topic_filter in self._filters

    def opened(self, now: float) -> Effects:
        """Nobody needs to know."""
        return NOTHING

    def subscribed(self, topic_filter: str, now: float) -> Effects:
        """Nothing was kept for it."""
        return NOTHING

    def published(self, topic: str, payload: bytes, now: float) -> Effects:
        """The broker has seen to it."""
        return NOTHING

    def wake(self, now: float) -> Effects:
        """It asked for no such thing."""
        return NOTHING

    def lost(self, reason: str, now: float) -> Effects:
        """Nobody misses it."""
        return NOTHING

    def adopted(self, now: float) -> Effects:
        """An app is not adopted."""
        return NOTHING

    def call(self, token: int, call: Call, now: float) -> Effects:
        """An app answers nothing."""
        raise InvalidValue("an app cannot be asked for anything")
