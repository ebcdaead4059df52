"""The output of the command line: one line per event.

It is plain, in colours, or JSON.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from base64 import b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from wsclient.ground.escape import escape
from wsclient.protocol.close_code import CloseCode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from wsclient.websocket.connection_failure import ConnectionFailure
    from wsclient.websocket.connection_statistics import ConnectionStatistics

__all__ = ["JsonReport", "PlainReport", "Report", "painter"]

_SHOWN_TEXT: Final = 10_000  # characters of one message
_SHOWN_BINARY: Final = 32  # bytes of one message

# Styles of a line's first words; see rich's styles.
_STYLES: Final = {"<": "green", ">": "cyan", "*": "dim", "!": "bold red"}


class Report(ABC):
    """Shows the events of one connection, in order."""

    @abstractmethod
    def opened(self, host: str, port: int, protocol: str) -> None:
        """Called when the connection is open."""

    @abstractmethod
    def received(self, message: str | bytes) -> None:
        """Called when a message was received."""

    @abstractmethod
    def sent(self, text: str) -> None:
        """Called when a message was sent."""

    @abstractmethod
    def round_trip(self, number: int, seconds: float) -> None:
        """Called when a ping was answered."""

    @abstractmethod
    def failed(self, failure: ConnectionFailure) -> None:
        """Called after a failure; see its stage."""

    @abstractmethod
    def closed(self, code: int, reason: str, *, is_clean: bool) -> None:
        """Called when the connection is closed."""

    @abstractmethod
    def round_trips(self, summary: Mapping[str, float]) -> None:
        """Shows the summary of the round trips."""

    @abstractmethod
    def statistics(self, statistics: ConnectionStatistics) -> None:
        """Shows the statistics."""


class PlainReport(Report):
    """Writes lines for people: time, direction, size, kind, text.

    Nothing in them can control a terminal.

    Args:
        write: takes one line and its style; see `painter`.
        now: returns the time of day.
    """

    def __init__(self, write: Callable[[str, str], None], now: Callable[[], datetime] = datetime.now) -> None:
        self._write = write
        self._now = now

    def opened(self, host: str, port: int, protocol: str) -> None:
        """Shows the address and the subprotocol."""
        where = f" to {host} port {port}" if host else ""  # unknown if it has been closed meanwhile
        which = f", subprotocol {escape(protocol)}" if protocol else ""
        self._line("*", f"connected{where}{which}")

    def received(self, message: str | bytes) -> None:
        """Shows text escaped, and the first bytes of binary messages."""
        self._message("<", message)

    def sent(self, text: str) -> None:
        """Shows a sent message like a received one."""
        self._message(">", text)

    def round_trip(self, number: int, seconds: float) -> None:
        """Shows the round trip in milliseconds."""
        self._line("*", f"round trip {number}: {seconds * 1e3:.3f} ms")

    def failed(self, failure: ConnectionFailure) -> None:
        """Shows what happened and what to try."""
        self._line("!", f"{failure.message} {failure.hint}".rstrip())

    def closed(self, code: int, reason: str, *, is_clean: bool) -> None:
        """Shows the code and the reason as received."""
        how = "closed" if is_clean else "lost"
        why = f", {escape(reason)}" if reason else ""
        self._line("*" if is_clean else "!", f"{how}: {_named(code)}{why}")

    def round_trips(self, summary: Mapping[str, float]) -> None:
        """Shows the summary in one line, in milliseconds."""
        if not summary:
            self._line("*", "no round trip was measured")
            return
        times = ", ".join(f"{name} {seconds * 1e3:.3f}" for name, seconds in summary.items() if name != "count")
        self._line("*", f"{summary['count']} round trips in ms: {times}")

    def statistics(self, statistics: ConnectionStatistics) -> None:
        """Shows a line for each value; times in milliseconds."""
        for name, value in statistics._asdict().items():
            self._line("*", f"{name.replace('_', ' ')}: {_counted(value)}")

    def _message(self, direction: str, message: str | bytes) -> None:
        if isinstance(message, str):
            size, kind, shown = len(message.encode()), "text", escape(message, _SHOWN_TEXT)
        else:
            size, kind = len(message), "binary"
            shown = message[:_SHOWN_BINARY].hex(" ") + (" ..." if size > _SHOWN_BINARY else "")
        self._line(direction, f"{size:6} {kind:6} {shown}".rstrip())

    def _line(self, sign: str, words: str) -> None:
        self._write(f"{self._now().time().isoformat('milliseconds')} {sign} {words}", _STYLES[sign])


class JsonReport(Report):
    """Writes one JSON object per line, in ASCII.

    Each has "time" (UTC, ISO 8601) and "event". Durations are in seconds.

    Args:
        stream: the stream for the output.
        now: returns the time.
    """

    def __init__(self, stream: TextIO, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._stream = stream
        self._now = now

    def opened(self, host: str, port: int, protocol: str) -> None:
        """Writes {"event": "opened", "host", "port", "protocol"}."""
        self._event("opened", host=host, port=port, protocol=protocol)

    def received(self, message: str | bytes) -> None:
        """Writes {"event": "received", "size", "text"}.

        A binary message has "base64" instead of "text".
        """
        self._message("received", message)

    def sent(self, text: str) -> None:
        """Writes {"event": "sent", "size", "text"}."""
        self._message("sent", text)

    def round_trip(self, number: int, seconds: float) -> None:
        """Writes {"event": "round_trip", "number", "seconds"}."""
        self._event("round_trip", number=number, seconds=seconds)

    def failed(self, failure: ConnectionFailure) -> None:
        """Writes {"event": "failed", "stage", "error", "message", "hint", "http_status"}."""
        error, status = failure.error.name, failure.http_status
        self._event(
            "failed", stage=failure.stage, error=error, message=failure.message, hint=failure.hint, http_status=status
        )

    def closed(self, code: int, reason: str, *, is_clean: bool) -> None:
        """Writes {"event": "closed", "clean", "code", "reason"}."""
        self._event("closed", clean=is_clean, code=code, reason=reason)

    def round_trips(self, summary: Mapping[str, float]) -> None:
        """Writes {"event": "round_trips", "count", ...}: see `RoundTrips.summary`."""
        self._event("round_trips", **summary)

    def statistics(self, statistics: ConnectionStatistics) -> None:
        """Writes {"event": "statistics", ...}: see `ConnectionStatistics`."""
        self._event("statistics", **statistics._asdict())

    def _message(self, event: str, message: str | bytes) -> None:
        if isinstance(message, str):
            self._event(event, size=len(message.encode()), text=message)
        else:
            self._event(event, size=len(message), base64=b64encode(message).decode("ascii"))

    def _event(self, event: str, **more: object) -> None:
        line = json.dumps({"time": self._now().isoformat(timespec="milliseconds"), "event": event, **more})
        self._stream.write(line.replace("\x7f", "\\u007f") + "\n")  # JSON does not escape DEL
        self._stream.flush()


def painter(stream: TextIO) -> Callable[[str, str], None]:
    """Returns a function that writes lines to a stream.

    It writes colours if the stream is a terminal and rich is installed. rich also respects the environment variables
    NO_COLOR and TERM.

    rich looks at the environment too: NO_COLOR, TERM.
    """
    if stream.isatty():
        try:
            return _with_rich(stream)
        except ImportError:
            pass

    def plain(line: str, _style: str) -> None:
        stream.write(line + "\n")
        stream.flush()

    return plain


def _with_rich(stream: TextIO) -> Callable[[str, str], None]:
    from rich.console import Console  # noqa: PLC0415 - an extra that may not be installed
    from rich.text import Text  # noqa: PLC0415 - as above

    console = Console(file=stream, highlight=False)

    def painted(line: str, style: str) -> None:
        console.print(Text(line, style=style), soft_wrap=True)  # a Text, because a server's text is not markup

    return painted


def _counted(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    return f"{value * 1e3:.3f} ms" if value >= 0.0 else "-"  # for example the silence, if the connection is closed


def _named(code: int) -> str:
    if code == CloseCode.NO_STATUS:
        return "no code"
    return "no Close frame" if code == CloseCode.ABNORMAL_CLOSURE else f"code {code}"
