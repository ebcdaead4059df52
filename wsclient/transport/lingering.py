"""Keeps the sockets of ended connections open until the other side has ended too."""

from __future__ import annotations

import contextlib
from collections import deque
from math import inf
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

__all__ = ["Lingering"]

_SECONDS: Final = 1.0
_MOST: Final = 256  # sockets; when one more comes, the oldest is closed. Arbitrary
_READ_SIZE: Final = 65536


class Lingering:
    """Reads from connections that this side has ended, until the other side ends.

    Closing a socket that holds unread data resets the connection, and a reset can overtake a Close frame or a reply,
    so that the other side never sees it (RFC 6455 section 7.1.1).
    """

    def __init__(self) -> None:
        self._sockets: deque[tuple[socket.socket, float | None]] = deque()

    def __len__(self) -> int:
        return len(self._sockets)

    def add(self, ended: socket.socket) -> None:
        """Takes over a socket."""
        self._sockets.append((ended, None))
        if len(self._sockets) > _MOST:
            self._sockets.popleft()[0].close()

    def step(self, now: float, deadline: float = inf, clock: Callable[[], float] = float) -> None:
        """Reads once from each, and closes those that have ended or have run out of time.

        Args:
            now: seconds, monotonic.
            deadline: when to leave the others to the next call, which begins with them.
            clock: the time of now, on the same clock; asked after each.
        """
        for _ in range(len(self._sockets)):
            ended, until = self._sockets.popleft()
            until = now + _SECONDS if until is None else until
            if now < until and _is_going_on(ended):
                self._sockets.append((ended, until))
            else:
                ended.close()
            if clock() >= deadline:
                break

    def close(self) -> None:
        """Closes all of them at once."""
        while self._sockets:
            self._sockets.popleft()[0].close()


def _is_going_on(ended: socket.socket) -> bool:
    with contextlib.suppress(BlockingIOError):
        try:
            return bool(ended.recv(_READ_SIZE))
        except ConnectionError:
            return False
    return True
