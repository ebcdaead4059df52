"""Measures the time during which the game polled.

Time without polls does not count for any deadline.

When a game hangs in a file dialog for a minute, or a laptop sleeps for an hour, its own silence must not end its
connection. So deadlines use this clock instead of the system's.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["ALWAYS_COUNTED", "SKIPPABLE", "PolledClock"]

_log: Final = logging.getLogger("wsclient")

_GAP_GROWTH: Final = 1.5  # arbitrary; lets slow but steady polling pass
_WORTH_SAYING: Final = 1.0  # seconds; arbitrary: longer than any frame, shorter than any timeout

ALWAYS_COUNTED: Final = 0.25
"""Seconds between two polls that always count; arbitrary: a program that polls four times a second has not stopped."""

SKIPPABLE: Final = 0.125
"""For this many seconds, polls that find nothing to do may skip the tick; see `PolledClock.is_steady`."""


class PolledClock:
    """Counts the seconds during which the program polled.

    Of the gap between two ticks, a quarter of a second counts at most, or one and a half times the gap before,
    whichever is longer. So an occasional freeze hardly counts, but a program that polls every ten seconds is counted in
    full after its second poll.

    Attributes:
        now: the seconds counted up to the last tick.
        last: the time of the last tick on the system's clock.
        gap: the time between the last two ticks, in seconds.
        zero: the time on the system's clock at which the count would have begun if all time had counted.
        is_steady: True if ticks may be skipped for `SKIPPABLE` seconds. After a short gap it makes no difference.
        has_missed: True if part of that gap was not counted.
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
        """Returns the time on the system's clock that a counted time stands for.

        It holds if polling goes on.

        Args:
            moment: counted seconds, as `now` has them.
        """
        return self.zero + moment

    def was_polled(self, at: float) -> None:
        """Counts the time up to a moment in full.

        Polling went on steadily until then, though without ticks.

        Args:
            at: on the system's clock.
        """
        if at > self.last:
            self._set(at)

    def tick(self) -> float:
        """Counts the time since the last tick.

        If more than a second of it does not count, a warning is logged.

        Returns:
            The seconds that do not count, usually 0.0.
        """
        at = self._clock()
        last, gap_before = self.last, self.gap
        self.gap = gap = at - last
        self.last = at
        self.next_tick = at + SKIPPABLE
        self.is_steady = gap <= ALWAYS_COUNTED
        missed = 0.0 if self.is_steady else max(0.0, gap - max(ALWAYS_COUNTED, _GAP_GROWTH * gap_before))
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
