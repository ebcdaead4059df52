"""KnownPaths: the paths that other peers have announced by number.

Their size is limited, because the senders choose them.
"""

from __future__ import annotations

__all__ = ["MAX_KNOWN_BYTES", "MAX_KNOWN_PATHS", "KnownPaths"]

# Arbitrary, far above any game: how much all peers together can make us remember.
MAX_KNOWN_PATHS = 65536
MAX_KNOWN_BYTES = 4 * 1024 * 1024


class KnownPaths:
    """The paths that peers have announced, by sender and number.

    Their size is limited, because the senders choose them.
    """

    def __init__(self, *, max_paths: int = MAX_KNOWN_PATHS, max_bytes: int = MAX_KNOWN_BYTES) -> None:
        """Creates an empty cache.

        All senders together may use up to `max_paths` paths, and `max_bytes` bytes of UTF-8.
        """
        self._max_paths = max_paths
        self._max_bytes = max_bytes
        self._by_sender: dict[int, dict[int, str]] = {}
        self._count = 0
        self._bytes = 0

    def remember(self, sender: int, path_id: int, path: str) -> bool:
        """Stores a path that a sender announces. A known number is redefined.

        Returns:
            False if the cache is full: nothing is stored, and the path must not be confirmed. The sender then
            continues to send the full path, so no call is lost.
        """
        paths = self._by_sender.get(sender, {})
        old = paths.get(path_id)
        count = self._count + (old is None)
        size = self._bytes + _size(path) - (0 if old is None else _size(old))
        if count > self._max_paths or size > self._max_bytes:
            return False
        paths[path_id] = path
        self._by_sender[sender] = paths
        self._count, self._bytes = count, size
        return True

    def look_up(self, sender: int, path_id: int) -> str | None:
        """Returns the path that a sender announced by a number; None if it did not."""
        return self._by_sender.get(sender, {}).get(path_id)

    def forget_peer(self, sender: int) -> None:
        """Forgets the paths of a sender that has left."""
        paths = self._by_sender.pop(sender, {})
        self._count -= len(paths)
        self._bytes -= sum(map(_size, paths.values()))

    def clear(self) -> None:
        """Forgets all paths."""
        self._by_sender.clear()
        self._count = self._bytes = 0


def _size(path: str) -> int:
    return len(path.encode("utf-8", "surrogatepass"))
