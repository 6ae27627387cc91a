"""The servers beside each other: each with two users, their passwords hashed, and rules for what is theirs.

`device` may publish to `bench/+/state` and hear `bench/+/set`; `watcher` may hear the states, and publish elsewhere.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from socket import create_connection
from typing import Any, NamedTuple, Self

from benchmarks.processes import on_processor
from homeward.settings import Tls
from homeward.setup import certificates
from tests.peers.house import House
from tests.peers.processes import ROOT, Program, free_ports, until

STATE, SET = "bench/{:05}/state", "bench/{:05}/set"
"""The topics of a device, by its number."""

STATES = "bench/+/state"

USERS = DEVICE, WATCHER = "device", "watcher"
PASSWORD = "Secret 1"
MAY_PUBLISH = {DEVICE: STATES, WATCHER: "bench/+/seen"}
MAY_SUBSCRIBE = {DEVICE: "bench/+/set", WATCHER: STATES}

_CHEAPLY_HASHED = "$argon2id$v=19$m=8,t=1,p=1$XJ6exgVC9LORzWk7AsHyRA$tTSWXVQvou5dR/rzdf7YV/FuTI6dMxB/XlZoYqrnGdk"
"""The password as amqtt keeps it, at the least cost: as it would hash it, each CONNECT took an eighth of a second."""


class Server(NamedTuple):
    """One that runs, on a processor of its own."""

    pid: int
    port: int
    tls: ssl.SSLContext | None


class Place(NamedTuple):
    """Where a server is to be: its directory, its port, and its certificate where it speaks TLS."""

    directory: Path
    port: int
    paths: certificates.Paths | None


@contextmanager
def serve(name: str, directory: Path, *, over_tls: bool = False) -> Iterator[Server]:
    """The server of that name, from nothing, until the end of the context."""
    directory.mkdir(parents=True)
    paths = certificates.ensure(directory, ["127.0.0.1"], Tls(), time.time()) if over_tls else None
    place = Place(directory, free_ports(1)[0], paths)
    with on_processor(0):
        running = SERVERS[name](place)
    with running as program:
        port = program.door if isinstance(program, House) else place.port
        until(lambda: _answers(port), f"{name} to listen")
        tls = (
            ssl.create_default_context(cafile=program.ca if isinstance(program, House) else paths.ca) if paths else None
        )
        yield Server(program.process.pid, port, tls)


@contextmanager
def serve_all(directory: Path) -> Iterator[dict[str, Server]]:
    """All of them, by name."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(serve(name, directory / name)) for name in SERVERS}


class _Home(House):
    """A house with the two users, and room for as many connections as the process may open."""

    def __init__(self, data: Path) -> None:
        most = {"CONNECTIONS", "CONNECTIONS_PER_ADDRESS"}
        super().__init__(data, env={f"HOMEWARD__LIMITS__{name}": "1000000" for name in most})

    def __enter__(self) -> Self:
        super().__enter__()
        for user in USERS:
            rules = ("--publish", MAY_PUBLISH[user], "--subscribe", MAY_SUBSCRIBE[user])
            self.cli("mqtt", "users", "add", user, *rules, "--password-stdin", stdin=PASSWORD + "\n")
        return self


def _homeward(place: Place) -> Program:
    return _Home(place.directory)


def _mosquitto(place: Place) -> Program:
    users, rules, config = (place.directory / name for name in ("users", "rules", "mosquitto.conf"))
    users.write_text("".join(f"{user}:{PASSWORD}\n" for user in USERS))
    users.chmod(0o600)
    subprocess.run([_find("mosquitto_passwd"), "-U", users], check=True)
    rules.write_text(
        "".join(f"user {user}\ntopic write {MAY_PUBLISH[user]}\ntopic read {MAY_SUBSCRIBE[user]}\n" for user in USERS)
    )
    rules.chmod(0o600)
    tls = f"certfile {place.paths.leaf}\nkeyfile {place.paths.leaf_key}\n" if place.paths else ""
    config.write_text(
        f"listener {place.port} 127.0.0.1\n{tls}allow_anonymous false\npassword_file {users}\nacl_file {rules}\n"
        "user root\nset_tcp_nodelay true\nmax_inflight_messages 0\nmax_queued_messages 0\n"
    )
    return Program(_find("mosquitto"), "-c", config)


def _amqtt(place: Place) -> Program:
    users = place.directory / "users"
    users.write_text("".join(f"{user}:{_CHEAPLY_HASHED}\n" for user in USERS))
    listener: dict[str, Any] = {"type": "tcp", "bind": f"127.0.0.1:{place.port}"}
    if place.paths:
        listener |= {"ssl": True, "certfile": str(place.paths.leaf), "keyfile": str(place.paths.leaf_key)}
    rules = {"publish_acl": _lists(MAY_PUBLISH), "acl": _lists(MAY_SUBSCRIBE)}
    plugins = {
        "amqtt.plugins.authentication.FileAuthPlugin": {"password_file": str(users)},
        "amqtt.plugins.topic_checking.TopicAccessControlListPlugin": rules,
    }
    config = place.directory / "amqtt.yaml"  # JSON is YAML
    config.write_text(json.dumps({"listeners": {"default": listener}, "plugins": plugins}))
    return Program(_peer("amqtt") / "amqtt", "-c", config)


def _nats(place: Place) -> Program:
    def user(name: str) -> dict[str, Any]:
        # QoS 1 comes to a client by a subject of its session.
        rules = {"publish": _subject(MAY_PUBLISH[name]), "subscribe": [_subject(MAY_SUBSCRIBE[name]), "$MQTT.sub.>"]}
        return {"user": name, "password": PASSWORD, "permissions": rules}

    (port,) = free_ports(1)
    mqtt: dict[str, Any] = {"listen": f"127.0.0.1:{place.port}", "max_ack_pending": 65_535}
    if place.paths:
        mqtt["tls"] = {"cert_file": str(place.paths.leaf), "key_file": str(place.paths.leaf_key)}
    settings = {
        "listen": f"127.0.0.1:{port}",
        "server_name": "bench",
        "jetstream": {"store_dir": str(place.directory)},
        "mqtt": mqtt,
        "authorization": {"users": [user(name) for name in USERS], "timeout": 60},
    }
    config = place.directory / "nats.conf"
    config.write_text(json.dumps(settings))
    return Program(_peer("nats_server") / "nats-server", "-c", config)


SERVERS: Mapping[str, Callable[[Place], AbstractContextManager[Program]]] = {
    "Homeward": _homeward,
    "Mosquitto": _mosquitto,
    "amqtt": _amqtt,
    "nats-server": _nats,
}


def _find(program: str) -> str:
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") or program


def _peer(name: str) -> Path:
    subprocess.run(["sh", ROOT / "dev", "peer", name], check=True)
    return ROOT / ".peers" / name / "bin"


def _lists(may: Mapping[str, str]) -> dict[str, list[str]]:
    return {user: [topics] for user, topics in may.items()}


def _subject(topics: str) -> str:
    return topics.replace("/", ".").replace("+", "*")


def _answers(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
