"""The numbers of nodes that this side has announced, as in Godot 4.

Unlike in Godot 3, they belong to nodes instead of paths, and are confirmed by number. The receiver's side is
`known_paths.KnownPaths`, with one more rule: a number that is announced twice is an error.

Source: `SceneCacheInterface` of Godot 4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.multiplayer.sent_number import SentNumber

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["SentNodes"]


class SentNodes:
    """The numbers of our nodes. A node that leaves and comes back gets a new one."""

    def __init__(self) -> None:
        self._entries: dict[Hashable, SentNumber] = {}
        self._by_id: dict[int, SentNumber] = {}
        self._last_id = 0

    def entry(self, node: Hashable) -> SentNumber:
        """Returns the entry of a node, with a new number on first use."""
        entry = self._entries.get(node)
        if entry is None:
            self._last_id += 1
            entry = self._entries[node] = self._by_id[self._last_id] = SentNumber(self._last_id)
        return entry

    def confirm(self, peer_id: int, path_id: int) -> bool:
        """Records that a peer knows a number.

        Returns:
            False if the number was not announced to this peer; nothing is changed then. True also for the number of
            a node that has left: the answer was on its way.
        """
        if not 0 < path_id <= self._last_id:
            return False
        entry = self._by_id.get(path_id)
        return entry is None or entry.confirm(peer_id)

    def forget(self, node: Hashable) -> None:
        """Forgets a node that has left the tree."""
        entry = self._entries.pop(node, None)
        if entry is not None:
            del self._by_id[entry.path_id]

    def forget_peer(self, peer_id: int) -> None:
        """Forgets that a peer knew the numbers, because it has left."""
        for entry in self._entries.values():
            entry.forget_peer(peer_id)

    def clear(self) -> None:
        """Forgets everything. In the next session, numbers start at 1 again."""
        self._entries.clear()
        self._by_id.clear()
        self._last_id = 0
