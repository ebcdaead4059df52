"""PollMeter: counts and times an object's polls, and sets their deadlines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PollMeter"]

_BEHIND: Final = 3  # polls in a row that were cut short


class PollMeter:
    """Counts and times the calls of `poll()`.

    Attributes:
        clock: monotonic, in seconds; always 0.0 until a transport provides its own.
        budget: the time limit of one poll, in seconds.
        count: the number of polls since `restart`.
        longest: the longest poll that had work, in seconds.
        last: the last of these polls, in seconds.
        cut_short: the number of polls that the budget ended with signals left to emit.
        started: the time on the clock when the current poll began.
        deadline: the time when its budget is used up.
    """

    __slots__ = ("_in_a_row", "budget", "clock", "count", "cut_short", "deadline", "last", "longest", "started")

    def __init__(self, budget: float) -> None:
        self.budget: float = budget
        self.restart(float)

    def restart(self, clock: Callable[[], float]) -> None:
        """Starts counting again, by this clock."""
        self.clock: Callable[[], float] = clock
        self.count: int = 0
        self.longest: float = 0.0
        self.last: float = 0.0
        self.cut_short: int = 0
        self._in_a_row = 0  # polls cut short, up to the last poll
        self.started: float = clock()  # for the poll that is running, if any
        self.deadline: float = self.started

    def start(self) -> None:
        """Counts a poll that begins."""
        self.count += 1
        self.started = self.clock()
        self.deadline = self.started + self.budget

    def stop(self, *, has_left: bool = False) -> bool:
        """Records how long the poll took.

        Args:
            has_left: True if signals of received data are left to emit.

        Returns:
            True if the last three polls were cut short.
        """
        self.last = took = self.clock() - self.started
        self.longest = max(self.longest, took)
        if not has_left or took < self.budget:
            self._in_a_row = 0
            return False
        self.cut_short += 1
        self._in_a_row += 1
        return self._in_a_row >= _BEHIND
