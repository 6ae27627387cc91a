"""The harness that the judges stand on."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.peers.processes import Program, until

SKIPPED = "import pytest\n\ndef test_of_a_peer() -> None:\n    pytest.skip('it is not here')\n"


@pytest.mark.parametrize(("required", "status"), [("", 0), ("required", 1)])
def test_a_skipped_peer_test_is_a_failure_where_peers_are_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, required: str, status: int
) -> None:
    (tmp_path / "conftest.py").write_text("from tests.peers.conftest import pytest_runtest_makereport\n")
    (tmp_path / "test_peer.py").write_text(SKIPPED)
    monkeypatch.setenv("HOMEWARD_PEERS", required)
    options = ["-ra", "-p", "no:cacheprovider", "-p", "no:asyncio", "--rootdir", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", *options, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == status, done.stdout
    assert "it is not here" in done.stdout


def test_a_program_that_ignores_its_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); input()"
    monkeypatch.setattr("tests.peers.processes.PATIENCE", 0.1)
    with Program(sys.executable, "-c", stubborn) as program:
        until(lambda: program.said, "its word")
    assert program.process.returncode is not None


def test_what_a_program_said_is_shown_when_it_says_no_more() -> None:
    with Program(sys.executable, "-c", "print('the last word')") as program:
        soon = time.monotonic() + 10
        assert program.line(soon) == "the last word"
        with pytest.raises(AssertionError, match=r"it ended.*\n.*last word"):
            program.line(soon)
