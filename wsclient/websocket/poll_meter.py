"""PollMeter: the number and duration of an object's polls, and the deadline of the current one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PollMeter"]

_BEHIND: Final = 3  # polls in a row that were cut short


class PollMeter:
    """Counts and times the calls of `poll()`.

    Attributes:
        clock: monotonic, in seconds; stands at 0.0 until a transport brings its own.
        budget: the time limit of one poll, in seconds.
        count: polls since `restart`.
        longest: seconds, of those that had work.
        last: seconds, of the last of those.
        cut_short: polls that the budget ended, with signals left to emit.
        started: when the current poll began, on the clock.
        deadline: when it will have used up its budget.
    """

    __slots__ = ("_in_a_row", "budget", "clock", "count", "cut_short", "deadline", "last", "longest", "started")

    def __init__(self, budget: float) -> None:
        self.budget: float = budget
        self.restart(float)

    def restart(self, clock: Callable[[], float]) -> None:
        """Begins to count again, by this clock."""
        self.clock: Callable[[], float] = clock
        self.count: int = 0
        self.longest: float = 0.0
        self.last: float = 0.0
        self.cut_short: int = 0
        self._in_a_row = 0  # of those, up to the last poll
        self.started: float = clock()  # for the poll that runs, if it is in one
        self.deadline: float = self.started

    def start(self) -> None:
        """Counts a poll that has begun."""
        self.count += 1
        self.started = self.clock()
        self.deadline = self.started + self.budget

    def stop(self, *, has_left: bool = False) -> None:
        """Records how long the poll took.

        Args:
            has_left: True if the signals of received data are left over.
        """
        self.last = took = self.clock() - self.started
        self.longest = max(self.longest, took)
        if has_left and took >= self.budget:
            self.cut_short += 1
            self._in_a_row += 1
        else:
            self._in_a_row = 0

    @property
    def is_behind(self) -> bool:
        """True if the last three polls were cut short."""
        return self._in_a_row >= _BEHIND
