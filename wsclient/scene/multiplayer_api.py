"""MultiplayerAPI: Godot 3's remote procedure calls, over any peer."""

from __future__ import annotations

import logging
import math
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from wsclient.core.networked_multiplayer_peer import ConnectionStatus, NetworkedMultiplayerPeer, TransferMode
from wsclient.core.signal import Signal
from wsclient.ground.error import Error
from wsclient.ground.refusal_log import RefusalLog
from wsclient.multiplayer.godot3.commands import encode_raw, invocation_of_call, invocation_of_set
from wsclient.multiplayer.godot3.relay import SERVER_ID
from wsclient.multiplayer.godot3.rpc_mode import RPCMode, rule_of
from wsclient.scene.multiplayer_base import MultiplayerBase
from wsclient.scene.node import Node
from wsclient.scene.rpc_doubts import doubt_about_call, doubt_about_set
from wsclient.scene.rpc_receiver import RPCReceiver
from wsclient.scene.rpc_sender import RPCSender, put
from wsclient.transport.clock import monotonic

if TYPE_CHECKING:
    from wsclient.multiplayer.godot3.commands import Invocation
    from wsclient.scene.peer_arrivals import ArrivalKind

__all__ = ["MultiplayerAPI"]

logger: Final = logging.getLogger("wsclient.multiplayer")

BROADCAST = NetworkedMultiplayerPeer.TARGET_PEER_BROADCAST
RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE

_RPCMode: TypeAlias = RPCMode  # an alias, because the class has an attribute of the same name


