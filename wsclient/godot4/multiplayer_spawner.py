"""MultiplayerSpawner: creates nodes at other peers when they are created here."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from wsclient.core.signal import Signal
from wsclient.godot4.node import Node
from wsclient.multiplayer.godot4.compressed import encode_value
from wsclient.multiplayer.godot4.replication_commands import CUSTOM_SCENE

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.variant import NodePath

__all__ = ["MultiplayerSpawner", "Scene", "SpawnWatcher"]

logger: Final = logging.getLogger("wsclient.multiplayer")


class SpawnWatcher(Protocol):
    """The replication of a session, as seen by a spawner in its tree."""

    def spawner_changed(self, spawner: MultiplayerSpawner) -> None:
        """Called when a spawner gets another parent for its nodes."""
        ...

    def spawn_custom(self, spawner: MultiplayerSpawner, node: Node, data: object) -> None:
        """Called when `spawn` has made a node, before the node enters the tree."""
        ...

    def spawned_count(self, spawner: MultiplayerSpawner) -> int:
        """Returns how many nodes a spawner has spawned."""
        ...

    def can_spawn(self, spawner: MultiplayerSpawner) -> bool:
        """Returns True if there is a network and this peer controls the spawner."""
        ...


if TYPE_CHECKING:
    Scene: TypeAlias = Callable[[], Node]
else:
    Scene = object


class MultiplayerSpawner(Node):
    """Creates nodes at other peers when its authority creates them.

    The authority is peer 1 by default.

        spawner = MultiplayerSpawner("Spawner")
        spawner.spawn_path = "../Players"
        spawner.add_spawnable_scene(Player)      # a class of nodes; `Project.spawn_list` has the game's list
        spawner.spawned.connect(lambda node: print(node, "is here"))

    At the spawner's authority, each node of such a class that is added below `spawn_path` is spawned at the others, and
    despawned when it leaves the tree. At the others it appears within `poll()`, named and with its state, before its
    `_ready`.
    """

    spawned: Final = Signal[Node]("node")
    """A node was made because another peer has spawned it. It is in the tree."""
    despawned: Final = Signal[Node]("node")
    """A node was removed because the peer that spawned it no longer has it."""

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self.spawn_limit: int = 0
        """The maximum number of nodes; 0 for no limit."""
        self.spawn_function: Callable[[object], Node] | None = None
        """Creates a node from the data passed to `spawn`, at every peer. The node must not have a parent."""
        self._spawn_path = ""
        self._scenes: list[Scene] = []
        self._watcher: SpawnWatcher | None = None

    @property
    def spawn_path(self) -> str:
        """The path, from this node, of the node below which nodes are spawned."""
        return self._spawn_path

    @spawn_path.setter
    def spawn_path(self, path: str | NodePath) -> None:
        self._spawn_path = str(path)
        if self._watcher is not None:
            self._watcher.spawner_changed(self)

    def add_spawnable_scene(self, scene: Scene) -> None:
        """Adds a scene to the list, which must be the same on both sides.

        Args:
            scene: a class of nodes that takes no arguments. On the wire it is identified by its index, so scenes that
                never appear here must be in the list too. Any other callable can create nodes here, but only nodes of
                a class are spawned at other peers.

        Raises:
            ValueError: the list is full, at 255.
        """
        if len(self._scenes) >= CUSTOM_SCENE:
            raise ValueError(f"a spawner has at most {CUSTOM_SCENE} scenes")
        self._scenes.append(scene)

    def get_spawnable_scene_count(self) -> int:
        """Returns the length of the list."""
        return len(self._scenes)

    def get_spawnable_scene(self, index: int) -> Scene:
        """Returns the scene at an index of the list. Raises IndexError if there is none."""
        if not 0 <= index < len(self._scenes):
            raise IndexError(f"{self!r} has {len(self._scenes)} scenes, none at {index}")
        return self._scenes[index]

    def clear_spawnable_scenes(self) -> None:
        """Empties the list."""
        self._scenes.clear()

    def spawn(self, data: object = None) -> Node | None:
        """Creates a node with `spawn_function`, here and at the other peers.

        Args:
            data: a Variant, the argument of the function at every peer.

        Returns:
            The node, added below `spawn_path`; None, logged, if this spawner is not ours, has no function or no place
            for nodes, or has reached its `spawn_limit`.

        Raises:
            TypeError, OverflowError: the data is not a Variant; the text names the place within it.
            Exception: whatever `spawn_function` raises.
        """
        encode_value(data)  # raises if the data cannot be sent, before a node is made from it
        problem = self._why_not_spawn()
        if problem:
            logger.error("%r cannot spawn: %s", self, problem)
            return None
        parent, watcher = self.get_spawn_node(), self._watcher
        node = None if parent is None or watcher is None else self.instantiate_custom(data)
        if parent is None or watcher is None or node is None:
            return None
        watcher.spawn_custom(self, node, data)
        return parent.add_child(node, True)

    # For the replication of the session

    def get_spawn_node(self) -> Node | None:
        """Returns the node below which nodes are spawned.

        Returns None if there is no node at `spawn_path`.
        """
        return self.get_node_or_null(self._spawn_path) if self._spawn_path else None

    def scene_of(self, node: Node) -> int | None:
        """Returns the index of a node's class in the list; None if it is not in it."""
        return next((place for place, scene in enumerate(self._scenes) if scene is type(node)), None)

    def instantiate_scene(self, place: int) -> Node:
        """Creates a node from the list.

        Raises LookupError if there is no such scene, or if there are too many nodes.
        """
        if place >= len(self._scenes):
            raise LookupError(f"scene {place}, and {self!r} has {len(self._scenes)}")
        return _checked(self._scenes[place](), self)

    def instantiate_custom(self, data: object) -> Node:
        """Creates a node from custom data.

        Raises LookupError if there is no `spawn_function`.
        """
        if self.spawn_function is None:
            raise LookupError(f"custom data, and {self!r} has no spawn_function")
        return _checked(self.spawn_function(data), self)

    def watch(self, watcher: SpawnWatcher | None) -> None:
        """Sets the replication to report to, or None.

        Called by the session when this node enters its tree, and with None when it leaves.
        """
        self._watcher = watcher

    def _why_not_spawn(self) -> str:
        if self._watcher is None or not self._watcher.can_spawn(self):
            return "it is not in the tree of a session, or another peer has the authority over it"
        if self.spawn_limit and self._watcher.spawned_count(self) >= self.spawn_limit:
            return f"there are {self.spawn_limit} nodes, its spawn_limit"
        if self.spawn_function is None:
            return "it has no spawn_function"
        return "" if self.get_spawn_node() is not None else f"there is no node at its spawn_path {self._spawn_path!r}"


def _checked(node: object, spawner: MultiplayerSpawner) -> Node:
    if not isinstance(node, Node) or node.get_parent() is not None:
        raise TypeError(f"what {spawner!r} makes is a Node without a parent, not {node!r}")
    return node
