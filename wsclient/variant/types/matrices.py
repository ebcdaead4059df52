"""Rotation, scale, position and perspective as matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, overload

from wsclient.variant.types.components import Components
from wsclient.variant.types.vectors import Vector2, Vector3, Vector4

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Basis", "Projection", "Transform", "Transform2D", "Transform3D"]


class Transform2D(Components[float]):
    """Rotation, scale and position in 2D.

    It unpacks as two numbers each for `x`, `y` and `origin`.

    Source: Godot 3 and 4, Transform2D.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 6

    def __new__(
        cls, x: Iterable[float] = (1.0, 0.0), y: Iterable[float] = (0.0, 1.0), origin: Iterable[float] = (0.0, 0.0)
    ) -> Self:
        """Creates a transform; the identity by default.

        The arguments are the images of the two axes and of the origin.
        """
        return cls.from_arguments((Vector2(*x), Vector2(*y), Vector2(*origin)))

    @property
    def x(self) -> Vector2:
        """The image of the x axis."""
        return Vector2.from_components(self[:2])

    @property
    def y(self) -> Vector2:
        """The image of the y axis."""
        return Vector2.from_components(self[2:4])

    @property
    def origin(self) -> Vector2:
        """The image of the origin, which is the position."""
        return Vector2.from_components(self[4:])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.x!r}, {self.y!r}, {self.origin!r})"


class Basis(Components[float]):
    """Rotation and scale in 3D, a matrix of 3 x 3.

    Its fields and its constructor's arguments are the columns, as in Godot. It unpacks by rows, as it travels.

    Source: Godot 3 and 4, Basis.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 9

    def __new__(
        cls,
        x: Iterable[float] = (1.0, 0.0, 0.0),
        y: Iterable[float] = (0.0, 1.0, 0.0),
        z: Iterable[float] = (0.0, 0.0, 1.0),
    ) -> Self:
        """Creates a matrix from the images of the three axes; the identity by default."""
        columns = Vector3(*x), Vector3(*y), Vector3(*z)
        return cls.from_components(component for row in zip(*columns, strict=True) for component in row)

    @property
    def x(self) -> Vector3:
        """The image of the x axis."""
        return Vector3.from_components(self[::3])

    @property
    def y(self) -> Vector3:
        """The image of the y axis."""
        return Vector3.from_components(self[1::3])

    @property
    def z(self) -> Vector3:
        """The image of the z axis."""
        return Vector3.from_components(self[2::3])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.x!r}, {self.y!r}, {self.z!r})"


class _Transform(Components[float]):
    """The fields that the transforms in 3D of both versions have."""

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
        """Creates a transform from a basis, or three axes, and the origin.

        It is the identity by default.
        """
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
        """The image of the origin, which is the position."""
        return Vector3.from_components(self[9:])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.basis!r}, {self.origin!r})"


class Transform(_Transform):
    """Rotation, scale and position in 3D.

    It unpacks as the nine numbers of `basis`, by rows, then those of `origin`.

    Source: Godot 3, Transform.
    """

    __slots__ = ()


class Transform3D(_Transform):
    """Rotation, scale and position in 3D.

    It unpacks as the nine numbers of `basis`, by rows, then those of `origin`.

    Source: Godot 4, Transform3D.
    """

    __slots__ = ()


class Projection(Components[float]):
    """A matrix of 4 x 4, such as a camera's perspective; unpacks column by column.

    Source: Godot 4, Projection.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 16

    def __new__(
        cls,
        x: Iterable[float] = (1.0, 0.0, 0.0, 0.0),
        y: Iterable[float] = (0.0, 1.0, 0.0, 0.0),
        z: Iterable[float] = (0.0, 0.0, 1.0, 0.0),
        w: Iterable[float] = (0.0, 0.0, 0.0, 1.0),
    ) -> Self:
        """Creates a matrix from its columns; the identity by default."""
        return cls.from_arguments((Vector4(*x), Vector4(*y), Vector4(*z), Vector4(*w)))

    @property
    def x(self) -> Vector4:
        """The first column."""
        return Vector4.from_components(self[:4])

    @property
    def y(self) -> Vector4:
        """The second column."""
        return Vector4.from_components(self[4:8])

    @property
    def z(self) -> Vector4:
        """The third column."""
        return Vector4.from_components(self[8:12])

    @property
    def w(self) -> Vector4:
        """The fourth column."""
        return Vector4.from_components(self[12:])

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.x!r}, {self.y!r}, {self.z!r}, {self.w!r})"
