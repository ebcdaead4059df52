"""Replication: the spawns, despawns and properties of one session, both ways."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from wsclient.godot4.multiplayer_spawner import MultiplayerSpawner
from wsclient.godot4.multiplayer_synchronizer import MultiplayerSynchronizer
from wsclient.godot4.replication_receiver import ReplicationReceiver
from wsclient.godot4.replication_sender import ReplicationSender
from wsclient.multiplayer.godot4.replication_commands import CUSTOM_SCENE
from wsclient.multiplayer.session import SERVER_ID
from wsclient.transport.clock import monotonic

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.godot4.node import Node
    from wsclient.godot4.replication_session import ReplicationSession

__all__ = ["Replication"]

logger: Final = logging.getLogger("wsclient.multiplayer")


class Replication:
    """Serves the spawners and synchronizers in the tree of a SceneMultiplayer.

    Args:
        session: the SceneMultiplayer.
        clock: monotonic, in seconds.
    """

    def __init__(self, session: ReplicationSession, *, clock: Callable[[], float] = monotonic) -> None:
        self._session = session
        self._sender = ReplicationSender(session, clock)
        self._receiver = ReplicationReceiver(session)
        self._spawners: dict[MultiplayerSpawner, Node | None] = {}  # with the nodes below which they spawn
        self._changed: list[tuple[MultiplayerSynchronizer, int]] = []  # signals that `poll` will emit

    # Called by the session

    def receive(self, source: int, packet: bytes) -> None:
        """Carries out a SPAWN, DESPAWN, SYNC or DELTA, and emits the signals.

        Raises:
            CommandError, NotAdmitted: something in it is malformed or not allowed, and was ignored.
            Exception: raised by the game.
        """
        self._receiver.receive(source, packet)

    def poll(self, now: float) -> None:
        """Sends the packets that are due, and emits the signals.

        Called after the packets of a frame were handled.
        """
        self._sender.update_filtered()
        self._sender.send_due(now)
        changed, self._changed = self._changed, []
        for synchronizer, for_peer in changed:
            synchronizer.visibility_changed.emit(for_peer)

    def peer_came(self, peer_id: int) -> None:
        """Spawns all visible nodes at a new peer."""
        self._sender.peer_came(peer_id)

    def peer_left(self, peer_id: int) -> None:
        """Frees the nodes that a peer has spawned here, without emitting a signal."""
        self._sender.forget_peer(peer_id)
        self._receiver.forget_peer(peer_id)

    def clear(self) -> None:
        """Ends the session.

        Frees the nodes that other peers have spawned here, and forgets the peers.
        """
        self._sender.clear()
        self._receiver.clear()

    def is_rpc_visible(self, node: Node, peer_id: int) -> bool:
        """Returns False if a node is hidden from a peer, which then cannot be called.

        The synchronizers of the node decide this.
        """
        synchronizers = self._sender.synchronizers_of(node)
        if not synchronizers or self._receiver.came_from(node) == peer_id:
            return True
        is_spawned = self._sender.sees_node(node, peer_id)
        return any(each.is_visible_to(peer_id) for each in synchronizers) if is_spawned is None else is_spawned

    # Called by the nodes of the tree

    def node_entered(self, node: Node) -> None:
        """Starts to track a node that has entered the tree and is not ready yet."""
        if isinstance(node, MultiplayerSpawner):
            node.watch(self)
            self._spawners[node] = None
        elif isinstance(node, MultiplayerSynchronizer):
            node.watch(self)
            self.synchronizer_changed(node)
        parent = node.get_parent()
        for spawner, place in self._spawners.items():
            if place is not None and place is parent:
                self._auto_spawn(spawner, node)

    def node_ready(self, node: Node) -> None:
        """Called when a node is ready; spawns it at other peers."""
        if isinstance(node, MultiplayerSpawner):
            self.spawner_changed(node)
        self._sender.node_ready(node)

    def node_exiting(self, node: Node) -> None:
        """Called when a node leaves the tree; despawns it at other peers."""
        if isinstance(node, MultiplayerSpawner):
            node.watch(None)
            self._spawners.pop(node, None)
            self._sender.spawner_left(node)
        elif isinstance(node, MultiplayerSynchronizer):
            self.synchronizer_changes(node)
            node.watch(None)
        self._sender.node_left(node)
        self._receiver.node_left(node)

    # Called by spawners

    def spawner_changed(self, spawner: MultiplayerSpawner) -> None:
        """Finds the node below which a spawner spawns."""
        self._spawners[spawner] = spawner.get_spawn_node()

    def spawn_custom(self, spawner: MultiplayerSpawner, node: Node, data: object) -> None:
        """Tracks a node that `spawn` has made, before it enters the tree."""
        self._sender.track(spawner, node, CUSTOM_SCENE, data)

    def spawned_count(self, spawner: MultiplayerSpawner) -> int:
        """Returns how many nodes a spawner has spawned."""
        return self._sender.count_of(spawner)

    def can_spawn(self, spawner: MultiplayerSpawner) -> bool:
        """Returns True if this peer controls the spawner.

        Without a network this peer is the server, as in Godot.
        """
        return spawner.get_multiplayer_authority() == (self._session.get_unique_id() or SERVER_ID)

    # Called by synchronizers

    def synchronizer_changes(self, synchronizer: MultiplayerSynchronizer) -> None:
        """Forgets a synchronizer, before it gets another authority or root node."""
        self._sender.synchronizer_left(synchronizer)
        self._receiver.synchronizer_left(synchronizer)

    def synchronizer_changed(self, synchronizer: MultiplayerSynchronizer) -> None:
        """Tracks a synchronizer after it got another authority or root node."""
        root = synchronizer.get_node_or_null(synchronizer.root_path)
        if root is not None:
            self._receiver.synchronizer_entered(synchronizer, root)
            self._sender.synchronizer_entered(synchronizer, root)

    def filters_changed(self, synchronizer: MultiplayerSynchronizer) -> None:
        """Starts or stops calling the filters of a synchronizer in each frame."""
        self._sender.filters_changed(synchronizer)

    def visibility_changed(self, synchronizer: MultiplayerSynchronizer, for_peer: int) -> None:
        """Shows or hides nodes after the visibility of a synchronizer has changed."""
        self._sender.update_visibility(synchronizer, [for_peer] if for_peer else self._session.get_peers())
        self._changed.append((synchronizer, for_peer))

    def _auto_spawn(self, spawner: MultiplayerSpawner, node: Node) -> None:
        scene = spawner.scene_of(node)
        if scene is None or self._sender.is_tracked(node) or not self.can_spawn(spawner):
            return
        if self._receiver.came_from(node):
            return
        if "@" in node.name:
            logger.error("%r is not spawned: a name with @ is the engine's own; add_child(node, True)", node)
            return
        self._sender.track(spawner, node, scene, None)
