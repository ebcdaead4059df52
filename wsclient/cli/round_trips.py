"""The measurements of --ping: round trips, and their summary."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean, median

__all__ = ["RoundTrips"]


class RoundTrips:
    """The round trips of a connection in order, in seconds."""

    def __init__(self) -> None:
        self._all: list[float] = []
        self._last = -1.0

    def __len__(self) -> int:
        """Returns the number of round trips."""
        return len(self._all)

    def note(self, latency: float) -> bool:
        """Records the current value of `get_latency()`; returns True if it is new.

        Two consecutive values that are equal to the last bit count as one. With a clock of nanoseconds, this is rare.
        """
        if latency < 0.0 or latency == self._last:
            return False
        self._last = latency
        self._all.append(latency)
        return True

    def summary(self) -> dict[str, float]:
        """Returns count, minimum, mean, median, maximum and jitter, in seconds.

        Returns an empty dictionary if there are no round trips.

        The jitter is the mean difference between one round trip and the next (as in RFC 3550 section 6.4.1, without
        its smoothing); 0.0 if there is only one.
        """
        if not self._all:
            return {}
        steps = [abs(later - earlier) for earlier, later in pairwise(self._all)]
        return {
            "count": len(self._all),
            "minimum": min(self._all),
            "mean": fmean(self._all),
            "median": median(self._all),
            "maximum": max(self._all),
            "jitter": fmean(steps) if steps else 0.0,
        }
