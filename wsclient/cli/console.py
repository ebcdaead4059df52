"""Console: reads lines from a terminal or a pipe without blocking."""

from __future__ import annotations

import select
import sys
import threading
import time
from abc import ABC, abstractmethod
from queue import Empty, Queue
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing import Protocol

    class _Raw(Protocol):
        """An unbuffered file.

        Reading it returns the available bytes up to a limit, and b"" at its end.
        """

        def fileno(self) -> int: ...
        def read(self, size: int, /) -> bytes | None: ...


__all__ = ["Console", "SelectedConsole", "ThreadedConsole", "open_console"]

_CHUNK: Final = 64 * 1024  # bytes read at once


class Console(ABC):
    """Returns lines as they arrive, without their line ends.

    The last line does not need a line end.

    Attributes:
        is_at_end: True if there are no more lines.
    """

    def __init__(self) -> None:
        self.is_at_end: bool = False
        self._rest = bytearray()

    @abstractmethod
    def _read(self) -> bytes | None:
        """Returns the available bytes, b"" at the end, or None if there are none yet."""

    @abstractmethod
    def wait(self, seconds: float, *, for_lines: bool) -> None:
        """Sleeps.

        With `for_lines`, sleeps only until there is something to read, if the system supports that.
        """

    def read_lines(self) -> list[str]:
        """Returns the available lines; an empty list if there are none.

        Returns:
            Text. Bytes that are not UTF-8 become lone surrogates, so that a message never shows different text.
        """
        chunk = None if self.is_at_end else self._read()
        if chunk is None:
            return []
        first, *others = chunk.split(b"\n")
        self._rest += first
        lines = []
        for each in others:
            lines.append(_text(self._rest))
            self._rest = bytearray(each)
        if not chunk:
            self.is_at_end = True
            if self._rest:
                lines.append(_text(self._rest))
        return lines


class SelectedConsole(Console):
    """Asks the system whether there is something to read.

    It is not for Windows, which can only do this with sockets.

    Args:
        file: the file to read.
    """

    def __init__(self, file: _Raw) -> None:
        super().__init__()
        self._file = file

    def _read(self) -> bytes | None:
        try:
            return self._file.read(_CHUNK) if self._is_readable(0.0) else None
        except OSError:  # the terminal no longer exists, or this is not a descriptor
            return b""

    def wait(self, seconds: float, *, for_lines: bool) -> None:
        """Sleeps up to this many seconds, but only until there is something to read."""
        if self.is_at_end or not for_lines:
            time.sleep(seconds)
        else:
            self._is_readable(seconds)

    def _is_readable(self, seconds: float) -> bool:
        return bool(select.select([self._file], (), (), seconds)[0])


class ThreadedConsole(Console):
    """Reads in a thread, because some systems can only wait.

    The thread does not delay the exit of the interpreter.

    Args:
        file: the file that the thread reads.
    """

    def __init__(self, file: _Raw) -> None:
        super().__init__()
        self._chunks: Queue[bytes] = Queue(maxsize=4)  # when the queue is full, the thread waits
        threading.Thread(target=_pump, args=(file, self._chunks), name="wsclient-console", daemon=True).start()

    def _read(self) -> bytes | None:
        try:
            return self._chunks.get_nowait()
        except Empty:
            return None

    def wait(self, seconds: float, *, for_lines: bool) -> None:
        """Sleeps for this many seconds, even if something arrives meanwhile."""
        time.sleep(seconds)


def open_console(fileno: int = 0, platform: str = sys.platform) -> Console:
    """Returns the console of this system.

    Args:
        fileno: the descriptor to read; by default, standard input. It is not closed at the end.
        platform: the name of the system, as in `sys.platform`.
    """
    # Unbuffered, so that no input waits in a hidden buffer. On Windows, this reads UTF-8 from a terminal.
    file = open(fileno, "rb", buffering=0, closefd=False)  # noqa: SIM115 - the caller closes it
    return ThreadedConsole(file) if platform == "win32" else SelectedConsole(file)


def _pump(file: _Raw, chunks: Queue[bytes]) -> None:
    while True:
        try:
            chunk = file.read(_CHUNK) or b""
        except OSError:
            chunk = b""
        chunks.put(chunk)
        if not chunk:
            return


def _text(line: bytearray) -> str:
    return line.removesuffix(b"\r").decode("utf-8", "surrogateescape")
