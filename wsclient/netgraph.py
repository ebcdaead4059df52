"""NetGraph: a client's round trip, traffic, queues and poll times.

It returns those of the last seconds as lists or as a line, or draws them in a game.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from wsclient.transport.clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeAlias

    from wsclient.websocket.client import WebSocketClient
    from wsclient.websocket.connection_statistics import ConnectionStatistics

    Written: TypeAlias = Any  # the types of a font's output and a surface's input

    class Surface(Protocol):
        """A target to draw on: pygame's, or any object with these two methods."""

        def fill(
            self, color: tuple[int, int, int], rect: tuple[int, int, int, int], special_flags: int = 0
        ) -> object: ...
        def blit(self, source: Written, dest: tuple[int, int]) -> object: ...

    class Font(Protocol):
        """A font to write with: `pygame.font.Font`."""

        def render(self, text: str, antialias: bool, color: tuple[int, int, int]) -> Written: ...


__all__ = ["NetGraph", "Sample"]

# The appearance.
_MULTIPLY: Final = 3  # pygame.BLEND_RGB_MULT, as a number, so that programs that draw nothing do not need pygame
_SHADE: Final = (70, 74, 92)
_LINE: Final = (96, 104, 136)
_TEXT: Final = (226, 232, 248)
_GAP: Final = 6  # pixels between two strips
_CAPTION: Final = 14  # pixels above a strip's columns
_STRIPS: Final = (  # field, caption, colour, factor to the displayed unit, and the lowest full scale of a strip
    ("round_trip", "round trip in ms", (246, 197, 90), 1e3, 10.0),
    ("bytes_in", "in, in kB/s", (104, 219, 158), 1e-3, 1.0),
    ("bytes_out", "out, in kB/s", (108, 176, 255), 1e-3, 1.0),
    ("poll_time", "longest poll() in ms", (255, 142, 122), 1e3, 1.0),
)


class Sample(NamedTuple):
    """One column of the graph: a tenth of a second by default.

    Attributes:
        round_trip: seconds, of the last ping; -1.0 if unknown.
        bytes_in: received bytes per second, of messages.
        bytes_out: sent bytes per second, of messages.
        messages_in: received messages per second.
        messages_out: sent messages per second.
        unread: packets that waited to be read, at its end.
        unsent: packets that waited to be sent, at its end.
        poll_time: seconds, the longest `poll()` in it.
    """

    round_trip: float = -1.0
    bytes_in: float = 0.0
    bytes_out: float = 0.0
    messages_in: float = 0.0
    messages_out: float = 0.0
    unread: int = 0
    unsent: int = 0
    poll_time: float = 0.0


