"""Console: lines that somebody types or another program writes, read without blocking."""

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
        """An unbuffered file: reading gives what there is, at most so much, and b"" at its end."""

        def fileno(self) -> int: ...
        def read(self, size: int, /) -> bytes | None: ...


__all__ = ["Console", "SelectedConsole", "ThreadedConsole", "open_console"]

_CHUNK: Final = 64 * 1024  # bytes read at once


class Console(ABC):
    """Gives lines as they come, without their ends. The last one need not have an end.

    Attributes:
        is_at_end: whether no more lines come.
    """

    def __init__(self) -> None:
        self.is_at_end: bool = False
        self._rest = bytearray()

    @abstractmethod
    def _read(self) -> bytes | None:
        """Gives what there is, b"" at the end, None while there is nothing."""

    @abstractmethod
    def wait(self, seconds: float, *, for_lines: bool) -> None:
        """Sleeps; no longer than until there is something to read, where `for_lines` says so and the system can."""

    def read_lines(self) -> list[str]:
        """Takes the lines that are there; none while there are none.

        Returns:
            Text. Bytes that are no UTF-8 are lone surrogates in it, so that no message says what nobody wrote.
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
    """Asks the system whether there is something to read. For systems where that can be asked of any file: not Windows.

    Args:
        file: to be read.
    """

    def __init__(self, file: _Raw) -> None:
        super().__init__()
        self._file = file

    def _read(self) -> bytes | None:
        try:
            return self._file.read(_CHUNK) if self._is_readable(0.0) else None
        except OSError:  # a terminal that is gone, or no descriptor
            return b""

    def wait(self, seconds: float, *, for_lines: bool) -> None:
        """Sleeps so long; not longer than until there is something to read."""
        if self.is_at_end or not for_lines:
            time.sleep(seconds)
        else:
            self._is_readable(seconds)

    def _is_readable(self, seconds: float) -> bool:
        return bool(select.select([self._file], (), (), seconds)[0])


class ThreadedConsole(Console):
    """Has a thread read, which waits where the system can only wait. The interpreter's exit does not wait for it.

    Args:
        file: to be read, by that thread.
    """

    def __init__(self, file: _Raw) -> None:
        super().__init__()
        self._chunks: Queue[bytes] = Queue(maxsize=4)  # a full one holds back who writes
        threading.Thread(target=_pump, args=(file, self._chunks), name="wsclient-console", daemon=True).start()

    def _read(self) -> bytes | None:
        try:
            return self._chunks.get_nowait()
        except Empty:
            return None

    def wait(self, seconds: float, *, for_lines: bool) -> None:
        """Sleeps so long, whatever comes meanwhile."""
        time.sleep(seconds)


def open_console(fileno: int = 0, platform: str = sys.platform) -> Console:
    """Gives the console of this system.

    Args:
        fileno: what is read; standard input. It is not closed at the end.
        platform: as `sys.platform`.
    """
    # Unbuffered, so that nothing waits where nobody can see it; and on Windows this reads UTF-8 from a terminal.
    file = open(fileno, "rb", buffering=0, closefd=False)  # noqa: SIM115 - it is not ours to close
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
