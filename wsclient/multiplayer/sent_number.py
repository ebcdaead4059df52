"""SentNumber: the number of one of our paths or nodes, and who knows it."""

from __future__ import annotations

__all__ = ["SentNumber"]


class SentNumber:
    """The number of one path or node, which each peer confirms separately.

    Attributes:
        path_id: 1, 2, .. in order of first use, one sequence for all peers.
        announced: the peers that were sent the number.
        confirmed: those of them that answered.
    """

    __slots__ = ("announced", "confirmed", "path_id")

    def __init__(self, path_id: int) -> None:
        self.path_id: int = path_id
        self.announced: set[int] = set()
        self.confirmed: set[int] = set()

    def confirm(self, peer_id: int) -> bool:
        """Records that a peer knows the number.

        Returns False, and changes nothing, if the number was never sent to the peer.
        """
        if peer_id not in self.announced:
            return False
        self.confirmed.add(peer_id)
        return True

    def forget_peer(self, peer_id: int) -> None:
        """Forgets that a peer knew the number, because it has left. Keeps the number."""
        self.announced.discard(peer_id)
        self.confirmed.discard(peer_id)