class NetGraph:
    """Records the activity of a client in the last seconds. Not in Godot.

        graph = NetGraph(client)
        while running:
            graph.poll()                      # in place of client.poll()
            print(graph.text())
            graph.draw(screen, (20, 20, 320, 200), font)

    A frame costs two looks at the clock; the statistics are read once per column. Round trips are those of the
    heartbeat, which pings only during silence: set `client.heartbeat_interval` to a second to see more of them, or
    measure them with your own messages, and pass them to `note()`.

    Args:
        client: the client to record.
        seconds: the length of the graph.
        columns: the number of columns.
        clock: seconds.

    Raises:
        ValueError: `seconds` is not above 0, or `columns` less than 1.
    """

    def __init__(
        self,
        client: WebSocketClient,
        *,
        seconds: float = 10.0,
        columns: int = 100,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        if not seconds > 0.0 or columns < 1:
            raise ValueError(f"a graph of {columns} columns in {seconds} seconds shows nothing")
        self._client = client
        self._clock = clock
        self._width = seconds / columns
        self._samples: deque[Sample] = deque(maxlen=columns)
        self._began = clock()
        self._longest = 0.0
        self._round_trip: float | None = None  # in seconds, on the clock of the client
        self._before = client.get_statistics()

    def poll(self) -> None:
        """Polls the client, and records how long that took."""
        began = self._clock()
        try:
            self._client.poll()
        finally:
            now = self._clock()
            self._note(now - began, now)

    def note(self, poll_time: float, round_trip: float | None = None) -> None:
        """Records one frame, for programs that call the client's `poll()` themselves.

        Call it after each `poll()`.

        Args:
            poll_time: seconds that the client's `poll()` took.
            round_trip: seconds, as measured by the program with its own messages; None for that of the heartbeat.
        """
        self._round_trip = round_trip
        self._note(poll_time, self._clock())

    def samples(self) -> list[Sample]:
        """Returns the complete columns, the oldest first."""
        return list(self._samples)

    def series(self) -> dict[str, list[float]]:
        """Returns the same data as a list for each field of `Sample`."""
        return {name: [float(sample[index]) for sample in self._samples] for index, name in enumerate(Sample._fields)}

    def text(self) -> str:
        """Returns the last second as one line of text."""
        recent = self.samples()[-max(1, round(1.0 / self._width)) :] or [Sample()]
        latest = recent[-1]

        def mean(index: int) -> float:
            return sum(sample[index] for sample in recent) / len(recent)

        round_trip = f"{latest.round_trip * 1e3:.1f} ms" if latest.round_trip >= 0.0 else "-"
        return (
            f"round trip {round_trip}  in {mean(3):.0f}/s {mean(1) / 1e3:.1f} kB/s"
            f"  out {mean(4):.0f}/s {mean(2) / 1e3:.1f} kB/s  unread {latest.unread}  unsent {latest.unsent}"
            f"  longest poll {max(sample.poll_time for sample in recent) * 1e3:.2f} ms"
        )

    def draw(self, surface: Surface, area: Iterable[int], font: Font | None = None) -> None:
        """Draws four strips, the newest column at the right.

        They show the round trip, bytes in, bytes out, and the longest `poll()`. Each strip is as high as its highest
        column, whose value is next to the caption.

        Args:
            surface: a pygame surface of at least 24 bits; the background shines through.
            area: left, top, width, height, in pixels; a `pygame.Rect` works.
            font: for captions; None to omit them.
        """
        left, top, width, height = area
        surface.fill(_SHADE, (left, top, width, height), _MULTIPLY)
        strip_height = (height - _GAP) // len(_STRIPS) - _GAP
        caption_height = 0 if font is None else min(_CAPTION, strip_height // 2)
        series = self.series()
        for row, (field, caption, color, factor, least) in enumerate(_STRIPS):
            x, y = left + _GAP, top + _GAP + row * (strip_height + _GAP)
            values = [value * factor for value in series[field]]
            highest = max(values, default=0.0)
            bars = (x, y + caption_height, width - 2 * _GAP, strip_height - caption_height)
            self._draw_bars(surface, bars, values, color, max(highest, least))
            if font is not None:
                words = f"{caption}: {max(values[-1], 0.0):.3g}, highest {highest:.3g}" if highest > 0.0 else caption
                surface.blit(font.render(words, True, _TEXT), (x, y))

    def _draw_bars(
        self,
        surface: Surface,
        strip: tuple[int, int, int, int],
        values: list[float],
        color: tuple[int, int, int],
        full: float,
    ) -> None:
        left, top, width, height = strip
        bottom = top + height
        surface.fill(_LINE, (left, bottom - 1, width, 1))
        columns = self._samples.maxlen or 1
        first = columns - len(values)
        for index, value in enumerate(values, first):
            if value > 0.0:
                x, end = left + index * width // columns, left + (index + 1) * width // columns
                bar = max(1, round(height * value / full))
                surface.fill(color, (x, bottom - bar, max(1, end - x - 1), bar))

    def _note(self, poll_time: float, now: float) -> None:
        passed = int((now - self._began) / self._width)
        if passed > 0:
            self._end_column(passed, now)
        self._longest = max(self._longest, poll_time)

    def _end_column(self, passed: int, now: float) -> None:
        """Ends the current column, and leaves columns without polls blank."""
        statistics = self._client.get_statistics()
        self._samples.append(self._sample(statistics))
        blank = Sample(unread=statistics.unread_packets, unsent=statistics.unsent_packets)
        self._samples.extend([blank] * min(passed - 1, self._samples.maxlen or 0))
        self._before = statistics
        self._longest = 0.0
        # Rounding must not end a column before its start, so it may start late, but never twice.
        self._began = min(self._began + passed * self._width, now)

    def _sample(self, now: ConnectionStatistics) -> Sample:
        bytes_in, bytes_out, messages_in, messages_out = (each / self._width for each in _more(self._before, now))
        return Sample(
            round_trip=self._client.get_latency() if self._round_trip is None else self._round_trip,
            bytes_in=bytes_in,
            bytes_out=bytes_out,
            messages_in=messages_in,
            messages_out=messages_out,
            unread=now.unread_packets,
            unsent=now.unsent_packets,
            poll_time=self._longest,
        )


def _more(before: ConnectionStatistics, now: ConnectionStatistics) -> list[int]:
    earlier, later = _counted(before), _counted(now)
    if before.polls > now.polls or any(old > new for old, new in zip(earlier, later, strict=True)):
        return list(later)  # another connection, whose count starts at 0
    return [new - old for old, new in zip(earlier, later, strict=True)]


def _counted(statistics: ConnectionStatistics) -> tuple[int, ...]:
    return statistics.bytes_received, statistics.bytes_sent, statistics.messages_received, statistics.messages_sent
