"""The API of a running server, as commands use it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import click

from homeward.cli.failure import Exit, Failure, failure
from homeward.cli.place import Server, data_directory, find_server

if TYPE_CHECKING:
    import httpx2

_TIMEOUT = 330.0
"""Seconds to wait for an answer: longer than any device is given."""


class Remote:
    """A server's API. Whatever goes wrong is a `Failure` with the exit code that fits."""

    def __init__(self, find: Callable[[], Server], data: Path) -> None:
        self.server = find()
        self.data = data
        """Where a server on this machine keeps its data, and commands what they keep."""
        self._find = find
        self._session: httpx2.Client | None = None

    def get(self, *path: str, **query: Any) -> Any:
        """What is there; `query` parameters that are None are left out."""
        return self._ask("GET", path, params={name: value for name, value in query.items() if value is not None})

    def post(self, *path: str, **body: Any) -> Any:
        """Do something there."""
        return self._ask("POST", path, json=body)

    def patch(self, *path: str, **body: Any) -> Any:
        """Change something there."""
        return self._ask("PATCH", path, json=body)

    def delete(self, *path: str) -> None:
        """Let it be gone."""
        self._ask("DELETE", path)

    def find_again(self) -> None:
        """Look up anew where the server is: one that was started again has left another token."""
        self.close()
        self.server = self._find()

    def close(self) -> None:
        """Hang up."""
        if self._session:
            self._session.close()
            self._session = None

    def _ask(self, method: str, path: tuple[str, ...], **more: Any) -> Any:
        import httpx2

        with reaching(self.server, httpx2.TransportError):
            answer = self._client().request(method, "/".join(quote(part, safe="") for part in path), **more)
        if answer.status_code == 204:
            return None
        try:
            body = answer.json()
            if answer.is_success:
                return body
            raise failure(body)
        except (ValueError, LookupError, TypeError) as error:
            message = f"{self.server.url} answers, but not as Homeward does ({answer.status_code})"
            raise Failure(message, hint=f"That address is {self.server.source}.") from error

    def _client(self) -> httpx2.Client:
        import httpx2

        if self._session is None:
            headers = {"Authorization": f"Bearer {self.server.token}"} if self.server.token else {}
            base = f"{self.server.url}/api/v1/"
            # Proxies are for the world outside; this server is at home.
            self._session = httpx2.Client(base_url=base, headers=headers, timeout=_TIMEOUT, trust_env=False)
        return self._session


@contextmanager
def reaching(server: Server, lost: type[Exception]) -> Iterator[None]:
    """Say where it was tried when a server cannot be reached; `lost` means that, and OSError."""
    try:
        yield
    except (OSError, lost) as error:
        reason = str(error) or type(error).__name__
        message = f"cannot reach Homeward at {server.url} ({server.source}): {reason}"
        raise Failure(message, Exit.UNREACHABLE, hint="Is `homeward serve` running there?") from error


def with_remote(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that name a server, and hand it the `Remote` they name as its first argument."""

    @click.option("--server", metavar="URL", envvar="HOMEWARD_SERVER", help="Where Homeward runs.")
    @click.option("--token", metavar="TOKEN", envvar="HOMEWARD_TOKEN", help="What to sign in there with.")
    @click.option(
        "--data",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="Where a server on this machine keeps its data; signs in there without a token.",
    )
    def run(server: str | None, token: str | None, data: Path | None, **arguments: Any) -> None:
        place = data or data_directory()
        remote = Remote(lambda: find_server(server, token, place), place)
        try:
            function(remote, **arguments)
        finally:
            remote.close()

    return update_wrapper(run, function)
