"""Carries out the steps of a set-up or a move at a device's address."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from homeward.errors import DeadlineExceeded, DeviceOffline, HomewardError
from homeward.families.meross.client.lan import LanDevice
from homeward.families.meross.namespaces import ABILITY
from homeward.families.meross.provision import TRACE, Steps, Stopped, trouble

_T = TypeVar("_T")
_AGAIN = 1.0
"""Seconds between two tries to find a device that is not there yet."""


async def carry_out(steps: Steps[_T], device: LanDevice, tell: Callable[[str], None]) -> _T:
    """Take step after step; `tell` is given a line before each. Gives what the steps come to.

    Raises:
        Stopped: the device does not answer, refuses, or makes no sense; or the steps cannot go on.
    """
    says = ""
    try:
        step = next(steps)
        while True:
            says = step.says
            tell(says)
            device.secret = step.secret or device.secret
            step = steps.send(await device.ask(*step.ask))
    except StopIteration as end:
        done: _T = end.value
        return done
    except Stopped:
        raise
    except HomewardError as error:
        raise Stopped(f"{says} {error}", hint=error.hint) from error


async def appear(device: LanDevice, seconds: float) -> bool:
    """Wait so long for a device to be at its address; whether it is."""
    try:
        async with asyncio.timeout(seconds):
            while True:
                try:
                    await device.get(ABILITY)
                except (DeadlineExceeded, DeviceOffline):
                    await asyncio.sleep(_AGAIN)
                except HomewardError:
                    return True  # somebody is there; what is wrong with them the steps will tell
                else:
                    return True
    except TimeoutError:
        return False


async def why_back(device: LanDevice) -> str:
    """Why a device that was sent into a Wi-Fi is at its access point again; empty when it is not."""
    try:
        return trouble(await device.get(TRACE))
    except HomewardError:
        return ""
