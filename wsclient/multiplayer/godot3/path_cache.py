"""Short numbers for node paths, agreed on between two peers.

The caller announces (id, path), the receiver confirms the path, and from then on calls carry the id. Both are
optional: a path that was never confirmed is simply written out each time.
"""

from __future__ import annotations

from wsclient.multiplayer.sent_number import SentNumber

__all__ = ["SentPaths"]


class SentPaths:
    """The paths that this side has announced as the caller."""

    def __init__(self) -> None:
        self._paths: dict[str, SentNumber] = {}

    def entry(self, path: str) -> SentNumber:
        """Returns the entry of a path, with a new number on first use."""
        entry = self._paths.get(path)
        if entry is None:
            entry = self._paths[path] = SentNumber(len(self._paths) + 1)
        return entry

    def confirm(self, peer_id: int, path: str) -> bool:
        """Records that a peer knows the path.

        Returns:
            False if it was never announced to this peer, in which case nothing changes.
        """
        entry = self._paths.get(path)
        return entry is not None and entry.confirm(peer_id)

    def forget_peer(self, peer_id: int) -> None:
        """Forgets that a peer knew the paths, because it has left. Keeps the numbers."""
        for entry in self._paths.values():
            entry.forget_peer(peer_id)

    def clear(self) -> None:
        """Forgets all paths. In the next session, numbers start at 1 again."""
        self._paths.clear()
