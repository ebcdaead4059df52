"""ReplicationReceiver: makes, changes and frees nodes as other peers say, and as far as they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.godot4.multiplayer_spawner import MultiplayerSpawner
from wsclient.godot4.multiplayer_synchronizer import MultiplayerSynchronizer
from wsclient.ground.escape import escape
from wsclient.multiplayer.godot3.commands import CommandError
from wsclient.multiplayer.godot4 import replication_commands as commands
from wsclient.multiplayer.godot4.compressed import decode_many
from wsclient.multiplayer.godot4.replication_commands import CUSTOM_SCENE, IS_PATH_ID
from wsclient.multiplayer.godot4.scene_commands import CommandCode
from wsclient.scene.rpc_admission import NotAdmitted

if TYPE_CHECKING:
    from wsclient.godot4.node import Node
    from wsclient.godot4.replicated_properties import ReplicatedProperties
    from wsclient.godot4.replication_session import ReplicationSession
    from wsclient.multiplayer.godot4.replication_commands import Spawn

__all__ = ["ReplicationReceiver"]

# What the engine does not allow in names: what separates them in paths, and what it makes names itself with.
_FORBIDDEN_IN_NAMES = frozenset('.:@/"%')
_NEWER = 32767  # of 65536: how far a time may be behind the last one and still be taken as ahead of it


class _FromPeer:
    """What one peer has spawned here.

    Attributes:
        nodes: by net id, each with its spawner.
        synchronizers: by net id.
    """

    __slots__ = ("nodes", "synchronizers")

    def __init__(self) -> None:
        self.nodes: dict[int, tuple[Node, MultiplayerSpawner]] = {}
        self.synchronizers: dict[int, MultiplayerSynchronizer] = {}


class _Spawning:
    """A SPAWN whose node is on its way into the tree: its synchronizers take their net ids and values as they enter."""

    __slots__ = ("fault", "net_ids", "node", "source", "state")

    def __init__(self, node: Node, source: int, spawn: Spawn) -> None:
        self.node = node
        self.source = source
        self.net_ids = list(spawn.synchronizers)
        self.state = list(spawn.state)
        self.fault = ""

    def take_values(self, properties: ReplicatedProperties) -> None:
        """Sets the next synchronizer's part of the state."""
        count = len(properties)
        if count > len(self.state):
            self.fault = f"{len(self.state)} values are left for {count} properties of a synchronizer"
        else:
            properties.write(self.node, self.state[:count])
            del self.state[:count]


