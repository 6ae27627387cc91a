"""Devices and their history, over the API."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from homeward.families.base import Call
from homeward.hub.view import DeviceView
from homeward.web.context import Context
from homeward.web.messages import (
    Adoption,
    CallResult,
    Command,
    CommandResult,
    DeviceQuery,
    EventPage,
    EventQuery,
    NativeCall,
    Rename,
)


async def list_devices(house: Context, query: DeviceQuery) -> list[DeviceView]:
    """All devices, pending ones included."""
    wanted = {name: value for name in query.__struct_fields__ if (value := getattr(query, name)) is not None}
    return [
        device
        for device in house.hub.devices()
        if all(getattr(device, name) == value for name, value in wanted.items())
    ]


async def get_device(house: Context, device: str) -> DeviceView:
    """One device, by its id, the beginning of it, or its name."""
    return house.hub.device(device)


async def rename_device(house: Context, device: str, body: Rename) -> DeviceView:
    """Give a device another name."""
    return await _done(house, house.hub.rename(device, body.name))


async def remove_device(house: Context, device: str) -> None:
    """Forget a device and its history. When it calls again it is pending, like any stranger."""
    house.hub.remove(device)
    await house.hub.stored()


async def adopt_device(house: Context, device: str, body: Adoption) -> DeviceView:
    """Take a pending device in: from now on what it says is acted on."""
    return await _done(house, house.hub.adopt(device, body.name))


async def command_device(house: Context, device: str, body: Command) -> CommandResult:
    """Set an entity, and wait for the device's answer."""
    device_id = house.hub.device(device).id
    result = await house.hub.set(device_id, body.entity, body.value, deadline=body.deadline)
    return CommandResult(result, house.hub.device(device_id))


async def call_device(house: Context, device: str, body: NativeCall) -> CallResult:
    """Put a request of its own protocol to a device, and wait for its answer."""
    call = Call(body.method, body.params)
    return CallResult(await house.hub.call(device, call, deadline=body.deadline))


async def list_events(house: Context, query: EventQuery) -> EventPage:
    """What has happened: newest first, or with `after` oldest first from there on."""
    newest_first = query.after is None
    events = await house.hub.events(
        device=query.device,
        kinds=query.kind,
        after=query.after or 0,
        before=query.before,
        limit=query.limit,
        newest_first=newest_first,
    )
    more = _next(query, "before" if newest_first else "after", events[-1].seq) if len(events) == query.limit else None
    return EventPage(events, more)


async def _done(house: Context, device: DeviceView) -> DeviceView:
    """The device as a decision left it, once that is stored."""
    await house.hub.stored()
    return device


def _next(query: EventQuery, cursor: str, seq: int) -> str:
    wanted: dict[str, Any] = {name: getattr(query, name) for name in query.__struct_fields__} | {cursor: seq}
    return "/api/v1/events?" + urlencode({name: value for name, value in wanted.items() if value}, doseq=True)
