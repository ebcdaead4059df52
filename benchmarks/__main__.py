"""Runs the comparison of wsclient with other clients.

`python -m benchmarks [--quick] [--only idle,receive-64] [--rounds 7]`
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time

from benchmarks import guard, report, rounds
from benchmarks.pool import Pool
from benchmarks.suite import MEMORY_CLIENTS, ON_THE_CLOCK, TARGETS, WORKS
from benchmarks.worker import CLIENTS


def main() -> int:
    """Runs the benchmarks.

    Returns 1 if the guard reports a loss, or if something failed.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="under two minutes; fails if a hot path has become slower")
    parser.add_argument("--only", default="", help="keys of works, separated by commas")
    parser.add_argument("--keep", action="store_true", help="with --only: save these rows in the last results")
    parser.add_argument("--page", action="store_true", help="rewrite docs/performance.md without measuring")
    parser.add_argument("--rounds", type=int, default=0, help="the number of turns of each client")
    options = parser.parse_args()
    if options.quick:
        return not guard.main()
    if options.page:
        report.write_page()
        return 0
    wanted = options.only.split(",") if options.only else list(WORKS)
    count = options.rounds or 7
    seconds = 0.04
    started = time.time()
    with Pool() as pool:
        pool.start(CLIENTS)
        results = _measure(pool, wanted, count, seconds)
        if "many-idle" in wanted:
            results |= rounds.many(pool, WORKS["many-idle"].clients, count)
        if "memory" in wanted or not options.only:
            results |= rounds.memory(pool, MEMORY_CLIENTS)
        if not options.only:
            results["import"] = rounds.import_times(15)
    lines = report.judge(TARGETS, results)
    print("\n".join(report.plain(lines)))
    if options.only:
        if not options.keep:
            return bool(pool.failures)
        results = report.last_results() | results
    report.write(results, time.time() - started)
    return bool(pool.failures)


def _measure(pool: Pool, wanted: list[str], count: int, seconds: float) -> dict[str, rounds.Figures]:
    results = {}
    for key in wanted:
        if key == "import":
            results[key] = rounds.import_times(count)
        if key not in WORKS or WORKS[key].kind in {"idle_many", "told"}:
            continue
        work, before = WORKS[key], time.monotonic()
        told = rounds.run_on_each_clock(pool, work, rounds.on_each_loop(work.clients), count, seconds)
        results[key] = rounds.on_the_faster_loop(told[work.clock])
        if work.kind == "longest":
            results[key + ON_THE_CLOCK] = told["wall"]
        _say(f"{work.name}: {_shown(results[key], work.unit)}  ({time.monotonic() - before:.1f} s)")
    return results


def _shown(figures: rounds.Figures, unit: str) -> str:
    return ", ".join(f"{client} {rounds.median(values):.4g} {unit}" for client, values in figures.items())


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
