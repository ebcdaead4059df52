"""Plan: when each client connects, and when it sends.

Nothing in it depends on how fast the server is.
"""

from __future__ import annotations

from math import ceil
from typing import Final

from wsclient.ground.value import Value

__all__ = ["Plan"]

_GOLDEN: Final = 0.6180339887498949  # its multiples are spread evenly over a circle, however many there are


class Plan(Value):
    """The schedule of a swarm, in seconds from the start.

    A stalled server does not delay the schedule, and the time of an answer counts from when its message was due. So
    a stall is seen as long as the clients would have felt it, not just once.

    Attributes:
        clients: the total number of clients.
        rate: the number of clients that connect per second.
        duration: the total duration.
        every: seconds between two messages of one client.
    """

    clients: int
    rate: float
    duration: float
    every: float

    @property
    def ramp(self) -> float:
        """Seconds until the last client connects."""
        return (self.clients - 1) / self.rate

    def connects_at(self, number: int) -> float:
        """Returns when this client connects; the first is number 0."""
        return number / self.rate

    def sends_after(self, number: int, seconds: float) -> float:
        """Returns when this client's first message after a time is due.

        Each client has its own phase.
        """
        phase = (number * _GOLDEN) % 1.0 * self.every
        return phase + max(ceil((seconds - phase) / self.every), 0) * self.every

    def share(self, process: int, processes: int) -> range:
        """Returns the numbers of the clients of one process of several."""
        return range(process, self.clients, processes)
