"""A clock of the time in which the game polled: time without polls counts for no deadline.

A game that hangs for a minute in a file dialog, or a laptop that sleeps for an hour, must not find its connection
dropped for its own silence. So deadlines use this clock, and not the system's.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SKIPPABLE", "PolledClock"]

_log: Final = logging.getLogger("wsclient")

_ALWAYS_COUNTED: Final = 0.25  # seconds; arbitrary: a program that polls four times a second has not stopped
_GAP_GROWTH: Final = 1.5  # arbitrary; lets slow but steady polling pass
_WORTH_SAYING: Final = 1.0  # seconds; arbitrary: longer than any frame, shorter than any timeout

SKIPPABLE: Final = 0.125
"""Seconds in which polls that find nothing to do need not tick; see `PolledClock.is_steady`."""


class PolledClock:
    """Counts the seconds during which the program polled.

    Between two ticks at most a quarter of a second counts, or half as much again as the gap before, whichever is
    more. So an occasional freeze counts next to nothing, while a program that polls every ten seconds is counted in
    full after its second poll.

    Attributes:
        now: the seconds counted up to the last tick.
        last: when that tick was, on the system's clock.
        gap: how long after the tick before, in seconds.
        zero: the value of `last` if nothing had been counted.
        is_steady: whether ticks may be left out for `SKIPPABLE` seconds: after a short gap it makes no difference.
        has_missed: whether part of that gap was not counted.
        next_tick: the time of the next tick on the system's clock, if no other call shows that polling goes on.
    """

    __slots__ = ("_clock", "gap", "has_missed", "is_steady", "last", "next_tick", "now", "zero")

    def __init__(self, clock: Callable[[], float]) -> None:
        """Starts at zero.

        Args:
            clock: monotonic, in seconds.
        """
        self._clock = clock
        self.now: float = 0.0
        self.gap: float = 0.0
        self.is_steady: bool = True
        self.has_missed: bool = False
        self.zero: float = clock()
        self.last: float = self.zero
        self.next_tick: float = self.last + SKIPPABLE

    def on_system_clock(self, moment: float) -> float:
        """Returns the time on the system's clock at which `moment` is reached, if polling goes on.

        Args:
            moment: counted seconds, as `now` has them.
        """
        return self.zero + moment

    def was_polled(self, at: float) -> None:
        """Counts the time until then in full: polling continued steadily, though without ticks.

        Args:
            at: on the system's clock.
        """
        if at > self.last:
            self._set(at)

    def tick(self) -> float:
        """Counts the time since the last tick. A gap that misses more than a second is logged as a warning.

        Returns:
            The seconds that do not count, mostly 0.0.
        """
        at = self._clock()
        last, gap_before = self.last, self.gap
        self.gap = gap = at - last
        self.last = at
        self.next_tick = at + SKIPPABLE
        self.is_steady = gap <= _ALWAYS_COUNTED
        missed = 0.0 if self.is_steady else max(0.0, gap - max(_ALWAYS_COUNTED, _GAP_GROWTH * gap_before))
        self.has_missed = missed > 0.0
        self.zero += missed
        self.now = at - self.zero
        if missed > _WORTH_SAYING:
            _FREEZES.warn(self._clock, last, at)
        return missed

    def _set(self, at: float) -> None:
        self.last = at
        self.now = at - self.zero
        self.next_tick = at + SKIPPABLE


class _Freezes:
    """Warns once about each pause in polling, however many connections notice it."""

    def __init__(self) -> None:
        self._clock: Callable[[], float] | None = None
        self._until = 0.0

    def warn(self, clock: Callable[[], float], start: float, end: float) -> None:
        if self._clock is clock and start < self._until <= end:
            return
        self._clock, self._until = clock, end
        _log.warning("poll() was not called for %.3g s", end - start)


_FREEZES: Final = _Freezes()
