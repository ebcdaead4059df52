"""NamedInt: one of Godot's numbers, shown by its name."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["NamedInt"]

_OF_NUMBERS = "bcdeEfFgGnoxX%"  # the last letter of a format spec for numbers


class NamedInt(IntEnum):
    """An int that `str()` and f-strings show by its name, such as "ERR_BUSY".

    `int()` and `:d` show the number.
    """

    def __str__(self) -> str:
        return self.name

    def __format__(self, spec: str) -> str:
        return format(self.value if spec[-1:] and spec[-1] in _OF_NUMBERS else self.name, spec)
