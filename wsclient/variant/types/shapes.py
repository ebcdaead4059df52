"""Areas, volumes and rotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self, overload

from wsclient.variant.types.components import Components
from wsclient.variant.types.vectors import Vector2, Vector3

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["AABB", "Plane", "Quat", "Quaternion", "Rect2"]


class Rect2(Components[float]):
    """A rectangle along the axes; unpacks as x, y, width, height: `pygame.Rect(*r)`.

    Source: Godot 3 and 4, Rect2.
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
        return cls.from_arguments(args or (Vector2(), Vector2()))

    @property
    def position(self) -> Vector2:
        """The corner that `size` starts from."""
        return Vector2.from_components(self[:2])

    @property
    def size(self) -> Vector2:
        """The distance from `position` to `end`; may be negative."""
        return Vector2.from_components(self[2:])

    @property
    def end(self) -> Vector2:
        """The other corner."""
        return self.position + self.size


class AABB(Components[float]):
    """A box along the axes.

    It unpacks as the three numbers of `position`, then those of `size`.

    Source: Godot 3 and 4, AABB.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 6

    @overload
    def __new__(cls) -> Self: ...
    @overload
    def __new__(cls, position: Iterable[float], size: Iterable[float], /) -> Self: ...
    @overload
    def __new__(cls, x: float, y: float, z: float, width: float, height: float, depth: float, /) -> Self: ...
    def __new__(cls, *args: float | Iterable[float]) -> Self:
        """Creates a box from position and size, or from six numbers; empty by default."""
        return cls.from_arguments(args or (Vector3(), Vector3()))

    @property
    def position(self) -> Vector3:
        """The corner that `size` starts from."""
        return Vector3.from_components(self[:3])

    @property
    def size(self) -> Vector3:
        """The distance from `position` to `end`; may be negative."""
        return Vector3.from_components(self[3:])

    @property
    def end(self) -> Vector3:
        """The other corner."""
        return self.position + self.size


class Plane(Components[float]):
    """A plane in 3D; unpacks as the three numbers of `normal`, then `d`.

    Source: Godot 3 and 4, Plane.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 4

    @overload
    def __new__(cls) -> Self: ...
    @overload
    def __new__(cls, normal: Iterable[float], d: float, /) -> Self: ...
    @overload
    def __new__(cls, a: float, b: float, c: float, d: float, /) -> Self: ...
    def __new__(cls, *args: float | Iterable[float]) -> Self:
        """Creates a plane from normal and distance, or four numbers; zero by default."""
        return cls.from_arguments(args or (Vector3(), 0.0))

    @property
    def normal(self) -> Vector3:
        """The direction that the plane faces."""
        return Vector3.from_components(self[:3])

    @property
    def x(self) -> float:
        """The x of `normal`."""
        return self[0]

    @property
    def y(self) -> float:
        """The y of `normal`."""
        return self[1]

    @property
    def z(self) -> float:
        """The z of `normal`."""
        return self[2]

    @property
    def d(self) -> float:
        """The distance from the origin, along `normal`."""
        return self[3]


class _Quaternion(Components[float]):
    """The fields that the quaternions of both versions have."""

    __slots__ = ()
    WIDTH: ClassVar[int] = 4

    def __new__(cls, x: float = 0.0, y: float = 0.0, z: float = 0.0, w: float = 1.0) -> Self:
        """Creates a rotation; no rotation by default."""
        return tuple.__new__(cls, (float(x), float(y), float(z), float(w)))

    @property
    def x(self) -> float:
        """The x of the axis, multiplied by the sine of half the angle."""
        return self[0]

    @property
    def y(self) -> float:
        """The y of the axis, multiplied in the same way."""
        return self[1]

    @property
    def z(self) -> float:
        """The z of the axis, multiplied in the same way."""
        return self[2]

    @property
    def w(self) -> float:
        """The cosine of half the angle."""
        return self[3]


class Quat(_Quaternion):
    """A rotation in 3D as a quaternion; unpacks as x, y, z, w.

    Source: Godot 3, Quat.
    """

    __slots__ = ()


class Quaternion(_Quaternion):
    """A rotation in 3D as a quaternion; unpacks as x, y, z, w.

    Source: Godot 4, Quaternion.
    """

    __slots__ = ()
