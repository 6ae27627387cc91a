from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from homeward.model import State
from tests.store.disk import Disk

APPENDER = Path(__file__).with_name("appender.py")


async def run_and_kill(path: Path, lines: int) -> int:
    """Let the appender work until it has called so many events stored, kill it, and return the last seq it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(APPENDER), str(path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    for _ in range(lines):
        last = await process.stdout.readline()
    process.kill()
    rest = (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    whole = [line for line in [last, *rest] if line.endswith(b"\n")]
    return int(whole[-1])


async def test_what_was_called_stored_is_there_after_kill_9_and_no_seq_is_given_twice(tmp_path: Path) -> None:
    disk = Disk(tmp_path)
    said = [await run_and_kill(disk.path, lines) for lines in (20, 300)]
    loaded = disk.open().load()
    events = await disk.store.events(limit=100_000)
    await disk.store.close()
    assert said[0] < said[1] <= loaded.seq
    assert [event.seq for event in events] == list(range(1, loaded.seq + 1))
    assert [event.data for event in events] == [{"n": event.seq} for event in events]
    assert loaded.states == {"f-1": {"n": State(loaded.seq, 0.0)}}
