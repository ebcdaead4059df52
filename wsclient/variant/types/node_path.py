"""Paths to nodes and to their properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["NodePath"]


class NodePath:
    """A path to a node or a property of it; immutable.

    A property follows after a colon, as in "/root/Main/Player:position:x".

    Source: Godot 3 and 4, NodePath.

    Raises:
        ValueError: two colons without a name between them.
    """

    __slots__ = ("_absolute", "_names", "_subnames")

    _names: tuple[str, ...]
    _subnames: tuple[str, ...]
    _absolute: bool

    def __init__(self, path: str = "") -> None:
        names, _, subnames = path.partition(":")
        self._names = tuple(name for name in names.split("/") if name)
        self._subnames = tuple(subnames.removesuffix(":").split(":")) if subnames else ()
        self._absolute = path.startswith("/")
        if "" in self._subnames:
            raise ValueError(f"{path!r} has an empty name between colons")

    @classmethod
    def from_names(cls, names: Iterable[str], subnames: Iterable[str] = (), *, absolute: bool = False) -> Self:
        """Creates a path from its parts.

        They may contain text that a written path cannot contain.
        """
        self = cls()
        self._names = tuple(names)
        self._subnames = tuple(subnames)
        self._absolute = absolute
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the nodes on the path."""
        return self._names

    @property
    def subnames(self) -> tuple[str, ...]:
        """The name of the property, then that of a property within it, and so on."""
        return self._subnames

    def is_absolute(self) -> bool:
        """Returns True if the path starts at the root of the tree."""
        return self._absolute

    def is_empty(self) -> bool:
        """Returns True if the path is relative and has no names and no property."""
        return self._parts() == ((), (), False)

    def __str__(self) -> str:
        return "/" * self._absolute + "/".join(self._names) + "".join(f":{name}" for name in self._subnames)

    def __repr__(self) -> str:
        name = type(self).__name__
        if self._can_be_text():
            return f"{name}({str(self)!r})"
        return f"{name}.from_names({self._names!r}, {self._subnames!r}, absolute={self._absolute})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NodePath) and type(other) is type(self) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def _parts(self) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
        return self._names, self._subnames, self._absolute

    def _can_be_text(self) -> bool:
        try:
            return type(self)(str(self)) == self
        except ValueError:
            return False
