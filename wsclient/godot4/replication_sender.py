"""ReplicationSender: spawns our nodes at other peers, and keeps them up to date."""

from __future__ import annotations

import logging
from copy import deepcopy
from typing import TYPE_CHECKING, Final

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.godot4.replicated_properties import MissingPropertyError
from wsclient.ground.escape import escape
from wsclient.ground.refusal_log import RefusalLog
from wsclient.multiplayer.godot4.compressed import encode_many, encode_value
from wsclient.multiplayer.godot4.replication_commands import (
    IS_PATH_ID,
    Delta,
    Spawn,
    Sync,
    encode_despawn,
    encode_spawn,
    pack_deltas,
    pack_syncs,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wsclient.godot4.multiplayer_spawner import MultiplayerSpawner
    from wsclient.godot4.multiplayer_synchronizer import MultiplayerSynchronizer
    from wsclient.godot4.node import Node
    from wsclient.godot4.replication_session import ReplicationSession

__all__ = ["FRAMES_PER_SECOND", "ReplicationSender"]

logger: Final = logging.getLogger("wsclient.multiplayer")

FRAMES_PER_SECOND: Final = 60
"""The most checks of properties per second, so that a loop without a frame limit does not flood its peers."""

_RELIABLE = TransferMode.TRANSFER_MODE_RELIABLE
_UNRELIABLE = TransferMode.TRANSFER_MODE_UNRELIABLE
_IMMUTABLE = (bool, int, float, str, bytes, type(None), tuple)
_LONG_AGO = float("-inf")
_NO_VALUES = object()


class _Spawned:
    """A node that we spawn at other peers.

    Attributes:
        scene: its number in the spawner's list.
        data: the argument of `spawn_function`, as it was when the node was spawned.
        net_id: 0 before the first SPAWN.
    """

    __slots__ = ("data", "net_id", "scene", "spawner")

    def __init__(self, spawner: MultiplayerSpawner, scene: int, data: object) -> None:
        self.spawner = spawner
        self.scene = scene
        self.data = data
        self.net_id = 0


class _Watched:
    """The last value of a property that is sent when it changes."""

    __slots__ = ("changed_at", "encoded", "value")

    def __init__(self) -> None:
        self.value: object = _NO_VALUES
        self.encoded = b""
        self.changed_at = _LONG_AGO

    def look(self, value: object, now: float) -> None:
        """Compares the encoded values.

        This also detects changes within lists and dictionaries.
        """
        if value is self.value and isinstance(value, _IMMUTABLE):
            return
        encoded = encode_value(value)
        if encoded != self.encoded or self.value is _NO_VALUES:
            self.encoded, self.changed_at = encoded, now
        self.value = value


class _Synced:
    """One synchronizer in our tree, when it was last sent, and the values sent then.

    Attributes:
        net_id: 0 if it is named by its path id.
    """

    __slots__ = ("encoded", "encoded_at", "looked_at", "net_id", "root", "sent_at", "watched")

    def __init__(self, root: Node) -> None:
        self.root = root
        self.net_id = 0
        self.sent_at = _LONG_AGO
        self.encoded = b""
        self.encoded_at = _LONG_AGO
        self.looked_at = _LONG_AGO
        self.watched: list[_Watched] = []


class _ToPeer:
    """The nodes and synchronizers of ours that one peer knows about.

    Attributes:
        nodes: those that were spawned there.
        synchronizers: those that it sees, in order, and when each was last sent changes.
        time: the time of the last SYNC, in frames.
    """

    __slots__ = ("nodes", "synchronizers", "time")

    def __init__(self) -> None:
        self.nodes: set[Node] = set()
        self.synchronizers: dict[MultiplayerSynchronizer, float] = {}
        self.time = 0


class ReplicationSender:
    """Sends SPAWN, DESPAWN, SYNC and DELTA packets.

    Args:
        session: sends packets and names nodes by path ids.
        clock: monotonic, in seconds; for log lines alone, `send_due` gets its time.
    """

    def __init__(self, session: ReplicationSession, clock: Callable[[], float]) -> None:
        self._session = session
        self._peers: dict[int, _ToPeer] = {}
        self._spawned: dict[Node, _Spawned] = {}
        self._entering: dict[Node, bool] = {}  # spawned nodes to send, in order of entering; True if ready
        self._synced: dict[MultiplayerSynchronizer, _Synced] = {}
        self._filtered: set[MultiplayerSynchronizer] = set()
        self._last_net_id = 0
        self._frame_at = self._next_frame_at = _LONG_AGO
        self._problems = RefusalLog(logger, clock)

    # Changes of peers

    def peer_came(self, peer_id: int) -> None:
        """Spawns all visible nodes at a new peer."""
        self._peers[peer_id] = _ToPeer()
        for node in list(self._spawned):
            if node not in self._entering:
                self.update_spawn(node, [peer_id])
        for synchronizer in list(self._synced):
            self.update_sync(synchronizer, [peer_id])

    def forget_peer(self, peer_id: int) -> None:
        """Forgets a peer that has left."""
        self._peers.pop(peer_id, None)

    def clear(self) -> None:
        """Forgets all peers, and counts net ids from 1 again."""
        self._peers.clear()
        self._last_net_id = 0
        for spawned in self._spawned.values():
            spawned.net_id = 0
        for synchronizer, synced in self._synced.items():
            self._synced[synchronizer] = _Synced(synced.root)

    # Changes in the tree

    def track(self, spawner: MultiplayerSpawner, node: Node, scene: int, data: object) -> None:
        """Tracks a node that its spawner spawns. It is sent when it is ready."""
        if node not in self._spawned:
            self._spawned[node] = _Spawned(spawner, scene, deepcopy(data))
            self._entering[node] = False

    def is_tracked(self, node: Node) -> bool:
        """Returns True if a spawner of ours spawns this node."""
        return node in self._spawned

    def count_of(self, spawner: MultiplayerSpawner) -> int:
        """Returns how many nodes a spawner has spawned."""
        return sum(each.spawner is spawner for each in self._spawned.values())

    def node_ready(self, node: Node) -> None:
        """Sends the SPAWN of a node and of those below it, outer nodes first."""
        if node in self._entering:
            self._entering[node] = True
            self._spawn_ready()

    def _spawn_ready(self) -> None:
        while self._entering:
            node, is_ready = next(iter(self._entering.items()))
            if not is_ready:
                return
            del self._entering[node]
            self.update_spawn(node, self._peers)

    def node_left(self, node: Node) -> None:
        """Sends the DESPAWN of a node that leaves the tree."""
        spawned = self._spawned.pop(node, None)
        if spawned is None:
            return
        for peer_id, peer in self._peers.items():
            if node in peer.nodes:
                peer.nodes.discard(node)
                self._session.send_command(peer_id, encode_despawn(spawned.net_id), _RELIABLE)
        if self._entering.pop(node, None) is not None:
            self._spawn_ready()  # those that waited for it

    def spawner_left(self, spawner: MultiplayerSpawner) -> None:
        """Sends the DESPAWN of all nodes of a spawner when it leaves the tree."""
        for node in [node for node, each in self._spawned.items() if each.spawner is spawner]:
            self.node_left(node)

    def synchronizer_entered(self, synchronizer: MultiplayerSynchronizer, root: Node) -> None:
        """Starts to send the properties of a synchronizer, if it is ours."""
        self._synced[synchronizer] = _Synced(root)
        self.filters_changed(synchronizer)
        self.update_sync(synchronizer, self._peers)

    def synchronizer_left(self, synchronizer: MultiplayerSynchronizer) -> None:
        """Stops sending a synchronizer's properties."""
        self._synced.pop(synchronizer, None)
        self._filtered.discard(synchronizer)
        for peer in self._peers.values():
            peer.synchronizers.pop(synchronizer, None)

    # Visibility

    def sees_node(self, node: Node, peer_id: int) -> bool | None:
        """Returns whether a peer knows a node that we spawn; None if we do not spawn it."""
        if node not in self._spawned:
            return None
        return peer_id in self._peers and node in self._peers[peer_id].nodes

    def synchronizers_of(self, root: Node) -> list[MultiplayerSynchronizer]:
        """Returns the synchronizers of a node, in the order in which they entered."""
        return [synchronizer for synchronizer, each in self._synced.items() if each.root is root]

    def update_visibility(self, synchronizer: MultiplayerSynchronizer, peer_ids: Iterable[int]) -> None:
        """Updates peers after the visibility of a synchronizer has changed.

        Spawns or despawns nodes there, and starts or stops sending properties.
        """
        synced = self._synced.get(synchronizer)
        if synced is None:
            return
        peer_ids = [each for each in peer_ids if each in self._peers]
        if synced.root in self._spawned and synced.root not in self._entering:
            self.update_spawn(synced.root, peer_ids)
        self.update_sync(synchronizer, peer_ids)

    def filters_changed(self, synchronizer: MultiplayerSynchronizer) -> None:
        """Starts or stops calling the filters of a synchronizer in each frame."""
        self._filtered.discard(synchronizer)
        if synchronizer.has_filters:
            self._filtered.add(synchronizer)

    def update_filtered(self) -> None:
        """Calls the visibility filters that are called in each frame."""
        for synchronizer in list(self._filtered):
            if synchronizer.visibility_update_mode != synchronizer.VISIBILITY_PROCESS_NONE:
                self.update_visibility(synchronizer, list(self._peers))

    def update_spawn(self, node: Node, peer_ids: Iterable[int]) -> None:
        """Spawns or despawns a node at peers, depending on its synchronizers."""
        spawned = self._spawned.get(node)
        if spawned is None or not self._is_ours(spawned.spawner):
            return
        ours = [each for each in self.synchronizers_of(node) if self._is_ours(each)]
        packet = b""
        for peer_id in list(peer_ids):
            is_visible = not ours or any(each.is_visible_to(peer_id) for each in ours)
            peer = self._peers.get(peer_id)
            if peer is None or node not in self._spawned:
                continue  # a filter has ended the session, or has freed the node
            if is_visible and node not in peer.nodes:
                packet = packet or self._spawn_packet(node, spawned, ours, peer_id)
                if not packet:
                    return
                self._session.path_id(spawned.spawner, peer_id)
                self._session.send_command(peer_id, packet, _RELIABLE)
                peer.nodes.add(node)
            elif not is_visible and node in peer.nodes:
                self._session.send_command(peer_id, encode_despawn(spawned.net_id), _RELIABLE)
                peer.nodes.discard(node)

    def update_sync(self, synchronizer: MultiplayerSynchronizer, peer_ids: Iterable[int]) -> None:
        """Starts or stops sending a synchronizer's properties to peers."""
        if not self._is_ours(synchronizer):
            return
        for peer_id in list(peer_ids):
            is_visible = synchronizer.is_visible_to(peer_id)
            peer = self._peers.get(peer_id)
            if peer is None or synchronizer not in self._synced:
                continue  # a filter has ended the session, or has freed the synchronizer
            if not is_visible:
                peer.synchronizers.pop(synchronizer, None)
            elif synchronizer not in peer.synchronizers:
                peer.synchronizers[synchronizer] = _LONG_AGO

    # Sending what is due

    def send_due(self, now: float) -> None:
        """Sends the SYNCs and DELTAs that are due.

        Each peer gets its own packets, because each sees different nodes.
        """
        if not self._begin_frame(now):
            return
        for peer_id, peer in list(self._peers.items()):
            if peer.synchronizers:
                peer.time += 1
                self._send_syncs(peer_id, peer, now)
                self._send_deltas(peer_id, peer, now)

    def _begin_frame(self, now: float) -> bool:
        """Returns True if it is time for the next frame.

        The times are evenly spaced, so a loop at exactly this rate does not skip a frame because the last was late.
        """
        if now < self._next_frame_at or now == self._frame_at:
            return False
        self._frame_at = now
        interval = 1 / FRAMES_PER_SECOND
        self._next_frame_at = max(self._next_frame_at, now - interval) + interval
        return True

    def _is_due(self, synchronizer: MultiplayerSynchronizer, now: float) -> bool:
        """Returns True if a synchronizer must be sent to its peers in this frame."""
        synced = self._synced[synchronizer]
        if now >= synced.sent_at + synchronizer.replication_interval and self._is_ours(synchronizer):
            synced.sent_at = now
        return synced.sent_at == now

    def _send_syncs(self, peer_id: int, peer: _ToPeer, now: float) -> None:
        limit = self._session.max_sync_packet_size
        syncs: list[Sync] = []
        for synchronizer in peer.synchronizers:
            if not self._is_due(synchronizer, now):
                continue
            net_id = self._known_id(synchronizer, peer_id)
            values = self._values(synchronizer, now) if net_id else b""
            if not values:
                continue
            if len(values) > limit:
                self._problem(f"{synchronizer!r} is not sent: its properties have {len(values)} bytes, over {limit}")
                continue
            syncs.append(Sync(net_id, values))
        for packet in pack_syncs(peer.time, syncs, limit):
            self._session.send_command(peer_id, packet, _UNRELIABLE)

    def _values(self, synchronizer: MultiplayerSynchronizer, now: float) -> bytes:
        """Returns the encoded properties of one synchronizer.

        They are encoded once in a frame, for all peers.
        """
        synced, config = self._synced[synchronizer], synchronizer.replication_config
        if synced.encoded_at != now:
            synced.encoded_at, synced.encoded = now, b""
            try:
                synced.encoded = encode_many(config.always_sent.read(synced.root)) if config is not None else b""
            except (MissingPropertyError, TypeError, OverflowError) as error:
                self._problem(f"{synchronizer!r} is not sent: {error}")
        return synced.encoded

    def _send_deltas(self, peer_id: int, peer: _ToPeer, now: float) -> None:
        limit = self._session.max_delta_packet_size
        deltas: list[Delta] = []
        for synchronizer, last in peer.synchronizers.items():
            net_id = self._known_id(synchronizer, peer_id) if self._is_ours(synchronizer) else 0
            if not net_id or not self._look(synchronizer, last, now):
                continue
            changed = [
                (place, each.encoded)
                for place, each in enumerate(self._synced[synchronizer].watched)
                if each.changed_at > last
            ]
            values = b"".join(encoded for _, encoded in changed)
            if len(values) > limit:
                self._problem(f"changes of {synchronizer!r} are not sent: they have {len(values)} bytes, over {limit}")
            elif changed:
                deltas.append(Delta(net_id, sum(1 << place for place, _ in changed), values))
                peer.synchronizers[synchronizer] = now
        for packet in pack_deltas(deltas, limit):
            self._session.send_command(peer_id, packet, _RELIABLE)

    def _look(self, synchronizer: MultiplayerSynchronizer, last: float, now: float) -> bool:
        """Looks for changes, once in a frame.

        Returns False if this is not due for the peer.
        """
        synced, config = self._synced[synchronizer], synchronizer.replication_config
        if synced.looked_at == now:
            return True
        if config is None or now < last + synchronizer.delta_interval:
            return False
        try:
            values = config.watched.read(synced.root)
            if len(values) != len(synced.watched):
                synced.watched = [_Watched() for _ in values]
            for watched, value in zip(synced.watched, values, strict=True):
                watched.look(value, now)
        except (MissingPropertyError, TypeError, OverflowError) as error:
            self._problem(f"changes of {synchronizer!r} are not sent: {error}")
            return False
        synced.looked_at = now
        return True

    def _known_id(self, synchronizer: MultiplayerSynchronizer, peer_id: int) -> int:
        """Returns the id of a synchronizer at a peer.

        Returns 0 if the peer has not confirmed its path.
        """
        net_id = self._synced[synchronizer].net_id
        if net_id:
            return net_id
        path_id = self._session.path_id(synchronizer, peer_id)
        return path_id | IS_PATH_ID if self._session.is_path_confirmed(synchronizer, peer_id) else 0

    def _spawn_packet(
        self, node: Node, spawned: _Spawned, synchronizers: list[MultiplayerSynchronizer], peer_id: int
    ) -> bytes:
        """Returns the SPAWN of a node; logs and returns b"" if it cannot be encoded."""
        spawned.net_id = spawned.net_id or self._new_net_id()
        state: list[object] = []
        try:
            synchronizers = [each for each in synchronizers if each in self._synced]  # a filter may have freed some
            for synchronizer in synchronizers:
                synced, config = self._synced[synchronizer], synchronizer.replication_config
                synced.net_id = synced.net_id or self._new_net_id()
                state += config.spawned.read(node) if config is not None else []
            net_ids = tuple(self._synced[each].net_id for each in synchronizers)
            spawner = self._session.path_id(spawned.spawner, peer_id)
            return encode_spawn(
                Spawn(spawned.scene, spawner, spawned.net_id, net_ids, node.name, spawned.data, tuple(state))
            )
        except (MissingPropertyError, TypeError, OverflowError) as error:
            self._problem(f"{node!r} is not spawned: {error}")
            return b""

    def _new_net_id(self) -> int:
        self._last_net_id += 1
        return self._last_net_id

    def _is_ours(self, node: Node) -> bool:
        own_id = self._session.get_unique_id()
        return node.get_multiplayer_authority() == own_id and own_id != 0

    def _problem(self, text: str) -> None:
        self._problems.log(escape(text, 400))  # some of the names were chosen by other peers
