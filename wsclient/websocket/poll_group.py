"""PollGroup: polls many peers at the cost of those that have work."""

from __future__ import annotations

import logging
import os
from _thread import get_ident
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable
from weakref import WeakKeyDictionary, ref

from wsclient.core.handler_errors import log_and_forget, raise_all
from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer
from wsclient.core.uncopyable import Uncopyable
from wsclient.transport.base import needs_nobody
from wsclient.transport.clock import monotonic
from wsclient.transport.descriptor import SOON
from wsclient.transport.poll_set import open_poll_set
from wsclient.transport.polled_time import ALWAYS_COUNTED
from wsclient.transport.watchlist import Waker, Watchlist

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import TracebackType
    from typing import Self

    from wsclient.transport.descriptor import Descriptor
    from wsclient.transport.poll_set import PollSet
    from wsclient.transport.watchlist import Entry

__all__ = ["PollGroup"]

_log: Final = logging.getLogger("wsclient.group")

_NAP: Final = 0.01
"""The longest sleep of `wait`, in seconds, if a member can only be asked by polling it; arbitrary."""

_groups: WeakKeyDictionary[NetworkedMultiplayerPeer, ref[PollGroup]] = WeakKeyDictionary()


@runtime_checkable
class _Resting(Protocol):
    """A peer that reports what it waits for.

    So it does not have to be polled meanwhile.
    """

    def _let_rest(self, wake: Callable[[], object]) -> None: ...
    def _was_watched(self, at: float) -> None: ...
    def _poll_woken(self, at: float, is_readable: bool | None) -> None: ...
    def _resting_place(self) -> tuple[Descriptor | None, float]: ...


