"""`homeward serve`, and the emulated devices that call it, as a user starts them."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tests.peers.processes import Program, free_ports, run, until

HOMEWARD = Path(sys.executable).with_name("homeward")


class House(Program):
    """A house on free ports of the loopback; `door` speaks everything, `web` is for people."""

    def __init__(self, data: Path, *options: str, env: Mapping[str, str] | None = None) -> None:
        self.data = data
        self.door, web = free_ports(2)
        self.web = f"http://127.0.0.1:{web}"
        self.ca, self.database = data / "ca.pem", data / "homeward.db"
        super().__init__(
            *(HOMEWARD, "serve", "--data", data, "--advertise", "127.0.0.1", "--adopt-all"),
            *("--door", f"127.0.0.1:{self.door}", "--web", f"127.0.0.1:{web}", *options),
            env=env,
        )

    def __enter__(self) -> Self:
        until(self._ready, "the house to be ready")
        return self

    @property
    def url(self) -> str:
        """The base of what apps call over HTTP."""
        return f"http://127.0.0.1:{self.door}"

    def cli(self, *arguments: str, stdin: str = "") -> Any:
        """The JSON that a command about this house prints."""
        return json.loads(run(HOMEWARD, *arguments, "--data", self.data, "--json", stdin=stdin))

    def account(self, email: str, password: str, key: str, user_id: str) -> dict[str, str]:
        """A Meross account whose key and number were chosen."""
        given = ("--password-stdin", "--key-stdin", "--user-id", user_id)
        made: dict[str, str] = self.cli("account", "create", "meross", email, *given, stdin=f"{password}\n{key}\n")
        return made

    def plug(self, number: int, **settings: str | int) -> tuple[str, Program]:
        """An emulated mss310 that calls this house, by its uuid; a line on its stdin is a hand at it."""
        return self.device("mss310", number, **settings)

    def device(self, model: str, number: int, *options: str, **settings: str | int) -> tuple[str, Program]:
        """An emulated Meross device that calls this house; its settings, and other options of `homeward emulate`."""
        mac = f"48e1e9{number:06x}"
        uuid = f"200101{number:014}{mac}"
        given = {"uuid": uuid, "mac": ":".join(mac[at : at + 2] for at in range(0, 12, 2)), **settings}
        sets = [f"--set={key}={value}" for key, value in given.items()]
        calls = ("--cloud", f"127.0.0.1:{self.door}", *options)
        return uuid, Program(HOMEWARD, "emulate", "meross", model, *calls, *sets)

    def _ready(self) -> bool:
        if self.process.poll() is not None:
            raise self.failure("the house ended")
        try:
            with urllib.request.urlopen(f"{self.web}/readyz", timeout=1) as answer:  # noqa: S310 (our own address)
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False
