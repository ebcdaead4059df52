"""RemoteCalls: sends and receives the remote procedure calls of Godot 4.

A peer that has confirmed a node's number is sent the number instead of the path.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer
from wsclient.godot4.rpc_config import RPCMode
from wsclient.godot4.rpc_marks import BoundRPC
from wsclient.godot4.scene_routes import includes
from wsclient.ground.error import Error
from wsclient.ground.value import Value
from wsclient.multiplayer.godot4.scene_commands import invocation_of_call
from wsclient.multiplayer.node_reference import NodeById, NodeReference
from wsclient.scene.rpc_admission import NotAdmitted, check_arguments
from wsclient.scene.rpc_doubts import nearest_in_words
from wsclient.scene.rpc_target import node_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.godot4.node import Node
    from wsclient.godot4.scene_paths import ScenePaths
    from wsclient.godot4.scene_routes import SceneRoutes
    from wsclient.ground.refusal_log import RefusalLog
    from wsclient.multiplayer.godot4.scene_commands import Invocation, RemoteCall

__all__ = ["Called", "RemoteCalls"]

BROADCAST = NetworkedMultiplayerPeer.TARGET_PEER_BROADCAST


class Called(Value):
    """The result of a call of ours.

    Attributes:
        error: the error for the caller.
        runs_here: True if it must run here too.
    """

    error: Error
    runs_here: bool = False


class RemoteCalls:
    """Sends our calls, and finds the targets of the calls of other peers.

    Args:
        routes: the routes to the peers.
        paths: the numbers of nodes.
        refused: the log of calls that are refused.
        is_visible: returns whether a peer may see a node; otherwise the peer is not called.
    """

    def __init__(
        self,
        routes: SceneRoutes,
        paths: ScenePaths,
        refused: RefusalLog,
        is_visible: Callable[[Node, int], bool],
    ) -> None:
        self._routes = routes
        self._paths = paths
        self._refused = refused
        self._is_visible = is_visible

    # Calls of ours

    def call(self, root: Node | None, node: Node, target: int, method: str, arguments: tuple[object, ...]) -> Called:
        """Sends a call to all peers of the target; see `Node.rpc_id`.

        Raises:
            TypeError, OverflowError: an argument is not a Variant.
            ValueError: more than 255 arguments.
        """
        config, own_id = node.get_rpc_mark(method), self._routes.unique_id
        if config is None or not _is_below(root, node) or self._routes.connected_peer() is None:
            return self._refuse(*self._first_reason(root, node, method), method)
        if target == own_id and not config.call_local:
            reason = f'at ourselves: {config.in_words} at {node!r} is not "call_local"'
            return self._refuse(Error.ERR_INVALID_PARAMETER, reason, method)
        if target != own_id:
            self._send(root, node, method, arguments, self._receivers_of(node, target, method))
        return Called(Error.OK, config.call_local and includes(target, own_id))

    def _first_reason(self, root: Node | None, node: Node, method: str) -> tuple[Error, str]:
        """Returns the first reason to refuse a call, in the order the engine checks them."""
        if self._routes.peer is None:
            return Error.ERR_UNCONFIGURED, "there is no multiplayer_peer"
        if not _is_below(root, node):
            return Error.ERR_INVALID_PARAMETER, f"{node!r} is not below the root_node, {root!r}"
        if self._routes.connected_peer() is None:
            return Error.ERR_CONNECTION_ERROR, "the multiplayer_peer is not connected: wait for connected_to_server"
        nearest = nearest_in_words(method, node.known_rpc_names())
        return Error.ERR_INVALID_PARAMETER, f"{type(node).__name__} has none marked; {nearest}"

    def _refuse(self, error: Error, reason: str, method: str) -> Called:
        self._refused.log(f"rpc of {method!r}: {reason}")
        return Called(error)

    def _receivers_of(self, node: Node, target: int, method: str) -> list[int]:
        admitted = self._routes.admitted
        if target != BROADCAST and abs(target) not in admitted:
            self._refused.log(f"rpc of {method!r}: peer {abs(target)} is not connected")
            return []
        return [peer_id for peer_id in admitted if includes(target, peer_id) and self._is_visible(node, peer_id)]

    def _send(
        self, root: Node | None, node: Node, method: str, arguments: tuple[object, ...], receivers: list[int]
    ) -> None:
        """Sends one call to each receiver.

        First announces the node to the receivers that do not know it.
        """
        config, number = node.get_rpc_mark(method), node.get_rpc_list().id_of(method)
        if config is None or number is None or root is None:
            raise ValueError(f"{method!r} is not marked")
        invocation, path = _encoded(method, number, arguments), str(root.get_path_to(node))
        path_id = 0
        for peer_id in receivers:
            path_id = self._paths.number_of(node, path, peer_id)
        send, mode = self._routes.send_command, config.transfer_mode
        knowing = {peer_id for peer_id in receivers if self._paths.is_confirmed(node, peer_id)}
        if len(knowing) == len(receivers):
            packet = invocation.by_id(path_id)
            for peer_id in receivers:
                send(peer_id, packet, mode)
            return
        # If one receiver does not know the number, the others are sent its widest form, as in the engine.
        by_id, by_path = invocation.by_wide_id(path_id), invocation.by_path(path)
        for peer_id in receivers:
            send(peer_id, by_id if peer_id in knowing else by_path, mode)

    # Calls of others

    def admitted(self, root: Node | None, source: int, command: RemoteCall) -> Callable[[], object]:
        """Returns the call that a packet asks for.

        Raises:
            NotAdmitted: it may not run; the text has the reason, and what would be needed.
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
        return node_at(root, path)


def _is_below(root: Node | None, node: Node) -> bool:
    return root is not None and (node is root or root.is_a_parent_of(node))


def _encoded(method: str, number: int, arguments: tuple[object, ...]) -> Invocation:
    try:
        return invocation_of_call(number, arguments)
    except (TypeError, OverflowError) as error:
        raise type(error)(f"{error} (of {method!r})") from error
