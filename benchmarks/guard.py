"""Checks quickly whether a hot path has become slower.

`python -m benchmarks --quick` and `.ci/run` run it. It must work on a busy machine. It therefore measures processor
time only, and uses the cheapest round of each side, because disturbances only add time. An apparent loss is measured
again, separately and for longer, and is reported only if it is confirmed each time.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks import report
from benchmarks.pool import Pool
from benchmarks.rounds import compare, median, run
from benchmarks.suite import BARE, BATCHES, FLOORS, OURS, SIGNAL, TARGETS, WORKS
from benchmarks.worker import FIRST_CLIENTS

if TYPE_CHECKING:
    from benchmarks.rounds import Figures
    from benchmarks.suite import Target

__all__ = ["is_lost", "main"]

#: The works that show at once if a hot path is lost, and the clients that they are compared with.
_KEYS = (
    "idle",
    "idle-tls",
    "receive-64",
    "receive-unequal",
    "receive-mixed",
    "receive-1M",
    "send-64",
    "send-1M",
    "connect",
    "emit",
    "emit-by-pyee",
    "some-idle",
    "longest-burst-4",
    "longest-16M-umlauts-4",
)
_CLIENTS = (BARE, OURS, BATCHES, SIGNAL, "picows", "websockets sync")

_ROUNDS = 5
_ROUNDS_AGAIN = 15
_LOOKS = 3  # the first one and two repetitions
_SECONDS = 0.04
_SOME = 200  # clients in one process


def main() -> bool:
    """Measures and prints the ratios; returns True if nothing is lost."""
    before = report.last_results()
    with Pool() as pool:
        pool.start(_CLIENTS)
        results = {key: _measure(pool, key, _CLIENTS, _ROUNDS) for key in _KEYS}
        targets = [target for target in (*TARGETS, *FLOORS) if _lowest(target, results) and _is_telling(target)]
        print("\n".join(report.plain(report.judge(targets, results))))
        lost = [target for target in targets if is_lost(target, results, before)]
        for _ in range(_LOOKS - 1):
            for target in lost:
                print(f"once more: {_words(target, _lowest(target, results), before)}", file=sys.stderr, flush=True)
            lost = [target for target in lost if is_lost(target, _measure_again(pool, target), before)]
    for target in lost:
        print(f"LOST: {_words(target, _lowest(target, results), before)}")
    print(f"Guard: {len(targets)} ratios, {len(lost)} lost")
    return not lost and not pool.failures


def is_lost(target: Target, results: dict[str, Figures], before: dict[str, Figures]) -> bool:
    """Returns True if less than half of the target is left.

    If the target was not reached before, the last ratio counts instead.

    Args:
        target: the target.
        results: the results of this run.
        before: the results of the last complete run; empty if there is none.
    """
    value = _lowest(target, results)
    limit = _limit(target, before)
    return value < limit if target.least else value > limit


def _limit(target: Target, before: dict[str, Figures]) -> float:
    if target.floor:
        return target.floor
    last = compare(target, before)
    if target.least:
        return min(target.least, median(last) if last else target.least) / 2
    return max(target.most, median(last) if last else target.most) * 2


def _lowest(target: Target, results: dict[str, Figures]) -> float:
    """Returns the ratio of the cheapest rounds, or 0 if one side was not measured."""
    ours = results.get(target.work, {}).get(target.ours)
    others = results.get(target.other_work or target.work, {}).get(target.other) if target.other else [1.0]
    if not ours or not others:
        return 0.0
    return min(others) / min(ours) if target.least else min(ours) / min(others)


def _is_telling(target: Target) -> bool:
    """Returns True if a target can be checked by ratios.

    For this, the cost of the other client must not vary threefold. It varies for a message of 1 MiB, and for many
    small sends, which cost the others a system call each.
    """
    if not target.other:
        return WORKS[target.work].kind == "longest"
    return bool(target.floor) or target.work not in {"receive-1M", "send-64"}


def _measure(pool: Pool, key: str, clients: tuple[str, ...], rounds: int) -> Figures:
    work = WORKS[key]
    if work.kind == "idle_many":
        pool.ask(OURS, kind="open_many", count=_SOME - FIRST_CLIENTS)
    return run(pool, work, [client for client in work.clients if client in clients], rounds, _SECONDS)


def _measure_again(pool: Pool, target: Target) -> dict[str, Figures]:
    keys = {target.work, target.other_work or target.work}
    return {key: _measure(pool, key, (target.ours, target.other), _ROUNDS_AGAIN) for key in sorted(keys)}


def _words(target: Target, value: float, before: dict[str, Figures]) -> str:
    other = f", compared with {target.other}" if target.other else ""
    return f"{WORKS[target.work].name}{other}: {value:.3g}, the limit is {_limit(target, before):.3g}"
