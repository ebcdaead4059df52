"""A dialect: the table of the Variants of one major version of the engine.

The encoder and the decoder use it.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from wsclient.ground.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["IS_WIDE", "MAX_NESTING", "Dialect", "Layout", "VariantType"]

IS_WIDE: Final = 1 << 16
"""A bit of the header: the int, float or id of an object that follows has 64 bits."""

MAX_NESTING: Final = 1024
"""The maximum number of containers around a value (Godot 3.6 and 4; in 3.2 the stack is the limit)."""


class Layout(Enum):
    """The layout of the data after a header.

    Each has one function that writes it and one that reads it, for all type numbers.
    """

    NOTHING = auto()
    BOOL = auto()
    INT = auto()
    REAL = auto()
    STRING = auto()
    COMPONENTS = auto()
    NODE_PATH = auto()
    OBJECT = auto()
    DICTIONARY = auto()
    ARRAY = auto()
    BYTES = auto()
    POOL = auto()
    STRINGS = auto()
    # Only in Godot 4: strings are strict UTF-8, numbers may have 64 bits, containers may be typed.
    UTF8_STRING = auto()
    UTF8_STRINGS = auto()
    UTF8_NODE_PATH = auto()
    WIDE_COMPONENTS = auto()
    WIDE_POOL = auto()
    RID = auto()
    SIGNAL = auto()
    TYPED_DICTIONARY = auto()
    TYPED_ARRAY = auto()


class VariantType(Value):
    """One type of a dialect.

    Attributes:
        code: its number on the wire.
        python: the class whose values are encoded as it, and that it is decoded to.
        layout: the layout of its payload.
        payload: the same in words, for the docs.
    """

    code: int
    python: type[Any]
    layout: Layout
    payload: str


class Dialect:
    """The types of one major version of the engine, in the order of their numbers.

    Attributes:
        name: the name of the engine, such as "Godot 3".
    """

    __slots__ = ("_types", "name")

    def __init__(self, name: str, *types: VariantType) -> None:
        self.name: str = name
        self._types = types

    def __iter__(self) -> Iterator[VariantType]:
        return iter(self._types)

    def __repr__(self) -> str:
        return f"<Dialect {self.name}>"
