"""How each layout is read: from a row of the table to the function that decodes its values."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from wsclient.variant.codec.errors import VariantError
from wsclient.variant.codec.text import decode_text
from wsclient.variant.codec.type_code import IS_WIDE, Layout
from wsclient.variant.types.handles import EncodedObjectAsID
from wsclient.variant.types.node_path import NodePath

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.variant.codec.type_code import VariantType

    Reader = Callable[[bytes, int, int], tuple[object, int]]
    """Takes the data, where the payload starts, and the header. Gives the value and where it ends.

    Raises VariantError, or struct.error where the data ends early.
    """

__all__ = ["reader_for", "reader_of_allowed_objects", "too_long"]

_u32 = Struct("<I").unpack_from


def reader_for(row: VariantType) -> Reader:
    """Makes the function that decodes values of one type; containers have none."""
    return _MAKERS[row.layout](row)


def reader_of_allowed_objects(row: VariantType) -> Reader:
    """Makes the function that decodes objects where full ones are allowed: what an engine without a class does."""
    read_forbidding = reader_for(row)

    def read(data: bytes, start: int, header: int) -> tuple[object, int]:
        if header & IS_WIDE:
            return read_forbidding(data, start, header)
        class_name, end = _text(data, start, header)
        if class_name:
            raise VariantError("ERR_UNAVAILABLE", "a full object, of whose class nothing is known here", start - 4)
        return None, end

    return read


def too_long(start: int, length: int, data: bytes) -> VariantError:
    """Tells that what was announced is more than there is."""
    return VariantError("ERR_INVALID_DATA", f"{length} bytes announced, {max(0, len(data) - start)} are left", start)


def _nothing(row: VariantType) -> Reader:
    value = row.python()
    return lambda _data, start, _header: (value, start)


def _bool(_row: VariantType) -> Reader:
    return lambda data, start, _header: (_u32(data, start) != (0,), start + 4)


def _int(_row: VariantType) -> Reader:
    return _either_width(Struct("<i"), Struct("<q"))


def _real(_row: VariantType) -> Reader:
    return _either_width(Struct("<f"), Struct("<d"))


def _either_width(narrow: Struct, wide: Struct) -> Reader:
    def read(data: bytes, start: int, header: int) -> tuple[object, int]:
        if header & IS_WIDE:
            return wide.unpack_from(data, start)[0], start + 8
        return narrow.unpack_from(data, start)[0], start + 4

    return read


def _string(_row: VariantType) -> Reader:
    return _text


def _text(data: bytes, start: int, _header: int) -> tuple[str, int]:
    """Reads a counted text with its padding, which has to be there (godot-wire.md 1.4).

    Returns:
        The text and where its padding ends.
    """
    (length,) = _u32(data, start)
    start += 4
    stop = start + length
    end = stop + (-length & 3)
    if end > len(data):
        raise too_long(start, length, data)
    try:
        return decode_text(data[start:stop]), end
    except UnicodeDecodeError as problem:
        raise VariantError("ERR_INVALID_DATA", f"text that is no UTF-8: {problem.reason}", start) from None


def _components(row: VariantType) -> Reader:
    struct, kind, new = Struct(f"<{row.python.WIDTH}f"), row.python, tuple.__new__
    unpack, size = struct.unpack_from, struct.size
    return lambda data, start, _header: (new(kind, unpack(data, start)), start + size)


def _node_path(_row: VariantType) -> Reader:
    head = Struct("<III")

    def read(data: bytes, start: int, _header: int) -> tuple[NodePath, int]:
        names, subnames, flags = head.unpack_from(data, start)
        if not names & 0x80000000:
            raise VariantError("ERR_INVALID_DATA", "a node path in the old form", start)
        names &= 0x7FFFFFFF
        total = names + subnames + (flags >> 1 & 1) & 0xFFFFFFFF  # the engine's own arithmetic
        texts, end = _texts(data, start + 12, total)
        # What leads nowhere is relative, even from the root: so "/" arrives as "".
        is_absolute = bool(flags & 1 and texts)
        return NodePath.from_names(texts[:names], texts[names:], absolute=is_absolute), end

    return read


def _texts(data: bytes, start: int, count: int) -> tuple[list[str], int]:
    if count * 4 > len(data) - start:
        raise too_long(start, count * 4, data)
    texts: list[str] = []
    for _ in range(count):
        text, start = _text(data, start, 0)
        texts.append(text)
    return texts, start


def _strings(row: VariantType) -> Reader:
    def read(data: bytes, start: int, _header: int) -> tuple[object, int]:
        (count,) = _u32(data, start)
        texts, end = _texts(data, start + 4, count if count < 0x80000000 else 0)  # below 0 is none
        return row.python(texts), end

    return read


def _object(_row: VariantType) -> Reader:
    id_of = Struct("<Q")

    def read(data: bytes, start: int, header: int) -> tuple[EncodedObjectAsID | None, int]:
        if not header & IS_WIDE:
            raise VariantError("ERR_UNAUTHORIZED", "a full object, which nobody allowed", start - 4)
        (object_id,) = id_of.unpack_from(data, start)
        return EncodedObjectAsID(object_id) if object_id else None, start + 8

    return read


def _bytes(_row: VariantType) -> Reader:
    def read(data: bytes, start: int, _header: int) -> tuple[bytes, int]:
        (length,) = _u32(data, start)
        start += 4
        stop = start + length
        if stop > len(data):
            raise too_long(start, length, data)
        return data[start:stop], min(stop + (-length & 3), len(data))  # its padding may be missing at the end

    return read


def _pool(row: VariantType) -> Reader:
    from_wire, item_size = row.python.from_wire, row.python.ITEM_SIZE

    def read(data: bytes, start: int, _header: int) -> tuple[object, int]:
        (count,) = _u32(data, start)
        start += 4
        stop = start + count * item_size
        if stop > len(data):
            raise too_long(start, count * item_size, data)
        return from_wire(data[start:stop]), stop

    return read


_MAKERS: dict[Layout, Callable[[VariantType], Reader]] = {
    Layout.NOTHING: _nothing,
    Layout.BOOL: _bool,
    Layout.INT: _int,
    Layout.REAL: _real,
    Layout.STRING: _string,
    Layout.COMPONENTS: _components,
    Layout.NODE_PATH: _node_path,
    Layout.OBJECT: _object,
    Layout.BYTES: _bytes,
    Layout.POOL: _pool,
    Layout.STRINGS: _strings,
}
