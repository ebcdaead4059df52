"""ReplicationSession: the part of a session that replication needs.

It sends packets, numbers nodes, and knows the peers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wsclient.core.networked_multiplayer_peer import TransferMode
    from wsclient.godot4.node import Node
    from wsclient.ground.error import Error

__all__ = ["ReplicationSession"]


class ReplicationSession(Protocol):
    """A SceneMultiplayer, as seen by replication."""

    max_sync_packet_size: int
    max_delta_packet_size: int

    def get_unique_id(self) -> int:
        """Returns our own id; 0 without a network."""
        ...

    def get_peers(self) -> Sequence[int]:
        """Returns the ids of the admitted peers."""
        ...

    def send_command(self, peer_id: int, packet: bytes, mode: TransferMode) -> Error:
        """Sends one packet to a peer, through the relay if it is another client."""
        ...

    def path_id(self, node: Node, peer_id: int) -> int:
        """Returns the number of one of our nodes.

        Announces it to the peer if the peer does not know it.
        """
        ...

    def is_path_confirmed(self, node: Node, peer_id: int) -> bool:
        """Returns True if the peer knows the number of one of our nodes."""
        ...

    def node_of(self, source: int, path_id: int) -> Node | None:
        """Returns the node that a peer has announced by a number.

        Returns None if there is no such node now.
        """
        ...
