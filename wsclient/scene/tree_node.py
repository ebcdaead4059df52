"""TreeNode: names, children and paths.

It is the part of Godot's Node that does not involve the network.
"""

# ruff: noqa: SLF001 - the nodes of one tree use each other's private members

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Final, Generic, TypeVar, cast

from wsclient.core.object import Object
from wsclient.variant import NodePath

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["TreeNode"]

logger: Final = logging.getLogger("wsclient.node")

AnyNode = TypeVar("AnyNode", bound="TreeNode")  # type: ignore[type-arg]  # of any dialect
AddedNode = TypeVar("AddedNode", bound="TreeNode")  # type: ignore[type-arg]

# These separate the names in a NodePath, or would end it.
_FORBIDDEN_IN_NAMES = frozenset('/:."\0')
_TRAILING_NUMBER = re.compile(r"[0-9]{0,9}\Z")
# The engine's counter of generated names starts at this number.
_FIRST_MADE_NAME = 2


class TreeNode(Object, Generic[AnyNode]):
    """A named node of a tree. `AnyNode` is the type of all nodes in the tree.

    Args:
        name: unique among its siblings; the name of the class if it is "".

    Raises:
        ValueError: a name that no path could hold.
    """

    _renames_legibly = False  # True if a node with a sibling's name is renamed to Bomb2, and not to @Bomb@2

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self._name = _checked_name(name or self.get_class())
        self._parent: AnyNode | None = None
        self._children: dict[str, AnyNode] = {}
        self._made_names = 0  # the number of names that were generated in the tree; only used at its top

    # Names

    @property
    def name(self) -> str:
        """The node's name in paths.

        If it is set to the name of a sibling, the node gets another name, as in Godot.

        Raises:
            ValueError: the new name is empty, or contains a NUL or one of `/ : . "`.
        """
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        if name == self._name:
            return
        _checked_name(name)
        if self._parent is None:
            self._name = name
        else:
            self._parent._rename_child(self._name, name)

    def set_name(self, name: str) -> None:
        """Sets `name`."""
        self.name = name

    def get_name(self) -> str:
        """Returns `name`."""
        return self._name

    # Children

    def add_child(self, node: AddedNode, legible_unique_name: bool = False) -> AddedNode:
        """Adds a node below this one, after its other children.

        If a sibling has its name, the node is renamed as in the engine, for example to `@Bomb@2`, and that is logged.
        Its calls reach the other sides only if they add their nodes in the same order, or if the game names the
        nodes.

        Args:
            node: a node without a parent.
            legible_unique_name: True to rename it to `Bomb2` instead.

        Returns:
            The node, for `player = main.add_child(Player())`.

        Raises:
            ValueError: it has a parent, or this node is below it.
        """
        if node.get_parent() is not None:
            raise ValueError(f"{node!r} is a child of {node.get_parent()!r} already: remove_child() comes first")
        if node is self or node.is_a_parent_of(self):
            raise ValueError(f"{node!r} would be below itself")
        top = self._top()
        top._made_names += node._made_names
        node._made_names = 0
        node._name = self._free_name(node, node.name, legible_unique_name)
        self._children[node.name] = cast("AnyNode", node)
        node._parent = self
        return node

    def remove_child(self, node: AnyNode) -> None:
        """Removes a child from the tree, with all nodes below it.

        Raises ValueError if it is not a child of this node.
        """
        if node.get_parent() is not self:
            raise ValueError(f"{node!r} is not a child of {self!r}")
        del self._children[node.name]
        node._parent = None

    def free(self) -> None:
        """Removes the node from the tree immediately, with all nodes below it.

        Python frees the memory.
        """
        if self._parent is not None:
            self._parent.remove_child(self)

    def get_parent(self) -> AnyNode | None:
        """Returns the node above; None at the top."""
        return self._parent

    def get_children(self) -> list[AnyNode]:
        """Returns the children of the node, in the order in which they were added."""
        return list(self._children.values())

    def get_child(self, idx: int) -> AnyNode | None:
        """Returns the child at an index; logs and returns None if there is none."""
        if 0 <= idx < len(self._children):
            return self.get_children()[idx]
        logger.error("%s: there is no child %d, there are %d", self.get_path(), idx, len(self._children))
        return None

    def get_child_count(self) -> int:
        """Returns the number of children."""
        return len(self._children)

    def get_index(self) -> int:
        """Returns the node's index among its siblings; 0 if it has no parent."""
        return 0 if self._parent is None else list(self._parent._children).index(self._name)

    def is_a_parent_of(self, node: TreeNode[AnyNode]) -> bool:
        """Returns True if the node is somewhere below this one."""
        above = node.get_parent()
        while above is not None and above is not self:
            above = above.get_parent()
        return above is self

    # Paths

    def get_path(self) -> NodePath:
        """Returns the path from the top of the tree, such as `/root/Main/Player`."""
        names = [self._name]
        above = self._parent
        while above is not None:
            names.append(above.name)
            above = above.get_parent()
        return NodePath("/" + "/".join(reversed(names)))

    def get_path_to(self, node: TreeNode[AnyNode]) -> NodePath:
        """Returns the path from this node to one below it, such as `Main/Player`.

        The path to the node itself is ".".

        Raises:
            ValueError: the node is not below this one.
        """
        names: list[str] = []
        below: TreeNode[AnyNode] | None = node
        while below is not self:
            if below is None:
                raise ValueError(f"{node!r} is not below {self!r}")
            names.append(below.name)
            below = below.get_parent()
        return NodePath("/".join(reversed(names)) or ".")

    def get_node(self, path: str | NodePath) -> AnyNode | None:
        """Returns the node at a path.

        Args:
            path: a path from here, such as `Player`, `../Other` or `.`, or from the top of the tree, such as
                `/root/Main`.

        Returns:
            The node; None, logged, if there is none.
        """
        node = self.get_node_or_null(path)
        if node is None:
            logger.error("%s: there is no node %r", self.get_path(), str(path))
        return node

    def has_node(self, path: str | NodePath) -> bool:
        """Returns True if there is a node at a path; see `get_node`."""
        return self.get_node_or_null(path) is not None

    def get_node_or_null(self, path: str | NodePath) -> AnyNode | None:
        """Returns the node at a path like `get_node`, without logging.

        Returns None if there is none.
        """
        text = str(path).partition(":")[0]  # the rest is a property of the node
        names = [name for name in text.split("/") if name]
        if not names:
            return None
        node: TreeNode[AnyNode] | None = self
        if text.startswith("/"):
            node = self._top()
            if names.pop(0) != node.name:
                return None
        for name in names:
            if node is None:
                return None
            if name == "..":
                node = node._parent
            elif name != ".":
                node = node._children.get(name)
        return cast("AnyNode | None", node)

    def __repr__(self) -> str:
        return f"<{self.get_class()} {self.get_path()}>"

    # Within the tree

    def _top(self) -> TreeNode[AnyNode]:
        node: TreeNode[AnyNode] = self
        while node._parent is not None:
            node = node._parent
        return node

    def _rename_child(self, old: str, new: str) -> None:
        child = self._children[old]
        new = child._name = self._free_name(child, new, self._renames_legibly)
        # A new dictionary keeps the child's place among its siblings.
        self._children = {new if name == old else name: each for name, each in self._children.items()}

    def _free_name(self, node: TreeNode[AnyNode], name: str, is_legible: bool = False) -> str:
        """Returns the name, or the one that the engine would make if it is taken."""
        if name not in self._children:
            return name
        made = _numbered(name, self._children) if is_legible else self._made_name(node, name)
        logger.warning(
            "%r has a child named %r already: the other one is %r. Both sides have to agree on the names of nodes",
            self,
            name,
            made,
        )
        return made

    def _made_name(self, node: TreeNode[AnyNode], name: str) -> str:
        """Returns a name that is free, as the engine generates it.

        The counter is shared by the whole tree.
        """
        top = self._top()
        made = name
        while made in self._children:
            made = f"@{self._word_in_made_name(node, name)}@{_FIRST_MADE_NAME + top._made_names}"
            top._made_names += 1
        return made

    def _word_in_made_name(self, node: TreeNode[AnyNode], name: str) -> str:
        """Returns the text between the two `@`: in Godot 3, the requested name."""
        del node
        return name


def _checked_name(name: str) -> str:
    """Returns the name. Raises ValueError if it cannot be part of a path."""
    if not name or not _FORBIDDEN_IN_NAMES.isdisjoint(name):
        raise ValueError(
            f'{name!r} is not a name for a node: a name has one character or more, and none of / : . " NUL'
        )
    name.encode()  # raises if there is a lone surrogate, which cannot be sent
    return name


def _numbered(name: str, taken: Mapping[str, object]) -> str:
    """Returns the name with the lowest number that is free.

    These are Godot's legible names: Bomb, Bomb2, Bomb3.
    """
    found = _TRAILING_NUMBER.search(name)
    digits = found.group() if found else ""
    word = name.removesuffix(digits) if digits else name
    while word + digits in taken:
        digits = str(int(digits) + 1).zfill(len(digits)) if digits else "2"
    return word + digits
