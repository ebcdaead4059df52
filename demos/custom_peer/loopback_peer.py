"""A minimal peer without a network."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from wsclient import Error, NetworkedMultiplayerPeer

if TYPE_CHECKING:
    from wsclient.core.networked_multiplayer_peer import ConnectionStatus

__all__ = ["LoopbackPeer"]


class LoopbackPeer(NetworkedMultiplayerPeer):
    """A server with one player.

    Each packet that is put into it is returned after the next `poll()`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sent: deque[bytes] = deque()
        self._inbox: deque[bytes] = deque()

    def poll(self) -> None:
        self._inbox.extend(self._sent)
        self._sent.clear()

    def get_connection_status(self) -> ConnectionStatus:
        return self.CONNECTION_CONNECTED

    def get_unique_id(self) -> int:
        return 1

    def get_packet_peer(self) -> int:
        return 1

    def get_available_packet_count(self) -> int:
        return len(self._inbox)

    def _get_packet(self) -> bytes:
        return self._inbox.popleft()

    def _put_packet(self, packet: bytes) -> Error:
        self._sent.append(packet)
        return Error.OK
