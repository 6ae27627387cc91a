"""What can go wrong, by name. Each error says whose fault it is, what happened and what to do about it.

`code` is stable: it is the `code` of a problem+json answer and the reason a command failed. Where a builtin
exception says enough, a builtin is raised.
"""

from __future__ import annotations

from typing import ClassVar


class HomewardError(Exception):
    """The root of the tree. `hint` tells a person what to do next; it may be empty."""

    code: ClassVar[str] = "failed"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class ProtocolError(HomewardError):
    """A peer sent what its protocol does not allow. Nothing of the offending frame was acted on."""

    code = "protocol_error"


class SettingsError(HomewardError):
    """The settings are wrong; the message names the setting and where it came from."""

    code = "bad_settings"


class StorageError(HomewardError):
    """The store takes nothing more for now (disk full, say). What was not taken was not acknowledged either."""

    code = "storage_failed"


class TooManyPending(StorageError):
    """As many devices as may wait for adoption; this one was not listed, and nothing of it is kept."""

    code = "too_many_pending"


class DeviceNotFound(HomewardError):
    """No device goes by that id."""

    code = "device_not_found"


class EntityNotFound(HomewardError):
    """The device has no entity of that key."""

    code = "entity_not_found"


class NotAdopted(HomewardError):
    """The device is pending: its owner has not adopted it yet."""

    code = "not_adopted"


class DeviceOffline(HomewardError):
    """The device cannot be reached now; the message gives the reason and its age."""

    code = "device_offline"


class DeviceBusy(HomewardError):
    """As many requests as may wait for the device's answer; this one was not sent."""

    code = "device_busy"


class DeadlineExceeded(HomewardError):
    """The device did not answer in time. Whether it acted is unknown."""

    code = "deadline_exceeded"


class DeviceRefused(HomewardError):
    """The device answered with an error of its own; `detail` is that error in its own words."""

    code = "device_refused"

    def __init__(self, message: str, *, detail: object = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.detail = detail


class InvalidValue(HomewardError):
    """The value, method or parameters do not fit; the message says which would."""

    code = "invalid_value"
