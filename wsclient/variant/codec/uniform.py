"""Encodes and decodes arrays whose elements have one type, all at once.

This is several times as fast for numbers and vectors. Such elements have the same number of bytes each, so that
corresponding bytes are at even distances and are copied with a stride. The bytes and the values are the same as if
they were handled one by one.
"""

from __future__ import annotations

from array import array
from functools import partial
from itertools import chain
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from wsclient.variant.codec.dialect import Layout
from wsclient.variant.types.number_pools import little_endian

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from wsclient.variant.codec.dialect import VariantType
    from wsclient.variant.types.components import Components

    UniformWriter = Callable[[Sequence[Any]], bytearray | None]
    """Encodes elements that all have its type. Returns None if they must be encoded one by one."""

    UniformReader = Callable[[bytes, int, int], tuple[list[object], int] | None]
    """Takes the data, the offset of the elements, and their number. Returns them and the offset of their end; None if
    they must be read one by one, because not all have the header of its type or the data ends before they do."""

__all__ = ["LEAST", "uniform_reader_for", "uniform_writer_for"]

LEAST: Final = 16
"""The least number of elements for which this is faster, as measured."""


def uniform_writer_for(row: VariantType) -> UniformWriter | None:
    """Returns the function that encodes many values of a type at once.

    Returns None if their sizes differ.
    """
    match row.layout:
        case Layout.INT:
            return partial(_write_ints, row.code)
        case Layout.REAL:
            return partial(_write_reals, row.code)
        case Layout.COMPONENTS | Layout.WIDE_COMPONENTS:
            return partial(_write_components, row.code, row.python)
        case _:
            return None


def uniform_reader_for(row: VariantType) -> UniformReader | None:
    """Returns the function that decodes many values of a type at once.

    Returns None if their sizes differ.
    """
    match row.layout:
        case Layout.INT:
            return _reader(row.code, Struct("<4xi"), chain.from_iterable)
        case Layout.REAL:
            return _reader(row.code, Struct("<4xf"), chain.from_iterable)
        case Layout.COMPONENTS | Layout.WIDE_COMPONENTS:
            kind = row.python
            return _reader(
                row.code, Struct(f"<4x{kind.WIDTH}{kind.FORMAT}"), partial(map, partial(tuple.__new__, kind))
            )
        case _:
            return None


def _write_ints(code: int, values: Sequence[int]) -> bytearray | None:
    try:
        numbers = array("i", values)
    except OverflowError:  # one of them needs 64 bits
        return None
    return _with_headers(code, numbers, 1)


def _write_reals(code: int, values: Sequence[float]) -> bytearray | None:
    numbers = array("f", values)
    if numbers.tolist() != list(values):  # one of them needs 64 bits
        return None
    return _with_headers(code, numbers, 1)


def _write_components(code: int, kind: type[Components[Any]], values: Iterable[Iterable[float]]) -> bytearray | None:
    try:
        numbers = array(kind.FORMAT, list(chain.from_iterable(values)))  # faster from a list
    except OverflowError:  # an integer does not fit
        return None
    return _with_headers(code, numbers, kind.WIDTH)


def _with_headers(code: int, numbers: array[Any], width: int) -> bytearray:
    """Inserts a header before each group of `width` numbers of four bytes."""
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
        # The type in each header, and the byte with the bit for 64 bits.
        if (
            end > len(data)
            or data[start:end:stride] != codes * count
            or data[start + 2 : end : stride] != zeros * count
        ):
            return None
        return list(values_of(element.iter_unpack(memoryview(data)[start:end]))), end

    return read
