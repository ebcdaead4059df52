"""RemoteCalls: calls of Godot 4, out and in. A call goes by the node's number to the peers that have confirmed it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wsclient.godot4.rpc_config import RPCMode
from wsclient.godot4.rpc_marks import BoundRPC
from wsclient.multiplayer.godot3.commands import NodeById, NodeReference, shown
from wsclient.multiplayer.godot4.scene_commands import invocation_of_call
from wsclient.scene.rpc_admission import NotAdmitted, check_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wsclient.godot4.node import Node
    from wsclient.godot4.scene_paths import ScenePaths, Send
    from wsclient.multiplayer.godot4.scene_commands import Invocation, RemoteCall

__all__ = ["RemoteCalls"]


class RemoteCalls:
    """Encodes calls of ours, and finds what calls of others mean.

    Args:
        paths: the numbers of nodes.
        send: sends a command to one peer.
    """

    def __init__(self, paths: ScenePaths, send: Send) -> None:
        self._paths = paths
        self._send = send

    def send(self, node: Node, path: str, method: str, arguments: tuple[object, ...], receivers: Sequence[int]) -> None:
        """Sends one call of a marked method to each receiver, and announces the node to those that do not know it.

        Raises:
            TypeError, OverflowError: an argument that is no Variant.
            ValueError: more than 255 arguments.
        """
        config, number = node.get_rpc_mark(method), node.get_rpc_list().id_of(method)
        if config is None or number is None:
            raise ValueError(f"{method!r} is not marked")
        invocation = _encoded(method, number, arguments)
        path_id = 0
        for peer_id in receivers:
            path_id = self._paths.number_of(node, path, peer_id)
        knowing = {peer_id for peer_id in receivers if self._paths.is_confirmed(node, peer_id)}
        if len(knowing) == len(receivers):
            packet = invocation.by_id(path_id)
            for peer_id in receivers:
                self._send(peer_id, packet, config.transfer_mode)
            return
        # While one of them does not know the number, the others get it in its widest form, as the engine does it.
        by_id, by_path = invocation.by_wide_id(path_id), invocation.by_path(path)
        for peer_id in receivers:
            self._send(peer_id, by_id if peer_id in knowing else by_path, config.transfer_mode)

    def admitted(self, root: Node | None, source: int, command: RemoteCall) -> Callable[[], object]:
        """Returns the call that a packet asks for.

        Raises:
            NotAdmitted: it may not run; the text says why, and what would be needed.
        """
        node = self._node(root, source, command.node)
        name = node.get_rpc_list().name_of(command.method_id)
        config = None if name is None else node.get_rpc_mark(name)
        if name is None or config is None:
            count = len(node.get_rpc_list())
            raise NotAdmitted(f"calls method {command.method_id} of {node!r}, whose list has {count}; are they equal?")
        authority = node.get_multiplayer_authority()
        if not config.admits(source, authority):
            needed = "is disabled" if config.rpc_mode is RPCMode.RPC_MODE_DISABLED else f"its authority is {authority}"
            raise NotAdmitted(f"method {name!r} of {node!r} is {config.in_words}, and {needed}")
        method = getattr(node, name, None)
        if not callable(method):
            raise NotAdmitted(f"method {name!r} of {node!r} has a mark, but no such method is there")
        try:
            check_arguments(method.__wrapped__ if isinstance(method, BoundRPC) else method, len(command.arguments))
        except NotAdmitted as refusal:
            raise NotAdmitted(f"method {name!r} of {node!r} {refusal}") from None
        return partial(method, *command.arguments)

    def _node(self, root: Node | None, source: int, reference: NodeReference) -> Node:
        if isinstance(reference, NodeById):
            path = self._paths.path_of(source, reference.path_id)
            if path is None:
                raise NotAdmitted(f"for the node of number {reference.path_id}, which it never announced")
        else:
            path = reference.path
        node = None if root is None else root.get_node_or_null(path)
        if node is None:
            missing = "there is no root_node" if root is None else f"{root!r} has none of this path"
            raise NotAdmitted(f"for node {shown(path)}, but {missing}")
        return node


def _encoded(method: str, number: int, arguments: tuple[object, ...]) -> Invocation:
    try:
        return invocation_of_call(number, arguments)
    except (TypeError, OverflowError) as error:
        raise type(error)(f"{error} (of {method!r})") from error
