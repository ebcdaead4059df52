"""ReplicationReceiver: creates, changes and frees nodes for other peers.

It checks that they are allowed to.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wsclient.core.handler_errors import call_all
from wsclient.godot4.multiplayer_spawner import MultiplayerSpawner
from wsclient.godot4.multiplayer_synchronizer import MultiplayerSynchronizer
from wsclient.ground.escape import escape
from wsclient.multiplayer.command_error import CommandError
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

__all__ = ["MOST_NODES", "ReplicationReceiver"]

# Characters that the engine does not allow in names: separators of paths, and characters of generated names.
_FORBIDDEN_IN_NAMES = frozenset('.:@/"%')
MOST_NODES = 65536
"""The maximum number of nodes that one peer may spawn here. Arbitrary, far above any game."""
_NEWER = 32767  # of 65536: how far a time may be behind the last one and still count as ahead of it


class _Synced:
    """One synchronizer in our tree.

    Attributes:
        root: the node whose properties it replicates.
        owner: the peer that has the authority over it.
        time: of the last SYNC; None before the first.
    """

    __slots__ = ("owner", "root", "synchronizer", "time")

    def __init__(self, synchronizer: MultiplayerSynchronizer, root: Node) -> None:
        self.synchronizer = synchronizer
        self.root = root
        self.owner = synchronizer.get_multiplayer_authority()
        self.time: int | None = None


class _FromPeer:
    """The nodes and synchronizers that one peer has announced to us.

    Attributes:
        nodes: those that it has spawned, by net id, each with its spawner.
        synchronizers: its synchronizers, by net id or, once they were looked up, by path id.
    """

    __slots__ = ("nodes", "synchronizers")

    def __init__(self) -> None:
        self.nodes: dict[int, tuple[Node, MultiplayerSpawner]] = {}
        self.synchronizers: dict[int, _Synced] = {}


class _Spawning:
    """A SPAWN whose node is entering the tree.

    Its synchronizers take their net ids and values as they enter.
    """

    __slots__ = ("fault", "net_ids", "node", "source", "state")

    def __init__(self, node: Node, source: int, spawn: Spawn) -> None:
        self.node = node
        self.source = source
        self.net_ids = list(spawn.synchronizers)
        self.state = list(spawn.state)
        self.fault = ""

    def take_values(self, properties: ReplicatedProperties) -> None:
        """Sets the properties of the next synchronizer from the state."""
        count = properties.count
        if count > len(self.state):
            self.fault = f"{len(self.state)} values are left for {count} properties of a synchronizer"
        else:
            properties.write(self.node, self.state[:count])
            del self.state[:count]


class ReplicationReceiver:
    """Carries out SPAWN, DESPAWN, SYNC and DELTA packets.

    Args:
        session: finds the nodes that peers name by path ids.
    """

    def __init__(self, session: ReplicationSession) -> None:
        self._session = session
        self._peers: dict[int, _FromPeer] = {}
        self._places: dict[Node, tuple[int, int]] = {}  # for each spawned node, the peer that spawned it and its net id
        self._synced: dict[MultiplayerSynchronizer, _Synced] = {}
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
        """Records a synchronizer, and applies its part of the SPAWN that created it."""
        synced = self._synced[synchronizer] = _Synced(synchronizer, root)
        spawning = self._spawning
        if spawning is None or root is not spawning.node or not spawning.net_ids or synced.owner != spawning.source:
            return
        peer = self._peers.get(spawning.source)
        if peer is None:
            return  # a hook of the node has ended the session
        peer.synchronizers[spawning.net_ids.pop(0)] = synced
        if synchronizer.replication_config is not None and not spawning.fault:
            spawning.take_values(synchronizer.replication_config.spawned)

    def synchronizer_left(self, synchronizer: MultiplayerSynchronizer) -> None:
        """Forgets a synchronizer that leaves the tree or gets another authority."""
        gone = self._synced.pop(synchronizer, None)
        for peer in self._peers.values():
            for net_id in [net_id for net_id, synced in peer.synchronizers.items() if synced is gone]:
                del peer.synchronizers[net_id]

    def node_left(self, node: Node) -> None:
        """Forgets a node that leaves the tree."""
        source, net_id = self._places.pop(node, (0, 0))
        if source in self._peers:
            self._peers[source].nodes.pop(net_id, None)

    def came_from(self, node: Node) -> int:
        """Returns the peer that has spawned a node; 0 if it was not spawned by a peer."""
        return self._places.get(node, (0, 0))[0]

    # Changes of peers

    def forget_peer(self, peer_id: int) -> None:
        """Frees the nodes of a peer that has left."""
        gone = self._peers.pop(peer_id, None)
        nodes = [] if gone is None else [node for node, _ in gone.nodes.values()]
        for node in nodes:
            self._places.pop(node, None)
        call_all(node.queue_free for node in nodes)

    def clear(self) -> None:
        """Frees the nodes of all peers when the session ends."""
        for synced in self._synced.values():
            synced.time = None
        call_all(partial(self.forget_peer, peer_id) for peer_id in list(self._peers))

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
        self._peer(source).nodes[spawn.net_id] = (node, spawner)
        self._places[node] = (source, spawn.net_id)
        try:
            fault = self._add(parent, node, source, spawn)
        except Exception:  # raised by hooks of the node, which has entered all the same
            spawner.spawned.emit(node)
            raise
        if not fault:
            spawner.spawned.emit(node)
        elif node.get_parent() is parent:
            parent.remove_child(node)
        if fault:
            raise NotAdmitted(f'spawns "{escape(spawn.name, 80)}", but {fault}')

    def _place_of(self, source: int, spawn: Spawn) -> tuple[MultiplayerSpawner, Node]:
        """Returns the spawner of a SPAWN, and the parent of the node to spawn."""
        what = f'spawns "{escape(spawn.name, 80)}"'
        spawner = self._session.node_of(source, spawn.spawner)
        if not isinstance(spawner, MultiplayerSpawner):
            raise NotAdmitted(
                f"{what} by path id {spawn.spawner}, which is {spawner!r} and not a MultiplayerSpawner here"
            )
        if spawner.get_multiplayer_authority() != source:
            raise NotAdmitted(f"{what} by {spawner!r}, which is peer {spawner.get_multiplayer_authority()}'s")
        if not _FORBIDDEN_IN_NAMES.isdisjoint(spawn.name):
            raise NotAdmitted(f"{what}, which is not a name: a node's name has none of . : @ / \" %")
        if spawn.net_id in self._peer(source).nodes:
            raise NotAdmitted(f"{what} with net id {spawn.net_id}, which it has given to another node")
        if len(self._peer(source).nodes) >= MOST_NODES:
            raise NotAdmitted(f"{what}, and it has spawned {MOST_NODES} nodes already")
        parent = spawner.get_spawn_node()
        if parent is None:
            raise NotAdmitted(f"{what} by {spawner!r}, which has no node at its spawn_path {spawner.spawn_path!r}")
        if parent.has_node(spawn.name):
            raise NotAdmitted(f"{what}, and {parent!r} has a child of this name")
        return spawner, parent

    def _add(self, parent: Node, node: Node, source: int, spawn: Spawn) -> str:
        """Adds a node to the tree; returns what is wrong with its state, or ""."""
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
        found = self._peer(source).nodes.get(net_id)
        if found is None:
            raise NotAdmitted(f"despawns net id {net_id}, which it has not spawned")
        node, spawner = found
        if spawner.get_multiplayer_authority() != source:
            raise NotAdmitted(f"despawns {node!r} of {spawner!r}, which is no longer its own")
        node.free()
        self.node_left(node)
        spawner.despawned.emit(node)

    # SYNC and DELTA

    # A game sends the properties of all its moving nodes in each frame, so this loop does inline what would otherwise
    # be calls: the time and the signal then cost a third, and a frame of a hundred nodes takes less than twice as
    # long as decoding its bytes (benchmarks/replication.py).
    def _sync(self, source: int, packet: bytes) -> None:
        time = commands.time_of_sync(packet)
        refused: list[str] = []
        known = self._peer(source).synchronizers
        for net_id, start, end in commands.read_syncs(packet):
            synced = known.get(net_id) or self._look_up(source, net_id, refused)
            if synced is None:
                continue
            if synced.owner != source:
                refused.append(_not_its_own("SYNC", synced))
                continue
            config, last = synced.synchronizer.replication_config, synced.time
            if config is None or (last is not None and time <= last and last - time < _NEWER):
                continue  # times wrap around, and packets may overtake each other
            synced.time = time
            properties = config.always_sent
            values, _ = decode_many(packet, start, end, properties.count)
            properties.assign(synced.root, values)
            if synced.synchronizer.listeners_by_signal["synchronized"]:
                synced.synchronizer.synchronized.emit()
        _raise_first(refused)

    def _delta(self, source: int, packet: bytes) -> None:
        refused: list[str] = []
        known = self._peer(source).synchronizers
        for net_id, mask, start, end in commands.read_deltas(packet):
            synced = known.get(net_id) or self._look_up(source, net_id, refused)
            if synced is None:
                continue
            if synced.owner != source:
                refused.append(_not_its_own("DELTA", synced))
                continue
            config = synced.synchronizer.replication_config
            if config is None or not mask:
                continue
            properties = config.watched.chosen(mask)
            if not properties.count:
                raise CommandError(f"a DELTA with mask {mask:#x}, and {synced.synchronizer!r} has no such properties")
            values, after = decode_many(packet, start, end, properties.count)
            if after != end:
                raise CommandError(f"a DELTA of {synced.synchronizer!r} with more values than its mask {mask:#x}")
            properties.write(synced.root, values)
            synced.synchronizer.delta_synchronized.emit()
        _raise_first(refused)

    def _look_up(self, source: int, net_id: int, refused: list[str]) -> _Synced | None:
        """Returns the synchronizer that a peer has announced.

        Returns None, without logging anything, if it does not exist yet.
        """
        if not net_id & IS_PATH_ID:
            refused.append(f"changes net id {net_id}, which it has not spawned here")
            return None
        found = self._session.node_of(source, net_id & ~IS_PATH_ID)
        if found is not None and not isinstance(found, MultiplayerSynchronizer):
            refused.append(f"changes {found!r}, which is not a MultiplayerSynchronizer here")
        synced = self._synced.get(found) if isinstance(found, MultiplayerSynchronizer) else None
        if synced is not None:
            self._peer(source).synchronizers[net_id] = synced
        return synced

    def _peer(self, source: int) -> _FromPeer:
        """Returns what a peer has announced.

        It is forgotten when the peer leaves.
        """
        found = self._peers.get(source)
        if found is None:
            found = self._peers[source] = _FromPeer()
        return found


def _not_its_own(command: str, synced: _Synced) -> str:
    return f"sends {command} of {synced.synchronizer!r}, which is peer {synced.owner}'s"


def _raise_first(refused: list[str]) -> None:
    if refused:
        more = f" (and {len(refused) - 1} more in one packet)" if len(refused) > 1 else ""
        raise NotAdmitted(refused[0] + more)
