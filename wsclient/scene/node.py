"""Node: what an RPC addresses. The part of Godot's Node that the network needs, and nothing else."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, ClassVar, Final, TypeVar

from wsclient.core.networked_multiplayer_peer import TransferMode
from wsclient.core.object import Object
from wsclient.ground.error import Error
from wsclient.multiplayer.godot3.relay import SERVER_ID
from wsclient.multiplayer.godot3.rpc_mode import RPCMode
from wsclient.scene.rpc_keywords import RPCMarks, marks_of
from wsclient.variant import NodePath

if TYPE_CHECKING:
    from wsclient.scene.multiplayer_api import MultiplayerAPI

__all__ = ["Node"]

logger: Final = logging.getLogger("wsclient.node")

AnyNode = TypeVar("AnyNode", bound="Node")

# What separates names in a NodePath, or would be cut off there.
_FORBIDDEN_IN_NAMES = frozenset('/:."\0')


class Node(Object):
    """A named place in a tree, whose marked methods and properties others may call and set.

        from wsclient.scene.rpc_keywords import remote

        class Player(Node):
            @remote
            def move(self, to: Vector2) -> None: ...

        root = Node("root")
        main = root.add_child(Node("Main"))
        player = main.add_child(Player("Player"))
        multiplayer.root_node = root        # a MultiplayerAPI
        player.rpc("move", Vector2(3, 4))   # calls move on everybody's Main/Player

    Args:
        name: unique among its siblings; the class's name where it is "".
    """

    _rpc_marks: ClassVar[RPCMarks] = RPCMarks()

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls._rpc_marks = marks_of(cls)

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self._name = _checked_name(name or self.get_class())
        self._parent: Node | None = None
        self._children: dict[str, Node] = {}
        self._network_master = SERVER_ID
        self._custom_multiplayer: MultiplayerAPI | None = None
        self._rpc_modes: dict[str, RPCMode] = {}
        self._rset_modes: dict[str, RPCMode] = {}

    # The tree

    @property
    def name(self) -> str:
        """What the node is called in paths.

        Raises:
            ValueError: on setting it: empty, with one of `/ : . "` or a NUL, or taken by a sibling.
        """
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        if name == self._name:
            return
        _checked_name(name)
        if self._parent is not None:
            self._parent._rename_child(self._name, name)  # noqa: SLF001 - a Node too
        self._name = name

    def set_name(self, name: str) -> None:
        """Sets `name`."""
        self.name = name

    def get_name(self) -> str:
        """Tells `name`."""
        return self._name

    def add_child(self, node: AnyNode) -> AnyNode:
        """Puts a node below this one, behind its other children.

        Returns:
            The node, for `player = main.add_child(Player())`.

        Raises:
            ValueError: it has a parent, or this node is below it, or its name is taken. (Godot renames it instead;
                but under another name its calls reach nobody.)
        """
        if node.get_parent() is not None:
            raise ValueError(f"{node!r} is a child of {node.get_parent()!r} already: remove_child() comes first")
        if node is self or node.is_a_parent_of(self):
            raise ValueError(f"{node!r} would be below itself")
        self._check_free(node.name)
        self._children[node.name] = node
        node._parent = self  # noqa: SLF001 - a Node too
        return node

    def remove_child(self, node: Node) -> None:
        """Takes a child out of the tree, with all that is below it. Raises: ValueError, it is no child of this."""
        if node.get_parent() is not self:
            raise ValueError(f"{node!r} is no child of {self!r}")
        del self._children[node.name]
        node._parent = None

    def get_parent(self) -> Node | None:
        """Gives the node above; None at the top."""
        return self._parent

    def get_children(self) -> list[Node]:
        """Lists the nodes right below, in the order of `add_child`."""
        return list(self._children.values())

    def is_a_parent_of(self, node: Node) -> bool:
        """Tells whether the node is somewhere below this one."""
        above = node.get_parent()
        while above is not None and above is not self:
            above = above.get_parent()
        return above is self

    def get_path(self) -> NodePath:
        """Tells the path from the top of the tree: `/root/Main/Player`."""
        names = [self._name]
        above = self._parent
        while above is not None:
            names.append(above.name)
            above = above.get_parent()
        return NodePath("/" + "/".join(reversed(names)))

    def get_path_to(self, node: Node) -> NodePath:
        """Tells the path from here to a node below: `Main/Player`; "." is this one.

        Raises:
            ValueError: it is not below this one.
        """
        names: list[str] = []
        below: Node | None = node
        while below is not self:
            if below is None:
                raise ValueError(f"{node!r} is not below {self!r}")
            names.append(below.name)
            below = below.get_parent()
        return NodePath("/".join(reversed(names)) or ".")

    def get_node(self, path: str | NodePath) -> Node | None:
        """Finds a node.

        Args:
            path: from here, as `Player`, `../Other` or `.`; or from the top of the tree, as `/root/Main`.

        Returns:
            The node; None, logged, where there is none.
        """
        node = self.get_node_or_null(path)
        if node is None:
            logger.error("%s: there is no node %r", self.get_path(), str(path))
        return node

    def get_node_or_null(self, path: str | NodePath) -> Node | None:
        """Finds a node as `get_node` does, and says nothing where there is none."""
        text = str(path).partition(":")[0]  # what follows are properties within the node
        names = [name for name in text.split("/") if name]
        if not names:
            return None
        node: Node | None = self
        if text.startswith("/"):
            node = self._top()
            if names.pop(0) != node.name:
                return None
        for name in names:
            if node is None:
                return None
            node = self._step(node, name)
        return node

    # The network

    @property
    def multiplayer(self) -> MultiplayerAPI | None:
        """The MultiplayerAPI that this node's RPCs go through.

        Its own `custom_multiplayer`, or that of the nearest node above that has one. Setting
        `MultiplayerAPI.root_node` gives the root, and so all that is below, that MultiplayerAPI.
        """
        node: Node | None = self
        while node is not None:
            if node.custom_multiplayer is not None:
                return node.custom_multiplayer
            node = node.get_parent()
        return None

    def get_multiplayer(self) -> MultiplayerAPI | None:
        """Gives `multiplayer`."""
        return self.multiplayer

    @property
    def custom_multiplayer(self) -> MultiplayerAPI | None:
        """The MultiplayerAPI of this node and of those below it; None, the default: that of the node above."""
        return self._custom_multiplayer

    @custom_multiplayer.setter
    def custom_multiplayer(self, api: MultiplayerAPI | None) -> None:
        self._custom_multiplayer = api

    def set_custom_multiplayer(self, api: MultiplayerAPI | None) -> None:
        """Sets `custom_multiplayer`."""
        self._custom_multiplayer = api

    def get_custom_multiplayer(self) -> MultiplayerAPI | None:
        """Gives `custom_multiplayer`."""
        return self._custom_multiplayer

    def set_network_master(self, id: int, recursive: bool = True) -> None:
        """Says which peer decides about this node; everybody has to be told the same by the game.

        Args:
            id: a peer's id; 1, the server, is the default.
            recursive: also for all nodes below.
        """
        self._network_master = id
        if recursive:
            for child in self._children.values():
                child.set_network_master(id)

    def get_network_master(self) -> int:
        """Tells the id of the node's network master."""
        return self._network_master

    def is_network_master(self) -> bool:
        """Tells whether we are the node's network master; False without a network."""
        api = self.multiplayer
        return api is not None and api.has_network_peer() and api.get_network_unique_id() == self._network_master

    def rpc_config(self, method: str, mode: RPCMode) -> None:
        """Says who may call a method of this one node, whatever its class marks. For names known at run time only."""
        self._rpc_modes[method] = RPCMode(mode)

    def rset_config(self, property: str, mode: RPCMode) -> None:
        """Says who may set a property of this one node, whatever its class marks."""
        self._rset_modes[property] = RPCMode(mode)

    def get_rpc_mode(self, method: str) -> RPCMode:
        """Tells who may call a method: by `rpc_config`, or else by its mark."""
        marked = self._rpc_marks.methods.get(method, RPCMode.RPC_MODE_DISABLED)
        return self._rpc_modes.get(method, marked)

    def get_rset_mode(self, property: str) -> RPCMode:
        """Tells who may set a property: by `rset_config`, or else by its mark."""
        marked = self._rpc_marks.properties.get(property, RPCMode.RPC_MODE_DISABLED)
        return self._rset_modes.get(property, marked)

    def rpc(self, method: str, *args: object) -> Error:
        """Calls a method of this node at all other peers; and here, if its mode says so, after it was sent.

        Args:
            method: its name. What it is there, the others decide: an unknown one is sent too.
            args: Variants; at most 255.

        Returns:
            `OK`; `ERR_UNCONFIGURED`, logged, where there is no network or it is not connected; what `put_packet` of
            the network peer answered.

        Raises:
            TypeError, OverflowError: an argument that is no Variant.
            ValueError: more than 255 arguments.
            Exception: what the method raises here.
        """
        return self.rpc_id(0, method, *args)

    def rpc_id(self, peer_id: int, method: str, *args: object) -> Error:
        """Calls a method of this node at one peer; see `rpc`.

        Args:
            peer_id: n that peer, 1 the server, 0 all, -n all but peer n.
            method: its name.
            args: Variants.

        Returns:
            As `rpc`; `ERR_INVALID_PARAMETER`, logged, where the peer is not connected.
        """
        return self._rpc(peer_id, method, args, TransferMode.TRANSFER_MODE_RELIABLE)

    def rpc_unreliable(self, method: str, *args: object) -> Error:
        """Does what `rpc` does, for what may get lost; a WebSocket loses nothing."""
        return self.rpc_unreliable_id(0, method, *args)

    def rpc_unreliable_id(self, peer_id: int, method: str, *args: object) -> Error:
        """Does what `rpc_id` does, for what may get lost."""
        return self._rpc(peer_id, method, args, TransferMode.TRANSFER_MODE_UNRELIABLE)

    def rset(self, property: str, value: object) -> Error:
        """Sets a property of this node at all other peers; and here, if its mode says so, before it is sent.

        Returns and raises as `rpc`.
        """
        return self.rset_id(0, property, value)

    def rset_id(self, peer_id: int, property: str, value: object) -> Error:
        """Sets a property of this node at one peer; see `rpc_id`."""
        return self._rset(peer_id, property, value, TransferMode.TRANSFER_MODE_RELIABLE)

    def rset_unreliable(self, property: str, value: object) -> Error:
        """Does what `rset` does, for what may get lost."""
        return self.rset_unreliable_id(0, property, value)

    def rset_unreliable_id(self, peer_id: int, property: str, value: object) -> Error:
        """Does what `rset_id` does, for what may get lost."""
        return self._rset(peer_id, property, value, TransferMode.TRANSFER_MODE_UNRELIABLE)

    def __repr__(self) -> str:
        return f"<{self.get_class()} {self.get_path()}>"

    def _rpc(self, peer_id: int, method: str, args: tuple[object, ...], mode: TransferMode) -> Error:
        api = self.multiplayer
        if api is None:
            return self._refuse_without_network(f"rpc {method!r}")
        return api.rpc_id(self, peer_id, method, *args, mode=mode)

    def _rset(self, peer_id: int, property: str, value: object, mode: TransferMode) -> Error:
        api = self.multiplayer
        if api is None:
            return self._refuse_without_network(f"rset {property!r}")
        return api.rset_id(self, peer_id, property, value, mode=mode)

    def _refuse_without_network(self, what: str) -> Error:
        logger.error("%s of %s: no MultiplayerAPI; set its root_node to a node above this", what, self.get_path())
        return Error.ERR_UNCONFIGURED

    def _top(self) -> Node:
        node = self
        while (above := node.get_parent()) is not None:
            node = above
        return node

    @staticmethod
    def _step(node: Node, name: str) -> Node | None:
        """One name of a path further."""
        match name:
            case ".":
                return node
            case "..":
                return node._parent
            case _:
                return node._children.get(name)

    def _rename_child(self, old: str, new: str) -> None:
        self._check_free(new)
        # Made anew, so that the child keeps its place among its siblings.
        self._children = {new if name == old else name: child for name, child in self._children.items()}

    def _check_free(self, name: str) -> None:
        if name in self._children:
            raise ValueError(f"{self!r} has a child named {name!r} already")


def _checked_name(name: str) -> str:
    """Refuses what cannot stand in a path."""
    if not name or not _FORBIDDEN_IN_NAMES.isdisjoint(name):
        raise ValueError(f'{name!r} is no name for a node: it has one character or more, and none of / : . " NUL')
    name.encode()  # a lone surrogate could not be sent
    return name
