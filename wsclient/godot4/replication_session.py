"""ReplicationSession: the session as replication needs it, to send, to number nodes, and to know the peers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wsclient.core.networked_multiplayer_peer import TransferMode
    from wsclient.godot4.node import Node
    from wsclient.ground.error import Error

__all__ = ["ReplicationSession"]


class ReplicationSession(Protocol):
    """A SceneMultiplayer, as replication sees it."""

    max_sync_packet_size: int
    max_delta_packet_size: int

    def get_unique_id(self) -> int:
        """Returns our own id; 0 without a network."""
        ...

    def get_peers(self) -> Sequence[int]:
        """Returns the ids of the admitted peers."""
        ...

    def send_command(self, peer_id: int, packet: bytes, mode: TransferMode) -> Error:
        """Sends one packet to one peer, through the relay if it is another client."""
        ...

    def path_id(self, node: Node, peer_id: int) -> int:
        """Returns the number of a node of ours; announces it to the peer if it does not know it."""
        ...

    def is_path_confirmed(self, node: Node, peer_id: int) -> bool:
        """Returns True if the peer knows the number of a node of ours."""
        ...

    def node_of(self, source: int, path_id: int) -> Node | None:
        """Returns the node that a peer announced under a number; None if there is none now."""
        ...
