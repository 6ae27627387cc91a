"""The WebSocket: a snapshot, then every event after it, numbered, with no gap and none twice.

Client: `{"type": "auth", "token": …}` (unless an Authorization header came with the request), then
`{"type": "subscribe", "resume_from": seq}`. Server: `{"type": "snapshot", "seq", "devices"}`, then
`{"type": "event", "seq", "at", "device", "kind", "data"}` …. With a `resume_from` that is still known, the events
since then take the snapshot's place. A listener too slow for its queue is sent another snapshot instead of what it
missed. Before the server closes for a fault it says which: `{"type": "error", …}` with the members of a problem.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TypeVar

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from homeward.errors import HomewardError
from homeward.model import Event, Secret
from homeward.web.context import Context
from homeward.web.endpoint import bearer, caller, decode
from homeward.web.feed import Feed, Queue, line
from homeward.web.messages import Seq
from homeward.web.problems import BadRequest, NotSignedIn, RequestTooSlow, problem
from homeward.web.tokens import Token

RESUMABLE = 1000
"""Events that a listener may have missed and still be sent one by one."""

_encode = msgspec.json.Encoder().encode


class SignIn(msgspec.Struct, frozen=True, tag_field="type", tag="auth", forbid_unknown_fields=True):
    """The client's first message, unless it signed in by header."""

    token: Secret


class Subscribe(msgspec.Struct, frozen=True, tag_field="type", tag="subscribe", forbid_unknown_fields=True):
    """The client wants events, from the one after `resume_from` if that can be."""

    resume_from: Seq | None = None


class Live:
    """The endpoint `/api/v1/ws`."""

    def __init__(self, house: Context) -> None:
        self._house = house
        self._feed = Feed(house.hub.subscribe, house.settings.limits.websocket_queue)

    async def serve(self, socket: WebSocket) -> None:
        """Serve one listener until it goes, or its token does."""
        await socket.accept()
        try:
            token, wanted = await self._greet(socket)
            await self._listen(socket, token, wanted.resume_from)
        except HomewardError as error:
            await _say_why(socket, error)
        except WebSocketDisconnect:
            pass

    async def _greet(self, socket: WebSocket) -> tuple[Token, Subscribe]:
        try:
            async with asyncio.timeout(self._house.settings.limits.handshake):
                return await self._sign_in(socket), await _expect(socket, Subscribe)
        except TimeoutError as error:
            raise RequestTooSlow("sign in and subscribe sooner") from error

    async def _sign_in(self, socket: WebSocket) -> Token:
        text = bearer(socket.headers) or (await _expect(socket, SignIn)).token.reveal()
        return self._house.auth.sign_in(text, caller(socket))

    async def _listen(self, socket: WebSocket, token: Token, resume_from: int | None) -> None:
        queue = self._feed.open()
        try:
            async with asyncio.TaskGroup() as both:
                telling = both.create_task(self._tell(socket, token, queue, resume_from))
                await _until_gone(socket)
                telling.cancel()
        except* WebSocketDisconnect:
            pass
        finally:
            self._feed.close(queue)

    async def _tell(self, socket: WebSocket, token: Token, queue: Queue, resume_from: int | None) -> None:
        try:
            last = await self._begin(socket, queue, resume_from)
            while True:
                await queue.wait()
                if not self._house.auth.holds(token):
                    raise NotSignedIn("this token has been revoked or has expired")
                last = await self._pass_on(socket, queue, last)
        except HomewardError as error:
            await _say_why(socket, error)

    async def _pass_on(self, socket: WebSocket, queue: Queue, last: int) -> int:
        if queue.lost:
            return await self._snapshot(socket, queue)
        for told in queue.take():
            if told.seq > last:
                await socket.send_text(told.text)
                last = told.seq
        return last

    async def _begin(self, socket: WebSocket, queue: Queue, resume_from: int | None) -> int:
        missed = await self._missed(resume_from)
        if missed is None:
            return await self._snapshot(socket, queue)
        for event in missed[1:]:
            await socket.send_text(line(event).text)
        return missed[-1].seq

    async def _missed(self, resume_from: int | None) -> list[Event] | None:
        """The event `resume_from` and all after it; None when it is unknown or too long ago."""
        if resume_from is None:
            return None
        events = await self._house.hub.events(after=resume_from - 1, limit=RESUMABLE + 2)
        return events if events and events[0].seq == resume_from and len(events) < RESUMABLE + 2 else None

    async def _snapshot(self, socket: WebSocket, queue: Queue) -> int:
        queue.take()
        snapshot = self._house.hub.snapshot()
        message = {"type": "snapshot", "seq": snapshot.seq, "devices": snapshot.devices}
        await socket.send_text(_encode(message).decode())
        return snapshot.seq


_Kind = TypeVar("_Kind", SignIn, Subscribe)


async def _expect(socket: WebSocket, kind: type[_Kind]) -> _Kind:
    received = await socket.receive()
    if received["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(received["code"])
    message = decode(received.get("text") or received.get("bytes") or "", SignIn | Subscribe)
    if isinstance(message, kind):
        return message
    if kind is SignIn:
        raise NotSignedIn("no token", hint='The first message is {"type": "auth", "token": "hw_…"}.')
    raise BadRequest("signed in already: subscribe")


async def _until_gone(socket: WebSocket) -> None:
    """Return when the listener has left. What it says meanwhile is not heeded."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _say_why(socket: WebSocket, error: HomewardError) -> None:
    """Tell the error and close, with 4000 plus the HTTP status of it."""
    fault = problem(error)
    with suppress(WebSocketDisconnect):
        await socket.send_text(_encode({"type": "error"} | msgspec.structs.asdict(fault)).decode())
        await socket.close(4000 + fault.status, fault.code)
