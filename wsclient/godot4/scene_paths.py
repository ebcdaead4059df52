"""ScenePaths: the numbers that stand for nodes on the wire, in both directions.

A number is announced with the path and with the checksum of the node's list of remote procedures, and used when it is
confirmed. Until then, the path is written out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.multiplayer.godot4.path_cache import SentNodes
from wsclient.multiplayer.godot4.scene_commands import encode_confirm_path, encode_simplify_path
from wsclient.multiplayer.known_paths import KnownPaths
from wsclient.scene.rpc_admission import NotAdmitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.godot4.node import Node
    from wsclient.ground.error import Error
    from wsclient.multiplayer.godot4.scene_commands import ConfirmPath, SimplifyPath

__all__ = ["ScenePaths", "Send"]

Send: TypeAlias = "Callable[[int, bytes, TransferMode], Error]"

RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE


class ScenePaths:
    """Announces our nodes to peers, and remembers theirs.

    Args:
        send: sends a command to one peer.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._sent = SentNodes()
        self._known = KnownPaths()
        self._nodes: dict[int, Node] = {}  # by our number, to report whose list differs

    def number_of(self, node: Node, path: str, peer_id: int) -> int:
        """Returns the number of a node.

        Announces it to the peer first, if that was not done yet.
        """
        entry = self._sent.entry(node)
        if peer_id not in entry.announced:
            self._nodes[entry.path_id] = node
            entry.announced.add(peer_id)
            packet = encode_simplify_path(node.get_rpc_list().checksum, entry.path_id, path)
            self._send(peer_id, packet, RELIABLE)
        return entry.path_id

    def is_confirmed(self, node: Node, peer_id: int) -> bool:
        """Returns True if the peer knows the node's number."""
        return peer_id in self._sent.entry(node).confirmed

    def path_of(self, source: int, path_id: int) -> str | None:
        """Returns the path that a peer announced by a number; None if it did not."""
        return self._known.look_up(source, path_id)

    def learn(self, source: int, command: SimplifyPath, node: Node | None) -> bool:
        """Remembers a number that a peer has announced, and confirms it.

        A path without a node is confirmed too: the node may be added later, and the engine never announces it again.

        Returns:
            True if the lists of remote procedures are equal, or if there is no node.

        Raises:
            NotAdmitted: a number for the second time, or too many of them.
        """
        if self._known.look_up(source, command.path_id) is not None:
            raise NotAdmitted(f"announces number {command.path_id} for the second time")
        if not self._known.remember(source, command.path_id, command.path):
            raise NotAdmitted(f"announces number {command.path_id}, but too many paths are known already")
        are_equal = node is None or node.get_rpc_list().checksum == command.checksum
        self._send(source, encode_confirm_path(command.path_id, are_lists_equal=are_equal), RELIABLE)
        return are_equal

    def confirm(self, source: int, command: ConfirmPath) -> Node | None:
        """Records that a peer has confirmed a number.

        Returns:
            The node whose list of remote procedures differs from the peer's; None if they are equal.

        Raises:
            NotAdmitted: the number was not announced to this peer.
        """
        if not self._sent.confirm(source, command.path_id):
            raise NotAdmitted(f"confirms number {command.path_id}, which was never announced to it")
        return None if command.are_lists_equal else self._nodes.get(command.path_id)

    def forget_node(self, node: Node) -> None:
        """Forgets the number of a node that leaves the tree.

        When the node comes back, it gets a new number.
        """
        if node in self._nodes.values():
            self._nodes.pop(self._sent.entry(node).path_id, None)
            self._sent.forget(node)

    def forget_peer(self, peer_id: int) -> None:
        """Forgets all numbers of a peer that has left."""
        self._sent.forget_peer(peer_id)
        self._known.forget_peer(peer_id)

    def clear(self) -> None:
        """Forgets all numbers, because a new session starts."""
        self._sent.clear()
        self._known.clear()
        self._nodes.clear()
