"""Colours."""

from __future__ import annotations

from typing import ClassVar, Self

from wsclient.variant.types.components import Components

__all__ = ["Color"]


class Color(Components[float]):
    """A colour; unpacks as r, g, b, a.

    They are floats from 0 to 1 on a screen, but not clamped.

    Source: Godot 3 and 4, Color.
    """

    __slots__ = ()
    WIDTH: ClassVar[int] = 4

    def __new__(cls, r: float = 0.0, g: float = 0.0, b: float = 0.0, a: float = 1.0) -> Self:
        """Creates a colour; opaque black by default."""
        return tuple.__new__(cls, (float(r), float(g), float(b), float(a)))

    @classmethod
    def from_rgba8(cls, r: int, g: int, b: int, a: int = 255) -> Self:
        """Creates a colour from numbers from 0 to 255, like those of pygame.

        `Color.from_rgba8(*pygame.Color("red"))` converts one.
        """
        return cls(r / 255, g / 255, b / 255, a / 255)

    @property
    def r(self) -> float:
        """Red."""
        return self[0]

    @property
    def g(self) -> float:
        """Green."""
        return self[1]

    @property
    def b(self) -> float:
        """Blue."""
        return self[2]

    @property
    def a(self) -> float:
        """Opacity: 0 is invisible, 1 hides the background."""
        return self[3]

    def to_rgba8(self) -> tuple[int, int, int, int]:
        """Returns the colour as numbers from 0 to 255, clamped, for pygame.

        An example is `screen.fill(color.to_rgba8())`.
        """
        r, g, b, a = (round(255 * min(max(component, 0.0), 1.0)) for component in self)
        return r, g, b, a
