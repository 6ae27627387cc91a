"""Runs in a third-party program's own environment and does what the tests ask: JSON lines in, JSON lines out.

`python driver.py DIR` loads DIR/drive.py, whose `Drive(tell)` has a coroutine for each command. In comes
`{"ask": 1, "command": "name", …arguments}`; out goes `{"ask": 1, "result": …}` or `{"ask": 1, "error": TYPE,
"message": …}`, and `{"event": NAME, …}` whenever the drive calls `tell(NAME, …)`.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import sys
from pathlib import Path
from typing import Any

# What the program prints must not end up among the answers.
_answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)


def say(**fields: Any) -> None:
    """One line to whoever drives; safe from any thread."""
    _answers.write(json.dumps(fields, default=str) + "\n")


def tell(event: str, **fields: Any) -> None:
    """Something happened that nobody asked for."""
    say(event=event, **fields)


async def main(directory: Path) -> None:
    """Until stdin ends."""
    spec = importlib.util.spec_from_file_location("drive", directory / "drive.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(directory / "drive.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    drive = module.Drive(tell)
    tell("ready")
    while line := await asyncio.to_thread(sys.stdin.readline):
        await _answer(drive, **json.loads(line))


async def _answer(drive: Any, ask: int, command: str, **arguments: Any) -> None:
    try:
        say(ask=ask, result=await getattr(drive, command)(**arguments))
    except Exception as error:  # noqa: BLE001 (whatever it meets is the answer)
        say(ask=ask, error=type(error).__name__, message=str(error))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
