"""What a packet asks for, and whether it may: every refusal is told in one place.

Source: MultiplayerAPI of Godot 3 (`_process_packet`).
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.multiplayer.godot3.commands import (
    CommandError,
    ConfirmPath,
    NodeById,
    NodeReference,
    Raw,
    RemoteCall,
    RemoteSet,
    SimplifyPath,
    decode,
    encode_confirm_path,
    shown,
)
from wsclient.multiplayer.godot3.path_cache import KnownPaths
from wsclient.scene.rpc_admission import NotAdmitted, admitted_call, admitted_set
from wsclient.scene.rpc_sender import put

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer
    from wsclient.multiplayer.godot3.commands import Command
    from wsclient.scene.node import Node
    from wsclient.scene.rpc_sender import RPCSender

__all__ = ["RPCReceiver"]

logger: Final = logging.getLogger("wsclient.multiplayer")

RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE

# Arbitrary: so many refusals of a session are logged one by one, then the 64th, the 128th, the 256th, ..
REFUSALS_LOGGED = 32


class RPCReceiver:
    """Reads packets, and remembers which paths were announced by whom.

    Args:
        sender: is told which paths were confirmed.

    Attributes:
        root: the node that paths start from.
        refused_packets: how many were malformed, or not allowed what they asked for.
    """

    def __init__(self, sender: RPCSender) -> None:
        self.root: Node | None = None
        self.refused_packets: int = 0
        self._sender = sender
        self._paths = KnownPaths()

    def receive(self, peer: NetworkedMultiplayerPeer, source: int, packet: bytes) -> bytes:
        """Does what a packet asks for; what is malformed or not allowed is logged, counted and ignored.

        Args:
            peer: what brought it, for the answer.
            source: who sent it.
            packet: the packet.

        Returns:
            Bytes of the game's own, where it carries such; else b"".

        Raises:
            Exception: what the called method raised.
        """
        try:
            command = decode(packet)
            if isinstance(command, Raw):
                return command.data
            call = self._admitted(peer, source, command)
        except (CommandError, NotAdmitted) as error:
            self._refuse(source, str(error))
            return b""
        if call is not None:
            call()
        return b""

    def forget_peer(self, peer_id: int) -> None:
        """Forgets the paths of a peer that has left."""
        self._paths.forget_peer(peer_id)

    def clear(self) -> None:
        """Forgets all paths: another session."""
        self._paths.clear()

    def _admitted(
        self, peer: NetworkedMultiplayerPeer, source: int, command: Command | None
    ) -> Callable[[], object] | None:
        """What there is to run; None where nothing is, as for a command that only a later Godot knows."""
        match command:
            case RemoteCall():
                return admitted_call(self._node(source, command.node), command, source)
            case RemoteSet():
                return admitted_set(self._node(source, command.node), command, source)
            case SimplifyPath():
                self._learn(source, command)
                return partial(put, peer, source, RELIABLE, encode_confirm_path(command.path))
            case ConfirmPath() if not self._sender.confirm(source, command.path):
                raise NotAdmitted(f"confirms {shown(command.path)}, which was never announced to it")
            case _:
                return None

    def _node(self, source: int, reference: NodeReference) -> Node:
        path = self._announced(source, reference.path_id) if isinstance(reference, NodeById) else reference.path
        if self.root is None:
            raise NotAdmitted(f"for node {shown(path)}, but there is no root_node")
        node = self.root.get_node_or_null(path)
        if node is None:
            raise NotAdmitted(f"for node {shown(path)}, but {self.root!r} has none of this path")
        return node

    def _announced(self, source: int, path_id: int) -> str:
        path = self._paths.look_up(source, path_id)
        if path is None:
            raise NotAdmitted(f"for the node of path {path_id}, which it never announced")
        return path

    def _learn(self, source: int, command: SimplifyPath) -> None:
        """Remembers a path; one without a node too, as the engine does: it may come yet."""
        if not self._paths.remember(source, command.path_id, command.path):
            raise NotAdmitted(f"announces {shown(command.path)}, but too many paths are known already")

    def _refuse(self, source: int, reason: str) -> None:
        self.refused_packets = count = self.refused_packets + 1
        if count <= REFUSALS_LOGGED or count.bit_count() == 1:
            logger.warning("refused packet %d, from peer %d: %s", count, source, reason)
