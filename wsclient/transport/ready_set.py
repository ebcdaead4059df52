"""One question to the system for many connections: what a thousand clients that are all polled cost.

Each connection of a thread uses the answer, the snapshot, once; who needs another asks again, for all of them. So one
sweep over all clients asks once, and a client that is polled more often than the others misses nothing.

An answer must not be used in the next frame, though, which has news of its own. Since a game polls its clients in the
same order each time, they have ranks, and an answer is only for those behind the one who asked: the first asks in each
frame. Whoever finds that it used an old one all the same, for the order is another, goes before all others.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final, Protocol

from wsclient.transport.polled_time import SKIPPABLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sized

    class Epoll(Protocol):
        """A `select.epoll`, which other systems than Linux know not even by name."""

        def poll(self, timeout: float, maxevents: int, /) -> list[tuple[int, int]]: ...
        def register(self, fd: int, eventmask: int, /) -> None: ...
        def unregister(self, fd: int, /) -> None: ...
        def close(self) -> None: ...


__all__ = ["ReadySet", "SharedWatch", "Snapshot"]

_SPARE: Final = 192
_SPREAD: Final = 64
"""How often a connection may rest before that is counted: 192 to 255 times, so that not all have it in one frame.

Python keeps the ints up to there: any other would cost 30 ns, each time.
"""

_FRESH: Final = 0.002
"""Seconds; arbitrary: in most games all clients are polled within that, and the next frame comes later."""


class Snapshot:
    """An answer of the system. Which one it is, its identity says.

    Attributes:
        at: when it was asked, on the set's clock.
        rank: of the one who asked.
    """

    __slots__ = ("at", "rank")

    def __init__(self, at: float, rank: int) -> None:
        self.at: Final = at
        self.rank: Final = rank


class SharedWatch:
    """One open connection among others, asked again and again whether it has something to read.

    Whoever polls a thousand of them looks at its attributes and calls nothing: while `resting` is a set, whose
    `snapshot` is of a lower rank and not the one that was `seen`, nothing has come and nothing is due; and nothing is
    to be sent while `waiting` is empty. Then `seen` has to be set to it, and one of `spare` is spent; with none left,
    or else, `is_readable` has to be called.

    Attributes:
        resting: the set; None: the connection has to be asked for itself, for something may be due there.
        seen: the snapshot that was used last.
        rank: where in the order of polling it stands, perhaps.
        spare: how often that may go on.
        waiting: what is to be sent.
        quiet_until: when something is due, on the set's clock.
        is_ready: whether the set has found something to read that nobody has asked for since.
        fileno: the descriptor.
    """

    __slots__ = (
        "_full",
        "_is_registered",
        "_set",
        "fileno",
        "is_ready",
        "quiet_until",
        "rank",
        "resting",
        "seen",
        "spare",
        "waiting",
    )

    def __init__(self, ready_set: ReadySet, fileno: int, rank: int) -> None:
        """To be made by the set."""
        self._set: Final = ready_set
        self._is_registered = True
        self.fileno: Final = fileno
        self.rank: int = rank
        self.is_ready: bool = False
        self.seen: Snapshot = ready_set.snapshot
        self.resting: ReadySet | None = None
        self._full = _SPARE + rank % _SPREAD
        self.spare: int = self._full
        self.waiting: Sized = ()
        self.quiet_until: float = 0.0

    @property
    def spent(self) -> int:
        """How much of `spare` is gone."""
        return self._full - self.spare

    def replenish(self) -> int:
        """Gives back `spare` in full, and tells how much was gone. To be called where the rest does not go on."""
        if not self.spare and self._set.is_stale():
            self.rank = self._set.lowest_rank()
        spent, self.spare = self.spent, self._full
        return spent

    def is_readable(self) -> bool:
        """Whether a read would not be for nothing. Asks, if what is known was used; not to be called after `close`.

        Raises:
            OSError: the system cannot say.
        """
        if not self.is_ready and (self.seen is self._set.snapshot or self.rank <= self._set.snapshot.rank):
            self._set.look(self.rank)
        is_ready, self.is_ready, self.seen = self.is_ready, False, self._set.snapshot
        if not self._is_registered:
            self._set.register(self.fileno)
            self._is_registered = True
        return is_ready

    def rest(self, until: float, waiting: Sized) -> None:
        """Takes note that nothing is to be done until then, unless something comes or is waiting to be sent."""
        self.quiet_until = until
        self.waiting = waiting
        self.resting = self._set if self._is_registered else None

    def tell(self, snapshot: Snapshot) -> None:
        """Takes note of what the set has found: there is something to read."""
        if self.is_ready:  # Told before, and nobody has come to read: not to be told with each question from now on.
            self._set.unregister(self.fileno)
            self._is_registered = False
            self.resting = None  # of what is not asked about, no later snapshot says anything
        self.is_ready, self.seen = True, snapshot

    def close(self) -> None:
        """Stops watching. To be called before the descriptor is closed; may be called twice."""
        self.resting = None
        self._set.forget(self)


class ReadySet:
    """The connections of one thread for which the system is asked together, by epoll.

    Attributes:
        snapshot: the answer that counts, for those who have not used it.
    """

    __slots__ = ("_clock", "_first", "_last", "_owner", "_poller", "_readable", "_swept_at", "_watches", "snapshot")

    def __init__(self, poller: Epoll, readable: int, clock: Callable[[], float]) -> None:
        """Nothing is watched yet.

        Args:
            poller: its own, from now on.
            readable: what to register for.
            clock: monotonic, in seconds; the one that the connections have.
        """
        self._poller = poller
        self._readable = readable
        self._clock = clock
        self._owner = os.getpid()
        self._watches: dict[int, SharedWatch] = {}
        self._first = self._last = 0  # the lowest and the highest rank
        self._swept_at = clock()
        self.snapshot: Snapshot = Snapshot(self._swept_at, self._last)

    @property
    def is_ours(self) -> bool:
        """Whether this process has made it: a forked child must not change what its parent watches."""
        return self._owner == os.getpid()

    def watch(self, fileno: int) -> SharedWatch:
        """Takes another connection in.

        Raises:
            OSError: the system cannot watch it.
        """
        self.register(fileno)
        self._last += 1
        watch = self._watches[fileno] = SharedWatch(self, fileno, self._last)
        return watch

    def is_stale(self) -> bool:
        """Whether the snapshot is an old one: taken so long ago that it is of the frame before, perhaps."""
        return self._clock() - self.snapshot.at > _FRESH

    def lowest_rank(self) -> int:
        """Gives a rank before all others."""
        self._first -= 1
        return self._first

    def look(self, rank: int) -> None:
        """Asks for all of them.

        Args:
            rank: of the one who needs to know.

        Raises:
            OSError: the system cannot say; all is as it was.
        """
        found = self._poller.poll(0, len(self._watches))
        now, before = self._clock(), self.snapshot.at
        self.snapshot = snapshot = Snapshot(now, rank)
        for fileno, _ in found:
            if watch := self._watches.get(fileno):
                watch.tell(snapshot)
        if now >= self._swept_at + SKIPPABLE:
            self._wake(now, is_late=now - before > SKIPPABLE)

    def _wake(self, now: float, *, is_late: bool) -> None:
        """Ends the rest of those for whom something is due; and of those whom nobody polls: time stands still there."""
        since, self._swept_at = self._swept_at, now
        for watch in list(self._watches.values()):
            if is_late or watch.quiet_until <= now or watch.seen.at < since:
                watch.resting = None

    def register(self, fileno: int) -> None:
        """Has the system asked about a connection.

        Raises:
            OSError: the system cannot watch it.
        """
        self._poller.register(fileno, self._readable)

    def unregister(self, fileno: int) -> None:
        """Has it asked about no more. Never raises."""
        with contextlib.suppress(OSError):
            self._poller.unregister(fileno)

    def forget(self, watch: SharedWatch) -> None:
        """Lets a connection go; with the last one, the descriptor too. May be called twice."""
        if self._watches.get(watch.fileno) is not watch:
            return
        del self._watches[watch.fileno]
        if not self._watches:
            self._poller.close()
        elif self.is_ours:
            self.unregister(watch.fileno)

    @property
    def is_over(self) -> bool:
        """Whether the last connection was let go."""
        return not self._watches
