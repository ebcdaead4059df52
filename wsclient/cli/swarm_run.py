"""Runs the clients of one process of a swarm, in real time."""

from __future__ import annotations

import math
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from wsclient.cli.swarm_fleet import Fleet
from wsclient.cli.swarm_script import Script, recorder
from wsclient.cli.swarm_tally import Tally
from wsclient.websocket.client import WebSocketClient
from wsclient.websocket.poll_group import PollGroup

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wsclient.cli.swarm_options import SwarmOptions

__all__ = ["Frames", "run"]

_BUDGET: Final = 0.015  # seconds of one poll(): enough for a thousand connects, but due work must not wait long


def run(
    options: SwarmOptions,
    process: int,
    is_interrupted: Callable[[], bool],
    on_second: Callable[[Tally], None],
) -> Tally:
    """Runs one process's share of the swarm until its time is over.

    Args:
        options: the parsed command line.
        process: its number, from 0.
        is_interrupted: returns True to stop.
        on_second: called each second with the counters.

    Returns:
        The counters.
    """
    tally = Tally()
    script = None if options.script is None else Script.load(options.script)
    numbers = options.plan.share(process, options.processes)
    with PollGroup() as group, _recording(tally), ExitStack() as clients:
        group.poll_budget = _BUDGET

        def make_client() -> WebSocketClient:
            return clients.enter_context(_client_of(options))

        fleet = Fleet(options, numbers, group, tally, make_client, script, time.monotonic)
        seconds = _Seconds(fleet, tally, on_second)
        frames = Frames(options.hz, time.monotonic, time.sleep)

        def until(is_reached: Callable[[], bool]) -> None:
            while not is_reached():
                fleet.step()
                tally.counts["missed_frames"] = frames.missed
                seconds.pass_on()
                if options.hz:
                    frames.rest()
                else:
                    group.wait(fleet.next_step() - time.monotonic())

        until(lambda: fleet.is_done or is_interrupted())
        fleet.stop()
        until(lambda: fleet.has_all_answers or is_interrupted())
        fleet.leave(is_interrupted=is_interrupted())
        seconds.finish()
        until(lambda: fleet.has_left)
        fleet.count()
    return tally


class Frames:
    """Sleeps from one frame to the next, and counts the frames that were missed.

    Args:
        hz: frames a second; 0.0 if there are none.
        clock: monotonic, in seconds.
        sleep: sleeps for a number of seconds.

    Attributes:
        missed: how many frames there was no time for.
    """

    def __init__(self, hz: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        self.missed: int = 0
        self._length = 1.0 / hz if hz else math.inf
        self._clock = clock
        self._sleep = sleep
        self._next = clock() + self._length

    def rest(self) -> None:
        """Sleeps until the next frame begins; does not sleep if that has passed."""
        now = self._clock()
        if now < self._next:
            self._sleep(self._next - now)
        else:
            missed = int((now - self._next) / self._length)
            self.missed += missed
            self._next += missed * self._length
        self._next += self._length


class _Seconds:
    """Passes on the tally each second.

    It includes the share of a core that this process has used.
    """

    def __init__(self, fleet: Fleet, tally: Tally, on_second: Callable[[Tally], None]) -> None:
        self._fleet = fleet
        self._tally = tally
        self._on_second = on_second
        self._next = 1.0
        self._since = (time.monotonic(), time.process_time())
        self._start = self._since

    def pass_on(self) -> None:
        if self._fleet.elapsed < self._next:
            return
        self._next = math.floor(self._fleet.elapsed) + 1.0
        self._fleet.count()
        now = (time.monotonic(), time.process_time())
        self._tally.cpu = [_used(self._since, now)]
        self._since = now
        self._on_second(self._tally)

    def finish(self) -> None:
        """Counts the use of the processor during the whole run."""
        self._next = math.inf
        self._tally.cpu = [_used(self._start, (time.monotonic(), time.process_time()))]


def _used(since: tuple[float, float], now: tuple[float, float]) -> float:
    return (now[1] - since[1]) / max(now[0] - since[0], 1e-9)


def _client_of(options: SwarmOptions) -> WebSocketClient:
    client = WebSocketClient()
    client.verify_ssl = not options.insecure
    client.trusted_ssl_certificate = options.cert
    return client


@contextmanager
def _recording(tally: Tally) -> Iterator[None]:
    recorder.target = tally.record
    try:
        yield
    finally:
        recorder.target = None
