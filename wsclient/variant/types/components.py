"""The common base of the Variants that consist of a fixed number of numbers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Components"]

Number = TypeVar("Number", int, float)


class Components(tuple[Number, ...]):
    """A fixed number of immutable numbers, in the order in which they are encoded.

    It is a tuple, so it unpacks, and libraries that accept a sequence of numbers accept it. Unlike a tuple, it is
    equal only to its own type, and neither `+` nor `*` makes it longer. Floats have 64 bits here, and 32 bits when they
    are encoded.
    """

    __slots__ = ()

    WIDTH: ClassVar[int]
    """The number of components."""

    FORMAT: ClassVar[str] = "f"
    """The `struct` format of one of them."""

    NUMBER: ClassVar[Callable[[Any], Any]] = float
    """The type that each number is converted to."""

    @classmethod
    def from_components(cls, components: Iterable[float]) -> Self:
        """Creates one from all its numbers, in the order in which it unpacks.

        Raises:
            ValueError: there are too many or too few.
        """
        self = tuple.__new__(cls, map(cls.NUMBER, components))
        if len(self) != cls.WIDTH:
            raise ValueError(f"{cls.__name__} takes {cls.WIDTH} components, not {len(self)}")
        return self

    @classmethod
    def from_arguments(cls, arguments: Iterable[float | Iterable[float]]) -> Self:
        """Creates one from numbers and groups of numbers, like Godot's constructors.

        Raises:
            ValueError: there are too many or too few.
        """
        components: list[float] = []
        for argument in arguments:
            if isinstance(argument, Iterable):
                components.extend(argument)
            else:
                components.append(argument)
        return cls.from_components(components)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__: Final = tuple.__hash__

    def __add__(self, other: object) -> Self:
        return NotImplemented

    def __mul__(self, other: object) -> Self:
        return NotImplemented

    def __rmul__(self, other: object) -> Self:
        return NotImplemented

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self))})"

    def __reduce__(self) -> tuple[Callable[[Iterable[float]], Self], tuple[tuple[Number, ...]]]:
        return self.from_components, (tuple(self),)
