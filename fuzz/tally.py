"""The counters of a worker, in a file that survives the worker.

It survives even if a finding kills the worker.
"""

from __future__ import annotations

import mmap
import time
from struct import Struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Count", "Tally"]

_LAYOUT = Struct("<QQd")
_PERIOD = 64  # executions; asking for the time each time would slow the fastest targets


class Count(NamedTuple):
    """How much was tried."""

    executions: int = 0
    units: int = 0  # frames, replies, values or packets, depending on the target
    seconds: float = 0.0  # of processor time, without the imports


class Tally:
    """Counts executions in a file that others may read at any time.

    Args:
        path: the path of a file of the right size; see `create`.
    """

    def __init__(self, path: Path) -> None:
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _LAYOUT.size)
        self._count = Count(*_LAYOUT.unpack(self._memory))
        self._started = time.process_time()

    @staticmethod
    def create(path: Path) -> None:
        """Creates the file, with all counters at zero."""
        path.write_bytes(bytes(_LAYOUT.size))

    @staticmethod
    def read(path: Path) -> Count:
        """Returns the counters."""
        return Count(*_LAYOUT.unpack(path.read_bytes()))

    def add(self, units: int) -> None:
        """Counts one execution."""
        executions, seconds = self._count.executions + 1, self._count.seconds
        if executions % _PERIOD == 0:
            seconds = time.process_time() - self._started
        self._count = Count(executions, self._count.units + units, seconds)
        _LAYOUT.pack_into(self._memory, 0, *self._count)
