"""PollMeter: how often and how long an object was polled, and when the poll that runs has to end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PollMeter"]


class PollMeter:
    """Counts and times the calls of `poll()`.

    Attributes:
        clock: monotonic, in seconds; stands at 0.0 until a transport brings its own.
        budget: seconds that one poll may work.
        count: polls since `restart`.
        longest: seconds, of those that found something to do.
        started: when the poll that runs began, on the clock.
        deadline: when it will have used up its budget.
    """

    __slots__ = ("budget", "clock", "count", "deadline", "longest", "started")

    def __init__(self, budget: float) -> None:
        self.budget: float = budget
        self.restart(float)

    def restart(self, clock: Callable[[], float]) -> None:
        """Begins to count again, by this clock."""
        self.clock: Callable[[], float] = clock
        self.count: int = 0
        self.longest: float = 0.0
        self.started: float = clock()  # for the poll that runs, if it is in one
        self.deadline: float = self.started

    def start(self) -> None:
        """Counts a poll that has begun."""
        self.count += 1
        self.started = self.clock()
        self.deadline = self.started + self.budget

    def stop(self) -> None:
        """Records how long the poll took."""
        self.longest = max(self.longest, self.clock() - self.started)
