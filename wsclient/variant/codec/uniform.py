"""Arrays whose elements are all numbers, or all vectors, of one type: written and read at once, several times as fast.

Elements of one type take the same number of bytes each, so that what belongs together stands at even distances: here
copied with a stride, elsewhere element by element. The bytes and the values are the same.
"""

from __future__ import annotations

from array import array
from functools import partial
from itertools import chain
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from wsclient.variant.codec.type_code import Layout
from wsclient.variant.types.number_pools import little_endian

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from wsclient.variant.codec.type_code import VariantType

    UniformWriter = Callable[[Sequence[Any]], bytearray | None]
    """Encodes elements that are all of its type; None where that has to be done one by one."""

    UniformReader = Callable[[bytes, int, int], tuple[list[object], int] | None]
    """Takes the data, where the elements start, and how many there are. Gives them, and where they end; None where
    they have to be read one by one: not all have the header of its type, or the data ends before them."""

__all__ = ["LEAST", "uniform_reader_for", "uniform_writer_for"]

LEAST: Final = 16
"""Elements from which on it is worth it, as measured: below, one by one is as fast."""


def uniform_writer_for(row: VariantType) -> UniformWriter | None:
    """Makes the function that encodes many of a type; None for types whose elements differ in size."""
    match row.layout:
        case Layout.INT:
            return partial(_write_ints, row.code)
        case Layout.REAL:
            return partial(_write_reals, row.code)
        case Layout.COMPONENTS:
            return partial(_write_components, row.code, row.python.WIDTH)
        case _:
            return None


def uniform_reader_for(row: VariantType) -> UniformReader | None:
    """Makes the function that decodes many of a type; None for types whose elements differ in size."""
    match row.layout:
        case Layout.INT:
            return _reader(row.code, Struct("<4xi"), chain.from_iterable)
        case Layout.REAL:
            return _reader(row.code, Struct("<4xf"), chain.from_iterable)
        case Layout.COMPONENTS:
            return _reader(
                row.code, Struct(f"<4x{row.python.WIDTH}f"), partial(map, partial(tuple.__new__, row.python))
            )
        case _:
            return None


def _write_ints(code: int, values: Sequence[int]) -> bytearray | None:
    try:
        numbers = array("i", values)
    except OverflowError:  # one of them has to be wide
        return None
    return _with_headers(code, numbers, 1)


def _write_reals(code: int, values: Sequence[float]) -> bytearray | None:
    numbers = array("f", values)
    if numbers.tolist() != list(values):  # one of them has to be wide
        return None
    return _with_headers(code, numbers, 1)


def _write_components(code: int, width: int, values: Iterable[Iterable[float]]) -> bytearray:
    return _with_headers(code, array("f", list(chain.from_iterable(values))), width)  # of a list it is faster


def _with_headers(code: int, numbers: array[Any], width: int) -> bytearray:
    """Puts a header before each `width` numbers, all of four bytes."""
    stride = 1 + width
    encoded = bytearray(4 * (len(numbers) // width) * stride)
    encoded[:: 4 * stride] = bytes((code,)) * (len(numbers) // width)
    source = memoryview(little_endian(numbers)).cast("B").cast("i")
    places = memoryview(encoded).cast("i")
    for place in range(width):
        places[1 + place :: stride] = source[place::width]
    return encoded


def _reader(
    code: int, element: Struct, values_of: Callable[[Iterable[tuple[Any, ...]]], Iterable[object]]
) -> UniformReader:
    stride, codes, zeros = element.size, bytes((code,)), bytes(1)

    def read(data: bytes, start: int, count: int) -> tuple[list[object], int] | None:
        end = start + count * stride
        # Of each header the type, and the byte that tells whether it is wide.
        if (
            end > len(data)
            or data[start:end:stride] != codes * count
            or data[start + 2 : end : stride] != zeros * count
        ):
            return None
        return list(values_of(element.iter_unpack(memoryview(data)[start:end]))), end

    return read
