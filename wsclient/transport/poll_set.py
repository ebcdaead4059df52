"""Asks the system about many descriptors at once, in the best way it offers."""

from __future__ import annotations

import contextlib
import errno
import os
from abc import ABC, abstractmethod
from time import sleep
from typing import TYPE_CHECKING, Final

from wsclient.transport.original_select import ORIGINAL_SELECT

if TYPE_CHECKING:
    from types import ModuleType

    from wsclient.transport.original_select import OriginalSelect

__all__ = ["PollSet", "open_poll_set"]

_MOST_AT_ONCE: Final = 4096
"""The number of descriptors that one call returns; arbitrary. The next call returns the others first."""

_SLICE: Final = 512
"""The number of descriptors that `select` takes on Windows, as Python is built there."""


class PollSet(ABC):
    """A set of descriptors to watch, each either for reading or for writing.

    A descriptor may be closed while it is in the set; `discard` removes it and never raises.
    """

    @abstractmethod
    def add(self, fileno: int, *, for_writing: bool) -> None:
        """Watches a descriptor that is not in the set.

        Raises:
            OSError: the system cannot watch it.
        """

    @abstractmethod
    def discard(self, fileno: int) -> None:
        """Stops watching a descriptor, if it is watched. Never raises."""

    @abstractmethod
    def ready(self, seconds: float) -> list[int]:
        """Returns the descriptors that are readable, writable, at their end or failed.

        Closed ones are either left out, or returned each time.

        Args:
            seconds: how long to wait for the first one; 0.0 to return immediately.

        Raises:
            OSError: the system cannot answer now.
        """

    def fileno(self) -> int:
        """Returns a descriptor that is readable when a watched one is ready.

        Returns -1 if the system has no such descriptor.
        """
        return -1

    def close(self) -> None:
        """Forgets all descriptors; they stay open."""
        return


def open_poll_set(system: ModuleType | OriginalSelect = ORIGINAL_SELECT) -> PollSet:
    """Returns an empty set of the best kind that the system has.

    That is epoll, kqueue, poll or select, in this order.

    Args:
        system: the module `select`, or a replacement with fewer functions.
    """
    with contextlib.suppress(OSError):  # out of descriptors: the others need none
        if hasattr(system, "epoll"):
            return _Epoll(system)
        if hasattr(system, "kqueue"):
            return _Kqueue(system)
    return _Poll(system) if hasattr(system, "poll") else _Select(system)


class _Epoll(PollSet):
    """For Linux; the cost depends on how many are ready, not on how many are watched.

    A forked child shares the set with its parent, and changes nothing in it.
    """

    def __init__(self, system: ModuleType | OriginalSelect) -> None:
        self._events = (system.EPOLLIN, system.EPOLLOUT)
        self._epoll = system.epoll()
        self._process = os.getpid()
        self._count = 0

    def add(self, fileno: int, *, for_writing: bool) -> None:
        if os.getpid() != self._process:
            raise OSError(errno.EPERM, "this set belongs to the process that forked this one")
        self._epoll.register(fileno, self._events[for_writing])
        self._count += 1

    def discard(self, fileno: int) -> None:
        if os.getpid() != self._process:
            return
        self._count = max(self._count - 1, 0)
        with contextlib.suppress(OSError, ValueError):  # a closed descriptor has left the set by itself
            self._epoll.unregister(fileno)

    def ready(self, seconds: float) -> list[int]:
        if not self._count and not seconds:
            return []
        return [fileno for fileno, _ in self._epoll.poll(seconds, min(max(self._count, 1), _MOST_AT_ONCE))]

    def fileno(self) -> int:
        return int(self._epoll.fileno())

    def close(self) -> None:
        self._epoll.close()


class _Kqueue(PollSet):
    """For macOS and the BSDs."""

    def __init__(self, system: ModuleType | OriginalSelect) -> None:
        self._system = system
        self._filters = (system.KQ_FILTER_READ, system.KQ_FILTER_WRITE)
        self._kqueue = system.kqueue()
        self._watched: dict[int, int] = {}

    def add(self, fileno: int, *, for_writing: bool) -> None:
        self._change(fileno, self._filters[for_writing], self._system.KQ_EV_ADD)
        self._watched[fileno] = self._filters[for_writing]

    def discard(self, fileno: int) -> None:
        kind = self._watched.pop(fileno, None)
        if kind is not None:
            with contextlib.suppress(OSError):
                self._change(fileno, kind, self._system.KQ_EV_DELETE)

    def ready(self, seconds: float) -> list[int]:
        count = min(max(len(self._watched), 1), _MOST_AT_ONCE)
        return [int(event.ident) for event in self._kqueue.control(None, count, seconds)]

    def fileno(self) -> int:
        return int(self._kqueue.fileno())

    def close(self) -> None:
        self._kqueue.close()

    def _change(self, fileno: int, kind: int, flags: int) -> None:
        self._kqueue.control([self._system.kevent(fileno, filter=kind, flags=flags)], 0)


class _Poll(PollSet):
    """Used if epoll and kqueue are missing, or fail for want of a descriptor."""

    def __init__(self, system: ModuleType | OriginalSelect) -> None:
        self._events = (system.POLLIN, system.POLLOUT)
        self._poll = system.poll()

    def add(self, fileno: int, *, for_writing: bool) -> None:
        self._poll.register(fileno, self._events[for_writing])

    def discard(self, fileno: int) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._poll.unregister(fileno)

    def ready(self, seconds: float) -> list[int]:
        return [fileno for fileno, _ in self._poll.poll(seconds * 1000)]


class _Select(PollSet):
    """For Windows; asks in slices, because `select` has a limit."""

    def __init__(self, system: ModuleType | OriginalSelect) -> None:
        self._system = system
        self._watched: dict[int, bool] = {}

    def add(self, fileno: int, *, for_writing: bool) -> None:
        self._watched[fileno] = for_writing

    def discard(self, fileno: int) -> None:
        self._watched.pop(fileno, None)

    def ready(self, seconds: float) -> list[int]:
        filenos = list(self._watched)
        if not filenos:
            sleep(seconds)  # on Windows, `select` needs a descriptor
            return []
        slices = [filenos[start : start + _SLICE] for start in range(0, len(filenos), _SLICE)]
        found = [fileno for each in slices for fileno in self._ready_of(each, 0.0 if len(slices) > 1 else seconds)]
        if found or len(slices) < 2 or not seconds:
            return found
        # No call waits for all slices, so wait for the first of them, for a bounded time.
        return self._ready_of(slices[0], seconds)

    def _ready_of(self, filenos: list[int], seconds: float) -> list[int]:
        reading = [fileno for fileno in filenos if not self._watched[fileno]]
        writing = [fileno for fileno in filenos if self._watched[fileno]]
        try:
            # Windows reports a refused connection in the third set only.
            readable, writable, failed = self._system.select(reading, writing, writing, seconds)
        except OSError:
            closed = [fileno for fileno in filenos if self._is_closed(fileno)]
            if not closed:
                raise
            return [*closed, *self._ready_of([fileno for fileno in filenos if fileno not in closed], 0.0)]
        return list(dict.fromkeys([*readable, *writable, *failed]))

    def _is_closed(self, fileno: int) -> bool:
        try:
            self._system.select([fileno], [], [], 0.0)
        except OSError:
            return True
        return False
