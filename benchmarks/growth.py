"""How wsclient's cost grows: one line each against size, number, fragments, clients and listeners.

Run as `python -m benchmarks.growth`: it writes `results/growth.json`, which the page shows.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.pool import Pool
from benchmarks.rounds import median, run
from benchmarks.suite import OURS, Work
from benchmarks.worker import FIRST_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["RESULTS", "Lines", "main"]

RESULTS = Path(__file__).parent / "results" / "growth.json"

#: By name: pairs of what grows, and what one of it costs in nanoseconds.
Lines = dict[str, list[tuple[float, float]]]

_SIZES = tuple(16 * 4**power for power in range(11))  # 16 B to 16 MiB
_BURSTS = tuple(4096 * number for number in (1, 2, 4, 8, 12))
_FRAGMENTS = (1, 16, 256, 4096, 65536)
_CLIENTS = (10, 100, 1000, 2000)
_LISTENERS = (0, 1, 3, 10, 30, 100)


def main(rounds: int = 5, seconds: float = 0.05) -> None:
    """Measures all lines, and writes them."""
    lines: Lines = {}
    with Pool() as pool:

        def cost(work: Work) -> float:
            return median(run(pool, work, [OURS], rounds, seconds)[OURS])

        lines["bytes a message"] = _line(cost, _SIZES, lambda size: _receiving(f"binary-{size}"))
        lines["messages in a burst"] = _line(cost, _BURSTS, lambda count: _receiving("binary-64", count))
        lines["fragments of 64 KiB"] = _line(cost, _FRAGMENTS, lambda count: _receiving(f"fragments-65536-{count}"))
        lines["handlers of a signal"] = _line(
            cost, _LISTENERS, lambda count: Work("", "more", options={"work": f"listeners-{count}"})
        )
        lines["clients, all polled"] = []
        for count in _CLIENTS:
            pool.ask(OURS, kind="open_many", count=count - FIRST_CLIENTS)
            # Sweep upon sweep, as in a game: after a pause, each client would look at its deadlines.
            all_of_them = cost(Work("", "idle_many", count=50, fixed=True))
            lines["clients, all polled"].append((count, all_of_them))
            pool.forget(OURS)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")
    for name, points in lines.items():
        print(f"{name}: " + ", ".join(f"{at:g}: {cost:.4g} ns" for at, cost in points), file=sys.stderr)


def _line(
    cost: Callable[[Work], float], places: tuple[int, ...], work: Callable[[int], Work]
) -> list[tuple[float, float]]:
    return [(place, cost(work(place))) for place in places]


def _receiving(shape: str, count: int = 0) -> Work:
    return Work("", "receive", count=count or 1, fixed=bool(count), options={"shape": shape})


if __name__ == "__main__":
    main()
