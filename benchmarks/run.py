"""`./dev bench [--quick] [NAME …]`: each benchmark, and whether its limits were kept.

Take the ratios, not the numbers. `--quick` is for whoever changes a benchmark: fewer rounds, which say little.
"""

from __future__ import annotations

import importlib
import signal
import sys

MODULES = (
    "meross_codec",
    "idle_connections",
    "meross_push",
    "mqtt.fan_in",
    "mqtt.fan_out",
    "mqtt.latency",
    "mqtt.connects",
    "mqtt.idle",
)
ALL = {module.replace(".", "_"): module for module in MODULES}


def main(names: list[str], *, quick: bool) -> int:
    """0 when every limit was kept."""
    # Whoever ends this shall not leave servers behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    unknown = set(names) - set(ALL)
    if unknown:
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    kept = {name: importlib.import_module(f"benchmarks.{ALL[name]}").main(quick=quick) for name in names or ALL}
    for name, well in kept.items():
        print(f"{'kept    ' if well else 'EXCEEDED'} {name}")
    return int(not all(kept.values()))


if __name__ == "__main__":
    sys.exit(main([name for name in sys.argv[1:] if name != "--quick"], quick="--quick" in sys.argv))
