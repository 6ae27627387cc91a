"""Where things are on this machine: the data directory, and the server that a command talks to."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from homeward.cli.failure import Exit, Failure

LOCAL_FILE = "cli.json"
"""What a running server leaves in its data directory for the shell: `{"url", "token"}`."""
DEFAULT_SERVER = "http://127.0.0.1:8080"


class Server(NamedTuple):
    """A server and how to sign in there. `source` is where that was found, for people."""

    url: str
    token: str
    source: str


def data_directory(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the house keeps its data unless it is told otherwise: $HOMEWARD_DATA, or the platform's place for it."""
    if given := environment.get("HOMEWARD_DATA"):
        return Path(given)
    base = environment.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "homeward"


def find_server(url: str | None, token: str | None, data: Path) -> Server:
    """The server that is meant. The token a server left in `data` is given to that server only."""
    local = _local(data / LOCAL_FILE)
    if url:
        if not url.startswith(("http://", "https://")):
            raise Failure(f"{url!r} is no address of a server", Exit.USAGE, hint="It looks like http://host:8080.")
        same = url.rstrip("/") == local.url
        return Server(url.rstrip("/"), token or (local.token if same else ""), "as told")
    return local._replace(token=token) if token else local


def _local(file: Path) -> Server:
    try:
        found = json.loads(file.read_bytes())
        return Server(found["url"], found["token"], f"from {file}")
    except (OSError, ValueError, LookupError, TypeError):
        return Server(DEFAULT_SERVER, "", f"the default; there is no {file}")
