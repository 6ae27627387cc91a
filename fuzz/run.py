"""Feeds every parser with what nobody would send. Only documented errors may come out.

`./dev fuzz [--seconds N] [NAME …]` runs each fuzz/fuzz_NAME.py for so long: its `target(data)` takes the errors its
parser documents, so whatever it raises is a finding. Inputs begin with the files of fuzz/corpus/NAME. Where atheris
can be imported (`pip install 'homeward[fuzz]'`) its coverage leads the way, elsewhere plain mutation does.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
import random
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
FOUND = HERE.parent / ".cache" / "fuzz"
HANGS = 10
"""Seconds after which a batch of inputs is taken to hang."""
BATCH = 500

Target = Callable[[bytes], None]


def main() -> int:
    """0 when nothing was found."""
    options = _options()
    if options.alone:
        return _run(options.names[0], options.seconds, options.seed)
    return max(_apart(name, options.seconds, options.seed) for name in options.names or names())


def names() -> list[str]:
    """Every target there is."""
    return sorted(path.stem.removeprefix("fuzz_") for path in HERE.glob("fuzz_*.py"))


def load(name: str) -> Target:
    """A target by its name."""
    target: Target = importlib.import_module(f"fuzz.fuzz_{name}").target
    return target


def corpus(name: str) -> list[bytes]:
    """The inputs that a target begins with."""
    return [path.read_bytes() for path in sorted((HERE / "corpus" / name).glob("*"))]


def mutate(data: bytes, inputs: list[bytes], chance: random.Random) -> bytes:
    """An input like `data`, but for a few accidents."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        chance.choice(_ACCIDENTS)(changed, inputs, chance)
    return bytes(changed)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev fuzz")
    parser.add_argument("names", nargs="*", metavar="NAME", help="targets; none: all")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target (60)")
    parser.add_argument("--seed", type=int, default=time.time_ns() & 0xFFFFFFFF, help="of plain mutation")
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _apart(name: str, seconds: float, seed: int) -> int:
    """Each in a process of its own: atheris ends the one it runs in."""
    command = [sys.executable, "-m", "fuzz.run", "--alone", f"--seconds={seconds}", f"--seed={seed}", name]
    done = subprocess.run(command, stderr=subprocess.PIPE, text=True)
    runs = re.search(r"Done (\d+) runs in (\d+) second", done.stderr)
    if runs:
        _tell(name, int(runs[1]), float(runs[2]), "guided by coverage")
    elif done.returncode:
        print(done.stderr[-4000:])
    return int(done.returncode != 0)


def _run(name: str, seconds: float, seed: int) -> int:
    try:
        import atheris
    except ImportError:
        return _plainly(name, load(name), seconds, seed)
    with atheris.instrument_imports(include=["homeward"]):
        target = load(name)
    FOUND.mkdir(parents=True, exist_ok=True)
    limits = [f"-max_total_time={max(1, round(seconds))}", f"-timeout={HANGS}", f"-artifact_prefix={FOUND}/{name}-"]
    seeds = HERE / "corpus" / name
    grown = FOUND / name
    grown.mkdir(exist_ok=True)
    atheris.Setup([name, *limits, str(grown), str(seeds)], target)
    atheris.Fuzz()
    return 0


def _plainly(name: str, target: Target, seconds: float, seed: int) -> int:
    chance, inputs, count = random.Random(seed), corpus(name) or [b""], 0
    begin = time.monotonic()
    while time.monotonic() - begin < seconds:
        faulthandler.dump_traceback_later(HANGS, exit=True)
        for _ in range(BATCH):
            data = mutate(chance.choice(inputs), inputs, chance)
            try:
                target(data)
            except BaseException:
                traceback.print_exc()
                print(f"{name}: found with {data!r}", file=sys.stderr)
                return 1
        count += BATCH
    faulthandler.cancel_dump_traceback_later()
    _tell(name, count, time.monotonic() - begin, f"plain mutation, seed {seed}")
    return 0


def _tell(name: str, count: int, seconds: float, how: str) -> None:
    print(f"{name:24}{count:>12,} inputs{count / max(seconds, 0.001):>12,.0f} a second   {how}", flush=True)


def _at(data: bytearray, chance: random.Random) -> int:
    return chance.randrange(len(data) + 1)


def _flip(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _put(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    at = _at(data, chance)
    data[at : at + chance.randrange(3)] = chance.choice(_TELLING)


def _drop(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    at = _at(data, chance)
    del data[at : at + chance.choice((1, 2, 4, len(data)))]


def _double(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    at = _at(data, chance)
    data[at:at] = data[at : at + chance.randrange(1, 32)]


def _splice(data: bytearray, inputs: list[bytes], chance: random.Random) -> None:
    other = chance.choice(inputs)
    data[_at(data, chance) :] = other[chance.randrange(len(other) + 1) :]


_ACCIDENTS = (_flip, _flip, _put, _put, _drop, _double, _splice)
_TELLING = (
    *b"\0|\1|\x7f|\x80|\xff|\0\0|\xff\xff|\x7f\xff\xff\xff|\xff\xff\xff\xff|\xc3\x28|\xed\xa0\x80|\xef\xbb\xbf".split(
        b"|"
    ),
    *rb'#;+;/;";\;{;};[;];null;-1;1e999;NaN;0x;%00;\u0000;\ud800;=;&;|'.split(b";"),
    b"\r\n",
    b"[" * 2_000,
    b"9" * 400,
)


if __name__ == "__main__":
    sys.exit(main())
