"""The game's measurements of itself."""

from __future__ import annotations

from collections import deque
from statistics import median, quantiles

__all__ = ["PollTimes", "Rate"]


class Rate:
    """Counts the events of the last second."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def __len__(self) -> int:
        return len(self._times)

    def count(self, now: float) -> None:
        self._times.append(now)
        self._forget(now)

    def a_second(self, now: float) -> int:
        self._forget(now)
        return len(self)

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] <= now - 1.0:
            self._times.popleft()


class PollTimes:
    """The duration of each `poll()` in seconds, and its time on the processor.

    On a busy machine, the system may switch to another program during a call. No library can prevent that.
    """

    RECENT = 60  # polls: a second
    KEPT = 36_000  # ten minutes, for the summary

    def __init__(self) -> None:
        self.recent: deque[float] = deque(maxlen=2 * self.RECENT)
        self.longest = self.work_of_longest = 0.0
        self._all: deque[float] = deque(maxlen=self.KEPT)

    def add(self, seconds: float, of_work: float) -> None:
        self.recent.append(seconds)
        self._all.append(seconds)
        if seconds > self.longest:
            self.longest, self.work_of_longest = seconds, of_work

    @property
    def longest_lately(self) -> float:
        """Returns the longest duration of the last second."""
        return max(list(self.recent)[-self.RECENT :], default=0.0)

    def summary(self) -> str:
        """Returns the longest, the median and the 99th percentile, in milliseconds.

        The longest is shown with its processor time.
        """
        if len(self._all) < 2:
            return "no poll() was measured"
        p99 = quantiles(self._all, n=100, method="inclusive")[98]
        return (
            f"poll(): longest {self.longest * 1e3:.3f} ms ({self.work_of_longest * 1e3:.3f} ms of it at work),"
            f" median {median(self._all) * 1e3:.3f} ms, p99 {p99 * 1e3:.3f} ms ({len(self._all)} calls)"
        )
