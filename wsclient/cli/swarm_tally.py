"""Tally: the counters of a swarm, or of one of its processes."""

from __future__ import annotations

from collections import Counter

from wsclient.cli.swarm_histogram import Histogram

__all__ = ["CONNECT", "ROUND_TRIP", "Tally"]

CONNECT = "connect"
ROUND_TRIP = "round trip"


class Tally:
    """Counts clients, messages, errors and times.

    Tallies of several processes are merged by adding.

    Attributes:
        counts: the counters by name: "connecting" and "open" now; "opened", "failed" and "lost" so far;
            "messages_in", "messages_out", "bytes_in", "bytes_out"; "unanswered" messages; "missed_frames".
        errors: how many there were, by (stage, message).
        times: histograms by name.
        trace: how the first error of a script came about; "" if there was none.
        cpu: the share of a core that each process used, from 0.0 to 1.0.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.errors: Counter[tuple[str, str]] = Counter()
        self.times: dict[str, Histogram] = {}
        self.trace: str = ""
        self.cpu: list[float] = []

    def record(self, name: str, seconds: float) -> None:
        """Counts one time under a name."""
        if name not in self.times:
            self.times[name] = Histogram()
        self.times[name].record(seconds)

    def blame(self, stage: str, message: str, trace: str = "") -> None:
        """Counts one error, with its stage and message."""
        self.errors[stage, message] += 1
        self.trace = self.trace or trace

    @property
    def error_count(self) -> int:
        """The total number of errors."""
        return self.errors.total()

    @property
    def latency(self) -> Histogram:
        """The times that are shown first.

        These are the round trips; otherwise what a script has recorded; otherwise the times of connecting.
        """
        named = [name for name in self.times if name not in {CONNECT, ROUND_TRIP}]
        for name in (ROUND_TRIP, *named, CONNECT):
            if name in self.times:
                return self.times[name]
        return Histogram()

    def add(self, other: Tally) -> None:
        """Adds everything that another process has counted."""
        self.counts.update(other.counts)
        self.errors.update(other.errors)
        self.trace = self.trace or other.trace
        self.cpu += other.cpu
        for name, histogram in other.times.items():
            self.times.setdefault(name, Histogram()).add(histogram)

    @classmethod
    def of(cls, parts: list[Tally]) -> Tally:
        """Returns the sum of the tallies of several processes."""
        made = cls()
        for part in parts:
            made.add(part)
        return made
