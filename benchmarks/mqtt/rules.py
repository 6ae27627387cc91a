"""That a server asks for the password and keeps the rules: what one costs that does neither is not of interest."""

from __future__ import annotations

from benchmarks.mqtt.lines import Ear, connect, devices, dial, leave, publication, sign_in, subscribe, watchers
from benchmarks.mqtt.servers import DEVICE, STATES, Server


def check(server: Server) -> None:
    """A wrong password is refused, and what a watcher publishes comes to nobody.

    Raises:
        AssertionError: the server lets people do as they like.
    """
    with dial(server) as stranger:
        stranger.sendall(sign_in("stranger", DEVICE, "Secret 2"))
        assert stranger.recv(4)[3:] != b"\0", "a wrong password is let in"
    lines = connect(server, [*devices([1]), *watchers(2)], at_once=1)
    device, watcher, chatterer = lines
    subscribe([watcher], [STATES])
    chatterer.sendall(publication(2))
    device.sendall(publication(1))
    assert Ear(watcher, 0).hear() == publication(1), "a watcher may publish"
    leave(lines)
