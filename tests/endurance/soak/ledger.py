"""Records latencies and holdings of a soak in windows of time.

It finds out if the last window shows growth.
"""

from __future__ import annotations

import ctypes
import gc
from collections import Counter
from dataclasses import dataclass
from functools import partial
from math import ceil, exp, log
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from tests.support.resources import holding

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BOUNDS", "Bound", "Held", "Histogram", "Ledger", "Window", "count_held", "growths", "table"]

SAMPLES = 12  # in each window
_STEP = log(1.02)  # between two classes of durations


def _find_trim() -> Callable[[], object]:
    """Returns glibc's `malloc_trim`, or a function that does nothing."""
    try:
        return partial(ctypes.CDLL(None).malloc_trim, 0)
    except (AttributeError, TypeError, OSError):  # another C library, or Windows
        return lambda: None


_trim = _find_trim()


class Held(NamedTuple):
    """The resources that the process holds at one moment."""

    resident: int  # bytes
    blocks: int  # given out by Python's allocator
    objects: int  # that the garbage collector knows
    descriptors: int
    threads: int


def count_held() -> Held:
    """Counts what the process holds, after a garbage collection.

    The C library is asked to return freed memory first. It keeps some of it after each burst, which looks like a leak.
    """
    gc.collect()
    _trim()
    now = holding()
    return Held(now.resident, now.blocks, len(gc.get_objects()), now.descriptors, now.threads)


class Histogram:
    """Counts durations in classes of two per cent.

    So it takes as much memory after two hours as after a minute.
    """

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def __len__(self) -> int:
        return self._counts.total()

    def add(self, seconds: float) -> None:
        """Counts one duration."""
        self._counts[ceil(log(max(seconds, 1e-6)) / _STEP)] += 1

    def quantile(self, share: float) -> float:
        """Returns the upper end of the class that reaches that share of durations.

        Returns 0.0 if there are none.
        """
        wanted = share * len(self)
        for number in sorted(self._counts):
            wanted -= self._counts[number]
            if wanted <= 1e-9:
                return exp(number * _STEP)
        return 0.0


@dataclass(frozen=True)
class Window:
    """The results of one window of time. Holdings are medians of its samples."""

    resident: float
    blocks: float
    objects: float
    descriptors: float
    threads: float
    messages: int
    latency: float  # seconds, the median
    slowest: float  # seconds that 99.9 % of the messages kept


class Bound(NamedTuple):
    """The growth allowed from the first window to the last.

    It is a share of the first value, plus a fixed amount.
    """

    title: str
    share: float
    amount: float
    unit: float  # what one shown unit is
    shown: str


BOUNDS: dict[str, Bound] = {
    "resident": Bound("memory, MiB", 0.0, 8 * 1048576, 1048576, "{:.1f}"),
    "blocks": Bound("allocated blocks", 0.02, 2000, 1, "{:,.0f}"),
    "objects": Bound("objects", 0.02, 1000, 1, "{:,.0f}"),
    "descriptors": Bound("descriptors", 0.0, 4, 1, "{:.1f}"),
    "threads": Bound("threads", 0.0, 1, 1, "{:.1f}"),
    "latency": Bound("latency, median, ms", 1.0, 0.002, 0.001, "{:.2f}"),
    "slowest": Bound("latency, 99.9 %, ms", 2.0, 0.050, 0.001, "{:.1f}"),
}


class Ledger:
    """Closes a window whenever its time is over.

    Args:
        clock: monotonic, in seconds.
        length: seconds of a window.
        count: returns what the process holds.

    Attributes:
        windows: those that are complete.
    """

    def __init__(self, clock: Callable[[], float], length: float, count: Callable[[], Held] = count_held) -> None:
        self.windows: list[Window] = []
        self._clock = clock
        self._length = length
        self._count = count
        self._begin(clock())

    def latency(self, seconds: float) -> None:
        """Records the round trip of one message."""
        self._latencies.add(seconds)

    def tick(self) -> bool:
        """Takes a sample if one is due. Returns True if that completed a window."""
        now = self._clock()
        if now < self._sample_at:
            return False
        self._sample_at += self._length / SAMPLES
        self._samples.append(self._count())
        if now < self._ends_at:
            return False
        held = Held(*(median(values) for values in zip(*self._samples, strict=True)))
        latencies = self._latencies
        self.windows.append(
            Window(*held, len(latencies), latency=latencies.quantile(0.5), slowest=latencies.quantile(0.999))
        )
        self._begin(now)
        return True

    def _begin(self, now: float) -> None:
        self._samples: list[Held] = []
        self._latencies = Histogram()
        self._ends_at = now + self._length
        self._sample_at = now + self._length / SAMPLES


def growths(windows: list[Window]) -> list[str]:
    """Returns what grew beyond its bound, one sentence each."""
    if len(windows) < 2:
        return ["There are not two windows to compare."]
    if not all(window.messages for window in windows):
        return ["A window passed without a message."]
    first, last = windows[0], windows[-1]
    found = []
    for name, bound in BOUNDS.items():
        before, after = getattr(first, name), getattr(last, name)
        limit = before * (1.0 + bound.share) + bound.amount
        if after > limit:
            shown = [bound.shown.format(value / bound.unit) for value in (before, after, limit)]
            found.append(f"{bound.title}: {shown[0]} in the first window, {shown[1]} in the last; {shown[2]} allowed.")
    return found


def table(windows: list[Window]) -> str:
    """Returns a Markdown table of the first window and the last."""
    first, last = windows[0], windows[-1]
    lines = ["| | first window | last window | allowed more |", "|---|---|---|---|"]
    for name, bound in BOUNDS.items():
        cells = [bound.shown.format(getattr(window, name) / bound.unit) for window in (first, last)]
        amount = bound.shown.format(bound.amount / bound.unit)
        allowed = f"{bound.share:.0%} and {amount}" if bound.share else amount
        lines.append(f"| {bound.title} | {cells[0]} | {cells[1]} | {allowed} |")
    lines.append(f"| messages measured | {first.messages:,} | {last.messages:,} | |")
    return "\n".join(lines)
