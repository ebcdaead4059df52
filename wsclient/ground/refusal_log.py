"""RefusalLog: logs the first refusal of each kind, and counts the others."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["RefusalLog"]

SECONDS_BETWEEN_COUNTS: Final = 1.0
# Arbitrary, so that a peer that invents a new kind with each packet cannot fill the log or the memory.
MOST_KINDS: Final = 256

NUMBER: Final = r"\d+"


class RefusalLog:
    """Logs the first refusal of each kind, and counts the others.

    At most once a second, a line reports the count. It is written with the first refusal after that second, so
    nothing has to be polled.

    Args:
        logger: the logger of the lines.
        clock: monotonic, in seconds.
        level: the level of the lines.
        interval: seconds between two lines with a count; infinite for no such lines.
    """

    def __init__(
        self,
        logger: logging.Logger,
        clock: Callable[[], float],
        level: int = logging.ERROR,
        *,
        interval: float = SECONDS_BETWEEN_COUNTS,
    ) -> None:
        self._logger = logger
        self._clock = clock
        self._level = level
        self._interval = interval
        self._kinds: set[Hashable] = set()
        self._unlogged = 0
        self._last_count_at = 0.0

    def log(self, message: str, kind: Hashable = None) -> None:
        """Logs a refusal, or counts it if one of the same kind was logged before.

        Args:
            message: the whole line.
            kind: identifies refusals of one kind; by default, the message without its numbers.
        """
        kind = re.sub(NUMBER, "#", message) if kind is None else kind
        if kind not in self._kinds and len(self._kinds) < MOST_KINDS:
            if not self._kinds:
                self._last_count_at = self._clock()
            self._kinds.add(kind)
            self._logger.log(self._level, "%s", message)
            return
        self._unlogged += 1
        now = self._clock()
        if now - self._last_count_at >= self._interval:
            self._logger.log(self._level, "%s (%d such lines were left out before)", message, self._unlogged)
            self._unlogged, self._last_count_at = 0, now

    def clear(self) -> None:
        """Forgets what was logged, so that the next refusal of each kind is logged."""
        self._kinds.clear()
        self._unlogged = 0
