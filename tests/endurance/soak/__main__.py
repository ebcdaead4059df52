"""Plays for hours over connections that fail.

It compares the last window of time with the first.

    python -m tests.endurance.soak --hours 2

Exits with 1 if memory, descriptors, threads or latency grew beyond `ledger.BOUNDS`, if a message came back changed, or
if a player heard nothing for a whole window.
"""

from __future__ import annotations

import argparse
import gc
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.endurance.soak.ledger import BOUNDS, Ledger, Window, growths, table
from tests.endurance.soak.players import FRAME, Player
from tests.endurance.soak.world import World

WINDOWS = 12
WARM_UP = 0.5  # of a window, until caches are full
LONGEST_WINDOW = 600.0  # seconds


def main() -> int:
    """Plays, and prints a line for each window. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1, help="of the faults (default: %(default)s)")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)  # lost connections are what this is about
    seconds = options.hours * 3600.0
    with tempfile.TemporaryDirectory() as folder:
        return _soak(Path(folder), seconds, options.seed)


def _soak(folder: Path, seconds: float, seed: int) -> int:
    length = min(seconds / (WINDOWS + WARM_UP), LONGEST_WINDOW)
    ledger: Ledger | None = None
    troubles: list[str] = []

    def latency(took: float) -> None:
        if ledger is not None:
            ledger.latency(took)

    began = time.monotonic()
    with World(folder, time.monotonic, seed, latency) as world:
        due = began
        heard: Counter[str] = Counter()
        while (now := time.monotonic()) < began + seconds + 2 * FRAME:
            if ledger is None and now >= began + WARM_UP * length:
                gc.freeze()  # so that counting does not stop the game for long
                ledger = Ledger(time.monotonic, length)
            due = max(due + FRAME, now)
            world.frame(due)
            if ledger is not None and ledger.tick():
                _print_window(len(ledger.windows), ledger.windows[-1], world)
                troubles += [
                    f"{each.name} heard nothing for a window." for each in world.players if _is_mute(each, heard)
                ]
                heard = Counter({each.name: each.answered for each in world.players})
        _print_players(world)
        troubles += [f"{each.name}: {each.wrong} wrong messages." for each in world.players if each.wrong]
    assert ledger is not None
    troubles += growths(ledger.windows)
    if len(ledger.windows) > 1:
        print(f"\n{table(ledger.windows)}\n")
    print(f"{seconds / 60:.0f} minutes, windows of {length:.0f} s")
    print("\n".join(troubles) or "flat")
    return 1 if troubles else 0


def _is_mute(player: Player, heard: Counter[str]) -> bool:
    return player.answered == heard[player.name]


def _print_window(number: int, window: Window, world: World) -> None:
    ends = sum(player.ends for player in world.players)
    shown = [bound.shown.format(getattr(window, name) / bound.unit) for name, bound in BOUNDS.items()]
    pairs = [f"{bound.title} {value}" for bound, value in zip(BOUNDS.values(), shown, strict=True)]
    faults = f"{window.messages:,} measured, {ends:,} ends, {world.restarts} restarts"
    print(f"{number:2}  {'; '.join([*pairs, faults])}", flush=True)


def _print_players(world: World) -> None:
    print()
    for player in world.players:
        print(f"{player.name:26} {player.answered:10,} right  {player.wrong:4} wrong  {player.ends:6,} ends")


if __name__ == "__main__":
    sys.exit(main())
