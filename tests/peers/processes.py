"""Programs in processes of their own: started, talked to in lines, and ended by their own id."""

from __future__ import annotations

import json
import os
import queue
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds that anything here is waited for; a loaded machine needs them, a sound one a few milliseconds."""


class PeerError(Exception):
    """What a peer met when it did as asked: the name of its own exception, and that exception's words."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


class Program:
    """A running program. What it prints is kept, and shown when something that was waited for does not come."""

    def __init__(self, *command: str | Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT) -> None:
        self.command = [str(part) for part in command]
        self.said: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.process = subprocess.Popen(  # noqa: S603 (the tests' own commands)
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
            cwd=cwd,
            text=True,
            bufsize=1,
        )
        self._readers = [self._reader(self._lines.put), self._reader(None)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def tell(self, line: str) -> None:
        """A line on its standard input."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def line(self, deadline: float) -> str:
        """The next line of its standard output, waited for until then (`time.monotonic`)."""
        try:
            line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise self.failure("nothing came") from None
        if line is None:
            raise self.failure("it ended")
        return line

    def failure(self, what: str) -> AssertionError:
        """An error that shows all the program has said."""
        said = "\n".join(self.said[-60:])
        return AssertionError(f"{what} from {' '.join(self.command)}\n{said}")

    def stop(self) -> int:
        """Ends it, politely at first; its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream
            stream.close()
        return status

    def _reader(self, put: Callable[[str | None], None] | None) -> threading.Thread:
        stream = self.process.stdout if put else self.process.stderr
        assert stream

        def read() -> None:
            for line in stream:
                self.said.append(line.rstrip())
                if put:
                    put(line.rstrip())
            if put:
                put(None)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        return thread


class Peer(Program):
    """A third-party program behind `driver.py`: asked in commands, heard in events."""

    def __init__(self, name: str) -> None:
        here = Path(__file__).parent
        super().__init__(ROOT / ".peers" / name / "bin" / "python", "-P", here / "driver.py", here / name)
        self._events: list[dict[str, Any]] = []
        self._asked = 0
        self.wait_for("ready")

    def ask(self, command: str, **arguments: Any) -> Any:
        """The result of a command of its `Drive`.

        Raises:
            PeerError: it met an exception.
        """
        self._asked += 1
        self.tell(json.dumps({"ask": self._asked, "command": command, **arguments}))
        answer = self._next(lambda said: said.get("ask") == self._asked, PATIENCE)
        if "error" in answer:
            raise PeerError(answer["error"], answer["message"])
        return answer["result"]

    def wait_for(self, event: str, patience: float = PATIENCE, **fields: Any) -> dict[str, Any]:
        """The next event of that name with these fields; each is given once."""
        wanted = {"event": event, **fields}

        def fits(said: dict[str, Any]) -> bool:
            return wanted.items() <= said.items()

        for said in self._events:
            if fits(said):
                self._events.remove(said)
                return said
        return self._next(fits, patience)

    def _next(self, fits: Callable[[dict[str, Any]], bool], patience: float) -> dict[str, Any]:
        deadline = time.monotonic() + patience
        while True:
            said: dict[str, Any] = json.loads(self.line(deadline))
            if fits(said):
                return said
            self._events.append(said)


def run(*command: str | Path, stdin: str = "") -> str:
    """What a program that ends by itself prints."""
    done = subprocess.run(  # noqa: S603 (the tests' own commands)
        [str(part) for part in command], input=stdin, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT
    )
    assert done.returncode == 0, f"{command} exited with {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def until(come: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Waits for something in the real world that can only be looked at."""
    deadline = time.monotonic() + patience
    pause = threading.Event()
    while not come():
        assert time.monotonic() < deadline, f"{what}: not within {patience} s"
        pause.wait(0.02)


def free_ports(count: int) -> Sequence[int]:
    """TCP ports of the loopback that nobody has now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
