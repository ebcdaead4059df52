"""Histogram: counts durations in buckets of at most 2 % of their value."""

from __future__ import annotations

from collections import Counter
from math import ceil, frexp, ldexp
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PERCENTILES", "Histogram"]

PERCENTILES: Final = {"p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "p999": 99.9}
"""The percentiles that are displayed for each histogram."""

_LEAST: Final = 1e-6  # seconds
_MOST: Final = 60.0
_STEPS: Final = 64  # buckets for each power of two: the middle of each is within 0.8 % of all values that it counts


class Histogram:
    """Counts times from 1 us to 60 s, each to within 1 %.

    Its size does not depend on the number of times. Each power of two is divided into equal buckets, so histograms of
    several processes are merged by adding. Times outside the range are counted in the first or last bucket;
    `shortest` and `longest` are exact.

    Attributes:
        count: the number of recorded times.
        total: their sum, in seconds.
        shortest: seconds; 0.0 if there are none.
        longest: seconds; 0.0 if there are none.
    """

    def __init__(self) -> None:
        self.count: int = 0
        self.total: float = 0.0
        self.shortest: float = 0.0
        self.longest: float = 0.0
        self._buckets: Counter[int] = Counter()

    def record(self, seconds: float) -> None:
        """Counts one time. A negative one counts as zero."""
        seconds = max(seconds, 0.0)
        self.shortest = min(self.shortest, seconds) if self.count else seconds
        self.longest = max(self.longest, seconds)
        self.count += 1
        self.total += seconds
        self._buckets[_bucket_of(seconds)] += 1

    def add(self, other: Histogram) -> None:
        """Adds everything that another histogram has counted."""
        if not other.count:
            return
        self.shortest = min(self.shortest, other.shortest) if self.count else other.shortest
        self.longest = max(self.longest, other.longest)
        self.count += other.count
        self.total += other.total
        self._buckets.update(other._buckets)

    def percentile(self, percent: float) -> float:
        """Returns the time in seconds that a percentage did not exceed, to within 1 %.

        Returns 0.0 if nothing was counted.
        """
        rank = max(ceil(self.count * percent / 100.0 - 1e-9), 1)
        if rank >= self.count:
            return self.longest
        seen = 0
        for bucket, count in sorted(self._buckets.items()):
            seen += count
            if seen >= rank:
                return min(max(_middle_of(bucket), self.shortest), self.longest)
        return self.longest

    def to_json(self) -> dict[str, object]:
        """Returns all data, with times in seconds.

        Each bucket consists of its middle and its count.
        """
        return {
            "count": self.count,
            "total": self.total,
            "min": self.shortest,
            "mean": self.total / self.count if self.count else 0.0,
            "max": self.longest,
            **{name: self.percentile(percent) for name, percent in PERCENTILES.items()},
            "buckets": [[_middle_of(bucket), count] for bucket, count in sorted(self._buckets.items())],
        }

    @classmethod
    def from_json(cls, held: Mapping[str, object]) -> Histogram:
        """Creates a histogram from a result of `to_json`.

        That may come from another report.
        """
        made = cls()
        made.count, made.total = int(held["count"]), float(held["total"])  # type: ignore[call-overload, arg-type]  # as written there
        made.shortest, made.longest = float(held["min"]), float(held["max"])  # type: ignore[arg-type]  # as above
        for middle, count in held["buckets"]:  # type: ignore[attr-defined]  # as above
            made._buckets[_bucket_of(middle)] += count
        return made


def _bucket_of(seconds: float) -> int:
    fraction, power = frexp(min(max(seconds, _LEAST), _MOST) / _LEAST)  # a fraction from 0.5 to 1
    return power * _STEPS + int((fraction - 0.5) * 2 * _STEPS)


def _middle_of(bucket: int) -> float:
    power, step = divmod(bucket, _STEPS)
    return ldexp(0.5 + (step + 0.5) / (2 * _STEPS), power) * _LEAST
