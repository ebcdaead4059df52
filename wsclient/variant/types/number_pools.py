"""Packed numbers: arrays of 32-bit integers and floats, which numpy reads without a copy."""

from __future__ import annotations

import sys
from array import array
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, SupportsIndex, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["NumberPool", "PoolIntArray", "PoolRealArray", "little_endian"]

Number = TypeVar("Number", int, float)


def little_endian(numbers: array[Number], *, byteorder: str = sys.byteorder) -> array[Number]:
    """Gives numbers in the order of bytes in which they travel, or turns such numbers back.

    Returns:
        The array itself where this machine's order is the same, else a copy.
    """
    if byteorder == "little":
        return numbers
    swapped = numbers[:]
    swapped.byteswap()
    return swapped


if TYPE_CHECKING:

    class _Array(array[Number]):
        pass

else:  # array.array can be subscripted from Python 3.12 only

    class _Array(array, Generic[Number]):
        __slots__ = ()


class NumberPool(_Array[Number]):
    """An `array.array` that knows which Variant it is: slices and copies are too, and it equals only its own type."""

    TYPECODE: ClassVar[str]
    ITEM_SIZE: ClassVar[int] = 4
    """Bytes of one element as it travels."""

    __slots__ = ()
    __hash__: ClassVar[None]  # type: ignore[assignment]  # it can be changed, so it has none, as a list

    def __new__(cls, values: Iterable[Number] = ()) -> Self:
        """Empty, unless told otherwise."""
        # Bytes are numbers too; an array would take them for its memory.
        numbers: Any = list(values) if isinstance(values, bytes | bytearray) else values
        return super().__new__(cls, cls.TYPECODE, numbers)

    @classmethod
    def from_wire(cls, data: bytes) -> Self:
        """Makes one of elements as they travel: 4 bytes each, little-endian."""
        self = cls()
        self.frombytes(data)
        return cls(little_endian(self))

    def to_wire(self) -> bytes:
        """Gives the elements as they travel."""
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
    """Integers of 32 bit, signed: a sequence that can be changed, with the buffer protocol.

    `numpy.asarray(pool)` and `memoryview(pool)` see the same memory.

    Source: Godot 3, PoolIntArray.

    Raises:
        OverflowError: a number has no place in 32 bits (Godot cuts it).
    """

    __slots__ = ()
    TYPECODE: ClassVar[str] = "i"


class PoolRealArray(NumberPool[float]):
    """Floats of 32 bit: a sequence that can be changed, with the buffer protocol.

    What is put in is rounded to 32 bit; beyond their range it becomes infinite.
    `numpy.asarray(pool)` and `memoryview(pool)` see the same memory.

    Source: Godot 3, PoolRealArray.
    """

    __slots__ = ()
    TYPECODE: ClassVar[str] = "f"
