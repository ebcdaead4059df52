"""The display of a running swarm.

It is a table if rich is installed, otherwise a line per second. Nothing is shown in a pipe.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, TextIO

from wsclient.cli.swarm_report import warning, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.cli.swarm_report import Second

__all__ = ["open_view"]


def open_view(stream: TextIO) -> AbstractContextManager[Callable[[Second], None]]:
    """Returns a function that shows each second while its context is open.

    Args:
        stream: the stream for the output; nothing is shown if it is not a terminal.
    """
    if not stream.isatty():
        return nullcontext(lambda _second: None)
    try:
        return _RichView(stream)
    except ImportError:
        return nullcontext(_Lines(stream))


class _Lines:
    """Shows a line each second."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, second: Second) -> None:
        print(words_of(second), file=self._stream)
        if words := warning(second.cpu, second.missed_frames):
            print(f"  {words}", file=self._stream)
        self._stream.flush()


class _RichView:
    """Shows a table that is redrawn each second."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415 - an extra that may not be installed
        from rich.live import Live  # noqa: PLC0415 - as above

        self._live = Live(console=Console(file=stream, highlight=False), auto_refresh=False, transient=True)

    def __enter__(self) -> Callable[[Second], None]:
        self._live.start()
        return self._show

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def _show(self, second: Second) -> None:
        self._live.update(_table(second), refresh=True)


def _table(second: Second) -> Any:  # noqa: ANN401 - rich's own type
    from rich.table import Table  # noqa: PLC0415 - as above

    table = Table(caption=warning(second.cpu, second.missed_frames) or None, caption_style="bold yellow")
    row: list[str] = []
    for head, value in (
        ("time", f"{second.at:.0f} s"),
        ("open", f"{second.open}"),
        ("connecting", f"{second.connecting}"),
        ("failed", f"{second.failed}"),
        ("errors", f"{second.errors}"),
        ("in/s", f"{second.messages_in:.0f}"),
        ("out/s", f"{second.messages_out:.0f}"),
        ("p50 ms", f"{second.p50:.2f}"),
        ("p95", f"{second.p95:.2f}"),
        ("p99", f"{second.p99:.2f}"),
        ("max", f"{second.longest:.2f}"),
        ("CPU", f"{second.cpu:.0%}"),
    ):
        table.add_column(head, justify="right")
        row.append(value)
    table.add_row(*row)
    return table
