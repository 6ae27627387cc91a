"""`./dev bench [NAME …]`: each benchmark, and whether its limits were kept. Take the ratios, not the numbers."""

from __future__ import annotations

import importlib
import signal
import sys
from pathlib import Path

ALL = ("meross_codec", "idle_connections", "meross_push")


def main(names: list[str]) -> int:
    """0 when every limit was kept."""
    # Whoever ends this shall not leave servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    unknown = set(names) - set(ALL)
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    kept = {name: importlib.import_module(f"benchmarks.{name}").main() for name in names or ALL}
    for name, well in kept.items():
        print(f"{'kept    ' if well else 'EXCEEDED'} {name}")
    return int(not all(kept.values()))


if __name__ == "__main__":
    sys.exit(main([Path(name).stem for name in sys.argv[1:]]))
