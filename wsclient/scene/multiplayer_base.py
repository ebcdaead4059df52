"""MultiplayerBase: polls a network peer, and handles arrivals in order.

It is the same for both versions of Godot.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from wsclient.core.handler_errors import call_all
from wsclient.core.networked_multiplayer_peer import ConnectionStatus, NetworkedMultiplayerPeer
from wsclient.core.reference import Reference
from wsclient.ground.refusal_log import RefusalLog
from wsclient.ground.value import Value
from wsclient.scene.network_node import NetworkNode
from wsclient.scene.peer_arrivals import Arrival, ArrivalKind, PeerArrivals
from wsclient.transport.clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.ground.error import Error

__all__ = ["MultiplayerBase"]

logger: Final = logging.getLogger("wsclient.multiplayer")

AnyNode = TypeVar("AnyNode", bound=NetworkNode)  # type: ignore[type-arg]  # of any dialect


class _Network(Value):
    """A network peer and its arrivals."""

    peer: NetworkedMultiplayerPeer
    arrivals: PeerArrivals


class MultiplayerBase(Reference, ABC, Generic[AnyNode]):
    """Polls a network peer and runs its packets and signals in order of arrival.

    A subclass defines the meaning of each of them, by its version of Godot.
    """

    def __init__(self) -> None:
        super().__init__()
        self._network: _Network | None = None
        self._root: AnyNode | None = None
        self._connected_peers: dict[int, None] = {}  # used as a set that keeps the order of arrival
        self._sender_id = 0
        self._refused_calls = RefusalLog(logger, monotonic)
        self._to_free: list[AnyNode] = []

    # Peer and tree

    @property
    def root_node(self) -> AnyNode | None:
        """The node where paths on the wire start.

        In a Godot game, this is the `root` of the scene tree. Setting it makes this the `custom_multiplayer` of the
        node, unless the node has one.
        """
        return self._root

    @root_node.setter
    def root_node(self, node: AnyNode | None) -> None:
        if node is not self._root:
            self._set_root(node)

    def has_own_id(self, peer_id: int) -> bool:
        """Returns True if this is our own id; False without a network peer."""
        return self._network is not None and self._network.peer.get_unique_id() == peer_id

    # The work

    def poll(self) -> None:
        """Polls the network peer, then handles what has arrived, in order.

        Call it once per frame, instead of `poll()` of the peer. It never blocks. A nested call does nothing, and
        neither does a call without a network peer. A disconnected peer is polled too: it may have a signal left to
        emit, or packets that arrived before the end.

        Raises:
            Exception: raised by a called method, a set property, a handler or a hook of a freed node; several are
                raised as an `ExceptionGroup`. The arrivals after it are handled by the next `poll()`.
            RuntimeError: another thread called `poll()` first.
        """
        if self._network is None or not self._begin_poll():
            return
        try:
            self._work_and_free()
        except BaseException as error:
            self._end_poll(error)
            raise
        self._end_poll()

    def free_later(self, node: AnyNode) -> None:
        """Frees a node when the running `poll()` ends; immediately if none is running."""
        if self._is_polling:
            self._to_free.append(node)
        else:
            node.free()

    def clear(self) -> None:
        """Forgets peers, paths and arrivals that were not handled; keeps the peer."""
        if self._network is not None:
            self._network.arrivals.clear()
        self._refused_calls.clear()
        self._forget_session()

    # For subclasses to write

    @abstractmethod
    def _on_packet(self, peer: NetworkedMultiplayerPeer, source: int, packet: bytes) -> None:
        """Handles a packet. The id of its sender can be asked for meanwhile."""

    @abstractmethod
    def _on_peer_connected(self, peer_id: int) -> None:
        """Called when a peer has joined."""

    @abstractmethod
    def _on_peer_disconnected(self, peer_id: int) -> None:
        """Called when a peer has left."""

    @abstractmethod
    def _on_joined(self) -> None:
        """Called when the session is joined."""

    @abstractmethod
    def _on_end(self, kind: ArrivalKind) -> None:
        """Called when the session has ended, or could not be joined."""

    def _forget_session(self) -> None:
        """Forgets everything that belongs to this session."""
        self._connected_peers.clear()

    # For subclasses

    def _set_root(self, node: AnyNode | None) -> None:
        before = self._root
        if before is not None and before.custom_multiplayer is self:
            before.custom_multiplayer = None
        self._root = node
        if node is not None and node.custom_multiplayer is None:
            node.custom_multiplayer = self

    def _work(self) -> None:
        """Does the work of one `poll()`."""
        self._run_arrivals()  # those left over when a handler raised an exception
        self._poll_peer()
        self._run_arrivals()

    def _get_peer(self) -> NetworkedMultiplayerPeer | None:
        return None if self._network is None else self._network.peer

    def _set_peer(self, peer: NetworkedMultiplayerPeer | None, name: str) -> None:
        """Sets the network peer, and forgets everything about the previous one.

        `name` is the name of the property, for messages.
        """
        if peer is self._get_peer():
            return
        if peer is not None:
            _check_peer(peer, name)
        if self._network is not None:
            self._network.arrivals.stop()
        try:
            self.clear()
        finally:  # a node that is freed with the session may raise an exception
            self._network = None if peer is None else _Network(peer, PeerArrivals(peer))

    def _refuse(self, error: Error, message: str) -> Error:
        """Logs why a call is refused, or counts a repetition, and returns the error."""
        self._refused_calls.log(message)
        return error

    def _run_as(self, sender: int, call: Callable[[], object]) -> None:
        before, self._sender_id = self._sender_id, sender
        try:
            call()
        finally:
            self._sender_id = before

    def _path_of(self, node: AnyNode) -> str | None:
        """Returns the node's path from the root node; None if it is not there."""
        root = self._root
        if root is not None and (node is root or root.is_a_parent_of(node)):
            return str(root.get_path_to(node))
        return None

    def _run_arrivals(self) -> None:
        # The network is looked up each time, because a handler may set another one.
        while (network := self._network) is not None and (arrival := network.arrivals.next()) is not None:
            self._run(network.peer, arrival)

    def _run(self, peer: NetworkedMultiplayerPeer, arrival: Arrival) -> None:
        match arrival.kind:
            case ArrivalKind.PACKET:
                self._run_as(arrival.peer_id, partial(self._on_packet, peer, arrival.peer_id, arrival.packet))
            case ArrivalKind.PEER_CONNECTED:
                self._on_peer_connected(arrival.peer_id)
            case ArrivalKind.PEER_DISCONNECTED:
                self._on_peer_disconnected(arrival.peer_id)
            case ArrivalKind.CONNECTION_SUCCEEDED:
                self._on_joined()
            case _:
                self._on_end(arrival.kind)

    def _poll_peer(self) -> None:
        network = self._network
        if network is not None:
            network.peer.poll()
            network.arrivals.take_packets()

    def _work_and_free(self) -> None:
        try:
            self._work()
        except Exception as error:
            self._free_queued(error)
            raise
        self._free_queued()

    def _free_queued(self, error: Exception | None = None) -> None:
        nodes, self._to_free = self._to_free, []
        call_all((node.free for node in nodes), error)


def _check_peer(peer: object, name: str) -> None:
    if not isinstance(peer, NetworkedMultiplayerPeer):
        raise TypeError(f"{name} must be a NetworkedMultiplayerPeer or None, not {type(peer).__name__}")
    if peer.get_connection_status() == ConnectionStatus.CONNECTION_DISCONNECTED:
        raise ValueError(f"the {name} is disconnected: tell it to connect before, and look at what that returns")
