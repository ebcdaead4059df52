"""Node: the target of remote procedure calls in Godot 4.

It has the part of Godot's Node that the network needs, and the hooks of the tree.
"""

# ruff: noqa: SLF001 - the nodes of one tree use each other's private members

from __future__ import annotations

from functools import partial
from itertools import chain
from types import FunctionType
from typing import TYPE_CHECKING, ClassVar, TypeVar

from wsclient.core.handler_errors import call_all
from wsclient.godot4.rpc_config import RPCConfig
from wsclient.godot4.rpc_marks import RPCMethod
from wsclient.multiplayer.godot4.rpc_list import RPCList
from wsclient.scene.network_node import NetworkNode
from wsclient.scene.not_here import ADVICE_4, advice_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import NoReturn

    from wsclient.godot4.scene_multiplayer import SceneMultiplayer
    from wsclient.ground.error import Error
    from wsclient.scene.tree_node import TreeNode

__all__ = ["Node"]

AddedNode = TypeVar("AddedNode", bound="Node")


class Node(NetworkNode["Node", "SceneMultiplayer"]):
    """A named node of a tree, with marked methods that other peers may call.

        from wsclient.godot4 import Node, rpc

        class Player(Node):
            @rpc("any_peer")
            def hurt(self, by: int) -> None: ...

        root = Node("root")
        player = root.add_child(Player("Player"))
        multiplayer.root_node = root   # a SceneMultiplayer
        player.hurt.rpc(5)             # calls hurt on everybody's Player

    Both sides need the same list of marked names, including those that they never call, because Godot sends the index
    in that list.

    Args:
        name: unique among its siblings; the name of the class if it is "".
    """

    _free_names = frozenset({"_class_configs", "_class_list", "_enter_tree", "_exit_tree", "_ready"})
    _renames_legibly = True

    # Set for each subclass.
    _class_configs: ClassVar[dict[str, RPCConfig]] = {}
    _class_list: ClassVar[RPCList] = RPCList()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        inherited = {name: config for base in reversed(cls.__mro__[1:]) for name, config in _configs_of(base)}
        for name, value in list(vars(cls).items()):
            if isinstance(value, FunctionType) and name in inherited:
                setattr(cls, name, RPCMethod(value, inherited[name]))  # an override keeps the mark, as in GDScript
        cls._class_configs = inherited | dict(_configs_of(cls))
        cls._class_list = RPCList(cls._class_configs)

    def __init__(self, name: str = "") -> None:
        super().__init__(name)
        self._own_configs: dict[str, RPCConfig] = {}
        self._own_list: RPCList | None = None  # set if rpc_config() was called on this node
        self._session: SceneMultiplayer | None = None  # set while the node is in its tree
        self._was_ready = False
        self._is_leaving = False

    # Hooks for subclasses

    def _enter_tree(self) -> None:
        """Called when the node enters the tree, before its children. Does nothing.

        The tree is the one below a SceneMultiplayer's `root_node`.
        """

    def _ready(self) -> None:
        """Called when the node first enters a tree, after its children. Does nothing."""

    def _exit_tree(self) -> None:
        """Called before the node leaves the tree, after its children. Does nothing."""

    # The tree

    def is_inside_tree(self) -> bool:
        """Returns True if the node is the `root_node` of a SceneMultiplayer, or below it."""
        return self._session is not None

    def add_child(  # type: ignore[override]  # a tree of Godot 4 holds none of Godot 3
        self, node: AddedNode, force_readable_name: bool = False
    ) -> AddedNode:
        """Adds a node below this one, after its other children.

        If this node is inside a tree, the hooks of the added node run. If a sibling has its name, the node is renamed
        as in the engine, to `@Bomb@2`, or to `Bomb2` with `force_readable_name`, and that is logged. A
        MultiplayerSpawner does not spawn names with an "@".

        Raises:
            ValueError: it has a parent, or this node is below it, or it is just leaving its tree.
            Exception: raised by a hook, after the other hooks have run; several are raised as an `ExceptionGroup`.
        """
        if node._is_leaving:
            raise ValueError(f"{node!r} is leaving its tree: add it when that is over, not in _exit_tree()")
        super().add_child(node, force_readable_name)
        if self._session is not None:
            node.enter(self._session)
        return node

    def remove_child(self, node: Node) -> None:
        """Removes a child from the tree, with all nodes below it.

        Raises:
            ValueError: it is not a child of this node.
            Exception: raised by a hook, after the other hooks have run; several are raised as an `ExceptionGroup`.
        """
        if node.get_parent() is not self:
            super().remove_child(node)
        try:
            node.leave()
        finally:
            if node.get_parent() is self:  # unless a hook has removed it already
                super().remove_child(node)

    def enter(self, session: SceneMultiplayer) -> None:
        """Runs the hooks of a node that enters a tree, and of all nodes below it.

        Raises:
            Exception: raised by a hook, after the other hooks have run; several are raised as an `ExceptionGroup`.
        """
        call_all(chain(self._calls_to_enter(session), self._calls_when_ready(session)))

    def leave(self) -> None:
        """Runs the hooks of a node that leaves its tree, and of all nodes below it.

        Raises:
            Exception: raised by a hook, after the other hooks have run; several are raised as an `ExceptionGroup`.
        """
        call_all(self._calls_to_leave())

    # Each of these calls is made before the next one is chosen, because a hook may change the tree.

    def _calls_to_enter(self, session: SceneMultiplayer) -> Iterator[Callable[[], object]]:
        self._session = session
        yield self._enter_tree
        if self._session is session:
            yield partial(session.node_entered, self)
        for child in self.get_children():
            if self._session is session and not child.is_inside_tree():  # not one that a hook has just added
                yield from child._calls_to_enter(session)

    def _calls_when_ready(self, session: SceneMultiplayer) -> Iterator[Callable[[], object]]:
        for child in self.get_children():
            yield from child._calls_when_ready(session)
        if self._session is session and not self._was_ready:
            self._was_ready = True
            yield self._ready
        if self._session is session:
            yield partial(session.node_ready, self)

    def _calls_to_leave(self) -> Iterator[Callable[[], object]]:
        for child in reversed(self.get_children()):
            yield from child._calls_to_leave()
        session = self._session
        if session is None or self._is_leaving:
            return
        self._is_leaving = True
        try:
            yield self._exit_tree
        finally:
            self._is_leaving = False
        yield partial(session.node_exiting, self)
        self._session = None

    # Authority

    def set_multiplayer_authority(self, id: int, recursive: bool = True) -> None:
        """Sets the peer that controls this node.

        The game must set the same peer on all sides.

        Args:
            id: a peer's id; 1, the server, is the default.
            recursive: also for all nodes below.
        """
        self._set_authority(id, recursive)

    def get_multiplayer_authority(self) -> int:
        """Returns the id of the peer that controls this node."""
        return self._authority

    def is_multiplayer_authority(self) -> bool:
        """Returns True if this peer controls the node; False without a network."""
        return self._has_authority()

    # Marks

    def rpc_config(self, method: str, config: Mapping[str, object] | None) -> None:
        """Marks a method of this node only, whatever its class marks.

        All sides must do the same.

        Args:
            method: its name.
            config: `rpc_mode`, `call_local`, `transfer_mode` and `channel`, each with the default of `@rpc`; None
                takes the mark away.

        Raises:
            ValueError: an unknown key, or a number that is not a mode.
        """
        if config is None:
            self._own_configs.pop(method, None)
        else:
            self._own_configs[method] = RPCConfig.of(config)
        self._own_list = RPCList(self._class_configs, self._own_configs) if self._own_configs else None

    def get_rpc_list(self) -> RPCList:
        """Returns the numbers of the marked methods by name, and their checksum."""
        return self._own_list or self._class_list

    def get_rpc_mark(self, method: str) -> RPCConfig | None:
        """Returns how a method is marked, or None if it is not.

        A mark of the class takes precedence over `rpc_config`.
        """
        return self._class_configs.get(method) or self._own_configs.get(method)

    def known_rpc_names(self) -> set[str]:
        """Returns the names of the methods that are marked."""
        return self._class_configs.keys() | self._own_configs.keys()

    # Calling

    def rpc(self, method: str, *args: object) -> Error:
        """Calls a marked method of this node at all other peers.

        If it is marked "call_local", it is also called here, after it was sent.

        Args:
            method: its name. `node.method.rpc(...)` does the same.
            args: Variants; at most 255.

        Returns:
            `OK`, even if the other side will refuse the call; `ERR_INVALID_PARAMETER`, logged, if the method is not
            marked, or the call is for ourselves and not "call_local"; `ERR_UNCONFIGURED` without a network,
            `ERR_CONNECTION_ERROR` before it is joined.

        Raises:
            TypeError, OverflowError: an argument is not a Variant; the text says which.
            ValueError: more than 255 arguments.
            Exception: raised by the method here.
        """
        return self.rpc_id(0, method, *args)

    def rpc_id(self, peer_id: int, method: str, *args: object) -> Error:
        """Calls a marked method of this node at one peer; see `rpc`.

        Args:
            peer_id: n for that peer, 1 for the server, 0 for all, -n for all but peer n. An unknown peer is logged.
            method: its name.
            args: Variants.
        """
        session = self._find_multiplayer()
        if session is None:
            return self._refuse_without_multiplayer(f"rpc {method!r}")
        return session.call_remote(self, peer_id, method, args)

    def _word_in_made_name(self, node: TreeNode[Node], name: str) -> str:
        del name
        return type(node).__name__

    if not TYPE_CHECKING:  # type checkers still report every missing name

        def __getattr__(self, name: str) -> NoReturn:
            raise AttributeError(advice_for(type(self).__name__, name, ADVICE_4), name=name, obj=self)


def _configs_of(cls: type) -> list[tuple[str, RPCConfig]]:
    return [(name, value.config) for name, value in vars(cls).items() if isinstance(value, RPCMethod)]
