"""Makes the function that decodes the values of a type, according to its layout."""

from __future__ import annotations

from functools import partial
from struct import Struct
from typing import TYPE_CHECKING, Any, Final

from wsclient.variant.codec.dialect import Layout
from wsclient.variant.codec.errors import VariantError
from wsclient.variant.codec.text import decode_text, decode_utf8
from wsclient.variant.types.handles import RID, EncodedObjectAsID, Signal
from wsclient.variant.types.node_path import NodePath

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.variant.codec.dialect import VariantType

    TextDecoder = Callable[[bytes], str]

    Reader = Callable[[bytes, int], tuple[Any, int]]
    """Takes the data and the offset of the payload, which is 4 bytes after that of the header. Returns the value and
    the offset of its end.

    Raises VariantError, or struct.error or IndexError if the data ends early.
    """

    CountingReader = Callable[[bytes, int, int], tuple[Any, int, int]]
    """A reader that also takes the number of values that may still follow, and returns the remaining number."""

__all__ = ["counting_reader_for", "read_text", "reader_for", "reader_of_allowed_objects", "too_long", "too_many"]

_u32: Final = Struct("<I").unpack_from
_u64: Final = Struct("<Q").unpack_from

NAMES_OF_ONE = 8
"""The number of names of a node path that count as one value. Real paths have fewer, and cost as much as a string."""


def reader_for(row: VariantType) -> Reader | None:
    """Returns the function that decodes the values of one type.

    Returns None for containers, and for types that have a counting reader.
    """
    make = _MAKERS.get(row.layout)
    return make(row) if make is not None else None


def counting_reader_for(row: VariantType) -> CountingReader | None:
    """Returns the function that decodes values in which others are counted.

    Returns None except for packed strings and node paths.
    """
    make = _COUNTING_MAKERS.get(row.layout)
    return make(row) if make is not None else None


def reader_of_allowed_objects(read_text: Reader) -> Reader:
    """Returns the function that decodes objects if full ones are allowed.

    It does what an engine without any class does.
    """

    def read(data: bytes, start: int) -> tuple[object, int]:
        if data[start - 2] & 1:
            return _object_id(data, start)
        class_name, end = read_text(data, start)
        if class_name:
            raise VariantError("ERR_UNAVAILABLE", "a full object, of a class that is unknown here", start - 4)
        return None, end

    return read


def too_long(start: int, length: int, data: bytes) -> VariantError:
    """Returns the error for a length that exceeds the remaining data."""
    return VariantError("ERR_INVALID_DATA", f"{length} bytes announced, {max(0, len(data) - start)} are left", start)


def too_many(start: int) -> VariantError:
    """Returns the error for more values than are allowed."""
    return VariantError("ERR_OUT_OF_MEMORY", "more values than `max_items` allows", start)


def _nothing(row: VariantType) -> Reader:
    value = row.python()

    def read(data: bytes, start: int) -> tuple[object, int]:
        if start > len(data):
            raise IndexError
        return value, start

    return read


def _bool(_row: VariantType) -> Reader:
    return lambda data, start: (_u32(data, start) != (0,), start + 4)


def _int(_row: VariantType) -> Reader:
    return _either_width(Struct("<i"), Struct("<q"))


def _real(_row: VariantType) -> Reader:
    return _either_width(Struct("<f"), Struct("<d"))


def _either_width(narrow: Struct, wide: Struct) -> Reader:
    narrow_from, wide_from = narrow.unpack_from, wide.unpack_from

    def read(data: bytes, start: int) -> tuple[object, int]:
        if data[start - 2] & 1:
            return wide_from(data, start)[0], start + 8
        return narrow_from(data, start)[0], start + 4

    return read


def _string(decode: TextDecoder, row: VariantType) -> Reader:
    if row.python is str:
        return partial(read_text, decode)

    def read(data: bytes, start: int) -> tuple[str, int]:
        text, end = read_text(decode, data, start)
        return row.python(text), end

    return read


def read_text(decode: TextDecoder, data: bytes, start: int) -> tuple[str, int]:
    """Reads a string with its length and its padding, which must be present.

    Returns:
        The text, and the offset of the end of its padding.
    """
    (length,) = _u32(data, start)
    start += 4
    stop = start + length
    end = stop + (-length & 3)
    if end > len(data):
        raise too_long(start, length, data)
    try:
        return decode(data[start:stop]), end
    except UnicodeDecodeError as problem:
        raise VariantError("ERR_INVALID_DATA", f"text that is not UTF-8: {problem.reason}", start) from None


def _components(row: VariantType) -> Reader:
    kind, new = row.python, tuple.__new__
    struct = Struct(f"<{kind.WIDTH}{kind.FORMAT}")
    unpack, size = struct.unpack_from, struct.size
    return lambda data, start: (new(kind, unpack(data, start)), start + size)


def _wide_components(row: VariantType) -> Reader:
    kind, new = row.python, tuple.__new__
    narrow, wide = Struct(f"<{kind.WIDTH}f"), Struct(f"<{kind.WIDTH}d")
    unpack, size = narrow.unpack_from, narrow.size

    def read(data: bytes, start: int) -> tuple[object, int]:
        if data[start - 2] & 1:  # from an engine that was built with double precision
            return new(kind, wide.unpack_from(data, start)), start + wide.size
        return new(kind, unpack(data, start)), start + size

    return read


