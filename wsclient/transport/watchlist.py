"""Finds the members that need a turn, at a cost that grows only with these."""

from __future__ import annotations

from collections import deque
from heapq import heappop, heappush
from math import inf
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import ref

from wsclient.transport.poll_set import open_poll_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.poll_set import PollSet

__all__ = ["Entry", "Waker", "Watchlist"]

Member = TypeVar("Member")


class Entry(Generic[Member]):
    """One member of a watchlist.

    Attributes:
        member: the object that was added; deleted when it leaves the list.
        is_awake: True if it waits for its turn.
        has_only_a_frame: True if it was woken by `wake_for_frame` when it rested, and by nothing else since.
        is_ready: True if its descriptor was ready when the system was last asked; None if it was not watched then.
        is_removed: True if it has left the list.
        watched: the descriptor that is watched for it; None if none is.
        due: the time when it needs a turn in any case.
        queued_for: its time in the heap; at most `due`.
    """

    __slots__ = (
        "__weakref__",
        "due",
        "has_only_a_frame",
        "is_awake",
        "is_ready",
        "is_removed",
        "member",
        "queued_for",
        "watched",
    )

    def __init__(self, member: Member) -> None:
        self.member: Member = member
        self.is_awake: bool = False
        self.has_only_a_frame: bool = False
        self.is_ready: bool | None = None
        self.is_removed: bool = False
        self.watched: Descriptor | None = None
        self.due: float = inf
        self.queued_for: float = inf


