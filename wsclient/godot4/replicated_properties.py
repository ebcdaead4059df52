"""Reads and sets the properties that a SceneReplicationConfig lists."""

from __future__ import annotations

from keyword import iskeyword
from typing import TYPE_CHECKING

from wsclient.variant.types.components import Components

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

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
            return  # the node may be freed before its parent
        if self.within:
            value = _with_part(getattr(owner, self.name, None), self.within, value)
        setattr(owner, self.name, value)


class ReplicatedProperties:
    """Properties below one root node, in the order in which they are sent.

    Args:
        paths: the paths of the properties.
        is_for_long: True if they will be assigned so often that compiling is worth it.

    Attributes:
        count: the number of properties.
        assign: sets as many values, as `write` does; faster if all properties are of the root itself.
    """

    __slots__ = ("_properties", "assign", "count")

    def __init__(self, paths: Iterable[NodePath], *, is_for_long: bool = True) -> None:
        self._properties = [_Property(path) for path in paths]
        self.count: int = len(self._properties)
        names = [each.name for each in self._properties if not each.node_path and not each.within]
        is_plain = is_for_long and len(names) == self.count > 0 and all(map(_is_plain_name, names))
        self.assign: Callable[[Node, Sequence[object]], None] = _assignment_of(names) if is_plain else self.write

    def chosen(self, mask: int) -> ReplicatedProperties:
        """Returns the properties whose bits are set: bit n is for the n-th property."""
        paths = [each.path for place, each in enumerate(self._properties) if mask >> place & 1]
        return ReplicatedProperties(paths, is_for_long=False)

    def read(self, root: Node) -> list[object]:
        """Returns the values.

        Raises MissingPropertyError if the root, or a node below it, lacks one.
        """
        return [each.read(root) for each in self._properties]

    def write(self, root: Node, values: Sequence[object]) -> None:
        """Sets the values. Those of missing nodes are skipped."""
        for each, value in zip(self._properties, values, strict=False):
            each.write(root, value)


def _is_plain_name(name: str) -> bool:
    return name.isascii() and name.isidentifier() and not iskeyword(name)


# When compiled, `root.position, root.alive = values` takes a fifth of the time of a loop with `setattr`, which took a
# third of a frame (benchmarks/replication.py). Properties and `__setattr__` of a class are still respected.
def _assignment_of(names: Sequence[str]) -> Callable[[Node, Sequence[object]], None]:
    """Returns a function that sets these attributes of a node.

    The names must be identifiers.
    """
    targets = "".join(f"root.{name}, " for name in names)
    made: dict[str, Callable[[Node, Sequence[object]], None]] = {}
    exec(f"def assign(root, values): {targets} = values", made)  # noqa: S102 - of checked names
    return made["assign"]


def _part(value: object, name: str) -> object:
    """Returns a named part of a property's value, as `position:x` does."""
    if isinstance(value, dict):
        found: object = value[name]
        return found
    part: object = getattr(value, name)
    return part


def _with_part(value: object, names: Sequence[str], part: object) -> object:
    """Returns the value with one part replaced.

    If the value is an object, that object is changed and returned.
    """
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
