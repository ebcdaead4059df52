"""MultiplayerAPI: remote procedure calls over any NetworkedMultiplayerPeer."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from wsclient.core.networked_multiplayer_peer import ConnectionStatus, NetworkedMultiplayerPeer, TransferMode
from wsclient.core.reference import Reference
from wsclient.core.signal import Signal
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3.commands import encode_raw, invocation_of_call, invocation_of_set
from wsclient.multiplayer.godot3.relay import SERVER_ID
from wsclient.multiplayer.godot3.rpc_mode import RPCMode, rule_of
from wsclient.scene.peer_arrivals import Arrival, ArrivalKind, PeerArrivals
from wsclient.scene.rpc_receiver import RPCReceiver
from wsclient.scene.rpc_sender import RPCSender, put

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.multiplayer.godot3.commands import Invocation
    from wsclient.scene.node import Node

__all__ = ["MultiplayerAPI"]

logger: Final = logging.getLogger("wsclient.multiplayer")

BROADCAST = NetworkedMultiplayerPeer.TARGET_PEER_BROADCAST
RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE


class _Network(NamedTuple):
    """A network peer, and what arrives there."""

    peer: NetworkedMultiplayerPeer
    arrivals: PeerArrivals


_RPCMode: TypeAlias = RPCMode  # by its own name the class could not hold it


class MultiplayerAPI(Reference):
    """Calls methods and sets properties of other peers' nodes, and lets them do so here.

        multiplayer = MultiplayerAPI()
        multiplayer.root_node = root          # a Node: paths start below it
        multiplayer.network_peer = client     # any NetworkedMultiplayerPeer that is connecting or connected
        while running:
            multiplayer.poll()                # polls the client too
            ...

    Packets and signals come in the order in which they arrived, also within one `poll()`: what a peer sent before it
    left runs before `network_peer_disconnected`.
    """

    network_peer_connected: Final = Signal[int]("id")
    """Another peer has come, or was there before this one."""
    network_peer_disconnected: Final = Signal[int]("id")
    """Another peer has left."""
    network_peer_packet: Final = Signal[int, bytes]("id", "packet")
    """A peer has sent bytes with `send_bytes`."""
    connected_to_server: Final = Signal[()]()
    """The session is joined: calls can be sent."""
    connection_failed: Final = Signal[()]()
    """The session could not be joined."""
    server_disconnected: Final = Signal[()]()
    """The session is over, and had been joined."""

    RPCMode: TypeAlias = _RPCMode
    """The type of these, by Godot's name."""
    RPC_MODE_DISABLED = RPCMode.RPC_MODE_DISABLED
    RPC_MODE_REMOTE = RPCMode.RPC_MODE_REMOTE
    RPC_MODE_MASTER = RPCMode.RPC_MODE_MASTER
    RPC_MODE_PUPPET = RPCMode.RPC_MODE_PUPPET
    RPC_MODE_REMOTESYNC = RPCMode.RPC_MODE_REMOTESYNC
    RPC_MODE_MASTERSYNC = RPCMode.RPC_MODE_MASTERSYNC
    RPC_MODE_PUPPETSYNC = RPCMode.RPC_MODE_PUPPETSYNC

    def __init__(self) -> None:
        super().__init__()
        self._network: _Network | None = None
        self._connected_peers: set[int] = set()
        self._sender = RPCSender()
        self._receiver = RPCReceiver(self._sender)
        self._sender_id = 0
        self._allows_object_decoding = False

    # What it works with

    @property
    def network_peer(self) -> NetworkedMultiplayerPeer | None:
        """The peer that carries the packets, polled by `poll()`. Setting it forgets all about the one before.

        Raises:
            ValueError: on setting one that is disconnected: it has to be told to connect first.
            TypeError: on setting anything else than a NetworkedMultiplayerPeer or None.
        """
        return None if self._network is None else self._network.peer

    @network_peer.setter
    def network_peer(self, peer: NetworkedMultiplayerPeer | None) -> None:
        if peer is self.network_peer:
            return
        if peer is not None:
            _check_peer(peer)
        if self._network is not None:
            self._network.arrivals.stop()
        self.clear()
        self._network = None if peer is None else _Network(peer, PeerArrivals(peer))

    def set_network_peer(self, peer: NetworkedMultiplayerPeer | None) -> None:
        """Sets `network_peer`."""
        self.network_peer = peer

    def get_network_peer(self) -> NetworkedMultiplayerPeer | None:
        """Gives `network_peer`."""
        return self.network_peer

    def has_network_peer(self) -> bool:
        """Tells whether there is a `network_peer`."""
        return self._network is not None

    @property
    def root_node(self) -> Node | None:
        """The node that paths on the wire start from; in a Godot game its scene tree's `root`.

        Setting it makes this MultiplayerAPI the `custom_multiplayer` of the node, unless the node has one.
        """
        return self._receiver.root

    @root_node.setter
    def root_node(self, node: Node | None) -> None:
        before = self._receiver.root
        if before is not None and before.custom_multiplayer is self:
            before.custom_multiplayer = None
        self._receiver.root = node
        if node is not None and node.custom_multiplayer is None:
            node.custom_multiplayer = self

    def set_root_node(self, node: Node | None) -> None:
        """Sets `root_node`."""
        self.root_node = node

    def get_root_node(self) -> Node | None:
        """Gives `root_node`."""
        return self._receiver.root

    @property
    def refuse_new_network_connections(self) -> bool:
        """Whether the network peer lets nobody in any more; that of the peer itself. False without a peer."""
        return self._network is not None and self._network.peer.refuse_new_connections

    @refuse_new_network_connections.setter
    def refuse_new_network_connections(self, refuse: bool) -> None:
        if self._network is None:
            logger.error("refuse_new_network_connections: there is no network_peer")
            return
        self._network.peer.refuse_new_connections = refuse

    def set_refuse_new_network_connections(self, refuse: bool) -> None:
        """Sets `refuse_new_network_connections`."""
        self.refuse_new_network_connections = refuse

    def is_refusing_new_network_connections(self) -> bool:
        """Tells `refuse_new_network_connections`."""
        return self.refuse_new_network_connections

    @property
    def allow_object_decoding(self) -> bool:
        """Kept for code from Godot, without effect: objects are never made from what a peer sent. Default False."""
        return self._allows_object_decoding

    @allow_object_decoding.setter
    def allow_object_decoding(self, enable: bool) -> None:
        self._allows_object_decoding = enable

    def set_allow_object_decoding(self, enable: bool) -> None:
        """Sets `allow_object_decoding`."""
        self._allows_object_decoding = enable

    def is_object_decoding_allowed(self) -> bool:
        """Tells `allow_object_decoding`."""
        return self._allows_object_decoding

    # Who is there

    def get_network_unique_id(self) -> int:
        """Tells our own id, 1 at the server; 0 before it is known, and, logged, without a `network_peer`."""
        if self._network is None:
            logger.error("get_network_unique_id: there is no network_peer")
            return 0
        return self._network.peer.get_unique_id()

    def is_network_server(self) -> bool:
        """Tells whether we are the server; False without a `network_peer`."""
        return self._network is not None and self._network.peer.get_unique_id() == SERVER_ID

    def get_network_connected_peers(self) -> list[int]:
        """Lists the ids of the other peers, in ascending order; with the server's, 1, at a client."""
        return sorted(self._connected_peers)

    def get_rpc_sender_id(self) -> int:
        """Tells, inside a called method or a handler of `network_peer_packet`, whose packet it is; else 0."""
        return self._sender_id

    def get_refused_packet_count(self) -> int:
        """Counts the packets of this network peer that were malformed, or not allowed what they asked for."""
        return self._receiver.refused_packets

    # The work

    def poll(self) -> None:
        """Polls the network peer, then runs what arrived, in its order. Call it once per frame, instead of the peer's.

        Never blocks. A nested call does nothing, and so does one without a `network_peer`. A peer that is disconnected
        is polled too: it may have something left to tell, or packets that came before the end.

        Raises:
            Exception: what a called method, a set property or a handler raised. What arrived behind it comes with
                the next `poll()`.
            RuntimeError: another thread called `poll()` first.
        """
        if self._network is None or not self._begin_poll():
            return
        try:
            self._run_arrivals()  # what an exception left behind
            self._poll_peer()
            self._run_arrivals()
        except BaseException as error:
            self._end_poll(error)
            raise
        self._end_poll()

    def clear(self) -> None:
        """Forgets peers, paths, and what has arrived and not run yet; the network peer stays."""
        if self._network is not None:
            self._network.arrivals.clear()
        self._receiver.refused_packets = 0
        self._forget_session()

    def send_bytes(self, bytes: bytes, id: int = BROADCAST, mode: TransferMode = RELIABLE) -> Error:
        """Sends bytes of the game's own: `network_peer_packet` at the other side.

        Args:
            bytes: one or more.
            id: n that peer, 1 the server, 0 all, -n all but peer n.
            mode: how hard to try; a WebSocket always delivers, in order.

        Returns:
            `OK`; `ERR_INVALID_DATA`, logged, for no bytes at all; `ERR_UNCONFIGURED`, logged, where there is no
            network peer or it is not connected; what `put_packet` of the network peer answered.
        """
        if not bytes:
            logger.error("send_bytes: there are no bytes to send")
            return Error.ERR_INVALID_DATA
        peer = self._connected_peer("send_bytes")
        if peer is None:
            return Error.ERR_UNCONFIGURED
        return put(peer, id, mode, encode_raw(bytes))

    def rpc(self, node: Node, method: str, *args: object, mode: TransferMode = RELIABLE) -> Error:
        """Calls a method of a node at all other peers. All is told at `Node.rpc`."""
        return self.rpc_id(node, BROADCAST, method, *args, mode=mode)

    def rpc_id(self, node: Node, peer_id: int, method: str, *args: object, mode: TransferMode = RELIABLE) -> Error:
        """Calls a method of a node at one peer. All is told at `Node.rpc_id`."""
        what = f"rpc of {method!r}"
        peer, path = self._connected_peer(what), self._path_of(node, what)
        if peer is None or path is None:
            return Error.ERR_UNCONFIGURED
        is_sent, is_run = _plan(node, node.get_rpc_mode(method), peer_id, peer.get_unique_id())
        if not (is_sent or is_run):
            return _refuse_at_ourselves(node, what, node.get_rpc_mode(method))
        result = Error.OK
        if is_sent:
            result = self._send(peer, path, peer_id, mode, invocation_of_call(method, args))
        if is_run:
            self._run_as(peer.get_unique_id(), partial(getattr(node, method), *args))
        return result

    def rset(self, node: Node, property: str, value: object, *, mode: TransferMode = RELIABLE) -> Error:
        """Sets a property of a node at all other peers. All is told at `Node.rset`."""
        return self.rset_id(node, BROADCAST, property, value, mode=mode)

    def rset_id(
        self, node: Node, peer_id: int, property: str, value: object, *, mode: TransferMode = RELIABLE
    ) -> Error:
        """Sets a property of a node at one peer. All is told at `Node.rset_id`."""
        what = f"rset of {property!r}"
        peer, path = self._connected_peer(what), self._path_of(node, what)
        if peer is None or path is None:
            return Error.ERR_UNCONFIGURED
        is_sent, is_run = _plan(node, node.get_rset_mode(property), peer_id, peer.get_unique_id())
        if not (is_sent or is_run):
            return _refuse_at_ourselves(node, what, node.get_rset_mode(property))
        invocation = invocation_of_set(property, value) if is_sent else None
        if is_run:
            self._run_as(peer.get_unique_id(), partial(setattr, node, property, value))
        if invocation is None:
            return Error.OK
        return self._send(peer, path, peer_id, mode, invocation)

    # Sending

    def _connected_peer(self, what: str) -> NetworkedMultiplayerPeer | None:
        """The network peer, where it can send. It cannot while it does not know its own id."""
        peer = self.network_peer
        if peer is None:
            logger.error("%s: there is no network_peer", what)
        elif peer.get_connection_status() != ConnectionStatus.CONNECTION_CONNECTED or not peer.get_unique_id():
            logger.error("%s: the network_peer is not connected: wait for connected_to_server", what)
        else:
            return peer
        return None

    def _path_of(self, node: Node, what: str) -> str | None:
        root = self.root_node
        if root is not None and (node is root or root.is_a_parent_of(node)):
            return str(root.get_path_to(node))
        logger.error("%s: %r is not below the root_node, %r", what, node, root)
        return None

    def _send(
        self, peer: NetworkedMultiplayerPeer, path: str, target: int, mode: TransferMode, invocation: Invocation
    ) -> Error:
        if target != BROADCAST and abs(target) not in self._connected_peers:
            logger.error("call of node %r: peer %d is not connected", path, abs(target))
            return Error.ERR_INVALID_PARAMETER
        receivers = (each for each in self._connected_peers if _is_meant(each, target))
        return self._sender.send(peer, invocation, path=path, target=target, receivers=receivers, mode=mode)

    # Receiving

    def _poll_peer(self) -> None:
        network = self._network
        if network is not None:
            network.peer.poll()
            network.arrivals.take_packets()

    def _run_arrivals(self) -> None:
        # Looked up each time: what runs may set another network peer.
        while (network := self._network) is not None and (arrival := network.arrivals.next()) is not None:
            self._run(network.peer, arrival)

    def _run(self, peer: NetworkedMultiplayerPeer, arrival: Arrival) -> None:
        match arrival.kind:
            case ArrivalKind.PACKET:
                self._run_as(arrival.peer_id, partial(self._receive, peer, arrival.peer_id, arrival.packet))
            case ArrivalKind.PEER_CONNECTED:
                self._connected_peers.add(arrival.peer_id)
                self.network_peer_connected.emit(arrival.peer_id)
            case ArrivalKind.PEER_DISCONNECTED:
                self._forget_peer(arrival.peer_id)
                self.network_peer_disconnected.emit(arrival.peer_id)
            case ArrivalKind.CONNECTION_SUCCEEDED:
                self.connected_to_server.emit()
            case _:  # connection_failed or server_disconnected, which have the same names here
                self._forget_session()
                self.emit(arrival.kind.value)

    def _receive(self, peer: NetworkedMultiplayerPeer, source: int, packet: bytes) -> None:
        raw = self._receiver.receive(peer, source, packet)
        if raw:
            self.network_peer_packet.emit(source, raw)

    def _run_as(self, sender: int, call: Callable[[], object]) -> None:
        before, self._sender_id = self._sender_id, sender
        try:
            call()
        finally:
            self._sender_id = before

    def _forget_peer(self, peer_id: int) -> None:
        self._connected_peers.discard(peer_id)
        self._sender.forget_peer(peer_id)
        self._receiver.forget_peer(peer_id)

    def _forget_session(self) -> None:
        self._connected_peers.clear()
        self._sender.clear()
        self._receiver.clear()


