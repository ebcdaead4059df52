"""Packed numbers: arrays of integers or floats.

numpy reads them without a copy.
"""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, SupportsIndex, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = [
    "NumberPool",
    "PackedFloat32Array",
    "PackedFloat64Array",
    "PackedInt32Array",
    "PackedInt64Array",
    "PoolIntArray",
    "PoolRealArray",
    "little_endian",
]

Number = TypeVar("Number", int, float)


def little_endian(numbers: array[Number], *, byteorder: str = sys.byteorder) -> array[Number]:
    """Converts numbers to the byte order in which they are sent, or back.

    Returns:
        The array itself if this machine's order is the same, else a copy.
    """
    if byteorder == "little":
        return numbers
    swapped = numbers[:]
    swapped.byteswap()
    return swapped


if TYPE_CHECKING:

    class _Array(array[Number]):
        pass

else:  # array.array can only be subscripted in Python 3.12 and later

    class _Array(array, Generic[Number]):
        __slots__ = ()


class NumberPool(_Array[Number]):
    """An `array.array` that is a Variant.

    Slices and copies have the same type, and it is equal only to its own type.
    """

    TYPECODE: ClassVar[str]
    ITEM_SIZE: ClassVar[int] = 4
    """The encoded size of an element, in bytes."""

    __slots__ = ()
    __hash__: ClassVar[None]  # type: ignore[assignment]  # mutable, so not hashable, as a list

    def __new__(cls, values: Iterable[Number] = ()) -> Self:
        """Creates an array; empty by default."""
        # Bytes are numbers too, but an array would copy them into its memory.
        numbers: Any = list(values) if isinstance(values, bytes | bytearray) else values
        return super().__new__(cls, cls.TYPECODE, numbers)

    @classmethod
    def from_wire(cls, data: bytes) -> Self:
        """Creates one from its encoded elements, which are little-endian."""
        self = cls()
        self.frombytes(data)
        return cls(little_endian(self))

    def to_wire(self) -> bytes:
        """Returns the encoded elements."""
        return little_endian(self).tobytes()

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Number: ...
    @overload
    def __getitem__(self, index: slice, /) -> Self: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> Number | Self:
        return (
            type(self)(array.__getitem__(self, index)) if isinstance(index, slice) else array.__getitem__(self, index)
        )

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and array.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __add__(self, other: array[Number]) -> Self:
        joined = type(self)(self)
        joined.extend(other)
        return joined

    def __copy__(self) -> Self:
        return type(self)(self)

    def __deepcopy__(self, memo: object) -> Self:
        return type(self)(self)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Callable[[list[Number]], Self], tuple[list[Number]]]:
        return type(self), (self.tolist(),)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.tolist()!r})"


class PoolIntArray(NumberPool[int]):
    """Integers of 32 bits, signed: a mutable sequence with the buffer protocol.

    `numpy.asarray(pool)` and `memoryview(pool)` see the same memory.

    Source: Godot 3, PoolIntArray.

    Raises:
        OverflowError: a number does not fit in 32 bits (Godot cuts it).
    """

    __slots__ = ()
    TYPECODE: ClassVar[str] = "i"


class PoolRealArray(NumberPool[float]):
    """Floats of 32 bits: a mutable sequence with the buffer protocol.

    Values are rounded to 32 bits; those beyond their range become infinite.
    `numpy.asarray(pool)` and `memoryview(pool)` see the same memory.

    Source: Godot 3, PoolRealArray.
    """

    __slots__ = ()
    TYPECODE: ClassVar[str] = "f"


class PackedInt32Array(NumberPool[int]):
    """Integers of 32 bits, signed: a mutable sequence with the buffer protocol.

    `numpy.asarray(pool)` and `memoryview(pool)` see the same memory.

    Source: Godot 4, PackedInt32Array.

    Raises:
        OverflowError: a number does not fit in 32 bits (Godot cuts it).
    """

    __slots__ = ()
    TYPECODE: ClassVar[str] = "i"


class PackedInt64Array(NumberPool[int]):
    """Integers of 64 bits, signed: a mutable sequence with the buffer protocol.

    Source: Godot 4, PackedInt64Array.

    Raises:
        OverflowError: a number does not fit in 64 bits.
    """

    __slots__ = ()
    TYPECODE: ClassVar[str] = "q"
    ITEM_SIZE: ClassVar[int] = 8


class PackedFloat32Array(NumberPool[float]):
    """Floats of 32 bits: a mutable sequence with the buffer protocol.

    Values are rounded to 32 bits; those beyond their range become infinite.

    Source: Godot 4, PackedFloat32Array.
    """

    __slots__ = ()
    TYPECODE: ClassVar[str] = "f"


class PackedFloat64Array(NumberPool[float]):
    """Floats of 64 bits: a mutable sequence with the buffer protocol.

    Source: Godot 4, PackedFloat64Array.
    """

    __slots__ = ()
    TYPECODE: ClassVar[str] = "d"
    ITEM_SIZE: ClassVar[int] = 8
