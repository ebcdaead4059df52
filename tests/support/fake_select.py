"""The module `select` over fake sockets.

It has the functions of each system, and fails in place of waiting.
"""

from __future__ import annotations

import errno
import os
import select
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.support.fake_network import FakeNetwork, FakeSocket

__all__ = ["FakeSelect"]


class FakeSelect:
    """Has the named ones of `epoll`, `poll` and `select`, as on some system.

    Attributes:
        epoll_error: what making an epoll object raises; None for nothing.
        register_error: what registering with one raises.
        open_epolls: how many epoll objects are not closed.
    """

    POLLIN = select.POLLIN
    POLLOUT = select.POLLOUT
    EPOLLIN = select.EPOLLIN
    EPOLLOUT = select.EPOLLOUT

    def __init__(self, network: FakeNetwork, names: Sequence[str], *, is_windows: bool = False) -> None:
        self.network = network
        self.is_windows = is_windows
        self.epoll_error: OSError | None = None
        self.register_error: OSError | None = None
        self.open_epolls = 0
        if "epoll" in names:
            self.epoll: Callable[[], _Epoll] = self._make_epoll
        if "poll" in names:
            self.poll: Callable[[], _Poll] = lambda: _Poll(self)

    def select(
        self, reading: Sequence[object], writing: Sequence[object], failing: Sequence[object], timeout: float
    ) -> tuple[list[object], list[object], list[object]]:
        assert timeout == 0, "select would wait"
        self.network.questions += 1
        self.network.raise_fault("select")
        if any(self.is_closed(one) for one in (*reading, *writing)):
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        return (
            [one for one in reading if self.find(one).is_readable],
            [one for one in writing if self._is_writable(self.find(one))],
            [one for one in failing if self.is_windows and self.find(one).has_failed_connecting],
        )

    def is_closed(self, one: object) -> bool:
        """Returns True if no socket has this descriptor any more."""
        number = one if isinstance(one, int) else one.fileno()  # type: ignore[attr-defined]
        return all(made.fileno() != number for made in self.network.sockets)

    def find(self, one: object) -> FakeSocket:
        """The open socket of a descriptor, or the socket itself."""
        number = one if isinstance(one, int) else one.fileno()  # type: ignore[attr-defined]
        return next(made for made in self.network.sockets if made.fileno() == number)

    def _is_writable(self, made: FakeSocket) -> bool:
        # Windows reports failures in the third set only.
        return made.has_finished_connecting and not (self.is_windows and made.has_failed_connecting)

    def _make_epoll(self) -> _Epoll:
        if self.epoll_error:
            raise self.epoll_error
        self.open_epolls += 1
        return _Epoll(self)


class _Poll:
    def __init__(self, owner: FakeSelect) -> None:
        self._owner = owner
        self._registered: dict[int, int] = {}

    def register(self, fileno: int, mask: int) -> None:
        assert self._owner.find(fileno)
        self._registered[fileno] = mask

    def unregister(self, fileno: int) -> None:
        del self._registered[fileno]

    def poll(self, timeout: float, _max_events: int = -1) -> list[tuple[int, int]]:
        assert timeout == 0, "poll would wait"
        self._owner.network.questions += 1
        self._owner.network.raise_fault("poll")
        return [(fileno, mask) for fileno, mask in self._registered.items() if self._is_ready(fileno, mask)]

    def _is_ready(self, fileno: int, mask: int) -> bool:
        if self._owner.is_closed(fileno):
            return True  # POLLNVAL
        made = self._owner.find(fileno)
        return made.is_readable if mask == select.POLLIN else made.has_finished_connecting

    def _forget_closed(self) -> None:
        open_ones = {made.fileno() for made in self._owner.network.sockets}
        self._registered = {fileno: mask for fileno, mask in self._registered.items() if fileno in open_ones}


class _Epoll(_Poll):
    def __init__(self, owner: FakeSelect) -> None:
        super().__init__(owner)
        self._is_closed = False

    def register(self, fileno: int, mask: int) -> None:
        if self._owner.register_error:
            raise self._owner.register_error
        super().register(fileno, mask)

    def unregister(self, fileno: int) -> None:
        assert not self._is_closed, "changed a closed epoll"
        if fileno not in self._registered:
            raise FileNotFoundError(fileno)
        super().unregister(fileno)

    def fileno(self) -> int:
        return 99

    def poll(self, timeout: float, max_events: int = -1) -> list[tuple[int, int]]:
        assert not self._is_closed, "asked a closed epoll"
        self._forget_closed()  # as the kernel does by itself
        return super().poll(timeout)[:max_events]

    def close(self) -> None:
        if not self._is_closed:
            self._owner.open_epolls -= 1
        self._is_closed = True