class MultiplayerAPI(MultiplayerBase[Node]):
    """Calls methods of other peers' nodes, and lets other peers call ours.

        multiplayer = MultiplayerAPI()
        multiplayer.root_node = root          # a Node: paths start below it
        multiplayer.network_peer = client     # any NetworkedMultiplayerPeer that is connecting or connected
        while running:
            multiplayer.poll()                # polls the client too
            ...

    Packets and signals come in the order in which they arrived, also within one `poll()`: the calls of a peer that
    left run before `network_peer_disconnected`.
    """

    network_peer_connected: Final = Signal[int]("id")
    """Another peer has joined, or had joined before this one."""
    network_peer_disconnected: Final = Signal[int]("id")
    """Another peer has left."""
    network_peer_packet: Final = Signal[int, bytes]("id", "packet")
    """A peer has sent bytes with `send_bytes`."""
    connected_to_server: Final = Signal[()]()
    """The session is joined, and calls can be sent."""
    connection_failed: Final = Signal[()]()
    """The session could not be joined."""
    server_disconnected: Final = Signal[()]()
    """The session has ended after it was joined."""

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
        self._sender = RPCSender()
        self._receiver = RPCReceiver(self._sender)
        self._doubts = RefusalLog(logger, monotonic, logging.WARNING, interval=math.inf)
        self._undoubted: set[tuple[type[Node], str, int]] = set()  # calls for which the node's class has a method
        self._allows_object_decoding = False

    # Peer and tree

    @property
    def network_peer(self) -> NetworkedMultiplayerPeer | None:
        """The peer that carries the packets. `poll()` polls it.

        Setting another peer forgets everything about the previous one.

        Raises:
            ValueError: the peer is disconnected; connect it first.
            TypeError: it is neither a NetworkedMultiplayerPeer nor None.
        """
        return self._get_peer()

    @network_peer.setter
    def network_peer(self, peer: NetworkedMultiplayerPeer | None) -> None:
        self._set_peer(peer, "network_peer")

    def set_network_peer(self, peer: NetworkedMultiplayerPeer | None) -> None:
        """Sets `network_peer`."""
        self.network_peer = peer

    def get_network_peer(self) -> NetworkedMultiplayerPeer | None:
        """Returns `network_peer`."""
        return self.network_peer

    def has_network_peer(self) -> bool:
        """Returns True if there is a `network_peer`."""
        return self._network is not None

    def set_root_node(self, node: Node | None) -> None:
        """Sets `root_node`."""
        self.root_node = node

    def get_root_node(self) -> Node | None:
        """Returns `root_node`."""
        return self.root_node

    @property
    def refuse_new_network_connections(self) -> bool:
        """True if the network peer refuses new peers; False without a peer.

        This is the attribute of the peer itself.
        """
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
        """Returns `refuse_new_network_connections`."""
        return self.refuse_new_network_connections

    @property
    def allow_object_decoding(self) -> bool:
        """Exists for code from Godot and has no effect. Default False.

        Objects are never created from a peer's bytes.
        """
        return self._allows_object_decoding

    @allow_object_decoding.setter
    def allow_object_decoding(self, enable: bool) -> None:
        self._allows_object_decoding = enable

    def set_allow_object_decoding(self, enable: bool) -> None:
        """Sets `allow_object_decoding`."""
        self._allows_object_decoding = enable

    def is_object_decoding_allowed(self) -> bool:
        """Returns `allow_object_decoding`."""
        return self._allows_object_decoding

    # Peers

    def get_network_unique_id(self) -> int:
        """Returns our own id, 1 at the server.

        Returns 0 before it is known. Also returns 0, and logs this, without a `network_peer`.
        """
        if self._network is None:
            logger.error("get_network_unique_id: there is no network_peer")
            return 0
        return self._network.peer.get_unique_id()

    def is_network_server(self) -> bool:
        """Returns True if this peer is the server; False without a `network_peer`."""
        return self.has_own_id(SERVER_ID)

    def get_network_connected_peers(self) -> list[int]:
        """Returns the ids of the other peers, in ascending order.

        At a client, they include the server, 1.
        """
        return sorted(self._connected_peers)

    def get_rpc_sender_id(self) -> int:
        """Returns the sender of the packet that is being handled; otherwise 0.

        Use it in a called method or in a handler.
        """
        return self._sender_id

    def get_refused_packet_count(self) -> int:
        """Returns the number of packets that were refused.

        These were malformed or not allowed. Only packets of this network peer count.
        """
        return self._receiver.refused_packets

    # The work

    def clear(self) -> None:
        """Forgets peers, paths and arrivals that were not handled; keeps the peer."""
        super().clear()
        self._receiver.refused_packets = 0

    def send_bytes(self, bytes: bytes, id: int = BROADCAST, mode: TransferMode = RELIABLE) -> Error:
        """Sends raw bytes of the game; the other side emits `network_peer_packet`.

        Args:
            bytes: one or more.
            id: n for that peer, 1 for the server, 0 for all, -n for all but peer n.
            mode: the transfer mode; a WebSocket always delivers, in order.

        Returns:
            `OK`; `ERR_INVALID_DATA`, logged, if there are no bytes; `ERR_UNCONFIGURED`, logged, if there is no network
            peer or it is not connected; else what `put_packet` of the network peer returned.
        """
        if not bytes:
            return self._refuse(Error.ERR_INVALID_DATA, "send_bytes: there are no bytes to send")
        peer = self._connected_peer("send_bytes")
        if peer is None:
            return Error.ERR_UNCONFIGURED
        return put(peer, id, mode, encode_raw(bytes))

    def rpc(self, node: Node, method: str, *args: object, mode: TransferMode = RELIABLE) -> Error:
        """Calls a method of a node at all other peers; see `Node.rpc`."""
        return self.rpc_id(node, BROADCAST, method, *args, mode=mode)

    def rpc_id(self, node: Node, peer_id: int, method: str, *args: object, mode: TransferMode = RELIABLE) -> Error:
        """Calls a method of a node at one peer; see `Node.rpc_id`."""
        what = f"rpc of {method!r}"
        peer = self._connected_peer(what)
        path = self._path_below_root(node, what)
        if peer is None or path is None:
            return Error.ERR_UNCONFIGURED
        rpc_mode = node.get_rpc_mode(method)
        is_sent, is_run = _plan(rpc_mode, node.get_network_master(), peer_id, peer.get_unique_id())
        if not (is_sent or is_run):
            return self._refuse_at_ourselves(node, what, rpc_mode)
        result = Error.OK
        if is_sent:
            invocation = invocation_of_call(method, args)
            self._doubt_call(node, method, len(args))
            result = self._send(peer, path, peer_id, mode, invocation)
        if is_run:
            self._run_as(peer.get_unique_id(), partial(getattr(node, method), *args))
        return result

    def rset(self, node: Node, property: str, value: object, *, mode: TransferMode = RELIABLE) -> Error:
        """Sets a property of a node at all other peers; see `Node.rset`."""
        return self.rset_id(node, BROADCAST, property, value, mode=mode)

    def rset_id(
        self, node: Node, peer_id: int, property: str, value: object, *, mode: TransferMode = RELIABLE
    ) -> Error:
        """Sets a property of a node at one peer; see `Node.rset_id`."""
        what = f"rset of {property!r}"
        peer = self._connected_peer(what)
        path = self._path_below_root(node, what)
        if peer is None or path is None:
            return Error.ERR_UNCONFIGURED
        rset_mode = node.get_rset_mode(property)
        is_sent, is_run = _plan(rset_mode, node.get_network_master(), peer_id, peer.get_unique_id())
        if not (is_sent or is_run):
            return self._refuse_at_ourselves(node, what, rset_mode)
        invocation = invocation_of_set(property, value) if is_sent else None
        if is_run:
            self._run_as(peer.get_unique_id(), partial(setattr, node, property, value))
        if invocation is None:
            return Error.OK
        if doubt := doubt_about_set(node, property):
            self._doubts.log(doubt)
        return self._send(peer, path, peer_id, mode, invocation)

    # Sending

    def _connected_peer(self, what: str) -> NetworkedMultiplayerPeer | None:
        """Returns the network peer if it can send.

        It cannot as long as its own id is unknown.
        """
        peer = self.network_peer
        if peer is None:
            self._refused_calls.log(f"{what}: there is no network_peer")
        elif peer.get_connection_status() != ConnectionStatus.CONNECTION_CONNECTED or not peer.get_unique_id():
            self._refused_calls.log(f"{what}: the network_peer is not connected: wait for connected_to_server")
        else:
            return peer
        return None

    def _path_below_root(self, node: Node, what: str) -> str | None:
        path = self._path_of(node)
        if path is None:
            self._refused_calls.log(f"{what}: {node!r} is not below the root_node, {self.root_node!r}")
        return path

    def _doubt_call(self, node: Node, method: str, count: int) -> None:
        call = (type(node), method, count)
        if call in self._undoubted:
            return  # checked only once: a game makes the same calls in each frame
        if doubt := doubt_about_call(node, method, count):
            self._doubts.log(doubt)
        else:
            self._undoubted.add(call)

    def _refuse_at_ourselves(self, node: Node, what: str, mode: RPCMode) -> Error:
        reason = f"{what} at ourselves: its mode at {node!r}, {mode.keyword}, does not run it here"
        return self._refuse(Error.ERR_UNAUTHORIZED, reason)

    def _send(
        self, peer: NetworkedMultiplayerPeer, path: str, target: int, mode: TransferMode, invocation: Invocation
    ) -> Error:
        if target != BROADCAST and abs(target) not in self._connected_peers:
            reason = f"call of node {path!r}: peer {abs(target)} is not connected"
            return self._refuse(Error.ERR_INVALID_PARAMETER, reason)
        receivers = (each for each in self._connected_peers if _is_meant(each, target))
        return self._sender.send(peer, invocation, path=path, target=target, receivers=receivers, mode=mode)

    # Receiving

    def _on_packet(self, peer: NetworkedMultiplayerPeer, source: int, packet: bytes) -> None:
        raw = self._receiver.receive(self.root_node, peer, source, packet)
        if raw:
            self.network_peer_packet.emit(source, raw)

    def _on_peer_connected(self, peer_id: int) -> None:
        self._connected_peers[peer_id] = None
        self.network_peer_connected.emit(peer_id)

    def _on_peer_disconnected(self, peer_id: int) -> None:
        self._connected_peers.pop(peer_id, None)
        self._sender.forget_peer(peer_id)
        self._receiver.forget_peer(peer_id)
        self.network_peer_disconnected.emit(peer_id)

    def _on_joined(self) -> None:
        self.connected_to_server.emit()

    def _on_end(self, kind: ArrivalKind) -> None:
        self._forget_session()
        self.emit(kind.value)  # connection_failed or server_disconnected, whose names are the same here

    def _forget_session(self) -> None:
        super()._forget_session()
        self._sender.clear()
        self._receiver.clear()


def _plan(mode: RPCMode, master: int, target: int, own_id: int) -> tuple[bool, bool]:
    """Returns whether a call is sent, and whether it runs here.

    Godot has this in `rpcp` and `_should_call_local`.
    """
    is_at_others = target != own_id
    if target == -own_id or (target > 0 and is_at_others):
        return True, False
    rule, is_master = rule_of(mode), master == own_id
    return is_at_others and rule.is_sent(is_master=is_master), rule.runs_at_home(is_master=is_master)


def _is_meant(peer_id: int, target: int) -> bool:
    return target in {BROADCAST, peer_id} or (target < 0 and peer_id != -target)
