"""What every Variant made of floats has in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Components"]


class Components(tuple[float, ...]):
    """A fixed number of floats, immutable, in the order in which they travel.

    A tuple underneath: it unpacks, and libraries that take a sequence of numbers take it as it is.
    Unlike a tuple it equals only its own type, and neither `+` nor `*` makes it longer.
    Components are Python floats; they become 32 bit when they are encoded.
    """

    __slots__ = ()

    WIDTH: ClassVar[int]
    """How many floats."""

    @classmethod
    def from_components(cls, components: Iterable[float]) -> Self:
        """Makes one from all its floats, in the order in which unpacking gives them.

        Raises:
            ValueError: the wrong number of them.
        """
        self = tuple.__new__(cls, map(float, components))
        if len(self) != cls.WIDTH:
            raise ValueError(f"{cls.__name__} takes {cls.WIDTH} components, not {len(self)}")
        return self

    @classmethod
    def from_arguments(cls, arguments: Iterable[float | Iterable[float]]) -> Self:
        """Makes one from numbers and from what has several of them, mixed: how Godot's constructors are called.

        Raises:
            ValueError: the wrong number of them.
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

    def __reduce__(self) -> tuple[Callable[[Iterable[float]], Self], tuple[tuple[float, ...]]]:
        return self.from_components, (tuple(self),)
