"""Decodes bytes to values, as the engines' `bytes2var` and `bytes_to_var` do."""

from __future__ import annotations

import sys
from functools import partial
from struct import Struct, error
from typing import TYPE_CHECKING, Final

from wsclient.variant.codec.dialect import MAX_NESTING, Layout
from wsclient.variant.codec.element_types import MISFIT, ElementTypes, fitted
from wsclient.variant.codec.errors import VariantError
from wsclient.variant.codec.godot3 import GODOT_3
from wsclient.variant.codec.godot4 import GODOT_4
from wsclient.variant.codec.keys import dictionary_of
from wsclient.variant.codec.readers import (
    counting_reader_for,
    read_text,
    reader_for,
    reader_of_allowed_objects,
    too_long,
    too_many,
)
from wsclient.variant.codec.text import decode_text, decode_utf8
from wsclient.variant.codec.uniform import LEAST, uniform_reader_for
from wsclient.variant.types.typed_containers import TypedArray, TypedDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.variant.codec.dialect import Dialect
    from wsclient.variant.codec.readers import Reader
    from wsclient.variant.types.typed_containers import ElementType

    _Make = Callable[[list[object]], object]
    _HalfRead = tuple[list[object], int, bool, int, _Make | None]

__all__ = ["Decoder", "decode", "decode_from"]

MAX_KEY_NESTING: Final = 4
"""The maximum nesting of keys in keys. Arbitrary; each key hashes its contents, and Python compares by recursion."""


def decode(
    data: bytes | bytearray | memoryview,
    *,
    allow_objects: bool = False,
    max_items: int | None = None,
    dialect: Dialect = GODOT_3,
) -> object:
    """Decodes the value at the start of the data; see `decode_from`.

    As in Godot, bytes after the value are ignored.
    """
    buffer = data if type(data) is bytes else _bytes_of(data)
    limit = sys.maxsize if max_items is None else max_items
    return _DECODERS[dialect].decode_from(buffer, 0, limit, allow_objects)[0]


def decode_from(
    data: bytes | bytearray | memoryview,
    offset: int = 0,
    *,
    allow_objects: bool = False,
    max_items: int | None = None,
    dialect: Dialect = GODOT_3,
) -> tuple[object, int]:
    """Decodes the value at an offset. RPC packets contain several in sequence.

    Safe for any bytes: nothing is allocated from a length that only the sender knows, no depth exhausts the stack, and
    no object is made. For the keys of dictionaries see `DictionaryKey`.

    Args:
        data: bytes-like.
        offset: the start of the value.
        allow_objects: how to refuse a full object. No class of Godot's exists here, so none is ever made. If they are
            allowed, they are refused as unknown instead of as forbidden, and an object without a class is None.
            An object's id, which Godot sends by default, always becomes an `EncodedObjectAsID`.
        max_items: the maximum number of values, at any depth; None for no limit. Containers and keys count, a pool
            counts once, and each string of a PoolStringArray counts too.
        dialect: the version of the engine that wrote it: `GODOT_3` or `GODOT_4`.

    Returns:
        The value, and the offset of its end.

    Raises:
        VariantError: not a Variant, or one beyond the limits: `max_items`, 1024 containers around a value, four
            keys in keys.
    """
    if offset < 0:
        raise ValueError(f"offset {offset} is before the data")
    buffer = data if type(data) is bytes else _bytes_of(data)
    limit = sys.maxsize if max_items is None else max_items
    return _DECODERS[dialect].decode_from(buffer, offset, limit, allow_objects)


_U32: Final = Struct("<I")
_I32: Final = Struct("<i")


