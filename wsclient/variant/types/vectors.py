"""Points, directions and sizes, as floats."""

from __future__ import annotations

from itertools import repeat
from math import hypot
from operator import add, mul, neg, sub, truediv
from typing import TYPE_CHECKING, ClassVar, Self

from wsclient.variant.types.components import Components

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Vector2", "Vector3", "Vector4"]


class _Vector(Components[float]):
    """The arithmetic of the vectors: component by component, as in Godot."""

    __slots__ = ()

    def length(self) -> float:
        """Returns the length."""
        return hypot(*self)

    def __add__(self, other: object) -> Self:
        return self._made(map(add, self, other)) if isinstance(other, type(self)) else NotImplemented

    def __sub__(self, other: object) -> Self:
        return self._made(map(sub, self, other)) if isinstance(other, type(self)) else NotImplemented

    def __mul__(self, other: object) -> Self:
        factors = self._factors(other)
        return self._made(map(mul, self, factors)) if factors is not None else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Self:
        factors = self._factors(other)
        return self._made(map(truediv, self, factors)) if factors is not None else NotImplemented

    def __neg__(self) -> Self:
        return self._made(map(neg, self))

    def _made(self, components: Iterable[float]) -> Self:
        return tuple.__new__(type(self), components)

    def _factors(self, other: object) -> Iterable[float] | None:
        if isinstance(other, type(self)):
            return other
        return repeat(float(other)) if isinstance(other, int | float) else None


class Vector2(_Vector):
    """A point, direction or size in 2D.

    `+` and `-` accept another vector. `*` and `/` accept another vector, component by component, or a number.
    `pygame.Vector2(*v)` converts it to pygame's vector, and `Vector2(*v)` converts that one back.

    Source: Godot 3 and 4, Vector2.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 2

    def __new__(cls, x: float = 0.0, y: float = 0.0) -> Self:
        """Creates a vector; zero by default."""
        return tuple.__new__(cls, (float(x), float(y)))

    @property
    def x(self) -> float:
        """To the right."""
        return self[0]

    @property
    def y(self) -> float:
        """Downwards."""
        return self[1]


class Vector3(_Vector):
    """A point, direction or size in 3D.

    `+` and `-` accept another vector. `*` and `/` accept another vector, component by component, or a number.

    Source: Godot 3 and 4, Vector3.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 3

    def __new__(cls, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Self:
        """Creates a vector; zero by default."""
        return tuple.__new__(cls, (float(x), float(y), float(z)))

    @property
    def x(self) -> float:
        """To the right."""
        return self[0]

    @property
    def y(self) -> float:
        """Upwards."""
        return self[1]

    @property
    def z(self) -> float:
        """Towards the viewer."""
        return self[2]


class Vector4(_Vector):
    """Four floats.

    `+` and `-` accept another vector. `*` and `/` accept another vector, component by component, or a number.

    Source: Godot 4, Vector4.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 4

    def __new__(cls, x: float = 0.0, y: float = 0.0, z: float = 0.0, w: float = 0.0) -> Self:
        """Creates a vector; zero by default."""
        return tuple.__new__(cls, (float(x), float(y), float(z), float(w)))

    @property
    def x(self) -> float:
        """The first component."""
        return self[0]

    @property
    def y(self) -> float:
        """The second component."""
        return self[1]

    @property
    def z(self) -> float:
        """The third component."""
        return self[2]

    @property
    def w(self) -> float:
        """The fourth component."""
        return self[3]
