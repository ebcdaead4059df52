"""Points, sizes and rectangles on a grid: Godot 4's vectors of 32-bit integers."""

from __future__ import annotations

from itertools import repeat
from operator import add, mul, neg, sub
from typing import TYPE_CHECKING, ClassVar, Self, overload

from wsclient.variant.types.components import Components

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Rect2i", "Vector2i", "Vector3i", "Vector4i"]


class _Integers(Components[int]):
    """Integers; a number outside 32 bits raises OverflowError when it is encoded."""

    __slots__ = ()
    FORMAT: ClassVar[str] = "i"
    NUMBER: ClassVar[type[int]] = int


class _Vector(_Integers):
    """The arithmetic of the vectors: component by component, as in Godot."""

    __slots__ = ()

    def __add__(self, other: object) -> Self:
        return self._made(map(add, self, other)) if isinstance(other, type(self)) else NotImplemented

    def __sub__(self, other: object) -> Self:
        return self._made(map(sub, self, other)) if isinstance(other, type(self)) else NotImplemented

    def __mul__(self, other: object) -> Self:
        if isinstance(other, type(self)):
            return self._made(map(mul, self, other))
        return self._made(map(mul, self, repeat(int(other)))) if isinstance(other, int) else NotImplemented

    __rmul__ = __mul__

    def __neg__(self) -> Self:
        return self._made(map(neg, self))

    def _made(self, components: Iterable[int]) -> Self:
        return tuple.__new__(type(self), components)


class Vector2i(_Vector):
    """A place or size on a grid in 2D.

    `+` and `-` accept another vector. `*` accepts another vector, component by component, or an int.

    Source: Godot 4, Vector2i.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 2

    def __new__(cls, x: float = 0, y: float = 0) -> Self:
        """Creates a vector; zero by default. Fractions are cut off."""
        return tuple.__new__(cls, (int(x), int(y)))

    @property
    def x(self) -> int:
        """To the right."""
        return self[0]

    @property
    def y(self) -> int:
        """Downwards."""
        return self[1]


class Vector3i(_Vector):
    """A place or size on a grid in 3D.

    `+` and `-` accept another vector. `*` accepts another vector, component by component, or an int.

    Source: Godot 4, Vector3i.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 3

    def __new__(cls, x: float = 0, y: float = 0, z: float = 0) -> Self:
        """Creates a vector; zero by default. Fractions are cut off."""
        return tuple.__new__(cls, (int(x), int(y), int(z)))

    @property
    def x(self) -> int:
        """To the right."""
        return self[0]

    @property
    def y(self) -> int:
        """Upwards."""
        return self[1]

    @property
    def z(self) -> int:
        """Towards the viewer."""
        return self[2]


class Vector4i(_Vector):
    """Four integers.

    `+` and `-` accept another vector. `*` accepts another vector, component by component, or an int.

    Source: Godot 4, Vector4i.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 4

    def __new__(cls, x: float = 0, y: float = 0, z: float = 0, w: float = 0) -> Self:
        """Creates a vector; zero by default. Fractions are cut off."""
        return tuple.__new__(cls, (int(x), int(y), int(z), int(w)))

    @property
    def x(self) -> int:
        """The first component."""
        return self[0]

    @property
    def y(self) -> int:
        """The second component."""
        return self[1]

    @property
    def z(self) -> int:
        """The third component."""
        return self[2]

    @property
    def w(self) -> int:
        """The fourth component."""
        return self[3]


class Rect2i(_Integers):
    """A rectangle on a grid; unpacks as x, y, width, height: `pygame.Rect(*r)`.

    Source: Godot 4, Rect2i.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 4

    @overload
    def __new__(cls) -> Self: ...
    @overload
    def __new__(cls, position: Iterable[float], size: Iterable[float], /) -> Self: ...
    @overload
    def __new__(cls, x: float, y: float, width: float, height: float, /) -> Self: ...
    def __new__(cls, *args: float | Iterable[float]) -> Self:
        """Creates a rectangle from position and size, or four numbers; empty by default."""
        return cls.from_arguments(args or (Vector2i(), Vector2i()))

    @property
    def position(self) -> Vector2i:
        """The corner that `size` starts from."""
        return Vector2i.from_components(self[:2])

    @property
    def size(self) -> Vector2i:
        """The distance from `position` to `end`; may be negative."""
        return Vector2i.from_components(self[2:])

    @property
    def end(self) -> Vector2i:
        """The other corner."""
        return self.position + self.size