class Watchlist(Generic[Member]):
    """A set of members that rest until their descriptor is ready or a time comes.

    A call can wake them as well.

    `look` finds the members that need a turn, and `take` returns them one by one. When one has had its turn, call
    `rest` or `stay_awake` for it. All times are seconds on one monotonic clock.

    Args:
        make_set: opens the set of descriptors when the first one is watched.

    Attributes:
        woken: called whenever a member is woken.
        restless: the members that are only awake because nothing shows when they have work; see `stay_awake`.
    """

    def __init__(self, make_set: Callable[[], PollSet] = open_poll_set) -> None:
        self._make_set = make_set
        self._set: PollSet | None = None
        self._awake: deque[Entry[Member]] = deque()
        self._by_fileno: dict[int, Entry[Member]] = {}
        self._due: list[tuple[float, int, Entry[Member]]] = []
        self._pushed = 0  # orders entries that are due at the same time
        self.woken: Callable[[], object] = _nothing
        self.restless: set[Entry[Member]] = set()

    @property
    def has_work(self) -> bool:
        """Returns True if a member is awake that is not just restless."""
        return len(self._awake) > len(self.restless)

    @property
    def awake_count(self) -> int:
        """Returns how many members wait for their turn, at most.

        Some of them may have been removed meanwhile.
        """
        return len(self._awake)

    def add(self, member: Member) -> Entry[Member]:
        """Takes a member in, awake."""
        entry = Entry(member)
        self.wake(entry)
        return entry

    def discard(self, entry: Entry[Member]) -> None:
        """Removes a member, which gets no more turns."""
        self._unwatch(entry)
        if not entry.is_removed:
            entry.is_removed = True
            del entry.member  # the entry may stay in the heap for long, and would keep it alive

    def wake(self, entry: Entry[Member]) -> None:
        """Wakes a member, which gets its turn after those already awake."""
        entry.has_only_a_frame = False
        self.restless.discard(entry)
        if not entry.is_awake and not entry.is_removed:
            entry.is_awake = True
            self._awake.append(entry)
            self.woken()

    def nudge(self) -> None:
        """Calls `woken` for work that belongs to no member. Any thread may call it."""
        self.woken()

    def wake_all(self, entries: list[Entry[Member]]) -> None:
        """Wakes all of these members."""
        for entry in entries:
            self.wake(entry)

    def wake_for_frame(self, entries: list[Entry[Member]]) -> None:
        """Wakes resting members that have only a frame to write."""
        for entry in entries:
            entry.is_awake = entry.has_only_a_frame = True
        self._awake += entries
        if entries:
            self.woken()

    def look(self, now: float, seconds: float = 0.0) -> None:
        """Wakes the members whose descriptor is ready, and those whose time has come.

        Args:
            now: the time.
            seconds: how long to wait for the first descriptor.

        Raises:
            OSError: the system cannot answer now; the members whose time has come are awake anyway.
        """
        due = self._due
        while due and due[0][0] <= now:
            self._wake_due(heappop(due)[2], now)
        if self._set is None:
            if not seconds:
                return
            self._set = self._make_set()  # to wait with
        for fileno in self._set.ready(seconds):
            entry = self._by_fileno.get(fileno)
            if entry is not None:
                entry.is_ready = True
                entry.has_only_a_frame = False
                if not entry.is_awake:  # as `wake`, for each message; who looks needs no call of `woken`
                    entry.is_awake = True
                    self._awake.append(entry)

    def take(self) -> Entry[Member] | None:
        """Returns the next member to get a turn; None if none is awake."""
        while self._awake:
            entry = self._awake.popleft()
            entry.is_awake = False
            if not entry.is_removed:
                return entry
        return None

    def rest(self, entry: Entry[Member], descriptor: Descriptor, until: float) -> None:
        """Lets a member rest until its descriptor is ready, or the time has come."""
        if entry.is_removed:
            return
        if entry.watched is not descriptor and not self._watch(entry, descriptor):
            self.stay_awake(entry)
            return
        entry.is_ready = False
        entry.due = until
        if until < entry.queued_for:
            self._queue_up(entry)

    def stay_awake(
        self, entry: Entry[Member], descriptor: Descriptor | None = None, *, is_restless: bool = False
    ) -> None:
        """Keeps a member awake for another turn next time.

        Args:
            entry: the member that had its turn.
            descriptor: a descriptor to watch for it as well; None for none.
            is_restless: True if it may have nothing to do then. Waking it ends that.
        """
        if entry.is_removed:
            return
        is_watched = descriptor is not None and (entry.watched is descriptor or self._watch(entry, descriptor))
        entry.is_ready = False if is_watched else None
        self.wake(entry)
        if is_restless and not entry.is_removed:
            self.restless.add(entry)

    def next_due(self) -> float:
        """Returns the earliest time at which a member is due; infinity if there is none."""
        return self._due[0][0] if self._due else inf

    def fileno(self) -> int:
        """Returns a descriptor that is readable when a watched one is ready.

        Returns -1 if the system has no such descriptor.
        """
        if self._set is None:
            self._set = self._make_set()
        return self._set.fileno()

    def close(self) -> None:
        """Removes all members.

        Descriptors that another process watches too stay watched there.
        """
        for entry in [*self._awake, *self._by_fileno.values()]:
            entry.is_removed = True
        self._awake.clear()
        self.restless.clear()
        self._by_fileno.clear()
        self._due.clear()
        if self._set is not None:
            self._set.close()
            self._set = None

    def _wake_due(self, entry: Entry[Member], now: float) -> None:
        entry.queued_for = inf
        if entry.due <= now:
            entry.due = inf
            self.wake(entry)
        elif not entry.is_removed and entry.due < inf:  # its time was put off meanwhile
            self._queue_up(entry)

    def _queue_up(self, entry: Entry[Member]) -> None:
        # A member is in the heap only once: its later time is looked up when the earlier one comes.
        entry.queued_for = entry.due
        self._pushed += 1
        heappush(self._due, (entry.due, self._pushed, entry))

    def _watch(self, entry: Entry[Member], descriptor: Descriptor) -> bool:
        self._unwatch(entry)
        if descriptor.fileno < 0:
            entry.watched = descriptor
            return True
        if self._set is None:
            self._set = self._make_set()
        before = self._by_fileno.pop(descriptor.fileno, None)
        if before is not None:  # its descriptor was closed, and the system has reused the number
            before.watched = None
            self._set.discard(descriptor.fileno)
        try:
            self._set.add(descriptor.fileno, for_writing=descriptor.for_writing)
        except (OSError, ValueError):
            return False
        entry.watched = descriptor
        self._by_fileno[descriptor.fileno] = entry
        return True

    def _unwatch(self, entry: Entry[Member]) -> None:
        watched, entry.watched = entry.watched, None
        if watched is None or self._by_fileno.get(watched.fileno) is not entry:
            return
        del self._by_fileno[watched.fileno]
        if self._set is not None:
            self._set.discard(watched.fileno)


class Waker(Generic[Member]):
    """Wakes one member, without keeping the list or the member alive."""

    __slots__ = ("_entry", "_watchlist")

    def __init__(self, watchlist: Watchlist[Member], entry: Entry[Member]) -> None:
        self._watchlist = ref(watchlist)
        self._entry = ref(entry)

    def __call__(self) -> None:
        """Wakes the member, if both are still there."""
        watchlist, entry = self._watchlist(), self._entry()
        if watchlist is not None and entry is not None:
            watchlist.wake(entry)


def _nothing() -> None:
    """Does nothing: the value of `Watchlist.woken` until it is set."""
