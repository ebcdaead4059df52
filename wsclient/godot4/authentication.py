"""Authentication: the peers that are connected and not admitted yet. State alone, without I/O."""

from __future__ import annotations

__all__ = ["Authentication"]


class _Pending:
    """One peer that is not admitted yet."""

    __slots__ = ("is_done_here", "is_done_there", "since")

    def __init__(self, since: float) -> None:
        self.since = since
        self.is_done_here = False
        self.is_done_there = False


class Authentication:
    """Keeps which peers authenticate, and since when.

    A peer is admitted once `complete_auth` was called here and there.

    Attributes:
        timeout: seconds that a peer may take; 0 for ever.
    """

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._pending: dict[int, _Pending] = {}

    def __contains__(self, peer_id: int) -> bool:
        return peer_id in self._pending

    def peers(self) -> list[int]:
        """Returns the ids of the peers that authenticate, in the order in which they came."""
        return list(self._pending)

    def begin(self, peer_id: int, now: float) -> None:
        """Records that a peer has come."""
        self._pending[peer_id] = _Pending(now)

    def is_done_here(self, peer_id: int) -> bool:
        """Returns whether `complete_auth` was called for this peer."""
        return self._pending[peer_id].is_done_here

    def finish_here(self, peer_id: int) -> bool:
        """Records that we are done with a peer; returns whether it can be admitted."""
        self._pending[peer_id].is_done_here = True
        return self._pending[peer_id].is_done_there

    def finish_there(self, peer_id: int) -> bool:
        """Records that a peer is done with us; returns whether it can be admitted."""
        self._pending[peer_id].is_done_there = True
        return self._pending[peer_id].is_done_here

    def forget(self, peer_id: int) -> bool:
        """Forgets a peer that was admitted or has left; returns whether it was authenticating."""
        return self._pending.pop(peer_id, None) is not None

    def late(self, now: float) -> list[int]:
        """Returns the peers that have taken too long."""
        if not self.timeout:
            return []
        return [peer_id for peer_id, pending in self._pending.items() if now - pending.since >= self.timeout]

    def clear(self) -> None:
        """Forgets all peers."""
        self._pending.clear()
