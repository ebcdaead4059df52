"""Takes every sequence of steps of a length, on all processors.

    python -m tests.model [--length 6]

Each step more takes about nine times as long. Exits with 1 if a sequence breaks a law, and shows the shortest.
"""

from __future__ import annotations

import argparse
import logging
import time
from concurrent.futures import ProcessPoolExecutor

from tests.model.explore import ROOTS, Report, explore, possible_steps
from tests.model.world import GAMES

SHOWN = 5


def main() -> int:
    """Explores, and prints what was seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    parser.add_argument("--length", type=int, default=6, help="steps behind each root (default: %(default)s)")
    length = max(parser.parse_args().length, 1)
    began = time.monotonic()
    total = Report()
    with ProcessPoolExecutor(initializer=logging.disable) as pool:
        parts = [
            pool.submit(explore, [(*root, step)], length - 1, game)
            for game in GAMES
            for root in ROOTS.values()
            for step in possible_steps(root, game)
        ]
        for part in parts:
            total.add(part.result())
    print(
        f"{total.sequences:,} sequences of {length} steps behind {len(ROOTS)} roots, {len(GAMES)} kinds of handlers; "
        f"{total.steps:,} steps, {len(total.states):,} states, {time.monotonic() - began:.0f} s"
    )
    for found in sorted(total.findings, key=lambda found: len(found.steps))[:SHOWN]:
        print(found)
    print(f"model: {len(total.findings)} findings" if total.findings else "model: passed")
    return bool(total.findings)


if __name__ == "__main__":
    raise SystemExit(main())
