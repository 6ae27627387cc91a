"""`homeward watch [ID]`"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import click

from homeward.cli.events import row
from homeward.cli.failure import Exit, Failure, failure
from homeward.cli.remote import Remote, reaching, with_remote
from homeward.cli.show import clean, json_option, put_json, say

_PATIENCE = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0)
"""Seconds before each attempt to come back; the last one is repeated."""


@click.command("watch", short_help="Follow what happens, live.")
@click.argument("device", metavar="[ID]", required=False)
@click.option("--count", type=click.IntRange(1), help="Stop after so many events.")
@json_option
@with_remote
def command(remote: Remote, device: str | None, count: int | None, as_json: bool) -> None:
    """Follow what happens, at one device or at all. A lost connection is taken up where it broke off."""
    watched = remote.get("devices", device)["id"] if device else None
    watch = Watch(remote)
    wanted = (event for event in watch if watched in (None, event["device"]))
    try:
        for event in islice(wanted, count):
            _put(event, watch.names, as_json)
    except KeyboardInterrupt:
        return


class Watch:
    """All events from now on, for as long as one cares to iterate. `names` are the devices', by id."""

    def __init__(self, remote: Remote) -> None:
        self.names: dict[str, str] = {}
        self._remote = remote
        self._seq: int | None = None
        self._failed = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while True:
            try:
                yield from self._connection()
            except Failure as fault:
                self._wait(fault)

    def _connection(self) -> Iterator[dict[str, Any]]:
        for message in _messages(self._remote, self._seq):
            self._seq, self._failed = message["seq"], 0
            if message["type"] == "event":
                yield message
            else:
                self.names = {device["id"]: device["name"] for device in message["devices"]}
                say(f"Watching. Devices known: {len(self.names)}.")

    def _wait(self, fault: Failure) -> None:
        """Be patient with a server that was there before and cannot be reached; with anything else be not."""
        if self._seq is None or fault.exit is not Exit.UNREACHABLE:
            raise fault
        if self._failed == 0:
            say(f"{fault.message}. Waiting for it to come back.")
        time.sleep(_PATIENCE[min(self._failed, len(_PATIENCE) - 1)])
        self._failed += 1
        self._remote.find_again()


def _messages(remote: Remote, resume_from: int | None) -> Iterator[dict[str, Any]]:
    """Snapshots and events of one connection. It ends with a `Failure`, sooner or later."""
    from websockets.exceptions import WebSocketException
    from websockets.sync.client import connect

    server = remote.server
    url = server.url.replace("http", "ws", 1) + "/api/v1/ws"
    with reaching(server, WebSocketException), connect(url, proxy=None, max_size=None) as socket:
        socket.send(json.dumps({"type": "auth", "token": server.token}))
        socket.send(json.dumps({"type": "subscribe", "resume_from": resume_from}))
        while True:
            message = json.loads(socket.recv())
            if message["type"] == "error":
                raise failure(message)
            yield message


def _put(event: Mapping[str, Any], names: Mapping[str, str], as_json: bool) -> None:
    if as_json:
        put_json(event, indent=None)
    else:
        _, at, name, kind, what = row(event, names.get(event["device"], ""))
        click.echo(clean(f"{at}  {name}  {kind}  {what}"))
