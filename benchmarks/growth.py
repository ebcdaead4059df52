"""How wsclient's cost grows: a line each against size, number, fragments, clients, handlers and the rate of polling.

Run as `python -m benchmarks.growth`: it writes `results/growth.json`, which the page shows.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.pool import Pool
from benchmarks.rounds import run
from benchmarks.shapes import BURSTS
from benchmarks.suite import GROWING, OURS, Work
from benchmarks.worker import FIRST_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["RESULTS", "WHAT", "Lines", "main", "steepest"]

RESULTS = Path(__file__).parent / "results" / "growth.json"

#: By name: pairs of what grows, and what all of it costs in nanoseconds.
Lines = dict[str, list[tuple[float, float]]]

#: By what grows: what is told.
WHAT = {
    "bytes a message": "receiving one",
    "messages a frame": "the frame: its polls, and taking all",
    "fragments of 64 KiB": "receiving the message",
    "handlers of a signal": "emitting it",
    "clients": "polling all, idle",
    "polls a second": "a second of them, idle",
}

_SIZES = tuple(16 * 4**power for power in range(11))  # 16 B to 16 MiB
_FRAGMENTS = (1, 16, 256, 4096, 65536)
_CLIENTS = (10, 30, 100, 300, 1000, 2000)
_LISTENERS = (0, 1, 3, 10, 30, 100)
_RATES = (10, 60, 250, 1000, 5000, 10000)

_LINEAR = 1.15  # exponents up to that are; measuring is not exact


def main(rounds: int = 5, seconds: float = 0.05) -> None:
    """Measures all lines, and writes them."""
    with Pool() as pool:

        def cost(work: Work, client: str = OURS) -> float:
            # The cheapest round: what else the machine does only adds.
            return min(run(pool, work, [client], rounds, seconds)[client])

        def own(name: str, number: int, count: int = 0) -> float:
            work = Work("", "more", count=count or 1, fixed=count > 0, options={"work": f"{name} {number}"})
            return cost(work, GROWING)

        def clients(count: int) -> float:
            pool.ask(OURS, kind="open_many", count=count - FIRST_CLIENTS)
            # For longer, so that each has looked at its deadlines, which it does a few times a second.
            sweeps = run(pool, Work("", "idle_many"), [OURS], rounds, 0.3)[OURS]
            pool.forget(OURS)
            return min(sweeps)

        measures: dict[str, tuple[Callable[[int], float], Iterable[int]]] = {
            "bytes a message": (lambda size: cost(_receiving(f"binary-{size}")), _SIZES),
            "messages a frame": (lambda count: own("frames", count, 20 if count < 1000 else 5), (0, *BURSTS)),
            "fragments of 64 KiB": (lambda count: cost(_receiving(f"fragments-65536-{count}")), _FRAGMENTS),
            "handlers of a signal": (lambda count: own("listeners", count), _LISTENERS),
            "clients": (clients, _CLIENTS),
            "polls a second": (lambda rate: own("rate", rate, 1), _RATES),
        }
        lines: Lines = {}
        for name, (measure, places) in measures.items():
            lines[name] = [(place, measure(place)) for place in places]
            print(f"{name}: " + ", ".join(f"{at:g}: {cost:.4g} ns" for at, cost in lines[name]), file=sys.stderr)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(lines, indent=1) + "\n", encoding="utf-8")


def steepest(points: list[tuple[float, float]]) -> tuple[float, float, float] | None:
    """Finds where the cost grows fastest, if that is worse than linear anywhere.

    Returns:
        From where to where, and the exponent: 1 would be linear. None: nowhere.
    """
    steps = [
        (start, end, math.log(dear / cheap) / math.log(end / start))
        for (start, cheap), (end, dear) in itertools.pairwise(points)
        if start > 0
    ]
    worst = max(steps, key=lambda step: step[2])
    return worst if worst[2] > _LINEAR else None


def _receiving(shape: str) -> Work:
    return Work("", "receive", options={"shape": shape})


if __name__ == "__main__":
    main()