def _rid(_row: VariantType) -> Reader:
    return lambda data, start: (RID(*_u64(data, start)), start + 8)


def _object(_row: VariantType) -> Reader:
    def read(data: bytes, start: int) -> tuple[object, int]:
        if not data[start - 2] & 1:
            raise VariantError("ERR_UNAUTHORIZED", "a full object, which is not allowed", start - 4)
        return _object_id(data, start)

    return read


def _object_id(data: bytes, start: int) -> tuple[EncodedObjectAsID | None, int]:
    (object_id,) = _u64(data, start)
    return EncodedObjectAsID(object_id) if object_id else None, start + 8


def _signal(_row: VariantType) -> Reader:
    def read(data: bytes, start: int) -> tuple[Signal, int]:
        name, end = read_text(decode_utf8, data, start)
        return Signal(name, *_u64(data, end)), end + 8

    return read


def _bytes(_row: VariantType) -> Reader:
    def read(data: bytes, start: int) -> tuple[bytes, int]:
        (length,) = _u32(data, start)
        start += 4
        stop = start + length
        if stop > len(data):
            raise too_long(start, length, data)
        return data[start:stop], min(stop + (-length & 3), len(data))  # the padding may be missing at the end

    return read


def _pool(row: VariantType) -> Reader:
    from_wire, item_size = row.python.from_wire, row.python.ITEM_SIZE

    def read(data: bytes, start: int) -> tuple[object, int]:
        (count,) = _u32(data, start)
        start += 4
        stop = start + count * item_size
        if stop > len(data):
            raise too_long(start, count * item_size, data)
        return from_wire(data[start:stop]), stop

    return read


def _wide_pool(row: VariantType) -> Reader:
    read_narrow, kind = _pool(row), row.python
    item = Struct(f"<{kind.ITEM.WIDTH}d")

    def read(data: bytes, start: int) -> tuple[object, int]:
        if not data[start - 2] & 1:
            return read_narrow(data, start)
        (count,) = _u32(data, start)
        start += 4
        stop = start + count * item.size
        if stop > len(data):
            raise too_long(start, count * item.size, data)
        return kind(item.iter_unpack(data[start:stop])), stop

    return read


def _node_path(decode: TextDecoder, row: VariantType) -> CountingReader:
    head = Struct("<III").unpack_from
    keeps_root = row.layout is Layout.UTF8_NODE_PATH

    def read(data: bytes, start: int, left: int) -> tuple[NodePath, int, int]:
        names, subnames, flags = head(data, start)
        if not names & 0x80000000:
            raise VariantError("ERR_INVALID_DATA", "a node path in the old form", start)
        names &= 0x7FFFFFFF
        total = names + subnames + (flags >> 1 & 1) & 0xFFFFFFFF  # the arithmetic of the engine
        texts, end = _texts(decode, data, start + 12, total, (left + 1) * NAMES_OF_ONE - 1)
        # In Godot 3 a path without names is relative, even if it started at the root, so "/" arrives as "".
        is_absolute = bool(flags & 1 and (texts or keeps_root))
        path = NodePath.from_names(texts[:names], texts[names:], absolute=is_absolute)
        return path, end, left - total // NAMES_OF_ONE

    return read


def _strings(decode: TextDecoder, row: VariantType) -> CountingReader:
    def read(data: bytes, start: int, left: int) -> tuple[object, int, int]:
        (count,) = _u32(data, start)
        count = count if count < 0x80000000 else 0  # a negative count means none
        texts, end = _texts(decode, data, start + 4, count, left)
        return row.python(texts), end, left - count

    return read


def _texts(decode: TextDecoder, data: bytes, start: int, count: int, most: int) -> tuple[list[str], int]:
    if count * 4 > len(data) - start:
        raise too_long(start, count * 4, data)
    if count > most:
        raise too_many(start)
    texts: list[str] = []
    for _ in range(count):
        text, start = read_text(decode, data, start)
        texts.append(text)
    return texts, start


_MAKERS: dict[Layout, Callable[[VariantType], Reader]] = {
    Layout.NOTHING: _nothing,
    Layout.BOOL: _bool,
    Layout.INT: _int,
    Layout.REAL: _real,
    Layout.STRING: partial(_string, decode_text),
    Layout.UTF8_STRING: partial(_string, decode_utf8),
    Layout.COMPONENTS: _components,
    Layout.WIDE_COMPONENTS: _wide_components,
    Layout.RID: _rid,
    Layout.OBJECT: _object,
    Layout.SIGNAL: _signal,
    Layout.BYTES: _bytes,
    Layout.POOL: _pool,
    Layout.WIDE_POOL: _wide_pool,
}

_COUNTING_MAKERS: dict[Layout, Callable[[VariantType], CountingReader]] = {
    Layout.NODE_PATH: partial(_node_path, decode_text),
    Layout.UTF8_NODE_PATH: partial(_node_path, decode_utf8),
    Layout.STRINGS: partial(_strings, decode_text),
    Layout.UTF8_STRINGS: partial(_strings, decode_utf8),
}
