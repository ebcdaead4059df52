"""RPCReceiver: reads packets, and finds the node and method they are for.

Values are passed down once, and the call to make is returned.

Source: MultiplayerAPI of Godot 3 (`_process_packet`).
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.ground.refusal_log import RefusalLog
from wsclient.multiplayer.command_error import CommandError, shown
from wsclient.multiplayer.godot3.commands import (
    ConfirmPath,
    Raw,
    RemoteCall,
    RemoteSet,
    SimplifyPath,
    decode,
    encode_confirm_path,
)
from wsclient.multiplayer.godot3.rpc_mode import RPCMode
from wsclient.multiplayer.known_paths import KnownPaths
from wsclient.multiplayer.node_reference import NodeById, NodeReference
from wsclient.scene.rpc_admission import NotAdmitted, check_arguments, check_mode
from wsclient.scene.rpc_sender import put
from wsclient.scene.rpc_target import node_at
from wsclient.transport.clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer
    from wsclient.multiplayer.godot3.commands import Command
    from wsclient.scene.node import Node
    from wsclient.scene.rpc_sender import RPCSender

__all__ = ["RPCReceiver"]

logger: Final = logging.getLogger("wsclient.multiplayer")

RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE

# Arbitrary: a repeated mistake is logged once in full, and then again after this many packets.
SECONDS_BETWEEN_COUNTS = 60.0

HOW_TO_MARK = {
    "method": "put @remote, @master, @puppet or one of their sync forms above it",
    "property": "write {name} = remote(...), or mark its getter",
}
WANTED = {
    "method": "a method of this name, marked @remote or the like",
    "property": "an attribute made by remote(...) or the like",
}


class RPCReceiver:
    """Reads packets, and remembers the paths that each peer has announced.

    Args:
        sender: the sender, which is told which paths were confirmed.

    Attributes:
        refused_packets: the number of packets that were malformed or not allowed.
    """

    def __init__(self, sender: RPCSender) -> None:
        self.refused_packets: int = 0
        self._sender = sender
        self._paths = KnownPaths()
        self._refused = RefusalLog(logger, monotonic, logging.WARNING, interval=SECONDS_BETWEEN_COUNTS)

    def receive(self, root: Node | None, peer: NetworkedMultiplayerPeer, source: int, packet: bytes) -> bytes:
        """Handles a packet.

        A packet that is malformed or not allowed is logged, counted and ignored.

        Args:
            root: the node that paths start from.
            peer: the one that brought the packet, for the answer.
            source: the sender's id.
            packet: the packet.

        Returns:
            The raw bytes of the game that it carries; b"" if there are none.

        Raises:
            Exception: raised by the called method.
        """
        call: Callable[[], object] | None = None
        try:
            command = decode(packet)
            match command:
                case RemoteCall():
                    call = _called(self._node(root, source, command.node), command, source, peer.get_unique_id())
                case RemoteSet():
                    call = _setting(self._node(root, source, command.node), command, source, peer.get_unique_id())
                case Raw():
                    return command.data
                case _:
                    self._learn(peer, source, command)
        except (CommandError, NotAdmitted) as error:
            self._refuse(source, str(error))
        if call is not None:
            call()
        return b""

    def forget_peer(self, peer_id: int) -> None:
        """Forgets the paths of a peer that has left."""
        self._paths.forget_peer(peer_id)

    def clear(self) -> None:
        """Forgets all paths, because a new session starts."""
        self._paths.clear()
        self._refused.clear()

    def _node(self, root: Node | None, source: int, reference: NodeReference) -> Node:
        if isinstance(reference, NodeById):
            path = self._paths.look_up(source, reference.path_id)
            if path is None:
                raise NotAdmitted(f"for the node of path {reference.path_id}, which it never announced")
        else:
            path = reference.path
        return node_at(root, path)

    def _learn(self, peer: NetworkedMultiplayerPeer, source: int, command: Command | None) -> None:
        """Handles an announced or confirmed path.

        As in the engine, a path without a node is confirmed too: the node may be added later.
        """
        match command:
            case SimplifyPath():
                if not self._paths.remember(source, command.path_id, command.path):
                    raise NotAdmitted(f"announces {shown(command.path)}, but too many paths are known already")
                put(peer, source, RELIABLE, encode_confirm_path(command.path))
            case ConfirmPath() if not self._sender.confirm(source, command.path):
                raise NotAdmitted(f"confirms {shown(command.path)}, which was never announced to it")

    def _refuse(self, source: int, reason: str) -> None:
        self.refused_packets += 1
        self._refused.log(f"refused packet {self.refused_packets}, from peer {source}: {reason}", kind=reason)


def _called(node: Node, command: RemoteCall, caller: int, own_id: int) -> Callable[[], object]:
    name = command.method
    mode, master = node.get_rpc_mode(name), node.get_network_master()
    try:
        check_mode(mode, is_master=master == own_id, master=master, caller=caller)
        method = getattr(node, name, None)
        if not callable(method):
            raise NotAdmitted("has a mode, but no such method is there")
        check_arguments(method, len(command.arguments))
    except NotAdmitted as refusal:
        raise _in_words(refusal, node, "method", name, mode) from None
    return partial(method, *command.arguments)


def _setting(node: Node, command: RemoteSet, caller: int, own_id: int) -> Callable[[], object]:
    name = command.name
    mode, master = node.get_rset_mode(name), node.get_network_master()
    try:
        check_mode(mode, is_master=master == own_id, master=master, caller=caller)
        if not (name in vars(node) or _is_on_class(node, name)):
            raise NotAdmitted("has a mode, but no such property is there")
    except NotAdmitted as refusal:
        raise _in_words(refusal, node, "property", name, mode) from None
    return partial(setattr, node, name, command.value)


def _in_words(refusal: NotAdmitted, node: Node, kind: str, name: str, mode: RPCMode) -> NotAdmitted:
    """Returns the refusal with the name of the node.

    If nothing of this name is marked, the missing mark is added.
    """
    if mode != RPCMode.RPC_MODE_DISABLED:
        return NotAdmitted(f"{kind} {shown(name)} of {node!r} {refusal}")
    if _is_on_class(node, name):
        return NotAdmitted(f"{kind} {shown(name)} of {node!r} is not marked: {HOW_TO_MARK[kind].format(name=name)}")
    return NotAdmitted(f"{node!r} has no {kind} {shown(name)}: it needs {WANTED[kind]}")


def _is_on_class(node: Node, name: str) -> bool:
    """Returns True if a class has this name, without running any code.

    A peer has chosen the name, and `hasattr` would run a getter.
    """
    return any(name in vars(base) for base in type(node).__mro__)
