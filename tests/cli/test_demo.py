"""The demo as its first user meets it: in a process of its own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.peers.house import HOMEWARD
from tests.peers.processes import Program, free_ports, run, until


def test_the_demo_says_what_to_type_and_its_devices_live(tmp_path: Path) -> None:
    (web,) = free_ports(1)
    with Program(HOMEWARD, "demo", "--data", tmp_path, "--web", f"127.0.0.1:{web}") as demo:
        until(lambda: any("Ctrl-C ends it" in line for line in demo.said), "the demo to be up")
        (typed,) = (match[1] for line in demo.said if (match := re.search(r"(\S+ devices --data \S+)", line)))
        program, *arguments = typed.split()
        assert Path(program).name == "homeward"

        def devices() -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = json.loads(run(HOMEWARD, *arguments, "--json"))
            return found

        until(lambda: [device["availability"]["online"] for device in devices()].count(True) > 1, "a home with life")
        assert demo.stop() == 0