class Decoder:
    """Decodes the values of one dialect."""

    def __init__(self, dialect: Dialect) -> None:
        rows = {row.layout: row for row in dialect}
        is_typed = Layout.TYPED_ARRAY in rows
        self._element_types = ElementTypes(dialect) if is_typed else None
        self._dictionary = rows[Layout.TYPED_DICTIONARY if is_typed else Layout.DICTIONARY].code
        self._read_text = partial(read_text, decode_utf8 if is_typed else decode_text)
        self._readers: list[Reader | None] = [_unknown_type] * 256
        for row in dialect:
            self._readers[row.code] = reader_for(row)
        self._readers_with_objects = [*self._readers]
        self._readers_with_objects[rows[Layout.OBJECT].code] = reader_of_allowed_objects(self._read_text)
        self._counting = {row.code: read for row in dialect if (read := counting_reader_for(row)) is not None}
        self._uniform = {row.code: many for row in dialect if (many := uniform_reader_for(row)) is not None}

    def decode_from(self, data: bytes, offset: int, limit: int, allow_objects: bool) -> tuple[object, int]:
        """Decodes the value at an offset; returns it and the offset of its end.

        It may consist of at most `limit` values.
        """
        if limit < 1:
            raise too_many(offset)
        readers = self._readers_with_objects if allow_objects else self._readers
        try:
            code = data[offset]
            read = readers[code]
            if read is not None:
                return read(data, offset + 4)
            if code in self._counting:
                return self._counting[code](data, offset + 4, limit - 1)[:2]
        except (error, IndexError):
            raise _cut_short(offset) from None
        return self._walk(data, offset, limit - 1, readers)

    # Unfinished containers are kept in a list instead of on the stack, so that no depth can exhaust it. Strings,
    # which are half of what games send, and short ints are read in place, and rare contents of a string are looked
    # for after it was decoded. This saves two calls for each, a quarter of the time of a player's state
    # (benchmarks/variants.py).
    def _walk(  # noqa: C901, PLR0912, PLR0915 - one loop on purpose
        self, data: bytes, position: int, left: int, readers: list[Reader | None]
    ) -> tuple[object, int]:
        """Reads a value that may contain others, at most `left` of them."""
        unpack, size, counting, types = _U32.unpack_from, len(data), self._counting, self._element_types
        unpack_int = _I32.unpack_from
        outer: list[_HalfRead] = []
        items: list[object] = []  # of the container being read; the outermost one takes a single value
        missing, is_dictionary, keys_around = 1, False, 0
        make: _Make | None = None  # makes the container from its items; None for a list
        try:
            while True:
                while missing:
                    missing -= 1
                    code = data[position]
                    if code == 4:  # a string, in both versions
                        (length,) = unpack(data, position + 4)
                        start = position + 8
                        end = start + length
                        following = end + (-length & 3)
                        if following > size:
                            raise too_long(start, length, data)
                        try:
                            text = data[start:end].decode()
                        except UnicodeDecodeError:
                            text = "\0"
                        if "\0" in text or text >= "\ufeff":  # which may be a byte order mark
                            text, _ = self._read_text(data, position + 4)
                        items.append(text)
                        position = following
                    elif code == 2 and not data[position + 2] & 1:  # an int of 32 bits, in both versions
                        items += unpack_int(data, position + 4)
                        position += 8
                    elif (read := readers[code]) is not None:
                        value, position = read(data, position + 4)
                        items.append(value)
                    elif code in counting:
                        value, position, left = counting[code](data, position + 4, left)
                        items.append(value)
                    else:
                        outer.append((items, missing, is_dictionary, keys_around, make))
                        keys_around += is_dictionary and missing & 1
                        is_dictionary = code == self._dictionary
                        make, start = dictionary_of if is_dictionary else None, position + 4
                        if types is not None and data[position + 2] & 15:
                            make, start = self._typed(types, data, position, readers is self._readers_with_objects)
                        (count,) = unpack(data, start)
                        missing, start = (
                            (count & 0x7FFFFFFF) << is_dictionary,
                            start + 4,
                        )  # the highest bit means nothing
                        if missing * 4 > size - start:
                            raise too_long(start, missing * 4, data)
                        left -= missing
                        if left < 0:
                            raise too_many(position)
                        if keys_around > MAX_KEY_NESTING or (missing and len(outer) > MAX_NESTING):
                            raise VariantError("ERR_INVALID_DATA", "nested too deep", position)
                        items, position = [], start
                        if missing >= LEAST and not is_dictionary:
                            items, position = self._alike(data, position, missing)
                            missing -= len(items)
                if not outer:
                    return items[0], position
                value = items if make is None else make(items)
                items, missing, is_dictionary, keys_around, make = outer.pop()
                items.append(value)
        except (error, IndexError):
            raise _cut_short(position) from None

    def _typed(self, types: ElementTypes, data: bytes, position: int, allow_objects: bool) -> tuple[_Make | None, int]:
        """Reads the element types of a container.

        Returns:
            The function that makes it of its items, and the offset of their count.
        """
        kinds = data[position + 2]
        first, start = types.read(data, position + 4, kinds & 3, allow_objects)
        if data[position] != self._dictionary:
            return None if first is None else partial(_typed_array, first), start
        second, start = types.read(data, start, kinds >> 2 & 3, allow_objects)
        if first is None and second is None:
            return dictionary_of, start
        return partial(_typed_dictionary, first, second), start

    def _alike(self, data: bytes, start: int, count: int) -> tuple[list[object], int]:
        """Reads all items of an array at once, if they have the same type.

        Returns:
            The items, none if they must be read one by one, and the offset of their end.
        """
        read_all = self._uniform.get(data[start])
        found = read_all(data, start, count) if read_all is not None else None
        return found if found is not None else ([], start)


def _typed_array(element_type: ElementType, items: list[object]) -> TypedArray:
    """Returns the array. Elements of a wrong type are left out, as in the engine."""
    fitting = (fitted(item, element_type) for item in items)
    return TypedArray([item for item in fitting if item is not MISFIT], element_type)


def _typed_dictionary(key_type: ElementType, value_type: ElementType, items: list[object]) -> TypedDictionary:
    """Returns the dictionary. Keys of a wrong type are left out, as in the engine.

    The engine does not check values here.
    """
    pairs: list[object] = []
    for key, value in zip(items[::2], items[1::2], strict=True):
        held = fitted(key, key_type)
        if held is not MISFIT:
            pairs += held, value
    return TypedDictionary(dictionary_of(pairs), key_type, value_type)


def _bytes_of(data: bytes | bytearray | memoryview) -> bytes:
    with memoryview(data) as view:  # let go of at once, so that a bytearray may be resized
        return view.tobytes()


def _unknown_type(data: bytes, start: int) -> tuple[object, int]:
    raise VariantError("ERR_INVALID_DATA", f"{data[start - 4]} is not a type", start - 4)


def _cut_short(position: int) -> VariantError:
    return VariantError("ERR_INVALID_DATA", "the data ends within a value", position)


_DECODERS = {dialect: Decoder(dialect) for dialect in (GODOT_3, GODOT_4)}
