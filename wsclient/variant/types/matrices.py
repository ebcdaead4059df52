"""Rotation, scale and place as matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, overload

from wsclient.variant.types.components import Components
from wsclient.variant.types.vectors import Vector2, Vector3

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Basis", "Transform", "Transform2D"]


class Transform2D(Components):
    """Rotation, scale and place in 2D; unpacks as two numbers each of `x`, `y` and `origin`.

    Source: Godot 3, Transform2D.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 6

    def __new__(
        cls, x: Iterable[float] = (1.0, 0.0), y: Iterable[float] = (0.0, 1.0), origin: Iterable[float] = (0.0, 0.0)
    ) -> Self:
        """Takes the images of the two axes, and where the origin goes; changes nothing, unless told otherwise."""
        return cls.from_arguments((Vector2(*x), Vector2(*y), Vector2(*origin)))

    @property
    def x(self) -> Vector2:
        """Where the x axis points, as long as it is scaled."""
        return Vector2.from_components(self[:2])

    @property
    def y(self) -> Vector2:
        """Where the y axis points, as long as it is scaled."""
        return Vector2.from_components(self[2:4])

    @property
    def origin(self) -> Vector2:
        """The place."""
        return Vector2.from_components(self[4:])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.x!r}, {self.y!r}, {self.origin!r})"


class Basis(Components):
    """Rotation and scale in 3D, a matrix of 3 x 3.

    Its fields and its constructor's arguments are the columns, as in Godot. It unpacks by rows, as it travels.

    Source: Godot 3, Basis.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 9

    def __new__(
        cls,
        x: Iterable[float] = (1.0, 0.0, 0.0),
        y: Iterable[float] = (0.0, 1.0, 0.0),
        z: Iterable[float] = (0.0, 0.0, 1.0),
    ) -> Self:
        """Takes the images of the three axes; changes nothing, unless told otherwise."""
        columns = Vector3(*x), Vector3(*y), Vector3(*z)
        return cls.from_components(component for row in zip(*columns, strict=True) for component in row)

    @property
    def x(self) -> Vector3:
        """Where the x axis points, as long as it is scaled."""
        return Vector3.from_components(self[::3])

    @property
    def y(self) -> Vector3:
        """Where the y axis points, as long as it is scaled."""
        return Vector3.from_components(self[1::3])

    @property
    def z(self) -> Vector3:
        """Where the z axis points, as long as it is scaled."""
        return Vector3.from_components(self[2::3])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.x!r}, {self.y!r}, {self.z!r})"


class Transform(Components):
    """Rotation, scale and place in 3D; unpacks as the nine numbers of `basis`, by rows, then those of `origin`.

    Source: Godot 3, Transform.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 12

    @overload
    def __new__(cls) -> Self: ...
    @overload
    def __new__(cls, basis: Basis, origin: Iterable[float], /) -> Self: ...
    @overload
    def __new__(
        cls, x: Iterable[float], y: Iterable[float], z: Iterable[float], origin: Iterable[float], /
    ) -> Self: ...
    def __new__(cls, *args: Iterable[float]) -> Self:
        """Takes a basis or the images of the three axes, and where the origin goes; by itself changes nothing."""
        match args:
            case ():
                return cls(Basis(), Vector3())
            case (x, y, z, origin):
                return cls(Basis(x, y, z), origin)
        return cls.from_arguments(args)

    @property
    def basis(self) -> Basis:
        """Rotation and scale."""
        return Basis.from_components(self[:9])

    @property
    def origin(self) -> Vector3:
        """The place."""
        return Vector3.from_components(self[9:])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.basis!r}, {self.origin!r})"
