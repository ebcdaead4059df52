"""The output of a swarm: a line per second, a summary, and JSON."""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Final

from wsclient import __version__
from wsclient.cli.swarm_histogram import PERCENTILES
from wsclient.ground.value import Value

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Sequence

    from wsclient.cli.swarm_histogram import Histogram
    from wsclient.cli.swarm_options import SwarmOptions
    from wsclient.cli.swarm_tally import Tally

__all__ = ["BUSY", "Second", "report", "second_of", "summary", "warning", "words_of"]

BUSY: Final = 0.8
"""The share of a core above which a process is too busy to measure a server."""


class Second(Value):
    """The data of about one second.

    Attributes:
        at: seconds from the start.
        connecting: clients that connect.
        open: clients that are open.
        failed: clients that failed or were lost, so far.
        messages_in: received per second.
        messages_out: sent per second.
        errors: so far.
        p50: the median of all times so far, in milliseconds.
        p95: the 95th percentile.
        p99: the 99th percentile.
        longest: the longest of all times so far, in milliseconds.
        cpu: the share of a core that the busiest process used.
        missed_frames: so far.
    """

    at: float
    connecting: int
    open: int
    failed: int
    messages_in: float
    messages_out: float
    errors: int
    p50: float
    p95: float
    p99: float
    longest: float
    cpu: float
    missed_frames: int

    def to_json(self) -> dict[str, float]:
        """Returns its fields."""
        return {name: getattr(self, name) for name in self.__match_args__}


def second_of(tally: Tally, at: float, before: tuple[float, int, int]) -> Second:
    """Returns the data since an earlier time.

    Args:
        tally: the counters so far.
        at: seconds from the start.
        before: the earlier time, and the messages in and out at that time.
    """
    counts, times = tally.counts, tally.latency
    then, were_in, were_out = before
    length = max(at - then, 1e-9)
    return Second(
        at=at,
        connecting=counts["connecting"],
        open=counts["open"],
        failed=counts["failed"] + counts["lost"],
        messages_in=(counts["messages_in"] - were_in) / length,
        messages_out=(counts["messages_out"] - were_out) / length,
        errors=tally.error_count,
        p50=times.percentile(50.0) * 1e3,
        p95=times.percentile(95.0) * 1e3,
        p99=times.percentile(99.0) * 1e3,
        longest=times.longest * 1e3,
        cpu=max(tally.cpu, default=0.0),
        missed_frames=counts["missed_frames"],
    )


def words_of(second: Second) -> str:
    """Returns it as one line."""
    return (
        f"{second.at:5.0f} s  {second.open} open, {second.connecting} connecting, {second.failed} failed  "
        f"{second.messages_in:.0f} in/s, {second.messages_out:.0f} out/s  "
        f"ms: p50 {second.p50:.2f}, p95 {second.p95:.2f}, p99 {second.p99:.2f}, max {second.longest:.2f}  "
        f"CPU {second.cpu:.0%}"
    )


def warning(cpu: float, missed_frames: int) -> str:
    """Returns why the results may reflect the swarm instead of the server.

    Returns "" if they do not.
    """
    reasons = []
    if cpu > BUSY:
        reasons.append(f"it uses {cpu:.0%} of a core")
    if missed_frames:
        reasons.append(f"it has missed {missed_frames} frames")
    if not reasons:
        return ""
    return f"the swarm itself may be too slow, because {' and '.join(reasons)}: use more --processes, or fewer clients"


def summary(tally: Tally, limit: float | None, max_errors: int) -> list[str]:
    """Returns the lines of the summary.

    Args:
        tally: the counters.
        limit: the limit of the 99th percentile, in milliseconds; None for no limit.
        max_errors: the number of errors that are allowed.
    """
    counts = tally.counts
    lines = [
        f"{counts['opened']} clients opened, {counts['failed']} failed, {counts['lost']} were lost",
        _messages(counts),
    ]
    lines += [_times(name, histogram) for name, histogram in sorted(tally.times.items())]
    lines += [f"{count} times {stage}: {message}" for (stage, message), count in tally.errors.most_common()]
    if tally.trace:
        lines += ["the first error of the script:", *tally.trace.rstrip().splitlines()]
    if tally.error_count > max_errors:
        lines.append(f"FAILED: {tally.error_count} errors, but only {max_errors} are allowed")
    p99 = tally.latency.percentile(99.0) * 1e3
    if limit is not None and not tally.latency.count:
        lines.append("FAILED: nothing was measured, so the 99th percentile is unknown")
    elif limit is not None and p99 > limit:
        lines.append(f"FAILED: the 99th percentile is {p99:.2f} ms, but only {limit:g} ms are allowed")
    return lines


def report(
    options: SwarmOptions, tally: Tally, seconds: Sequence[Second], *, is_interrupted: bool
) -> dict[str, object]:
    """Returns all results, to be written as JSON. Times in histograms are in seconds."""
    return {
        "versions": {
            "wsclient": __version__,
            "python": platform.python_version(),
            "platform": sys.platform,
        },
        "options": options.to_json(),
        "interrupted": is_interrupted,
        "counts": dict(sorted(tally.counts.items())),
        "errors": [
            {"stage": stage, "message": message, "count": count}
            for (stage, message), count in tally.errors.most_common()
        ],
        "cpu": tally.cpu,
        "times": {name: histogram.to_json() for name, histogram in sorted(tally.times.items())},
        "seconds": [second.to_json() for second in seconds],
    }


def _messages(counts: Counter[str]) -> str:
    came = f"{counts['messages_in']} messages in ({counts['bytes_in']} bytes)"
    return f"{came}, {counts['messages_out']} out ({counts['bytes_out']} bytes)"


def _times(name: str, histogram: Histogram) -> str:
    shown = ", ".join(
        f"{'p99.9' if key == 'p999' else key} {histogram.percentile(percent) * 1e3:.2f}"
        for key, percent in PERCENTILES.items()
    )
    return f"{name}, {histogram.count} times, in ms: {shown}, max {histogram.longest * 1e3:.2f}"
