"""A session of Godot 4 in memory.

It has a server and clients, each with its SceneMultiplayer and its tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.scripted_peer import ScriptedPeer
from wsclient.core.networked_multiplayer_peer import ConnectionStatus
from wsclient.godot4.node import Node
from wsclient.godot4.scene_multiplayer import SceneMultiplayer
from wsclient.ground.error import Error

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Game", "Star", "StarPeer"]

SIGNALS = (
    "connected_to_server",
    "connection_failed",
    "server_disconnected",
    "peer_connected",
    "peer_disconnected",
    "peer_packet",
    "peer_authenticating",
    "peer_authentication_failed",
    "rpc_lists_differ",
)


class StarPeer(ScriptedPeer):
    """One participant of a Star.

    A client reaches the server only, the server reaches each client.
    """

    def __init__(self, star: Star, unique_id: int) -> None:
        super().__init__(unique_id)
        self._star = star

    def disconnect_peer(self, peer: int, force: bool = False) -> None:
        """Ends the connection to one peer."""
        self._star.cut(self.unique_id, peer, is_forced=force)

    def _put_packet(self, packet: bytes) -> Error:
        result = super()._put_packet(packet)
        if result == Error.OK:
            self._star.carry(self.unique_id, self._target_peer, packet)
        return result


class Game:
    """One participant.

    Attributes:
        events: what its signals and its nodes said, in order.
    """

    def __init__(self, peer: ScriptedPeer, make: Callable[[], Node], clock: Callable[[], float]) -> None:
        self.peer = peer
        self.events: list[tuple[object, ...]] = []
        self.api = SceneMultiplayer(clock=clock)
        self.root = Node("root")
        self.main = self.root.add_child(make())
        self.api.root_node = self.root
        for signal in SIGNALS:
            self.api.connect(signal, self._noting(signal))
        self.api.multiplayer_peer = peer

    def _noting(self, signal: str) -> Callable[..., None]:
        return lambda *args: self.events.append((signal, *args))

    def poll(self) -> list[tuple[object, ...]]:
        """Polls, and returns what happened."""
        self.events.clear()
        self.api.poll()
        return list(self.events)


class Star:
    """A server, 1, and the clients that join.

    Args:
        make: makes the node Main of each tree.
    """

    def __init__(self, make: Callable[[], Node], *clients: int) -> None:
        self.now = 0.0
        self._make = make
        self.games: dict[int, Game] = {1: Game(StarPeer(self, 1), make, self.time)}
        for unique_id in clients:
            self.join(unique_id)
        self.settle()
        for game in self.games.values():
            game.peer.sent.clear()

    def time(self) -> float:
        return self.now

    def join(self, unique_id: int) -> Game:
        """Adds a client."""
        peer = StarPeer(self, unique_id)
        peer.tells("peer_connected", 1)
        self.games[unique_id] = Game(peer, self._make, self.time)
        self.games[1].peer.tells("peer_connected", unique_id)
        return self.games[unique_id]

    def settle(self) -> dict[int, list[tuple[object, ...]]]:
        """Polls all in turn until nothing is on its way.

        Returns what happened, by participant.
        """
        happened: dict[int, list[tuple[object, ...]]] = {peer_id: [] for peer_id in self.games}
        for _ in range(10):
            for peer_id, game in list(self.games.items()):
                happened[peer_id] += game.poll()
        return happened

    def carry(self, source: int, target: int, packet: bytes) -> None:
        """Brings a packet to the other end."""
        if target in self.games and 1 in {source, target}:
            self.games[target].peer.arrives(source, packet)

    def cut(self, here: int, there: int, *, is_forced: bool = False) -> None:
        """Ends a connection, as one side asks."""
        client = self.games[there if here == 1 else here].peer
        if here == 1:
            client.tells("peer_disconnected", 1)
            if not is_forced:
                self.games[1].peer.tells("peer_disconnected", there)
        else:
            self.games[1].peer.tells("peer_disconnected", here)
        client.becomes(ConnectionStatus.CONNECTION_DISCONNECTED, 0)
        client.tells("server_disconnected")
