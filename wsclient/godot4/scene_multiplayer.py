"""SceneMultiplayer: Godot 4's remote procedure calls, over any peer.

It also does the relaying and the authentication.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from wsclient.core.handler_errors import call_all
from wsclient.core.networked_multiplayer_peer import NetworkedMultiplayerPeer, TransferMode
from wsclient.core.signal import Signal
from wsclient.godot4.authentication import Authentication
from wsclient.godot4.node import Node
from wsclient.godot4.remote_calls import RemoteCalls
from wsclient.godot4.replication import Replication
from wsclient.godot4.rpc_config import RPCMode
from wsclient.godot4.scene_paths import ScenePaths
from wsclient.godot4.scene_receiver import (
    Admitted,
    Called,
    GotAuth,
    GotBytes,
    Left,
    ListsDiffer,
    Replicated,
    SceneReceiver,
)
from wsclient.godot4.scene_routes import SceneRoutes
from wsclient.ground.error import Error
from wsclient.ground.escape import escape
from wsclient.multiplayer.command_error import CommandError
from wsclient.multiplayer.godot4 import scene_commands as commands
from wsclient.multiplayer.session import SERVER_ID
from wsclient.scene.multiplayer_base import MultiplayerBase
from wsclient.scene.peer_arrivals import ArrivalKind
from wsclient.scene.rpc_admission import NotAdmitted
from wsclient.transport.clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SceneMultiplayer"]

logger: Final = logging.getLogger("wsclient.multiplayer")

BROADCAST = NetworkedMultiplayerPeer.TARGET_PEER_BROADCAST
RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE

_RPCMode: TypeAlias = RPCMode  # an alias, because the class has an attribute of the same name


class SceneMultiplayer(MultiplayerBase[Node]):
    """Calls methods of other peers' nodes, and lets other peers call ours.

        multiplayer = SceneMultiplayer()
        multiplayer.root_node = root            # a Node: paths start below it; /root in a Godot game
        multiplayer.multiplayer_peer = peer     # a WebSocketMultiplayerPeer that is connecting or connected
        while running:
            multiplayer.poll()                  # polls the peer too

    Packets and signals are handled in the order in which they arrived, also within one `poll()`.

    Args:
        clock: monotonic, in seconds; the system's by default.
    """

    peer_connected: Final = Signal[int]("id")
    """Another peer is admitted, or was admitted before this one. Emitted for the server, 1, too."""
    peer_disconnected: Final = Signal[int]("id")
    """Another peer has left. As in Godot, not emitted after `disconnect_peer` of this object."""
    peer_packet: Final = Signal[int, bytes]("id", "packet")
    """A peer has sent bytes with `send_bytes`."""
    peer_authenticating: Final = Signal[int]("id")
    """A peer is connected and must be admitted, because an `auth_callback` is set."""
    peer_authentication_failed: Final = Signal[int]("id")
    """A peer has left, or has taken too long, before it was admitted."""
    connected_to_server: Final = Signal[()]()
    """The session is joined, and calls can be sent."""
    connection_failed: Final = Signal[()]()
    """The session could not be joined."""
    server_disconnected: Final = Signal[()]()
    """The session has ended after it was joined."""
    rpc_lists_differ: Final = Signal[int, str]("peer", "path")
    """A peer has different `@rpc` methods on this node, so calls run the wrong method, there or here. Not in Godot."""

    RPCMode: TypeAlias = _RPCMode
    """The type of these, by Godot's name."""
    RPC_MODE_DISABLED = RPCMode.RPC_MODE_DISABLED
    RPC_MODE_ANY_PEER = RPCMode.RPC_MODE_ANY_PEER
    RPC_MODE_AUTHORITY = RPCMode.RPC_MODE_AUTHORITY

    def __init__(self, *, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._routes = SceneRoutes(self._connected_peers)
        self._paths = ScenePaths(self._routes.send_command)
        self._replication = Replication(self, clock=clock)
        self._calls = RemoteCalls(self._routes, self._paths, self._refused_calls, self._replication.is_rpc_visible)
        self._authentication = Authentication(timeout=3.0, clock=clock)
        self._receiver = SceneReceiver(self._routes, self._authentication, self._paths, self._calls, clock)
        self._admitted_later: list[int] = []  # by complete_auth outside of poll(), where no signal may be emitted
        self._has_said_done: set[int] = set()  # peers that were answered although nothing authenticates here
        self.auth_callback: Callable[[int, bytes], object] | None = None
        """Called with the id and the data of a peer that authenticates. If None, all peers are admitted immediately."""
        self.max_sync_packet_size: int = 1350
        """The maximum size in bytes of a packet with properties that are always sent."""
        self.max_delta_packet_size: int = 65535
        """The maximum size in bytes of a packet with changed properties."""
        self.allow_object_decoding: bool = False
        """Exists for code from Godot and has no effect: objects are never created from a peer's bytes."""

    # Peer and tree

    @property
    def multiplayer_peer(self) -> NetworkedMultiplayerPeer | None:
        """The peer that carries the packets. `poll()` polls it.

        Setting another peer forgets everything about the previous one.

        Raises:
            ValueError: the peer is disconnected; connect it first.
            TypeError: it is neither a peer nor None.
        """
        return self._get_peer()

    @multiplayer_peer.setter
    def multiplayer_peer(self, peer: NetworkedMultiplayerPeer | None) -> None:
        self._set_peer(peer, "multiplayer_peer")
        self._routes.peer = peer

    def has_multiplayer_peer(self) -> bool:
        """Returns True if there is a `multiplayer_peer`."""
        return self._network is not None

    @property
    def refuse_new_connections(self) -> bool:
        """True if the peer refuses new peers; False without a peer.

        This is the attribute of the peer itself.
        """
        return self._network is not None and self._network.peer.refuse_new_connections

    @refuse_new_connections.setter
    def refuse_new_connections(self, refuse: bool) -> None:
        if self._network is None:
            logger.error("refuse_new_connections: there is no multiplayer_peer")
        else:
            self._network.peer.refuse_new_connections = refuse

    @property
    def server_relay(self) -> bool:
        """True, the default, if clients reach each other through the server.

        It must be the same on all sides.
        """
        return self._routes.server_relay

    @server_relay.setter
    def server_relay(self, enabled: bool) -> None:
        self._routes.server_relay = bool(enabled)

    @property
    def auth_timeout(self) -> float:
        """The time limit in seconds for admitting a peer. Default 3.0.

        It starts when the peer has joined. 0 means no limit.
        """
        return self._authentication.timeout

    @auth_timeout.setter
    def auth_timeout(self, seconds: float) -> None:
        if not seconds >= 0:
            raise ValueError(f"auth_timeout is {seconds!r}: it has to be 0 or more")
        self._authentication.timeout = float(seconds)

    # Peers

    def get_unique_id(self) -> int:
        """Returns our own id, 1 at the server.

        Returns 0 before it is known, and without a peer.
        """
        return 0 if self._network is None else self._network.peer.get_unique_id()

    def is_server(self) -> bool:
        """Returns True if this peer is the server; False without a peer."""
        return self.has_own_id(SERVER_ID)

    def get_peers(self) -> list[int]:
        """Returns the ids of the admitted peers, in ascending order.

        At a client, they include the server, 1.
        """
        return sorted(self._connected_peers)

    def get_remote_sender_id(self) -> int:
        """Returns the sender of the packet that is being handled; otherwise 0.

        Use it in a called method or in a handler.
        """
        return self._sender_id

    def get_refused_packet_count(self) -> int:
        """Returns the number of packets that were malformed or not allowed. Not in Godot."""
        return self._receiver.refused_packets

    # Authentication

    def get_authenticating_peers(self) -> list[int]:
        """Returns the ids of the peers that are not admitted yet, in order of arrival."""
        return self._authentication.peers()

    def send_auth(self, id: int, data: bytes) -> Error:
        """Sends data to the `auth_callback` of a peer that authenticates.

        Returns:
            `OK`; `ERR_INVALID_PARAMETER`, logged, if it does not authenticate, or there are no bytes;
            `ERR_FILE_CANT_WRITE`, as in Godot, if `complete_auth` was called for it before.
        """
        if refusal := self._authentication.refusal_of(id):
            return self._refuse(refusal.error, f"send_auth: {refusal.reason}")
        if not data:
            return self._refuse(Error.ERR_INVALID_PARAMETER, "send_auth: there are no bytes to send")
        return self._routes.send_directly(id, commands.encode_auth(data), RELIABLE)

    def complete_auth(self, id: int) -> Error:
        """Allows a peer to join. It is admitted when it has done the same for this one.

        Returns:
            `OK`; `ERR_INVALID_PARAMETER`, logged, if it does not authenticate; `ERR_FILE_CANT_WRITE`, as in Godot, if
            this was called for it before.
        """
        if refusal := self._authentication.refusal_of(id):
            return self._refuse(refusal.error, f"complete_auth: {refusal.reason}")
        can_be_admitted = self._authentication.finish_here(id)
        error = self._routes.send_directly(id, commands.encode_auth(), RELIABLE)
        if can_be_admitted and self._is_polling:
            self._admit(id)
        elif can_be_admitted:
            self._admitted_later.append(id)
        return error

    def disconnect_peer(self, id: int) -> None:
        """Ends the connection to a peer.

        As in Godot, `peer_disconnected` is emitted at the others and not here.
        """
        peer = self._get_peer()
        if peer is None:
            logger.error("disconnect_peer: there is no multiplayer_peer")
            return
        self._forget_peer(id)
        disconnect = getattr(peer, "disconnect_peer", None)
        if disconnect is None:
            logger.error("disconnect_peer: a %s cannot end the connection to one peer", type(peer).__name__)
        else:
            disconnect(id)

    # Sending

    def rpc(self, peer: int, object: Node, method: str, arguments: list[object] | tuple[object, ...] = ()) -> Error:
        """Calls a marked method of a node, like `Node.rpc_id`.

        The arguments are in the order of Godot's method.
        """
        return self.call_remote(object, peer, method, tuple(arguments))

    def send_bytes(self, bytes: bytes, id: int = BROADCAST, mode: TransferMode = RELIABLE, channel: int = 0) -> Error:
        """Sends raw bytes of the game; the other side emits `peer_packet`.

        Args:
            bytes: one or more.
            id: n for that peer, 1 for the server, 0 for all, -n for all but peer n.
            mode: the transfer mode; a WebSocket always delivers, in order.
            channel: has no effect.

        Returns:
            `OK`; `ERR_INVALID_DATA`, logged, if there are no bytes; `ERR_UNCONFIGURED`, logged, without a peer or
            before it is connected; `ERR_BUG` from a server to an unknown peer; else what the peer returned.
        """
        del channel
        if not bytes:
            return self._refuse(Error.ERR_INVALID_DATA, "send_bytes: there are no bytes to send")
        if self._routes.connected_peer() is None:
            return self._refuse(Error.ERR_UNCONFIGURED, "send_bytes: the multiplayer_peer is not connected")
        return self.send_command(id, commands.encode_raw(bytes), mode)

    # For the nodes and the replication of this session

    def call_remote(self, node: Node, target: int, method: str, arguments: tuple[object, ...]) -> Error:
        """Calls a method of a node at other peers; see `Node.rpc_id`."""
        called = self._calls.call(self._root, node, target, method, arguments)
        if called.runs_here:
            self._run_as(self.get_unique_id(), partial(getattr(node, method), *arguments))
        return called.error

    def send_command(self, peer_id: int, packet: bytes, mode: TransferMode) -> Error:
        """Sends one packet to peers.

        It is sent directly to the server, and through its relay to other clients.
        """
        return self._routes.send_command(peer_id, packet, mode)

    def path_id(self, node: Node, peer_id: int) -> int:
        """Returns the number of one of our nodes.

        Announces it to the peer if the peer does not know it.
        """
        return self._paths.number_of(node, str(self._path_of(node)), peer_id)

    def is_path_confirmed(self, node: Node, peer_id: int) -> bool:
        """Returns True if the peer knows the number of one of our nodes."""
        return self._paths.is_confirmed(node, peer_id)

    def node_of(self, source: int, path_id: int) -> Node | None:
        """Returns the node that a peer has announced by a number.

        Returns None if there is no such node now.
        """
        path = self._paths.path_of(source, path_id)
        return None if path is None or self._root is None else self._root.get_node_or_null(path)

    def node_entered(self, node: Node) -> None:
        """Called after a node has entered the tree."""
        self._replication.node_entered(node)

    def node_ready(self, node: Node) -> None:
        """Called after a node, and all nodes below it, have entered the tree."""
        self._replication.node_ready(node)

    def node_exiting(self, node: Node) -> None:
        """Called before a node leaves the tree."""
        self._replication.node_exiting(node)
        self._paths.forget_node(node)

    # The work

    def clear(self) -> None:
        """Forgets peers, paths and arrivals that were not handled; keeps the peer."""
        super().clear()
        self._receiver.refused_packets = 0

    def _set_root(self, node: Node | None) -> None:
        steps: list[Callable[[], None]] = [partial(super()._set_root, node)]
        if self._root is not None:
            steps.insert(0, self._root.leave)
        if node is not None:
            steps.append(partial(node.enter, self))
        call_all(steps)  # hooks of nodes may raise exceptions

    def _work(self) -> None:
        admitted, self._admitted_later = self._admitted_later, []
        for peer_id in admitted:
            if peer_id in self._authentication:
                self._admit(peer_id)
        super()._work()
        self._drop_late_peers()
        self._replication.poll(self._clock())

    def _on_peer_connected(self, peer_id: int) -> None:
        if self.auth_callback is None:
            self._admit(peer_id)
        else:
            self._authentication.begin(peer_id)
            self.peer_authenticating.emit(peer_id)

    def _on_peer_disconnected(self, peer_id: int) -> None:
        if peer_id in self._authentication:
            self._authentication.forget(peer_id)
            self.peer_authentication_failed.emit(peer_id)
        elif self._forget_peer(peer_id):
            self.peer_disconnected.emit(peer_id)

    def _on_joined(self) -> None:
        """Does nothing, because the session is joined only when the server is admitted."""

    def _on_end(self, kind: ArrivalKind) -> None:
        signal = self.connection_failed if kind is ArrivalKind.CONNECTION_FAILED else self.server_disconnected
        call_all((self._forget_session, signal.emit))

    def _forget_session(self) -> None:
        super()._forget_session()
        self._authentication.clear()
        self._admitted_later.clear()
        self._has_said_done.clear()
        self._paths.clear()
        self._receiver.clear()
        self._replication.clear()  # last, because it frees nodes, whose hooks may raise exceptions

    # Peers

    def _admit(self, peer_id: int) -> None:
        self._authentication.forget(peer_id)
        self._routes.admit(peer_id)
        call_all(self._calls_to_admit(peer_id))

    def _calls_to_admit(self, peer_id: int) -> Iterator[Callable[[], object]]:
        yield partial(self._replication.peer_came, peer_id)
        if peer_id == SERVER_ID:
            yield self.connected_to_server.emit
        if peer_id in self._connected_peers:  # a handler may have ended the session
            yield partial(self.peer_connected.emit, peer_id)

    def _forget_peer(self, peer_id: int) -> bool:
        """Forgets a peer; returns True if it was admitted."""
        self._authentication.forget(peer_id)
        if not self._routes.dismiss(peer_id):
            return False
        self._paths.forget_peer(peer_id)
        self._replication.peer_left(peer_id)
        return True

    def _drop_late_peers(self) -> None:
        for peer_id in self._authentication.late():
            if self._authentication.forget(peer_id):
                self.disconnect_peer(peer_id)
                self.peer_authentication_failed.emit(peer_id)

    # Receiving

    def _on_packet(self, peer: NetworkedMultiplayerPeer, source: int, packet: bytes) -> None:
        del peer
        match self._receiver.read(self._root, source, packet):
            case Called(sender=sender, call=call):
                self._run_as(sender, call)
            case GotBytes(sender=sender, data=data):
                self._run_as(sender, partial(self.peer_packet.emit, sender, data))
            case GotAuth(sender=sender, data=data):
                self._on_auth(sender, data)
            case Admitted(peer_id=peer_id):
                self._admit(peer_id)
            case Left(peer_id=peer_id):
                self._on_peer_disconnected(peer_id)
            case Replicated(sender=sender, packet=packet):
                self._replicate(sender, packet)
            case ListsDiffer(sender=sender, node=node):
                self._warn_of_lists(sender, node)

    def _replicate(self, sender: int, packet: bytes) -> None:
        try:
            self._replication.receive(sender, packet)
        except (CommandError, NotAdmitted) as error:
            self._receiver.refuse(sender, escape(str(error), 400))  # some of the names were chosen by other peers

    def _on_auth(self, sender: int, data: bytes) -> None:
        if self.auth_callback is not None and data:
            self.auth_callback(sender, data)
        elif self.auth_callback is None and sender not in self._has_said_done:
            # The peer authenticates although we do not: without an answer it would wait in vain.
            self._has_said_done.add(sender)
            self._routes.send_directly(sender, commands.encode_auth(), RELIABLE)

    def _warn_of_lists(self, peer_id: int, node: Node) -> None:
        path, count = str(self._path_of(node)), len(node.get_rpc_list())
        logger.error(
            "peer %d has other @rpc methods at %r: calls run the wrong method, or none. %s has %d, those of its bases"
            " too; the other side's script needs the same names",
            peer_id,
            path,
            type(node).__name__,
            count,
        )
        self.rpc_lists_differ.emit(peer_id, path)
