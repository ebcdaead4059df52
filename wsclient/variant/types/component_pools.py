"""Packed vectors and colours: arrays of 32-bit floats.

numpy reads them as a table without a copy.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, MutableSequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, overload

from wsclient.variant.types.color import Color
from wsclient.variant.types.components import Components
from wsclient.variant.types.number_pools import little_endian
from wsclient.variant.types.vectors import Vector2, Vector3, Vector4

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "ComponentsPool",
    "PackedColorArray",
    "PackedVector2Array",
    "PackedVector3Array",
    "PackedVector4Array",
    "PoolColorArray",
    "PoolVector2Array",
    "PoolVector3Array",
]

Item = TypeVar("Item", bound=Components[float])


class ComponentsPool(MutableSequence[Item]):
    """A mutable sequence of values with the same number of 32-bit floats.

    Values are rounded to 32 bits. An element may be any sequence with that many numbers, so
    `PoolVector2Array([(1, 2), pygame.Vector2(3, 4)])` works. `numpy.asarray(pool)` is a table of the same memory, with
    a row for each element; while it exists, the length of the pool cannot change (`BufferError`).

    Raises:
        ValueError: an element has another number of floats.
    """

    ITEM: type[Item]
    """The class of its elements."""

    ITEM_SIZE: ClassVar[int]
    """Bytes of one element on the wire."""

    __slots__ = ("_floats",)
    __hash__: ClassVar[None]  # type: ignore[assignment]  # mutable, so not hashable, as a list

    def __init__(self, values: Iterable[Iterable[float]] = ()) -> None:
        self._floats = self._packed(values)

    @classmethod
    def from_wire(cls, data: bytes) -> Self:
        """Creates one from its encoded elements: little-endian, 4 bytes for each float."""
        floats = array("f")
        floats.frombytes(data)
        self = cls()
        self._floats = little_endian(floats)
        return self

    def to_wire(self) -> bytes:
        """Returns the encoded elements."""
        return little_endian(self._floats).tobytes()

    @property
    def __array_interface__(self) -> dict[str, object]:
        """The memory, described for numpy (array interface protocol, version 3)."""
        return {
            "version": 3,
            "shape": (len(self), self.ITEM.WIDTH),
            "typestr": "<f4" if sys.byteorder == "little" else ">f4",
            # numpy keeps this view, which keeps the memory in place. For an array it would only keep the address.
            "data": memoryview(self._floats),
        }

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> Self: ...
    def __getitem__(self, index: int | slice) -> Item | Self:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return self.ITEM.from_components(self._floats[self._place(index)])

    @overload
    def __setitem__(self, index: int, value: Iterable[float]) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Iterable[Iterable[float]]) -> None: ...
    def __setitem__(self, index: int | slice, value: Iterable[Any]) -> None:
        if isinstance(index, slice):
            items = list(self)
            items[index] = type(self)(value)
            self._floats[:] = self._packed(items)
        else:
            self._floats[self._place(index)] = self._packed([value])

    def __delitem__(self, index: int | slice) -> None:
        if isinstance(index, slice):
            items = list(self)
            del items[index]
            self._floats[:] = self._packed(items)
        else:
            del self._floats[self._place(index)]

    def __len__(self) -> int:
        return len(self._floats) // self.ITEM.WIDTH

    def __iter__(self) -> Iterator[Item]:
        floats = iter(self._floats)
        return map(self.ITEM.from_components, zip(*[floats] * self.ITEM.WIDTH, strict=True))

    def insert(self, index: int, value: Iterable[float]) -> None:
        """Inserts an element before the one at `index`."""
        start = slice(index, None).indices(len(self))[0] * self.ITEM.WIDTH
        self._floats[start:start] = self._packed([value])

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._floats == other._floats

    def __copy__(self) -> Self:
        return type(self)(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({list(self)!r})"

    def _place(self, index: int) -> slice:
        """Returns the place of the element's floats."""
        count, width = len(self), self.ITEM.WIDTH
        if not -count <= index < count:
            raise IndexError(f"{index} is not in a pool of {count}")
        start = index % count * width
        return slice(start, start + width)

    def _packed(self, values: Iterable[Iterable[float]]) -> array[float]:
        floats = array("f")
        if (table := _table(values, self.ITEM.WIDTH)) is not None:
            floats.frombytes(table)
            return floats
        for value in values:
            floats.extend(self.ITEM.from_components(value))
        return floats


def _table(values: object, width: int) -> bytes | None:
    """Returns the memory of a table of 32-bit floats; None for anything else.

    No loop is needed for such a table, for example one of numpy.
    """
    try:
        view = memoryview(values)  # type: ignore[arg-type]  # it may have no buffer
    except TypeError:
        return None
    with view:
        return view.tobytes() if view.format == "f" and view.ndim == 2 and view.shape == (len(view), width) else None


class PoolVector2Array(ComponentsPool[Vector2]):
    """Points in 2D, packed.

    Source: Godot 3, PoolVector2Array.
    """

    __slots__ = ()
    ITEM = Vector2
    ITEM_SIZE: ClassVar[int] = 8


class PoolVector3Array(ComponentsPool[Vector3]):
    """Points in 3D, packed.

    Source: Godot 3, PoolVector3Array.
    """

    __slots__ = ()
    ITEM = Vector3
    ITEM_SIZE: ClassVar[int] = 12


class PoolColorArray(ComponentsPool[Color]):
    """Colours, packed.

    Source: Godot 3, PoolColorArray.
    """

    __slots__ = ()
    ITEM = Color
    ITEM_SIZE: ClassVar[int] = 16


class PackedVector2Array(ComponentsPool[Vector2]):
    """Points in 2D, packed.

    Source: Godot 4, PackedVector2Array.
    """

    __slots__ = ()
    ITEM = Vector2
    ITEM_SIZE: ClassVar[int] = 8


class PackedVector3Array(ComponentsPool[Vector3]):
    """Points in 3D, packed.

    Source: Godot 4, PackedVector3Array.
    """

    __slots__ = ()
    ITEM = Vector3
    ITEM_SIZE: ClassVar[int] = 12


class PackedVector4Array(ComponentsPool[Vector4]):
    """Vectors of four floats, packed.

    Source: Godot 4, PackedVector4Array.
    """

    __slots__ = ()
    ITEM = Vector4
    ITEM_SIZE: ClassVar[int] = 16


class PackedColorArray(ComponentsPool[Color]):
    """Colours, packed.

    Source: Godot 4, PackedColorArray.
    """

    __slots__ = ()
    ITEM = Color
    ITEM_SIZE: ClassVar[int] = 16
