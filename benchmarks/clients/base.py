"""What is asked of every client, so that the same work can be measured with all of them."""

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

#: The largest message that a client has to take, for all alike; what wsclient takes without being asked.
LIMIT = 16 * MIB

#: Seconds between two looks of who waits for more.
REST = 50e-6

#: Seconds; a game's is longer, and a benchmark has no time. So long, too, rests who has sent all and awaits the answer:
#: else a server that takes long to count would cost those who poll, and not those who sleep.
TO_FILL = 0.05  # seconds
FRAME = 0.002


class NotOffered(Exception):
    """This client has no such thing, or takes so long for it that measuring it would teach nothing."""


def rest(seconds: float = REST) -> None:
    """What a client does that polls and finds nothing: others sleep in the system until something comes."""
    time.sleep(seconds)


def longest_of(poll: Callable[[], object], arrived: Callable[[Any], int], count: int) -> tuple[float, float]:
    """Polls until so many messages are there, with a frame's pause in between; see `Client.longest_poll`."""
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
    """One client library. Each method does all of its work, however long that takes, before it returns.

    Args:
        context: trusts the server's certificate; made before anything is measured.

    Attributes:
        process: the number of the process that does the work.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self.process = os.getpid()

    def processor_time(self) -> float:
        """Seconds that the process has worked."""
        return processor_seconds(self.process)

    @abstractmethod
    def open(self, url: str, *, compression: bool = False) -> None:
        """Connects, and keeps the connection for what follows."""

    @abstractmethod
    def close(self) -> None:
        """Ends the connection."""

    @abstractmethod
    def command(self, text: str) -> None:
        """Sends the server a command."""

    @abstractmethod
    def receive(self, count: int) -> None:
        """Takes that many messages, binary ones as bytes and text as `str`."""

    def send(self, payload: bytes, count: int, batch: int) -> None:
        """Sends that many binary messages, `batch` of them together where the client can, then takes the answer."""
        raise NotOffered

    def echo(self, payload: bytes, count: int) -> list[float]:
        """Sends, and takes the answer, so many times. Gives the seconds of each, the client's own loop included."""
        raise NotOffered

    def idle(self, count: int, *, inside: bool = False) -> None:
        """Looks that many times for what may have come, as a frame of a game does, and finds nothing.

        Args:
            count: times.
            inside: whether the game is a coroutine, where the client is one of asyncio; else it has a loop of its own.
        """
        raise NotOffered

    def longest_poll(self, count: int, budget: float) -> tuple[float, float]:
        """Takes that many messages, a frame every few milliseconds.

        Args:
            count: messages.
            budget: seconds that one poll may take, where the client knows such a thing.

        Returns:
            Seconds of the longest poll: as the clock says, and as this thread worked.
        """
        raise NotOffered

    def connect(self, url: str, count: int, *, busy: bool = False) -> None:
        """Opens and drops that many connections, one after the other, without a goodbye.

        Args:
            url: of the server.
            count: how many.
            busy: whether a client that polls does so all the time; else it rests in between, as others wait.
        """
        for _ in range(count):
            self.open(url)
            self.close()

    def open_many(self, url: str, count: int) -> None:
        """Opens that many, and keeps them."""
        raise NotOffered

    def idle_many(self, count: int, *, pause: float = 0.0) -> None:
        """Looks that many times after all of them.

        Args:
            count: times.
            pause: seconds before each, as between the frames of a game.
        """
        for _ in range(count):
            if pause:
                time.sleep(pause)
            self.look_at_all()

    def look_at_all(self) -> None:
        """Looks once after all of them."""
        raise NotOffered

    def fill(self) -> None:
        """Reads what comes for a while, so that its queue becomes full, and takes nothing of it."""
        raise NotOffered

    def more(self, work: str, count: int) -> float | None:
        """Does work that is one client's own, by its name. Gives the seconds that it took, where it knows better."""
        raise NotOffered
