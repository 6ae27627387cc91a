"""Which devices can be reached, by the evidence of their own connections."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

from homeward.clock import Clock
from homeward.errors import DeviceOffline, StorageError
from homeward.hub.link import Link
from homeward.model import Availability

SINCE_START = "not heard of since the start"
TAKEN_OVER = "a newer connection of the same device took over"
ANOTHER = "its connection is another device's now"

Tell: TypeAlias = Callable[[str, Availability], bool]
Dropped: TypeAlias = Callable[[Link, str], None]


class Presence:
    """How a device can be reached: over `link`, or not, for what reason and since when."""

    __slots__ = ("_heard", "availability", "greet", "link", "told")

    def __init__(self, availability: Availability, told: bool = False) -> None:
        self.availability = availability
        self.link: Link | None = None
        self.told = told
        """Whether the last event that told of it said that it is online."""
        self.greet = False
        """Whether its next link is to hear that the device has been adopted."""
        self._heard: float | None = None

    @property
    def last_heard(self) -> float | None:
        """When the device last said anything, if it ever did."""
        return self.link.last_frame if self.link else self._heard

    def connect(self, link: Link, availability: Availability) -> None:
        """It is reached over `link` from now on."""
        self.link, self.availability = link, availability

    def disconnect(self, availability: Availability) -> None:
        """It is reached no longer."""
        self._heard = self.last_heard
        self.link, self.availability = None, availability


class Presences:
    """The presence of every device by its id; one that was never connected is offline since the start.

    `tell` makes an event of each coming and going, or answers False when there is to be none. `dropped` hears of each
    link that is no longer used, with the reason. `online` are the devices last told of as online before the start.
    """

    def __init__(self, clock: Clock, tell: Tell, dropped: Dropped, online: Iterable[str] = ()) -> None:
        self._clock, self._tell, self._dropped = clock, tell, dropped
        self._at_start = Availability(False, SINCE_START, clock.now())
        self._presences = {device_id: Presence(self._at_start, told=True) for device_id in online}
        self._devices: dict[Link, str] = {}

    def of(self, device_id: str) -> Presence:
        """How a device can be reached."""
        return self._presences.get(device_id) or Presence(self._at_start)

    def reach(self, device_id: str, name: str) -> Link:
        """The link to a device.

        Raises:
            DeviceOffline: there is none; the message says why and for how long.
        """
        presence = self.of(device_id)
        if presence.link:
            return presence.link
        availability = presence.availability
        age = duration(self._clock.now() - availability.since)
        raise DeviceOffline(f"{name} is offline: {availability.reason} ({age} ago)")

    def attach(self, device_id: str, link: Link) -> None:
        """A device is connected. If it was already, the older link is closed, and it was never away."""
        presence = self._presences.setdefault(device_id, Presence(self._at_start))
        older = presence.link
        if older is link:
            return
        if link in self._devices:
            self.detach(link, ANOTHER)
        since = presence.availability.since if older else self._clock.now()
        presence.connect(link, Availability(True, f"connected by {link.transport} from {link.peer}", since))
        self._devices[link] = device_id
        if older:
            self._drop(older, TAKEN_OVER)
            older.close(TAKEN_OVER)
        self._tell_of(device_id, presence)
        if presence.greet:
            self.adopted(device_id)

    def detach(self, link: Link, reason: str) -> None:
        """A connection is gone. Nothing changes if it was not the device's current one."""
        if device_id := self._devices.get(link):
            presence = self._presences[device_id]
            presence.disconnect(Availability(False, reason, self._clock.now()))
            self._drop(link, reason)
            self._tell_of(device_id, presence)

    def adopted(self, device_id: str, *, at_first_sight: bool = False) -> None:
        """A device has been adopted: its link hears of it, and the next one does if it was `at_first_sight`."""
        presence = self._presences.setdefault(device_id, Presence(self._at_start))
        presence.greet = at_first_sight and presence.link is None
        self._tell_of(device_id, presence)
        if presence.link:
            presence.link.adopted()

    def forget(self, device_id: str, reason: str) -> None:
        """A device is known no longer; if it is connected, its link is closed."""
        presence = self._presences.pop(device_id, None)
        if presence and presence.link:
            self._drop(presence.link, reason)
            presence.link.close(reason)

    def catch_up(self) -> None:
        """Tell of what the store did not take when it happened."""
        for device_id, presence in self._presences.items():
            self._tell_of(device_id, presence)

    def _tell_of(self, device_id: str, presence: Presence) -> None:
        online = presence.availability.online
        if presence.told == online:
            return
        try:
            if self._tell(device_id, presence.availability):
                presence.told = online
        except StorageError:
            return  # `catch_up` will: a device that comes or goes does not wait for a disk

    def _drop(self, link: Link, reason: str) -> None:
        del self._devices[link]
        self._dropped(link, reason)


_UNITS = ((86_400, "days"), (3_600, "h"), (60, "min"))


def duration(seconds: float) -> str:
    """A time span for people: "45 s", "3 h"."""
    for length, unit in _UNITS:
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
