"""Rounds in which all clients take turns.

Disturbances therefore affect all of them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from typing import TYPE_CHECKING

from benchmarks.shapes import block
from benchmarks.suite import CLIENTS_AT_ONCE, CLIENTS_HELD, LOOPS, MEMORY_STATES, OURS, UVLOOP, WORKS, Target, Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from benchmarks.pool import Pool

__all__ = [
    "Figures",
    "compare",
    "import_times",
    "many",
    "memory",
    "on_each_loop",
    "on_the_faster_loop",
    "run",
    "run_on_each_clock",
]

#: The cost of one unit of work in each round, by client.
Figures = dict[str, list[float]]

_MOST = 1 << 20  # the most at once, so that the server can keep up


def run(pool: Pool, work: Work, clients: Sequence[str], rounds: int, seconds: float) -> Figures:
    """Makes the clients do the work in turn, for about this many seconds each time."""
    return run_on_each_clock(pool, work, clients, rounds, seconds)[work.clock]


def run_on_each_clock(
    pool: Pool, work: Work, clients: Sequence[str], rounds: int, seconds: float
) -> dict[str, Figures]:
    """Does the same, and returns both "cpu" and "wall"."""
    if work.is_large:
        pool.forget(*clients)
    counts: dict[str, int] = {}
    for client in clients:
        if count := _calibrate(pool, work, client, seconds):
            counts[client] = count
    told: dict[str, Figures] = {clock: {client: [] for client in counts} for clock in ("cpu", "wall")}
    for _ in range(rounds):
        for client, count in list(counts.items()):
            answer = pool.ask(client, kind=work.kind, count=count, **work.options)
            if work.kind == "connect":
                pool.forget()  # the server keeps connections open, and would run out of descriptors
            for clock, figures in told.items():
                if answer is None:  # it failed
                    counts.pop(client, None)
                    figures.pop(client, None)
                else:
                    figures[client].append(answer[clock] / answer["count"] * work.scale)
    return told


def on_each_loop(clients: Iterable[str]) -> list[str]:
    """Adds the clients of asyncio on uvloop to those on its own loop."""
    return [name for client in clients for name in ((client, client + UVLOOP) if client in LOOPS else (client,))]


def on_the_faster_loop(figures: Figures) -> Figures:
    """Keeps each client of asyncio only on the loop on which it is faster."""
    best: Figures = {}
    for client, values in figures.items():
        name = client.removesuffix(UVLOOP)
        if name not in best or median(values) < median(best[name]):
            best[name] = values
    return best


def _calibrate(pool: Pool, work: Work, client: str, seconds: float) -> int:
    """Returns how many units take about this many seconds. Also warms up.

    Returns 0 if this client cannot do the work.
    """
    each = work.count
    if work.kind == "receive" and not work.fixed:
        each = block(str(work.options["shape"])).count
    count = each
    while True:
        answer = pool.ask(client, kind=work.kind, count=count, **work.options)
        if answer is None:
            return 0
        # On a busy machine, elapsed time is unreliable: one poll may take as long as thousands.
        took = max(answer[work.clock], answer["wall"] / 16, 1e-6)
        if work.fixed:
            return count
        if took >= seconds / 4 or count >= _MOST:
            return max(each, min(round(count * seconds / took / each) * each, _MOST))
        count *= max(2, min(16, round(seconds / 4 / took)))


def many(pool: Pool, clients: Iterable[str], rounds: int) -> dict[str, Figures]:
    """Measures a thousand connections in one process, client by client.

    Returns the cost of polling all of them, and the KiB for each.
    """
    results: dict[str, Figures] = {"many-idle": {}, "many-frame": {}, "many-memory": {}}
    for client in clients:
        pool.forget(client)  # free memory left by earlier work would hide the real cost
        opened = pool.ask(client, kind="open_many", count=CLIENTS_AT_ONCE)
        if opened is None:
            continue
        results["many-memory"][client] = [opened["wall"] / opened["count"] / 1024]
        # For longer than the others, because some check their timeouts only a few times a second.
        results["many-idle"] |= run(pool, WORKS["many-idle"], [client], rounds, 0.15)
        results["many-frame"] |= run(pool, WORKS["many-frame"], [client], max(1, rounds // 2), 0.0)
        pool.forget(client)
    return results


def memory(pool: Pool, clients: Iterable[str]) -> dict[str, Figures]:
    """Returns the KiB of one client in each state, with TCP and TLS.

    The states are idle, in play, and with a full queue.
    """
    results: dict[str, Figures] = {}
    for client in clients:
        for secure in (False, True):
            for state in MEMORY_STATES:
                key = f"memory-{state}" + ("-tls" if secure else "")
                held = pool.ask(client, kind="hold", count=CLIENTS_HELD, state=state, secure=secure)
                if held is None:
                    break
                results.setdefault(key, {})[client] = [held["wall"] / held["count"] / 1024]
            pool.forget(client)
    return results


def import_times(rounds: int) -> Figures:
    """Returns the milliseconds of processor time of the import.

    Those of pyee, which is always needed, are left out.
    """
    programs = {"pyee": "import pyee", OURS: "import pyee, wsclient"}
    figures: Figures = {name: [] for name in programs}
    with tempfile.TemporaryDirectory() as folder:
        # Use compiled bytecode, as in an installed package, whatever the environment says.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder, "PYTHONDONTWRITEBYTECODE": ""}
        for number in range(rounds + 1):
            for name, program in programs.items():
                timed = f"import time; start = time.process_time(); {program}; print(time.process_time() - start)"
                command = [sys.executable, "-c", timed]
                told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
                if number:
                    figures[name].append(float(told.stdout) * 1e3)
    return {OURS: [ours - bare for ours, bare in zip(figures[OURS], figures["pyee"], strict=True)]}


def compare(target: Target, results: dict[str, Figures]) -> list[float]:
    """Returns the ratio of each round; empty if not measured.

    If there is nothing to compare with, returns our own figures.
    """
    ours = results.get(target.work, {}).get(target.ours, [])
    if not target.other:
        return ours
    others = results.get(target.other_work or target.work, {}).get(target.other, [])
    divide: Callable[[float, float], float] = (lambda a, b: b / a) if target.least else (lambda a, b: a / b)
    return [divide(mine, other) for mine, other in zip(ours, others, strict=False)]


def median(values: list[float]) -> float:
    """Returns the median."""
    return statistics.median(values)
