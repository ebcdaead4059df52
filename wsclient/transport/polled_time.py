"""Time as the game lived it: what passed while nobody polled counts for no deadline.

A game that hangs for a minute in a file dialog, or a laptop that sleeps for an hour, must not find its connection
given up for a silence that was its own. So deadlines live on this clock, and not on the system's.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["QUICK_GAP", "PolledClock"]

_log: Final = logging.getLogger("wsclient")

_ALWAYS_COUNTED: Final = 0.25  # seconds; arbitrary: who polls four times a second has not stopped
_GAP_GROWTH: Final = 1.5  # arbitrary; lets slow but steady polling pass
_WORTH_SAYING: Final = 1.0  # seconds; arbitrary: longer than any frame, shorter than any timeout

QUICK_GAP: Final = _ALWAYS_COUNTED / _GAP_GROWTH
"""Seconds. After a gap shorter than this, the next is judged alike, however short this one was."""


class PolledClock:
    """Seconds that passed while somebody polled.

    Between two ticks at most a quarter of a second counts, or half as much again as the gap before, whichever is
    more. An occasional freeze so counts next to nothing, while a program that polls every ten seconds, as a rule, is
    taken at its word from the second poll on.

    Attributes:
        last: the system's seconds at the last tick. A poll that finds nothing to do may move it forward itself
            instead of calling `tick`, by less than `QUICK_GAP` and only while `is_quick`.
    """

    __slots__ = ("_clock", "_gap", "_zero", "last")

    def __init__(self, clock: Callable[[], float]) -> None:
        """Starts at zero.

        Args:
            clock: monotonic, in seconds.
        """
        self._clock = clock
        self._gap = 0.0
        self._zero = self.last = clock()

    @property
    def now(self) -> float:
        """The seconds counted so far."""
        return self.last - self._zero

    @property
    def is_quick(self) -> bool:
        """Whether the gap before the last tick was shorter than `QUICK_GAP`."""
        return self._gap < QUICK_GAP

    def on_system_clock(self, moment: float) -> float:
        """When the system's clock will show that `moment` is reached, if polling goes on.

        Args:
            moment: counted seconds, as `now` gives them.
        """
        return self._zero + moment

    def tick(self) -> float:
        """Counts the time since the last tick. A gap that misses more than a second is logged as a warning.

        Returns:
            The seconds that do not count; 0.0 as a rule.
        """
        at = self._clock()
        gap = at - self.last
        missed = gap - max(_ALWAYS_COUNTED, _GAP_GROWTH * self._gap)
        self.last = at
        self._gap = gap
        if missed <= 0.0:
            return 0.0
        self._zero += missed
        if missed > _WORTH_SAYING:
            _log.warning("poll() was not called for %.3g s", gap)
        return missed
