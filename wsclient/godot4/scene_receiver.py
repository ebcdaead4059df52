"""SceneReceiver: reads packets, and returns what the session must do.

It emits no signals and calls no methods.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, TypeAlias

from wsclient.ground.refusal_log import RefusalLog
from wsclient.ground.value import Value
from wsclient.multiplayer.command_error import CommandError
from wsclient.multiplayer.godot4 import scene_commands as commands
from wsclient.multiplayer.session import SERVER_ID
from wsclient.scene.rpc_admission import NotAdmitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.godot4.authentication import Authentication
    from wsclient.godot4.node import Node
    from wsclient.godot4.remote_calls import RemoteCalls
    from wsclient.godot4.scene_paths import ScenePaths
    from wsclient.godot4.scene_routes import SceneRoutes
    from wsclient.multiplayer.godot4.scene_commands import Command

__all__ = ["Admitted", "Called", "Deed", "GotAuth", "GotBytes", "Left", "ListsDiffer", "Replicated", "SceneReceiver"]

logger: Final = logging.getLogger("wsclient.multiplayer")

# Arbitrary, far above what a Godot server can serve. Further announced peers are ignored.
MOST_PEERS = 16384
# Arbitrary: a repeated mistake is logged once in full, and then again after this many packets.
SECONDS_BETWEEN_COUNTS = 60.0


class Called(Value):
    """The session must run this call."""

    sender: int
    call: Callable[[], object]


class GotBytes(Value):
    """A peer has sent bytes of the game's own."""

    sender: int
    data: bytes


class GotAuth(Value):
    """A peer has sent data for the `auth_callback`, or no data: it has finished."""

    sender: int
    data: bytes


class Admitted(Value):
    """A peer must be admitted."""

    peer_id: int


class Left(Value):
    """A peer has left."""

    peer_id: int


class ListsDiffer(Value):
    """A peer has another list of remote procedures for this node."""

    sender: int
    node: Node


class Replicated(Value):
    """A packet of replication has arrived: SPAWN, DESPAWN, SYNC or DELTA."""

    sender: int
    packet: bytes


Deed: TypeAlias = Called | GotBytes | GotAuth | Admitted | Left | ListsDiffer | Replicated


class SceneReceiver:
    """Reads packets, according to the state of the session.

    Attributes:
        refused_packets: the number of packets that were malformed or not allowed.
    """

    def __init__(
        self,
        routes: SceneRoutes,
        authentication: Authentication,
        paths: ScenePaths,
        calls: RemoteCalls,
        clock: Callable[[], float],
    ) -> None:
        self.refused_packets: int = 0
        self._routes = routes
        self._authentication = authentication
        self._paths = paths
        self._calls = calls
        self._refused = RefusalLog(logger, clock, logging.WARNING, interval=SECONDS_BETWEEN_COUNTS)

    def read(self, root: Node | None, source: int, packet: bytes) -> Deed | None:
        """Reads one packet.

        A packet that is malformed or not allowed is logged, counted and ignored.

        Args:
            root: the node that paths start from.
            source: the id of the peer that sent it to us.
            packet: the packet.

        Returns:
            The deed that it asks of the session; None if nothing is left to do.
        """
        try:
            return self._read(root, source, commands.decode(packet))
        except (CommandError, NotAdmitted) as error:
            self.refuse(source, str(error))
            return None

    def refuse(self, source: int, reason: str) -> None:
        """Logs and counts a packet that is refused."""
        self.refused_packets += 1
        self._refused.log(f"refused packet {self.refused_packets}, from peer {source}: {reason}", kind=reason)

    def clear(self) -> None:
        """Forgets what was logged, before another session."""
        self._refused.clear()

    def _read(self, root: Node | None, source: int, command: Command) -> Deed | None:
        if source in self._authentication:
            return self._authenticate(source, command)
        if source not in self._routes.admitted:
            raise NotAdmitted("is not connected, and sends packets")
        match command:
            case commands.Authenticate(data=data):
                return GotAuth(source, data)
            case commands.Relay():
                return self._relayed(root, source, command)
            case commands.AddPeer() | commands.DelPeer():
                return self._news_of_peer(source, command)
            case _:
                return self._asked(root, source, command)

    def _asked(self, root: Node | None, source: int, command: Command) -> Deed | None:
        """Returns what a peer's packet, relayed or not, asks for."""
        match command:
            case commands.RemoteCall():
                return Called(source, self._calls.admitted(root, source, command))
            case commands.Raw(data=data):
                return GotBytes(source, data)
            case commands.SimplifyPath():
                node = None if root is None else root.get_node_or_null(command.path)
                return None if self._paths.learn(source, command, node) or node is None else ListsDiffer(source, node)
            case commands.ConfirmPath():
                node = self._paths.confirm(source, command)
                return None if node is None else ListsDiffer(source, node)
            case commands.Replicate(packet=packet):
                return Replicated(source, packet)
            case _:
                raise NotAdmitted(f"relays {type(command).__name__}, which peers do not relay")

    def _authenticate(self, source: int, command: Command) -> Deed | None:
        if not isinstance(command, commands.Authenticate):
            raise NotAdmitted(f"sends {type(command).__name__} before it is admitted")
        if command.data:
            return GotAuth(source, command.data)
        return Admitted(source) if self._authentication.finish_there(source) else None

    def _news_of_peer(self, source: int, command: commands.AddPeer | commands.DelPeer) -> Deed:
        routes, peer_id = self._routes, command.peer_id
        if source != SERVER_ID or routes.unique_id == SERVER_ID or not routes.server_relay:
            raise NotAdmitted(f"sends news of peer {peer_id}, as only a server that relays does")
        if peer_id == routes.unique_id:
            raise NotAdmitted("sends news of us as of another peer")
        if isinstance(command, commands.DelPeer):
            return Left(peer_id)
        if peer_id in routes.admitted:
            raise NotAdmitted(f"says that peer {peer_id} came, which was there already")
        if len(routes.admitted) >= MOST_PEERS:
            raise NotAdmitted(f"says that peer {peer_id} came, and there are {MOST_PEERS} already")
        return Admitted(peer_id)

    def _relayed(self, root: Node | None, source: int, command: commands.Relay) -> Deed | None:
        """Returns what a relayed packet asks for.

        At the server, the packet is passed on first.
        """
        if not self._routes.server_relay:
            raise NotAdmitted("relays a packet, and server_relay is off")
        if self._routes.unique_id == SERVER_ID:
            is_for_us = self._routes.forward(source, command)
            return self._asked(root, source, commands.decode(command.packet)) if is_for_us else None
        if source != SERVER_ID:
            raise NotAdmitted("relays a packet, which only the server does")
        return self._asked(root, command.peer_id, commands.decode(command.packet))
