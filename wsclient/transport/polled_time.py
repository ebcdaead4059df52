"""Time as the game lived it: what passed while nobody polled counts for no deadline.

A game that hangs for a minute in a file dialog, or a laptop that sleeps for an hour, must not find its connection
given up for a silence that was its own. So deadlines live on this clock, and not on the system's.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["SKIPPABLE", "PolledClock"]

_log: Final = logging.getLogger("wsclient")

_ALWAYS_COUNTED: Final = 0.25  # seconds; arbitrary: who polls four times a second has not stopped
_GAP_GROWTH: Final = 1.5  # arbitrary; lets slow but steady polling pass
_WORTH_SAYING: Final = 1.0  # seconds; arbitrary: longer than any frame, shorter than any timeout

SKIPPABLE: Final = 0.125
"""Seconds in which polls that find nothing to do need not tick; see `PolledClock.is_steady`."""


class PolledClock:
    """Seconds that passed while somebody polled.

    Between two ticks at most a quarter of a second counts, or half as much again as the gap before, whichever is
    more. An occasional freeze so counts next to nothing, while a program that polls every ten seconds, as a rule, is
    taken at its word from the second poll on.
    """

    __slots__ = ("_clock", "_gap", "_last", "_zero")

    def __init__(self, clock: Callable[[], float]) -> None:
        """Starts at zero.

        Args:
            clock: monotonic, in seconds.
        """
        self._clock = clock
        self._gap = 0.0
        self._zero = self._last = clock()

    @property
    def now(self) -> float:
        """The seconds counted up to the last tick."""
        return self._last - self._zero

    @property
    def is_steady(self) -> bool:
        """Whether ticks may be left out for `SKIPPABLE` seconds: after a short gap it is all one to the next."""
        return self._gap <= _ALWAYS_COUNTED

    @property
    def next_tick(self) -> float:
        """When the system's clock will show that it is time to tick, where nobody else says that polling goes on."""
        return self._last + SKIPPABLE

    def on_system_clock(self, moment: float) -> float:
        """When the system's clock will show that `moment` is reached, if polling goes on.

        Args:
            moment: counted seconds, as `now` gives them.
        """
        return self._zero + moment

    def was_polled(self, at: float) -> None:
        """Takes note that polling went on steadily until then, though nobody ticked: that time counts in full.

        Args:
            at: on the system's clock.
        """
        self._last = max(self._last, at)

    def tick(self) -> float:
        """Counts the time since the last tick. A gap that misses more than a second is logged as a warning.

        Returns:
            The seconds that do not count; 0.0 as a rule.
        """
        at = self._clock()
        gap = at - self._last
        missed = gap - max(_ALWAYS_COUNTED, _GAP_GROWTH * self._gap)
        self._last = at
        self._gap = gap
        if missed <= 0.0:
            return 0.0
        self._zero += missed
        if missed > _WORTH_SAYING:
            _log.warning("poll() was not called for %.3g s", gap)
        return missed
