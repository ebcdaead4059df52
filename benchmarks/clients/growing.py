"""wsclient, where it is told how its cost grows: work that only it does."""

from __future__ import annotations

import time
from functools import partial

from benchmarks.clients.ours import Ours, handle
from wsclient import WebSocketClient

__all__ = ["Growing"]

_ARRIVAL = 0.0005  # seconds until the first message is there
_ARRIVAL_EACH = 100e-9


class Growing(Ours):
    """One method for each thing that grows; each gives the seconds of the processor that it took."""

    def more(self, work: str, count: int) -> float | None:
        name, _, number = work.partition(" ")
        work_of = {"listeners": _listeners, "frames": self._frames, "rate": self._rate}
        return work_of[name](count, int(number))

    def _frames(self, count: int, messages: int) -> float:
        """Plays so many frames of a game, each of which finds so many messages."""
        worked = 0.0
        for _ in range(count):
            if messages:
                self.command(f"flood burst-{messages} 1")
                time.sleep(_ARRIVAL + messages * _ARRIVAL_EACH)
            start, left = time.thread_time(), messages - self._frame()
            worked += time.thread_time() - start
            while left:  # more than a poll() takes, or than the system holds
                time.sleep(_ARRIVAL)
                start, left = time.thread_time(), left - self._frame()
                worked += time.thread_time() - start
        return worked - count * _look()

    def _frame(self) -> int:
        client = self.client
        client.poll()
        arrived = client.get_available_packet_count()
        take = client.get_packet
        for _ in range(arrived):
            take()
        return arrived

    def _rate(self, count: int, rate: int) -> float:
        """Polls for half a second and so many halves more, so many times a second; tells what one second costs."""
        poll, worked, frames = self.client.poll, 0.0, max(1, rate * count // 2)
        for _ in range(frames):
            time.sleep(1 / rate)
            start = time.thread_time()
            poll()
            worked += time.thread_time() - start
        return (worked / frames - _look()) * rate * count


def _look() -> float:
    """Seconds that looking at the clock takes, which are in the difference of two looks."""
    return min(-(time.thread_time() - time.thread_time()) for _ in range(1000))


def _listeners(count: int, listeners: int) -> float:
    client = WebSocketClient()
    for _ in range(listeners):
        client.data_received.connect(partial(handle))
    emit = client._emit  # noqa: SLF001 - what poll() calls for each message
    start = time.thread_time()
    for _ in range(count):
        emit("data_received", None)
    return time.thread_time() - start