class ReplicationReceiver:
    """Carries out SPAWN, DESPAWN, SYNC and DELTA.

    Args:
        session: finds the nodes that peers name by path ids.
    """

    def __init__(self, session: ReplicationSession) -> None:
        self._session = session
        self._peers: dict[int, _FromPeer] = {}
        self._places: dict[Node, tuple[int, int]] = {}  # of each spawned node, the peer it came from and its net id
        self._net_ids: dict[MultiplayerSynchronizer, tuple[int, int]] = {}
        self._times: dict[MultiplayerSynchronizer, int] = {}  # of the last SYNC
        self._roots: dict[MultiplayerSynchronizer, Node] = {}
        self._spawning: _Spawning | None = None

    def receive(self, source: int, packet: bytes) -> None:
        """Carries out one packet.

        Raises:
            CommandError, NotAdmitted: something in it is malformed or not allowed, and was ignored.
            Exception: raised by the game.
        """
        match packet[0] & 7:
            case CommandCode.SPAWN:
                self._spawn(source, commands.decode_spawn(packet))
            case CommandCode.DESPAWN:
                self._despawn(source, commands.decode_despawn(packet))
            case _ if commands.is_delta(packet):
                self._delta(source, packet)
            case _:
                self._sync(source, packet)

    # Changes in the tree

    def synchronizer_entered(self, synchronizer: MultiplayerSynchronizer, root: Node) -> None:
        """Records the root of a synchronizer, and gives it its part of the SPAWN that brings it."""
        self._roots[synchronizer] = root
        spawning = self._spawning
        if spawning is None or root is not spawning.node or not spawning.net_ids:
            return
        if synchronizer.get_multiplayer_authority() != spawning.source:
            return
        net_id = spawning.net_ids.pop(0)
        self._peers[spawning.source].synchronizers[net_id] = synchronizer
        self._net_ids[synchronizer] = (spawning.source, net_id)
        if synchronizer.replication_config is not None and not spawning.fault:
            spawning.take_values(synchronizer.replication_config.spawned)

    def synchronizer_left(self, synchronizer: MultiplayerSynchronizer) -> None:
        """Forgets a synchronizer that leaves the tree, or becomes another peer's."""
        self._roots.pop(synchronizer, None)
        self._times.pop(synchronizer, None)
        source, net_id = self._net_ids.pop(synchronizer, (0, 0))
        if source in self._peers:
            self._peers[source].synchronizers.pop(net_id, None)

    def node_left(self, node: Node) -> None:
        """Forgets a node that leaves the tree."""
        source, net_id = self._places.pop(node, (0, 0))
        if source in self._peers:
            self._peers[source].nodes.pop(net_id, None)

    def came_from(self, node: Node) -> int:
        """Returns the peer that has spawned a node; 0 if none has."""
        return self._places.get(node, (0, 0))[0]

    # Changes of peers

    def forget_peer(self, peer_id: int) -> None:
        """Frees what a peer has spawned: it has left."""
        gone = self._peers.pop(peer_id, None)
        for node, _ in [] if gone is None else list(gone.nodes.values()):
            self._places.pop(node, None)
            node.queue_free()

    def clear(self) -> None:
        """Frees what all peers have spawned: the session is over."""
        for peer_id in list(self._peers):
            self.forget_peer(peer_id)
        self._times.clear()
        self._net_ids.clear()

    # SPAWN and DESPAWN

    def _spawn(self, source: int, spawn: Spawn) -> None:
        spawner, parent = self._place_of(source, spawn)
        try:
            node = (
                spawner.instantiate_custom(spawn.data)
                if spawn.scene == CUSTOM_SCENE
                else spawner.instantiate_scene(spawn.scene)
            )
        except LookupError as error:
            raise NotAdmitted(f'spawns "{escape(spawn.name, 80)}" of {error}') from error
        node.name = spawn.name
        from_peer = self._peers.setdefault(source, _FromPeer())
        from_peer.nodes[spawn.net_id] = (node, spawner)
        self._places[node] = (source, spawn.net_id)
        fault = self._add(parent, node, source, spawn)
        if not fault:
            spawner.spawned.emit(node)
        elif node.get_parent() is parent:
            parent.remove_child(node)
        if fault:
            raise NotAdmitted(f'spawns "{escape(spawn.name, 80)}", but {fault}')

    def _place_of(self, source: int, spawn: Spawn) -> tuple[MultiplayerSpawner, Node]:
        """Returns the spawner of a SPAWN, and the node below which it puts its nodes."""
        what = f'spawns "{escape(spawn.name, 80)}"'
        spawner = self._session.node_of(source, spawn.spawner)
        if not isinstance(spawner, MultiplayerSpawner):
            raise NotAdmitted(f"{what} by path id {spawn.spawner}, which is {spawner!r} and no MultiplayerSpawner here")
        if spawner.get_multiplayer_authority() != source:
            raise NotAdmitted(f"{what} by {spawner!r}, which is peer {spawner.get_multiplayer_authority()}'s")
        if not _FORBIDDEN_IN_NAMES.isdisjoint(spawn.name):
            raise NotAdmitted(f"{what}, which is no name: a node's has none of . : @ / \" %")
        if source in self._peers and spawn.net_id in self._peers[source].nodes:
            raise NotAdmitted(f"{what} with net id {spawn.net_id}, which it has given to another node")
        parent = spawner.get_spawn_node()
        if parent is None:
            raise NotAdmitted(f"{what} by {spawner!r}, which has no node at its spawn_path {spawner.spawn_path!r}")
        if parent.has_node(spawn.name):
            raise NotAdmitted(f"{what}, and {parent!r} has a child of this name")
        return spawner, parent

    def _add(self, parent: Node, node: Node, source: int, spawn: Spawn) -> str:
        """Adds a node to the tree; returns what was wrong with its state, or ""."""
        spawning, around = _Spawning(node, source, spawn), self._spawning
        self._spawning = spawning
        try:
            parent.add_child(node)
        finally:
            self._spawning = around
        if spawning.fault or spawning.net_ids:
            return "" if spawning.net_ids and not spawning.fault else spawning.fault
        return f"{len(spawning.state)} values of its state belong to no property" if spawning.state else ""

    def _despawn(self, source: int, net_id: int) -> None:
        found = self._peers[source].nodes.get(net_id) if source in self._peers else None
        if found is None:
            raise NotAdmitted(f"despawns net id {net_id}, which it has not spawned")
        node, spawner = found
        if spawner.get_multiplayer_authority() != source:
            raise NotAdmitted(f"despawns {node!r} of {spawner!r}, which is no longer its own")
        node.free()
        self.node_left(node)
        spawner.despawned.emit(node)

    # SYNC and DELTA

    def _sync(self, source: int, packet: bytes) -> None:
        time = commands.time_of_sync(packet)
        refused: list[str] = []
        by_net_id = self._peers[source].synchronizers if source in self._peers else {}
        for net_id, start, end in commands.read_syncs(packet):
            synchronizer = by_net_id.get(net_id) or self._by_path_id(source, net_id, refused)
            root = self._roots.get(synchronizer) if synchronizer is not None else None
            if synchronizer is None or root is None:
                continue
            if synchronizer.get_multiplayer_authority() != source:
                refused.append(_not_its_own("SYNC", synchronizer))
                continue
            config = synchronizer.replication_config
            if config is None or not self._is_newer(synchronizer, time):
                continue
            properties = config.always_sent
            values, _ = decode_many(packet, start, end, len(properties))
            properties.write(root, values)
            synchronizer.synchronized.emit()
        _raise_first(refused)

    def _delta(self, source: int, packet: bytes) -> None:
        refused: list[str] = []
        by_net_id = self._peers[source].synchronizers if source in self._peers else {}
        for net_id, mask, start, end in commands.read_deltas(packet):
            synchronizer = by_net_id.get(net_id) or self._by_path_id(source, net_id, refused)
            root = self._roots.get(synchronizer) if synchronizer is not None else None
            if synchronizer is None or root is None or synchronizer.replication_config is None:
                continue
            if synchronizer.get_multiplayer_authority() != source:
                refused.append(_not_its_own("DELTA", synchronizer))
                continue
            if not mask:
                continue
            properties = synchronizer.replication_config.watched.chosen(mask)
            if not len(properties):
                raise CommandError(f"a DELTA with mask {mask:#x}, and {synchronizer!r} has no such properties")
            values, after = decode_many(packet, start, end, len(properties))
            if after != end:
                raise CommandError(f"a DELTA of {synchronizer!r} with more values than its mask {mask:#x}")
            properties.write(root, values)
            synchronizer.delta_synchronized.emit()
        _raise_first(refused)

    def _by_path_id(self, source: int, net_id: int, refused: list[str]) -> MultiplayerSynchronizer | None:
        """Returns the synchronizer that a peer has announced; one that is not there yet is none, without a word."""
        if not net_id & IS_PATH_ID:
            refused.append(f"changes net id {net_id}, which it has not spawned here")
            return None
        found = self._session.node_of(source, net_id & ~IS_PATH_ID)
        if found is None or isinstance(found, MultiplayerSynchronizer):
            return found
        refused.append(f"changes {found!r}, which is no MultiplayerSynchronizer here")
        return None

    def _is_newer(self, synchronizer: MultiplayerSynchronizer, time: int) -> bool:
        """Records the time of a SYNC, unless it is not after the last one: times wrap, and packets may overtake."""
        last = self._times.get(synchronizer)
        if last is not None and time <= last and last - time < _NEWER:
            return False
        self._times[synchronizer] = time
        return True


def _not_its_own(command: str, synchronizer: MultiplayerSynchronizer) -> str:
    return f"sends {command} of {synchronizer!r}, which is peer {synchronizer.get_multiplayer_authority()}'s"


def _raise_first(refused: list[str]) -> None:
    if refused:
        more = f" (and {len(refused) - 1} more in one packet)" if len(refused) > 1 else ""
        raise NotAdmitted(refused[0] + more)
