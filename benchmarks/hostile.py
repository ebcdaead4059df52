"""Measures the longest `poll()` and the most memory with a hostile server.

Run it with `python -m benchmarks.hostile`.

Server and client are separate processes, connected over TCP. A game with a frame of two milliseconds polls and reads
all messages. Each scene is played several times. The result is the median of its longest polls, on the clock, which on
a busy machine includes other programs, and as the work of the thread.
"""

from __future__ import annotations

import argparse
import gc
import logging
import statistics
import subprocess
import sys
import time
import tracemalloc
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.hostile_scenes import SCENES
from benchmarks.hostile_server import HostileServer, pin
from benchmarks.shapes import MIB
from wsclient import Error, WebSocketClient

__all__ = ["MEMORY_SCENES", "Played", "main", "play", "table"]

_FRAME = 0.002  # seconds; shorter than a game's, to save time
_LONGEST = 60.0  # seconds for one scene
_PAUSED = 300  # polls with a full queue before the scene ends
_OUTGOING = 64 * 1024  # bytes in a message, if the client floods

MEMORY_SCENES = ("fragments-of-one", "unread", "bomb")
"""The rows of the hostile suite whose memory is shown: C03, C07, D01."""


@dataclass
class Played:
    """The cost of playing a scene once."""

    ended: str = ""
    messages: int = 0
    polls: int = 0
    longest: float = 0.0  # seconds, by the clock
    longest_work: float = 0.0  # seconds, by this thread's own clock
    work: float = 0.0
    memory: int = 0  # bytes, the most in addition to those at the start, if measured
    _told: list[str] = field(default_factory=list)


def play(url: str, name: str, budget: float, *, measures_memory: bool = False) -> Played:
    """Plays a scene.

    Args:
        url: the server's URL.
        name: the scene's name.
        budget: `poll_budget`, in seconds.
        measures_memory: whether to measure memory, which makes everything slower.

    Raises:
        AssertionError: the scene did not end as expected.
    """
    scene, played = SCENES[name], Played()
    client = _client(scene.is_compressed, budget, played)
    if measures_memory:
        gc.collect()
        tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    client.connect_to_url(url + name)
    deadline = time.monotonic() + _LONGEST
    while not played.ended:
        assert time.monotonic() < deadline, f"{name} has no end: {played}, {client!r}"
        _frame(client, played, is_reading=scene.ends != "full")
        if scene.ends == "deaf" and client.get_connection_status() == client.CONNECTION_CONNECTED:
            _flood(client, played)
        if scene.ends == "full" and played.polls > _PAUSED:
            played.ended = "full" if client.get_statistics().unread_packets == 4096 else "not full"
    played.memory = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    with client:  # closes the connection
        pass
    assert played.ended == scene.ends, f"{name} ended with {played.ended}: {client.last_error}"
    return played


def _client(is_compressed: bool, budget: float, played: Played) -> WebSocketClient:
    client = WebSocketClient()
    client.poll_budget = budget
    client.compression = is_compressed

    def closed(was_clean: bool) -> None:
        cause = client.last_error.cause if client.last_error else None
        played.ended = "clean" if was_clean else str(getattr(cause, "code", "lost"))

    def failed() -> None:
        played.ended = "error"

    client.connection_closed.connect(closed)
    client.connection_error.connect(failed)
    return client


def _frame(client: WebSocketClient, played: Played, *, is_reading: bool) -> None:
    time.sleep(_FRAME)
    work, now = time.thread_time(), time.perf_counter()
    client.poll()
    _count(played, time.perf_counter() - now, time.thread_time() - work)
    if is_reading:
        played.messages += len(client.get_packets())


def _flood(client: WebSocketClient, played: Played) -> None:
    """Sends while there is room in the queue."""
    work, now = time.thread_time(), time.perf_counter()
    answer = client.put_packet(bytes(_OUTGOING))
    _count(played, time.perf_counter() - now, time.thread_time() - work)
    if answer == Error.ERR_OUT_OF_MEMORY:
        played.ended = "deaf"


def _count(played: Played, seconds: float, work: float) -> None:
    played.polls += 1
    played.longest = max(played.longest, seconds)
    played.longest_work = max(played.longest_work, work)
    played.work += work


def main() -> None:
    """Plays the selected scenes, and prints the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    parser.add_argument("scenes", nargs="*", help=f"of {', '.join(SCENES)}")
    parser.add_argument("--budget", type=float, default=0.004, help="poll_budget, in seconds (0.004)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is played (5)")
    parser.add_argument("--memory", action="store_true", help="measure memory, and nothing else")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    if options.memory:
        with HostileServer() as server:
            for name in MEMORY_SCENES:
                played = play(server.url, name, options.budget, measures_memory=True)
                print(f"- {SCENES[name].words}: {played.memory / MIB:.2f} MiB")
        return
    if options.scenes:
        print("\n".join(table(options.scenes, options.budget, options.rounds)))
    else:
        print("\n".join([*full_table(options.budget, options.rounds), "", *memory_lines()]))


def full_table(budget: float = 0.004, rounds: int = 5) -> list[str]:
    """Plays all scenes, as `table` does."""
    return table([*SCENES], budget, rounds)


def memory_lines() -> list[str]:
    """Measures memory in a separate process; returns a line for each scene."""
    command = [sys.executable, "-m", "benchmarks.hostile", "--memory"]
    root = Path(__file__).parent.parent
    return subprocess.run(command, check=True, cwd=root, capture_output=True, text=True).stdout.splitlines()


def table(names: list[str], budget: float, rounds: int) -> list[str]:
    """Plays scenes; returns the rows of a Markdown table."""
    lines = [
        f"| What the server does | longest `poll()` of {budget * 1e3:g} ms, ms | its work, ms | polls | messages |",
        "|---|---|---|---|---|",
    ]
    longest = work = 0.0
    with HostileServer() as server:
        pin(is_server=False)
        for name in names:
            played = [play(server.url, name, budget) for _ in range(rounds)]
            wall = statistics.median(each.longest for each in played)
            worked = statistics.median(each.longest_work for each in played)
            longest, work = max(longest, wall), max(work, worked)
            last = played[-1]
            lines.append(
                f"| {SCENES[name].words} | {wall * 1e3:.1f} | {worked * 1e3:.1f} | {last.polls:,} | {last.messages:,} |"
            )
            print(lines[-1], file=sys.stderr)
    lines.append(f"| **the longest of all** | **{longest * 1e3:.1f}** | **{work * 1e3:.1f}** | | |")
    return lines


if __name__ == "__main__":
    main()
