"""MultiplayerSynchronizer: keeps properties of a node equal at all peers."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from wsclient.core.signal import Signal
from wsclient.godot4.node import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wsclient.godot4.scene_replication_config import SceneReplicationConfig
    from wsclient.variant import NodePath

__all__ = ["MultiplayerSynchronizer", "SyncWatcher", "VisibilityUpdateMode"]

_PUBLIC = 0  # used instead of a peer's id


class VisibilityUpdateMode(IntEnum):
    """The times at which the visibility filters are called."""

    VISIBILITY_PROCESS_IDLE = 0
    """In each `poll()`."""
    VISIBILITY_PROCESS_PHYSICS = 1
    """The same as IDLE, because there is no physics here."""
    VISIBILITY_PROCESS_NONE = 2
    """Only when `update_visibility` is called."""


_VisibilityUpdateMode: TypeAlias = VisibilityUpdateMode  # an alias, because the class has an attribute of the same name


class SyncWatcher(Protocol):
    """The replication of a session, as seen by a synchronizer in its tree."""

    def synchronizer_changes(self, synchronizer: MultiplayerSynchronizer) -> None:
        """Called before a synchronizer gets another authority or root node."""
        ...

    def synchronizer_changed(self, synchronizer: MultiplayerSynchronizer) -> None:
        """Called after a synchronizer got another authority or root node."""
        ...

    def filters_changed(self, synchronizer: MultiplayerSynchronizer) -> None:
        """Called when the visibility filters of a synchronizer have changed."""
        ...

    def visibility_changed(self, synchronizer: MultiplayerSynchronizer, for_peer: int) -> None:
        """Called when a synchronizer may have become visible to other peers.

        `for_peer` is 0 if this concerns all of them.
        """
        ...


class MultiplayerSynchronizer(Node):
    """Sends properties of a node from its authority to the peers that can see it.

        sync = player.add_child(MultiplayerSynchronizer("Sync"))
        sync.replication_config = config        # the same rows in the same order at every peer
        sync.replication_interval = 0.05        # seconds

    The `replication_config` says which properties, and when. The other peers set them within `poll()`.
    """

    synchronized: Final = Signal[()]()
    """The properties that are always sent have arrived."""
    delta_synchronized: Final = Signal[()]()
    """Changed properties have arrived."""
    visibility_changed: Final = Signal[int]("for_peer")
    """The visibility of this node may have changed for one peer, or for all if 0. Emitted by the next `poll()`."""

    VisibilityUpdateMode: TypeAlias = _VisibilityUpdateMode
    """The type of these, by Godot's name."""
    VISIBILITY_PROCESS_IDLE: Final = VisibilityUpdateMode.VISIBILITY_PROCESS_IDLE
    VISIBILITY_PROCESS_PHYSICS: Final = VisibilityUpdateMode.VISIBILITY_PROCESS_PHYSICS
    VISIBILITY_PROCESS_NONE: Final = VisibilityUpdateMode.VISIBILITY_PROCESS_NONE

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.replication_config: SceneReplicationConfig | None = None
        """The properties to replicate; None if there are none."""
        self.visibility_update_mode: VisibilityUpdateMode = VisibilityUpdateMode.VISIBILITY_PROCESS_IDLE
        """The times at which the visibility filters are called."""
        self._root_path = ".."
        self._intervals = {"replication_interval": 0.0, "delta_interval": 0.0}
        self._visible_to = {_PUBLIC}
        self._filters: list[Callable[[int], bool]] = []
        self._watcher: SyncWatcher | None = None

    @property
    def root_path(self) -> str:
        """The path of the node whose properties are replicated.

        It is relative to this node, and means its parent by default.
        """
        return self._root_path

    @root_path.setter
    def root_path(self, path: str | NodePath) -> None:
        if str(path) == self._root_path:
            return
        if self._watcher is not None:
            self._watcher.synchronizer_changes(self)
        self._root_path = str(path)
        if self._watcher is not None:
            self._watcher.synchronizer_changed(self)

    @property
    def replication_interval(self) -> float:
        """Seconds between two SYNCs.

        With 0.0, the default, one is sent in each `poll()`, at most 60 times a second.

        Raises:
            ValueError: the new value is below 0.
        """
        return self._intervals["replication_interval"]

    @replication_interval.setter
    def replication_interval(self, seconds: float) -> None:
        self._set_interval("replication_interval", seconds)

    @property
    def delta_interval(self) -> float:
        """Seconds between two checks for changed properties.

        With 0.0, the default, they are checked in each `poll()`, at most 60 times a second.

        Raises:
            ValueError: the new value is below 0.
        """
        return self._intervals["delta_interval"]

    @delta_interval.setter
    def delta_interval(self, seconds: float) -> None:
        self._set_interval("delta_interval", seconds)

    # Visibility

    @property
    def public_visibility(self) -> bool:
        """True, the default, if all peers see the node unless a filter hides it."""
        return _PUBLIC in self._visible_to

    @public_visibility.setter
    def public_visibility(self, visible: bool) -> None:
        self.set_visibility_for(_PUBLIC, visible)

    def set_visibility_for(self, peer: int, visible: bool) -> None:
        """Sets whether one peer sees the node while it is not public.

        While the node is public, this has no effect; a filter can hide it.

        Args:
            peer: its id; 0 sets `public_visibility`.
            visible: whether it sees the node.
        """
        if visible == (peer in self._visible_to):
            return
        if visible:
            self._visible_to.add(peer)
        else:
            self._visible_to.discard(peer)
        self.update_visibility(peer)

    def get_visibility_for(self, peer: int) -> bool:
        """Returns the value that `set_visibility_for` has set for one peer."""
        return peer in self._visible_to

    def add_visibility_filter(self, filter: Callable[[int], bool]) -> None:
        """Adds a filter, which is called with the id of each peer.

        If any filter returns False, the node is hidden from that peer. Godot 4.6.3 asks filters about peer 0 first, and
        takes True for all peers; here, a filter is asked about each peer alone.
        """
        if filter not in self._filters:
            self._filters.append(filter)
            self._tell_of_filters()

    def remove_visibility_filter(self, filter: Callable[[int], bool]) -> None:
        """Removes a filter that was added."""
        if filter in self._filters:
            self._filters.remove(filter)
            self._tell_of_filters()

    def update_visibility(self, for_peer: int = 0) -> None:
        """Immediately determines again which peers see the node.

        By default, for all of them.
        """
        if self._watcher is not None and self.is_multiplayer_authority():
            self._watcher.visibility_changed(self, for_peer)

    # For the replication of the session

    def is_visible_to(self, peer: int) -> bool:
        """Returns True if a peer sees the node.

        It does if the node is public, or was made visible to the peer, and no filter hides it.

        Args:
            peer: its id; 0 asks for all peers.
        """
        if any(not is_seen_by(peer) for is_seen_by in self._filters):
            return False
        return _PUBLIC in self._visible_to or peer in self._visible_to

    @property
    def has_filters(self) -> bool:
        """True if there are any visibility filters."""
        return bool(self._filters)

    @property
    def listeners_by_signal(self) -> Mapping[str, Sequence[object]]:
        """The listeners of each signal.

        Do not keep the mapping: when the first listener is connected, another one takes its place.
        """
        return self._handlers

    def watch(self, watcher: SyncWatcher | None) -> None:
        """Sets the replication to report to, or None.

        Called by the session when this node enters its tree, and with None when it leaves.
        """
        self._watcher = watcher

    def _tell_of_filters(self) -> None:
        if self._watcher is not None:
            self._watcher.filters_changed(self)

    def _set_interval(self, name: str, seconds: float) -> None:
        if not seconds >= 0:
            raise ValueError(f"{name} is {seconds}: seconds are 0 or more")
        self._intervals[name] = float(seconds)

    def _set_authority(self, peer_id: int, is_recursive: bool) -> None:
        is_another = peer_id != self.get_multiplayer_authority()
        if is_another and self._watcher is not None:
            self._watcher.synchronizer_changes(self)
        super()._set_authority(peer_id, is_recursive)
        if is_another and self._watcher is not None:
            self._watcher.synchronizer_changed(self)