def _check_peer(peer: object) -> None:
    if not isinstance(peer, NetworkedMultiplayerPeer):
        raise TypeError(f"network_peer must be a NetworkedMultiplayerPeer or None, not {type(peer).__name__}")
    if peer.get_connection_status() == ConnectionStatus.CONNECTION_DISCONNECTED:
        raise ValueError("the network_peer is disconnected: tell it to connect before, and look at what that returns")


def _plan(node: Node, mode: RPCMode, target: int, own_id: int) -> tuple[bool, bool]:
    """Whether a call is sent, and whether it is run here (Godot's `rpcp`, `_should_call_local`)."""
    is_at_others = target != own_id
    if target == -own_id or (target > 0 and is_at_others):
        return True, False
    rule, is_master = rule_of(mode), node.is_network_master()
    return is_at_others and rule.is_sent(is_master=is_master), rule.runs_at_home(is_master=is_master)


def _refuse_at_ourselves(node: Node, what: str, mode: RPCMode) -> Error:
    logger.error("%s at ourselves: its mode at %r, %s, does not run it here", what, node, mode.keyword)
    return Error.ERR_UNAUTHORIZED


def _is_meant(peer_id: int, target: int) -> bool:
    return target in {BROADCAST, peer_id} or (target < 0 and peer_id != -target)
