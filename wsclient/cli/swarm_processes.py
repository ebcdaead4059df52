"""Divides a swarm among several processes, and adds up their counters."""

from __future__ import annotations

import multiprocessing
import signal
import sys
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Final

from wsclient.cli.swarm_run import run
from wsclient.cli.swarm_tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import SpawnProcess

    from wsclient.cli.swarm_options import SwarmOptions

    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection as Connection
    else:
        from multiprocessing.connection import Connection

__all__ = ["run_in_processes"]

_NAP: Final = 0.1  # seconds until Ctrl-C is noticed, at most
_STOP: Final = "stop"


def run_in_processes(
    options: SwarmOptions, is_interrupted: Callable[[], bool], on_second: Callable[[Tally], None]
) -> Tally:
    """Runs each share in its own process.

    The processes are spawned, because a fork would copy unfinished sockets.

    Args:
        options: the parsed command line.
        is_interrupted: returns True to stop.
        on_second: called about once per second with the sum of all counters.

    Returns:
        The sum of all counters.
    """
    context = multiprocessing.get_context("spawn")
    workers: dict[Connection, _Worker] = {}
    for number in range(options.processes):
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, options, number), daemon=True)
        process.start()
        theirs.close()
        workers[ours] = _Worker(process)
    try:
        _gather(workers, is_interrupted, on_second)
    finally:
        for ours, worker in workers.items():
            ours.close()  # this ends a process that still runs
            worker.process.join()
    return Tally.of([worker.tally for worker in workers.values()])


class _Worker:
    """One process, and the counters that it has sent last."""

    def __init__(self, process: SpawnProcess) -> None:
        self.process = process
        self.tally = Tally()
        self.is_running = True
        self.has_news = False


def _gather(
    workers: dict[Connection, _Worker], is_interrupted: Callable[[], bool], on_second: Callable[[Tally], None]
) -> None:
    has_stopped = False
    while running := [ours for ours, worker in workers.items() if worker.is_running]:
        ready = wait(running, _NAP)
        for ours in running:
            if ours in ready:
                _hear(ours, workers[ours])
        if is_interrupted() and not has_stopped:
            has_stopped = True
            _tell_to_stop(running)
        at_work = [worker for worker in workers.values() if worker.is_running]
        if at_work and all(worker.has_news for worker in at_work):
            on_second(Tally.of([worker.tally for worker in workers.values()]))
            for worker in workers.values():
                worker.has_news = False


def _hear(ours: Connection, worker: _Worker) -> None:
    try:
        tally, is_last = ours.recv()
    except (EOFError, OSError):
        worker.process.join()
        worker.tally.blame("process", f"A process of the swarm ended with exit code {worker.process.exitcode}.")
        worker.is_running = False
        return
    worker.tally = tally
    worker.has_news = True
    worker.is_running = not is_last


def _tell_to_stop(running: list[Connection]) -> None:
    for ours in running:
        try:
            ours.send(_STOP)
        except OSError:  # it has just ended
            continue


def _work(theirs: Connection, options: SwarmOptions, number: int) -> None:
    """Runs in the other process.

    It ends early when it is asked to, or when the first process has ended.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all processes; the first one decides
    is_told = False

    def is_interrupted() -> bool:
        nonlocal is_told
        is_told = is_told or theirs.poll()  # the end of the pipe can be read too
        return is_told

    try:
        tally = run(options, number, is_interrupted, lambda tally: theirs.send((tally, False)))
        theirs.send((tally, True))
    except OSError:
        sys.exit(1)  # the first process has ended
