"""Waiting for a device that was told to call: it comes in, is refused there, or went back to where it was."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from homeward.cli.failure import Exit, Failure
from homeward.cli.remote import Remote

_EVERY = 1.0


def await_arrival(
    remote: Remote, native_id: str, seconds: float, why_not: Callable[[], str] = lambda: ""
) -> Mapping[str, Any]:
    """How Homeward shows a Meross device once it has called and presented itself there.

    Raises:
        Failure: it was refused, it is at its access point again (`why_not` says why), or it has not come.
    """
    began = time.time()
    while time.time() < began + seconds:
        view = _look(remote, "devices", f"meross-{native_id}")
        if view and (view["last_heard"] or 0) >= began and view["description"]["model"]:
            shown: Mapping[str, Any] = view
            return shown
        refusal = _refusal(_look(remote, "handshakes") or [], native_id, began)
        if reason := refusal or why_not():
            raise Failure(reason, hint="`homeward handshakes` has all that called.")
        time.sleep(_EVERY)
    raise Failure(
        f"it has not called Homeward in {seconds:g} s",
        Exit.UNREACHABLE,
        hint="Did it get into the Wi-Fi? Can it reach the host and port from there? `homeward handshakes` has all"
        " that called.",
    )


def _look(remote: Remote, *path: str) -> Any:
    """What is there; None while there is none, or while this machine is still in the device's Wi-Fi."""
    try:
        return remote.get(*path)
    except Failure as failure:
        if failure.exit in (Exit.NOT_FOUND, Exit.UNREACHABLE):
            return None
        raise


def _refusal(handshakes: list[Mapping[str, Any]], native_id: str, began: float) -> str:
    for one in handshakes:
        if one["at"] >= began and one.get("client", "").startswith(f"fmware:{native_id}") and one["verdict"] != "ok":
            return f"it has called, and was not let in: {one['verdict']}"
    return ""
