"""The interface of every client.

It allows the same work to be measured with all of them.
"""

from __future__ import annotations

import os
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from benchmarks.engine import processor_seconds
from benchmarks.shapes import MIB

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

__all__ = ["FRAME", "LIMIT", "REST", "TO_FILL", "Client", "NotOffered", "longest_of", "rest"]

#: The largest message that every client must accept; wsclient's default.
LIMIT = 16 * MIB

#: Seconds between two polls of a client that waits for more.
REST = 50e-6

#: Seconds; shorter than a game's frame, to save time. A client that has sent everything also sleeps this long before it
#: polls for the answer. Otherwise, a slow server would cost clients that poll more than those that sleep.
TO_FILL = 0.05  # seconds
FRAME = 0.002


class NotOffered(Exception):
    """Raised if this client cannot do the work, or is too slow for a useful result."""


def rest(seconds: float = REST) -> None:
    """Sleeps after a poll without a result.

    Other clients sleep in the system until something arrives.
    """
    time.sleep(seconds)


def longest_of(poll: Callable[[], object], arrived: Callable[[Any], int], count: int) -> tuple[float, float]:
    """Polls until this many messages have arrived; see `Client.longest_poll`.

    It pauses between frames.
    """
    longest = worked = 0.0
    while count > 0:
        time.sleep(FRAME)
        before, work = time.perf_counter(), time.thread_time()
        result = poll()
        longest = max(longest, time.perf_counter() - before)
        worked = max(worked, time.thread_time() - work)
        count -= arrived(result)
    return longest, worked


class Client(ABC):
    """One client library.

    Each method completes its work before it returns, however long that takes.

    Args:
        context: trusts the server's certificate; created before anything is measured.

    Attributes:
        process: the id of the process that does the work.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.process = os.getpid()

    def processor_time(self) -> float:
        """Returns the processor time of the process, in seconds."""
        return processor_seconds(self.process)

    @abstractmethod
    def open(self, url: str, *, compression: bool = False) -> None:
        """Connects, and keeps the connection for the following work."""

    @abstractmethod
    def close(self) -> None:
        """Ends the connection."""

    @abstractmethod
    def command(self, text: str) -> None:
        """Sends the server a command."""

    @abstractmethod
    def receive(self, count: int) -> None:
        """Receives this many messages, binary as `bytes` and text as `str`."""

    def send(self, payload: bytes, count: int, batch: int) -> None:
        """Sends this many binary messages, then receives the answer.

        It sends `batch` of them together if the client can.
        """
        raise NotOffered

    def echo(self, payload: bytes, count: int) -> list[float]:
        """Sends and receives the answer this many times.

        Returns the seconds of each, including the client's loop.
        """
        raise NotOffered

    def idle(self, count: int, *, inside: bool = False) -> None:
        """Polls this many times without a result, as in the frames of a game.

        Args:
            count: the number of polls.
            inside: for asyncio, whether the game is a coroutine; otherwise it has its own loop.
        """
        raise NotOffered

    def longest_poll(self, count: int, budget: float) -> tuple[float, float]:
        """Receives this many messages, with a frame every few milliseconds.

        Args:
            count: the number of messages.
            budget: seconds that one poll may take, if the client has such a setting.

        Returns:
            Seconds of the longest poll: on the clock, and as the work of this thread.
        """
        raise NotOffered

    def connect(self, url: str, count: int, *, busy: bool = False) -> None:
        """Opens and drops this many connections, one after the other, without a Close.

        Args:
            url: the server's URL.
            count: the number of connections.
            busy: whether a client polls all the time; otherwise it sleeps in between, as others wait.
        """
        for _ in range(count):
            self.open(url)
            self.close()

    def open_many(self, url: str, count: int) -> None:
        """Opens this many connections, and keeps them."""
        raise NotOffered

    def idle_many(self, count: int, *, pause: float = 0.0) -> None:
        """Polls all of them this many times.

        Args:
            count: the number of polls.
            pause: seconds before each, as between the frames of a game.
        """
        for _ in range(count):
            if pause:
                time.sleep(pause)
            self.look_at_all()

    def look_at_all(self) -> None:
        """Polls all of them once."""
        raise NotOffered

    def fill(self) -> None:
        """Reads from the network for a while without taking messages.

        The queue becomes full.
        """
        raise NotOffered

    def more(self, work: str, count: int) -> float | None:
        """Does work that only one client has, by its name.

        Returns the seconds, if the client measures them itself.
        """
        raise NotOffered
