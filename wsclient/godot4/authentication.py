"""Authentication: keeps track of peers that are connected but not admitted yet.

It is state alone, without I/O.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.ground.error import Error
from wsclient.ground.value import Value
from wsclient.transport.polled_time import PolledClock

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AuthRefusal", "Authentication"]


class AuthRefusal(Value):
    """The reason why a call about a peer is refused."""

    error: Error
    reason: str


class _Pending:
    """One peer that is not admitted yet."""

    __slots__ = ("is_done_here", "is_done_there", "time")

    def __init__(self, clock: Callable[[], float]) -> None:
        self.time = PolledClock(clock)  # since it joined
        self.is_done_here = False
        self.is_done_there = False


class Authentication:
    """Keeps track of the peers that authenticate, and since when.

    A peer is admitted when `complete_auth` was called on both sides. Time without polls counts for nobody.

    Args:
        timeout: the same as the attribute.
        clock: monotonic, in seconds.

    Attributes:
        timeout: the time limit of a peer, in seconds; 0 for none.
    """

    def __init__(self, timeout: float, clock: Callable[[], float]) -> None:
        self.timeout = timeout
        self._clock = clock
        self._pending: dict[int, _Pending] = {}

    def __contains__(self, peer_id: int) -> bool:
        return peer_id in self._pending

    def peers(self) -> list[int]:
        """Returns the ids of the peers that authenticate, in order of arrival."""
        return list(self._pending)

    def begin(self, peer_id: int) -> None:
        """Records that a peer has joined."""
        self._pending[peer_id] = _Pending(self._clock)

    def refusal_of(self, peer_id: int) -> AuthRefusal | None:
        """Returns why a peer cannot be sent anything more, or None if it can.

        The reason contains the error that the engine returns.
        """
        pending = self._pending.get(peer_id)
        if pending is None:
            return AuthRefusal(Error.ERR_INVALID_PARAMETER, f"peer {peer_id} is not authenticating")
        if pending.is_done_here:
            return AuthRefusal(Error.ERR_FILE_CANT_WRITE, f"complete_auth was called for peer {peer_id} before")
        return None

    def finish_here(self, peer_id: int) -> bool:
        """Records that this side has finished with a peer; returns whether to admit it."""
        self._pending[peer_id].is_done_here = True
        return self._pending[peer_id].is_done_there

    def finish_there(self, peer_id: int) -> bool:
        """Records that a peer has finished with this side; returns whether to admit it."""
        self._pending[peer_id].is_done_there = True
        return self._pending[peer_id].is_done_here

    def forget(self, peer_id: int) -> bool:
        """Forgets a peer; returns True if it was still authenticating."""
        return self._pending.pop(peer_id, None) is not None

    def late(self) -> list[int]:
        """Returns the peers that have taken too long. Call it in each poll."""
        for pending in self._pending.values():
            pending.time.tick()
        if not self.timeout:
            return []
        return [peer_id for peer_id, pending in self._pending.items() if pending.time.now >= self.timeout]

    def clear(self) -> None:
        """Forgets all peers."""
        self._pending.clear()
