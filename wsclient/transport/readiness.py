"""Asks the system which sockets are ready, in the best way for each system.

Asking costs a quarter of a read that finds nothing. The best way depends on the system: epoll is the fastest, but only
Linux has it; poll takes any descriptor number, but is missing on Windows; select is everywhere, but refuses descriptors
above 1023 outside Windows.
"""

from __future__ import annotations

import contextlib
import functools
from typing import TYPE_CHECKING, Final

from wsclient.transport.original_select import ORIGINAL_SELECT

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from wsclient.transport.original_select import OriginalSelect

__all__ = ["Readiness", "Watch"]


class Watch:
    """An open connection that is often asked if it has something to read.

    Attributes:
        is_readable: call it without arguments; truthy if a read would return something (data, end or error). Keep it
            if every nanosecond counts. Do not call it after `close`.
    """

    __slots__ = ("_close", "is_readable")

    def __init__(self, is_readable: Callable[[], object], close: Callable[[], object]) -> None:
        self.is_readable: Final = is_readable
        self._close = close

    def close(self) -> None:
        """Stops watching. May be called twice.

        Call it before the descriptor is closed.
        """
        close, self._close = self._close, _nothing
        close()


class Readiness:
    """Asks the system which sockets are ready, and never waits.

    One object may serve any number of connections, in any number of threads.
    """

    def __init__(self, system: ModuleType | OriginalSelect = ORIGINAL_SELECT) -> None:
        """Chooses the best available way.

        Args:
            system: the module `select`, or a replacement with fewer or other functions.
        """
        self._system = system
        self._writable: int = getattr(system, "POLLOUT", 0)  # looked up once, not by each connection

    def watch(self, fileno: int) -> Watch:
        """Registers an open connection, so that asking is cheap.

        Raises:
            OSError: the system cannot watch this descriptor.
        """
        if hasattr(self._system, "epoll"):
            with contextlib.suppress(OSError):  # out of descriptors: poll needs none
                return self._watch_by_epoll(fileno)
        if hasattr(self._system, "poll"):
            return self._watch_by_poll(fileno)
        return self._watch_by_select(fileno)

    def connected(self, connecting: Sequence[socket.socket]) -> list[socket.socket]:
        """Returns those whose `connect` has succeeded or failed.

        Returns none if the system cannot answer now.
        """
        try:
            return self._connected(connecting) if connecting else []
        except OSError:
            return []

    def _connected(self, connecting: Sequence[socket.socket]) -> list[socket.socket]:
        new_poller = getattr(self._system, "poll", None)
        if new_poller is not None:
            poller = new_poller()
            for candidate in connecting:
                poller.register(candidate.fileno(), self._writable)
            ready = dict(poller.poll(0))
            return [candidate for candidate in connecting if candidate.fileno() in ready] if ready else []
        # Windows reports a refused connection in the third set only.
        _, writable, failed = self._system.select([], connecting, connecting, 0)
        return [candidate for candidate in connecting if candidate in writable or candidate in failed]

    def _watch_by_epoll(self, fileno: int) -> Watch:
        poller = self._system.epoll()
        try:
            poller.register(fileno, self._system.EPOLLIN)
        except OSError:
            poller.close()
            raise
        # One event at most: by default, each call makes room for a thousand.
        return Watch(functools.partial(poller.poll, 0, 1), poller.close)

    def _watch_by_poll(self, fileno: int) -> Watch:
        poller = self._system.poll()
        poller.register(fileno, self._system.POLLIN)
        return Watch(functools.partial(poller.poll, 0), _nothing)

    def _watch_by_select(self, fileno: int) -> Watch:
        ask, filenos = self._system.select, [fileno]
        return Watch(lambda: ask(filenos, (), (), 0)[0], _nothing)


def _nothing() -> None:
    """Does nothing: poll and select hold no descriptor between two questions."""