class PollGroup(Uncopyable):
    """Polls many clients at the cost of those that have work.

        bots = PollGroup()
        for _ in range(1000):
            bot = WebSocketClient()
            bot.data_received.connect(functools.partial(think, bot))
            bot.connect_to_url(URL)
            bots.add(bot)
        while True:
            bots.poll()
            time.sleep(1 / 60)

    A client in a group behaves as if it were polled alone, with the same signals in the same order and the same
    timeouts. Clients that have work are polled in the order in which they received it. The group has no signals of its
    own. Other kinds of peers may be members too; those without a socket are polled each time.

    A group belongs to one thread, and to the process that created it. It keeps its members alive, but they do not keep
    the group alive.
    """

    poll_budget: float = 0.004
    """The time limit of one `poll()` in seconds, with handlers; `math.inf` for none.

    All members that have work when it starts get a turn before any gets a second one. At least one gets a turn. When
    the time is over, the members that are left come first in the next `poll()`. In its turn, each client keeps to its
    own `poll_budget`, so the longest `poll()` of the group takes the sum of both.
    """

    def __init__(
        self,
        clients: Iterable[NetworkedMultiplayerPeer] = (),
        *,
        clock: Callable[[], float] = monotonic,
        poll_set: Callable[[], PollSet] = open_poll_set,
    ) -> None:
        """Creates a group of some clients.

        Args:
            clients: the first members; see `add`.
            clock: a monotonic clock, in seconds; the same as that of the clients.
            poll_set: creates the set that asks the system.
        """
        self._clock = clock
        self._poll_set = poll_set
        self._watchlist: Watchlist[_Member] = Watchlist(poll_set)
        self._entries: dict[NetworkedMultiplayerPeer, Entry[_Member]] = {}
        self._polled_at = clock()
        self._thread: int | None = None
        self._process = os.getpid()
        self._is_polling = False
        for client in clients:
            self.add(client)

    # Members

    def add(self, client: NetworkedMultiplayerPeer) -> None:
        """Adds a client, connected or not, if it is not a member already.

        Raises:
            TypeError: `client` is not a NetworkedMultiplayerPeer.
            ValueError: it is in another group.
        """
        if not isinstance(client, NetworkedMultiplayerPeer):
            raise TypeError(f"a PollGroup takes clients and other peers, not {client!r}")
        if client in self._entries:
            return
        other = _groups.get(client)
        if other is not None and other() is not None:
            raise ValueError(f"{client!r} is in another PollGroup: remove it there first")
        _groups[client] = ref(self)
        member = _Member(client)
        entry = self._entries[client] = self._watchlist.add(member)
        if member.resting is not None:
            member.resting._let_rest(Waker(self._watchlist, entry))  # noqa: SLF001 - a client and its group are one thing

    def remove(self, client: NetworkedMultiplayerPeer) -> None:
        """Removes a client.

        Its connection stays open, and its received messages can still be read.

        Raises:
            KeyError: it is not in this group.
        """
        entry = self._entries.pop(client)
        resting = entry.member.resting
        self._watchlist.discard(entry)
        _groups.pop(client, None)
        if resting is not None:
            resting._let_rest(needs_nobody)  # noqa: SLF001 - as above
            resting._was_watched(self._polled_at)  # noqa: SLF001 - as above

    def discard(self, client: NetworkedMultiplayerPeer) -> None:
        """Removes a client if it is in this group."""
        if client in self._entries:
            self.remove(client)

    def close(self) -> None:
        """Removes all members. Their connections stay open."""
        for client in list(self._entries):
            self.remove(client)
        self._watchlist.close()
        self._watchlist = Watchlist(self._poll_set)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, client: object) -> bool:
        return client in self._entries

    def __iter__(self) -> Iterator[NetworkedMultiplayerPeer]:
        """Iterates over the current members, in the order in which they were added."""
        return iter(list(self._entries))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<PollGroup of {len(self._entries)}>"

    # Polling

    def poll(self) -> None:
        """Polls each member that has data, a deadline or something to send.

        It asks the system once, and never blocks.

        Any handler may add, remove, connect or close members. `poll()` inside `poll()` does nothing.

        Raises:
            RuntimeError: another thread polled this group first, or another process created it.
            Exception: the exception that the handlers of one member raised; an `ExceptionGroup` if there are several.
                It is raised after all turns.
        """
        self._check_owner()
        if self._is_polling:
            return
        self._is_polling = True
        try:
            self._poll()
        finally:
            self._is_polling = False

    def wait(self, seconds: float) -> bool:
        """Sleeps until `poll()` would find something, or until the time is over.

        It returns after a hundredth of a second if the group has members that can only be asked by polling them,
        such as one whose unsent data the network does not take, or whose packets nobody reads.

        Args:
            seconds: the longest time to sleep.

        Returns:
            True if `poll()` may find something; False if the time is over.
        """
        self._check_owner()
        end = self._clock() + max(seconds, 0.0)
        while True:
            now = self._clock()
            left = max(min(end, self._watchlist.next_due()) - now, 0.0)
            if self._watchlist.awake_count:
                left = 0.0 if self._watchlist.has_work else min(left, _NAP)
            self._watchlist.look(now, left)
            if self._watchlist.awake_count:
                self._watchlist.restless.clear()  # one nap is enough, because only polling shows more
                return True
            if self._clock() >= end:
                return False

    def fileno(self) -> int:
        """Returns a descriptor for event loops; -1 if the system has none.

        It is readable when something has arrived for a member.

        Deadlines do not make it readable, so call `poll()` a few times per second as well.
        """
        return self._watchlist.fileno()

    # Inside

    def _poll(self) -> None:
        now, before = self._clock(), self._polled_at
        self._polled_at = now
        self._watchlist.restless.clear()
        if now - before > ALWAYS_COUNTED:  # their time did not count meanwhile, so their deadlines are later
            self._watchlist.wake_all(list(self._entries.values()))
        try:
            self._watchlist.look(now)
        except OSError as error:
            _log.warning("the system cannot say which of %d connections are ready: %s", len(self), error)
        errors: list[Exception] = []
        deadline = now + self.poll_budget
        for _ in range(self._watchlist.awake_count):
            entry = self._watchlist.take()
            if entry is None:
                break
            try:
                self._give_turn(entry, before, now)
            except Exception as error:  # noqa: BLE001 - a handler's; raised after all turns
                errors.append(error)
            except BaseException:
                log_and_forget(errors)
                raise
            if self._clock() >= deadline:
                break
        if errors:
            raise_all(errors, f"handlers of {len(errors)} members of a PollGroup raised")

    def _give_turn(self, entry: Entry[_Member], before: float, now: float) -> None:
        resting = entry.member.resting
        if resting is None:
            try:
                entry.member.peer.poll()
            finally:
                self._watchlist.stay_awake(entry, is_restless=True)
            return
        entry.is_awake = True  # its own step must not wake it again
        try:
            resting._poll_woken(before, entry.is_ready)  # noqa: SLF001 - a client and its group are one thing
        finally:
            entry.is_awake = False
            descriptor, until = resting._resting_place()  # noqa: SLF001 - as above
            if descriptor is None or until <= now:
                self._watchlist.stay_awake(entry, descriptor, is_restless=until == SOON or until > now)
            else:
                self._watchlist.rest(entry, descriptor, until)

    def _check_owner(self) -> None:
        thread = get_ident()
        if self._thread is None:
            self._thread = thread
        if self._thread != thread:
            raise RuntimeError(f"this PollGroup belongs to thread {self._thread}, which polled it first")
        if os.getpid() != self._process:
            raise RuntimeError("this PollGroup belongs to the process that forked this one: make another one here")


class _Member:
    """One peer of a group.

    Attributes:
        peer: the peer.
        resting: the same peer if it reports what it waits for; None if it has to be polled each time.
    """

    __slots__ = ("peer", "resting")

    def __init__(self, peer: NetworkedMultiplayerPeer) -> None:
        self.peer: Final = peer
        self.resting: Final = peer if isinstance(peer, _Resting) else None
