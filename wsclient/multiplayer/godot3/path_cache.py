"""Short numbers for node paths, agreed on between two peers.

The caller announces (id, path), the receiver confirms the path, and from then on calls carry the id. Both are
optional: a path that was never confirmed is simply written out each time.
"""

from __future__ import annotations

__all__ = ["SentPath", "SentPaths"]


class SentPath:
    """One path that we call, and the peers that know its number.

    Attributes:
        path_id: 1, 2, .. in order of first use, one sequence for all peers.
        announced: the peers that received the announcement.
        confirmed: those of them that answered.
    """

    __slots__ = ("announced", "confirmed", "path_id")

    def __init__(self, path_id: int) -> None:
        self.path_id: int = path_id
        self.announced: set[int] = set()
        self.confirmed: set[int] = set()


class SentPaths:
    """The caller's side."""

    def __init__(self) -> None:
        self._paths: dict[str, SentPath] = {}

    def entry(self, path: str) -> SentPath:
        """Returns the entry of a path, with a new number on first use."""
        entry = self._paths.get(path)
        if entry is None:
            entry = self._paths[path] = SentPath(len(self._paths) + 1)
        return entry

    def confirm(self, peer_id: int, path: str) -> bool:
        """Records that a peer knows the path.

        Returns:
            False if it was never announced to this peer, in which case nothing changes.
        """
        entry = self._paths.get(path)
        if entry is None or peer_id not in entry.announced:
            return False
        entry.confirmed.add(peer_id)
        return True

    def forget_peer(self, peer_id: int) -> None:
        """Forgets the paths that a peer knows, because it has left. The numbers are kept."""
        for entry in self._paths.values():
            entry.announced.discard(peer_id)
            entry.confirmed.discard(peer_id)

    def clear(self) -> None:
        """Forgets all paths: in another session numbers start at 1 again."""
        self._paths.clear()
