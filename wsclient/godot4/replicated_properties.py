"""Reads and sets lists of properties, as a SceneReplicationConfig names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.variant.types.components import Components

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wsclient.godot4.node import Node
    from wsclient.variant import NodePath

__all__ = ["MissingPropertyError", "ReplicatedProperties"]

_AXES = {"x": 0, "y": 1, "z": 2, "w": 3, "r": 0, "g": 1, "b": 2, "a": 3}


class MissingPropertyError(LookupError):
    """Raised for a property that a node does not have; the text names both."""


class _Property:
    """One property: the node that has it, its name, and the names within its value."""

    __slots__ = ("name", "node_path", "path", "within")

    def __init__(self, path: NodePath) -> None:
        self.path = path
        names = "/".join(path.names)
        self.node_path = "" if names in {"", "."} else names
        self.name, *self.within = path.subnames

    def owner(self, root: Node) -> Node | None:
        return root.get_node_or_null(self.node_path) if self.node_path else root

    def read(self, root: Node) -> object:
        owner = self.owner(root)
        try:
            value: object = getattr(owner, self.name)
            for name in self.within:
                value = _part(value, name)
        except (AttributeError, LookupError):
            raise MissingPropertyError(f"{root!r} has no property {str(self.path)!r}") from None
        return value

    def write(self, root: Node, value: object) -> None:
        owner = self.owner(root)
        if owner is None:
            return  # the node may have gone before its parent
        if self.within:
            value = _with_part(getattr(owner, self.name, None), self.within, value)
        setattr(owner, self.name, value)


class ReplicatedProperties:
    """Some properties below one root node, in the order in which they travel.

    Attributes:
        count: how many.
        names: of the properties, if all are of the root itself; else None.
    """

    __slots__ = ("_properties", "count", "names")

    def __init__(self, paths: Iterable[NodePath]) -> None:
        self._properties = [_Property(path) for path in paths]
        self.count: int = len(self._properties)
        is_plain = all(not each.node_path and not each.within for each in self._properties)
        self.names: list[str] | None = [each.name for each in self._properties] if is_plain else None

    def chosen(self, mask: int) -> ReplicatedProperties:
        """Returns those whose bits are set, of the n-th property bit n."""
        return ReplicatedProperties(each.path for place, each in enumerate(self._properties) if mask >> place & 1)

    def read(self, root: Node) -> list[object]:
        """Returns the values. Raises: MissingPropertyError, the root or a node below it lacks one."""
        return [each.read(root) for each in self._properties]

    def write(self, root: Node, values: Sequence[object]) -> None:
        """Sets the values. Those of nodes that are not there are left out."""
        for each, value in zip(self._properties, values, strict=False):
            each.write(root, value)


def _part(value: object, name: str) -> object:
    """Returns what a property's value has under a name: `position:x`."""
    if isinstance(value, dict):
        found: object = value[name]
        return found
    part: object = getattr(value, name)
    return part


def _with_part(value: object, names: Sequence[str], part: object) -> object:
    """Returns the value with another part; the value itself if it is no value but an object, which is changed."""
    name, *rest = names
    if rest:
        part = _with_part(_part(value, name) if value is not None else None, rest, part)
    if isinstance(value, dict):
        return value | {name: part}
    if isinstance(value, Components) and name in _AXES and isinstance(part, int | float):
        return type(value).from_components(part if place == _AXES[name] else each for place, each in enumerate(value))
    if value is not None:
        setattr(value, name, part)
    return value
