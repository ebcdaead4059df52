"""Draws the results of a swarm, with matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wsclient.cli.swarm_report import Second
    from wsclient.cli.swarm_tally import Tally

__all__ = ["draw"]


def draw(tally: Tally, seconds: Sequence[Second], path: Path) -> None:
    """Draws clients, messages and percentiles.

    Args:
        tally: the counters.
        seconds: the data of each second.
        path: the path of the picture; its suffix determines the format.

    Raises:
        ImportError: matplotlib is not installed.
        OSError: the file cannot be written.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415 - may not be installed

    figure = Figure(figsize=(9, 9), layout="constrained")
    clients, messages, times = figure.subplots(3)
    at = [second.at for second in seconds]
    clients.plot(at, [second.open for second in seconds], label="open")
    clients.plot(at, [second.connecting for second in seconds], label="connecting")
    clients.plot(at, [second.failed for second in seconds], label="failed or lost")
    clients.set(ylabel="clients", xlabel="seconds")
    messages.plot(at, [second.messages_in for second in seconds], label="in")
    messages.plot(at, [second.messages_out for second in seconds], label="out")
    messages.set(ylabel="messages a second", xlabel="seconds")
    percents = [percent / 10 for percent in range(1000)]
    for name, histogram in sorted(tally.times.items()):
        times.plot(percents, [histogram.percentile(percent) * 1e3 for percent in percents], label=name)
    times.set(ylabel="ms", xlabel="percent of all that were not slower", yscale="log")
    for axes in (clients, messages, times):
        if axes.has_data():
            axes.legend()
    figure.savefig(path)
