"""Compares encoding and decoding Variants with the engine.

Run it with `python -m benchmarks.variants [--write]`.

Godot 3 runs in a separate process (`variants.gd`) and calls `var2bytes` and `bytes2var`, in turn with `encode` and
`decode` of the same values here. The fastest of many short rounds counts, because other programs only add time.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.engine import PROGRAM, Engine
from wsclient.variant import (
    PoolColorArray,
    PoolIntArray,
    PoolRealArray,
    PoolStringArray,
    PoolVector2Array,
    PoolVector3Array,
    Vector2,
    Vector3,
    decode,
    encode,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SCRIPT", "VALUES", "Row", "main", "measure", "table"]

_FOLDER = Path(__file__).parent
SCRIPT = _FOLDER / "godot" / "variants.gd"
_POOL = 64 * 1024  # bytes


def _player(number: int) -> dict[str, object]:
    """Returns a typical state of a player, which a game sends many times a second."""
    return {
        "id": 1_000_000_007 + number,
        "name": f"Player {number}",
        "position": Vector2(number * 37 % 1280, number * 91 % 720),
        "velocity": Vector2(12.5, -3.25),
        "heading": number / 7,
        "health": 100 - number % 100,
        "is_alive": number % 3 > 0,
        "items": ["sword", "shield", "potion"],
    }


VALUES: dict[str, object] = {
    "a player's state, a dictionary of 8": _player(1),
    "the states of 64 players": [_player(number) for number in range(64)],
    "an array of 1,000 Vector2": [Vector2(number / 4, -number / 8) for number in range(1000)],
    "an array of 1,000 Vector3": [Vector3(number / 4, -number / 8, number) for number in range(1000)],
    "an array of 1,000 int": list(range(-500, 500)),
    "an array of 1,000 float": [number / 8 for number in range(1000)],
    "an array of 1,000 texts": [f"word {number}" for number in range(1000)],
    "a PoolVector2Array of 1,000": PoolVector2Array((number / 4, -number / 8) for number in range(1000)),
    "a PoolByteArray of 64 KiB": bytes(number % 251 for number in range(_POOL)),
    "a PoolIntArray of 64 KiB": PoolIntArray(range(_POOL // 4)),
    "a PoolRealArray of 64 KiB": PoolRealArray(number / 8 for number in range(_POOL // 4)),
    "a PoolVector2Array of 64 KiB": PoolVector2Array((number, 0.5) for number in range(_POOL // 8)),
    "a PoolVector3Array of 64 KiB": PoolVector3Array((number, 0.5, 1.0) for number in range(_POOL // 12)),
    "a PoolColorArray of 64 KiB": PoolColorArray((0.5, 0.25, number % 2, 1.0) for number in range(_POOL // 16)),
    "a PoolStringArray of 64 KiB": PoolStringArray(f"player {number:04}" for number in range(_POOL // 16)),
}
"""The values to encode and decode, by name."""


@dataclass(slots=True)
class Row:
    """The results for one value.

    Attributes:
        name: a description of the value.
        size: bytes.
        seconds: the fastest times, with keys such as `("Godot", "encode")`.
    """

    name: str
    size: int
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)

    def add(self, who: str, what: str, seconds: float) -> None:
        """Records the time of a call in one round."""
        self.seconds[who, what] = min(seconds, self.seconds.get((who, what), inf))


def measure(engine: Engine, rounds: int, seconds: float) -> Iterator[Row]:
    """Measures each value for about this many seconds per round.

    In each round, all values are measured in turn.
    """
    for name, value in VALUES.items():
        data = encode(value)
        works: dict[tuple[str, str], Callable[[int], float]] = {
            ("wsclient", "encode"): partial(_time, encode, value),
            ("Godot", "encode"): partial(_time_engine, engine, "encode", data),
            ("wsclient", "decode"): partial(_time, decode, data),
            ("Godot", "decode"): partial(_time_engine, engine, "decode", data),
        }
        counts = {key: _count_for(work, seconds) for key, work in works.items()}
        row = Row(name, len(data))
        for _ in range(rounds):
            for (who, what), work in works.items():
                count = counts[who, what]
                row.add(who, what, work(count) / count)
        yield row


def _time(call: Callable[..., object], argument: object, count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        call(argument)
    return time.perf_counter() - start


def _time_engine(engine: Engine, method: str, data: bytes, count: int) -> float:
    took = engine.ask(method, data, count)
    assert isinstance(took, int)
    return took / 1e6


def _count_for(work: Callable[[int], float], seconds: float) -> int:
    """Returns how many calls take about this many seconds. Also warms up."""
    count = 1
    while (took := work(count)) < seconds / 4:
        count *= 4
    return max(1, round(count * seconds / took))


def table(rows: list[Row]) -> str:
    """Returns a table of microseconds, and the ratios to the engine."""
    lines = [
        "| Value | bytes | encode: wsclient | Godot | times | decode: wsclient | Godot | times |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for row in rows:
        cells = [row.name, f"{row.size:,}"]
        for what in ("encode", "decode"):
            ours, theirs = row.seconds["wsclient", what], row.seconds["Godot", what]
            cells += [_shown(ours * 1e6), _shown(theirs * 1e6), _shown(ours / theirs)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _shown(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.variants", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=60, help="how often each has its turn (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=0.003, help="of one turn (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="write benchmarks/variants.md")
    options = parser.parse_args()
    program = shutil.which(PROGRAM)
    if program is None:
        sys.exit(f"{PROGRAM} is not installed. On Debian and Ubuntu: sudo apt install {PROGRAM}")
    with Engine(program, SCRIPT) as engine:
        rows = list(measure(engine, options.rounds, options.seconds))
    print(table(rows))
    if options.write:
        _write(rows, program)


def _write(rows: list[Row], program: str) -> None:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    page = _FOLDER / "variants.md"
    above = page.read_text(encoding="utf-8").partition("\n| Value")[0].rstrip()
    facts = f"Python {platform.python_version()}, Godot {told.stdout.strip()}, {platform.machine()}."
    page.write_text(f"{above}\n\n{table(rows)}\n\n{facts}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
