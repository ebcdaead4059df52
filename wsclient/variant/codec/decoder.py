"""Bytes to values, as Godot 3's `bytes2var` and `get_var` (godot-wire.md part 1)."""

from __future__ import annotations

from struct import Struct, error
from typing import TYPE_CHECKING

from wsclient.variant.codec.errors import VariantError
from wsclient.variant.codec.keys import dictionary_of
from wsclient.variant.codec.readers import reader_for, reader_of_allowed_objects, too_long
from wsclient.variant.codec.type_code import GODOT_3, MAX_NESTING, Layout
from wsclient.variant.codec.uniform import LEAST, uniform_reader_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wsclient.variant.codec.readers import Reader
    from wsclient.variant.codec.type_code import VariantType

__all__ = ["decode", "decode_from"]

MAX_KEY_NESTING = 4
"""How many keys may be in keys. Arbitrary; each hashes what is in it, and Python compares by recursion."""


def decode(data: bytes | bytearray | memoryview, *, allow_objects: bool = False) -> object:
    """Decodes one value, as `decode_from`, from the start. What comes after it is ignored, as in Godot."""
    return decode_from(data, 0, allow_objects=allow_objects)[0]


def decode_from(
    data: bytes | bytearray | memoryview, offset: int = 0, *, allow_objects: bool = False
) -> tuple[object, int]:
    """Decodes the value that starts at an offset: RPC packets have one behind the other.

    Safe for any bytes: nothing is allocated from a length that only the sender knows, no depth exhausts the stack,
    no object is made. Types are those of the table (`type_code.GODOT_3`); for keys see `keys.dictionary_of`.

    Args:
        data: bytes-like.
        offset: where the value starts.
        allow_objects: what to answer to a full object. No class of Godot's exists here, so that none is ever made;
            allowed, they are refused as unknown instead of as forbidden, and an object without a class is None.
            An object's id, which is what Godot sends unless told otherwise, always gives an `EncodedObjectAsID`.

    Returns:
        The value, and where it ends.

    Raises:
        VariantError: it is no Variant, or beyond the limits: 1024 containers around a value, four keys in keys.
    """
    if offset < 0:
        raise ValueError(f"offset {offset} is before the data")
    buffer = data if isinstance(data, bytes) else bytes(memoryview(data))
    return _GODOT_3.decode_from(buffer, offset, allow_objects=allow_objects)


class _Decoder:
    """The decoder of one numbering."""

    def __init__(self, table: Sequence[VariantType]) -> None:
        readers: list[Reader | None] = [_unknown_type] * 256
        for row in table:
            readers[row.code] = None if row.layout in _CONTAINERS else reader_for(row)
        self._uniform = {row.code: read for row in table if (read := uniform_reader_for(row)) is not None}
        rows = {row.layout: row for row in table}
        self._dictionary = rows[Layout.DICTIONARY].code
        self._readers = readers
        self._readers_with_objects = [*readers]
        self._readers_with_objects[rows[Layout.OBJECT].code] = reader_of_allowed_objects(rows[Layout.OBJECT])

    def decode_from(self, data: bytes, offset: int, *, allow_objects: bool) -> tuple[object, int]:
        """Reads with a list of what is half read, not with recursion: no depth can exhaust the stack."""
        readers = self._readers_with_objects if allow_objects else self._readers
        unpack = _U32.unpack_from
        outer: list[tuple[list[object], int, bool, int]] = []
        items: list[object] = []  # of the container being read; around all is one that takes a single value
        missing, is_dictionary, keys_around = 1, False, 0
        position = offset
        try:
            while True:
                while missing:
                    (header,) = unpack(data, position)
                    read = readers[header & 0xFF]
                    missing -= 1
                    if read is not None:
                        value, position = read(data, position + 4, header)
                        items.append(value)
                        continue
                    outer.append((items, missing, is_dictionary, keys_around))
                    keys_around += is_dictionary and missing & 1
                    is_dictionary = header & 0xFF == self._dictionary
                    missing = self._count(data, position + 4, is_dictionary=is_dictionary)
                    if (missing and len(outer) > MAX_NESTING) or keys_around > MAX_KEY_NESTING:
                        raise VariantError("ERR_INVALID_DATA", "nested too deep", position)
                    position += 8
                    items = []
                    if missing >= LEAST and not is_dictionary and (read_all := self._uniform.get(data[position])):
                        found = read_all(data, position, missing)
                        if found is not None:
                            items, position = found
                            missing = 0
                if not outer:
                    return items[0], position
                value = dictionary_of(items) if is_dictionary else items
                items, missing, is_dictionary, keys_around = outer.pop()
                items.append(value)
        except error:
            raise VariantError("ERR_INVALID_DATA", "the data ends within a value", position) from None

    def _count(self, data: bytes, start: int, *, is_dictionary: bool) -> int:
        """Reads how many values are in a container."""
        (counted,) = _U32.unpack_from(data, start)
        count: int = (counted & 0x7FFFFFFF) << is_dictionary  # the highest bit means nothing
        if count * 4 > len(data) - start - 4:
            raise too_long(start + 4, count * 4, data)
        return count


_CONTAINERS = {Layout.DICTIONARY, Layout.ARRAY}
_U32 = Struct("<I")


def _unknown_type(_data: bytes, start: int, header: int) -> tuple[object, int]:
    raise VariantError("ERR_INVALID_DATA", f"{header & 0xFF} is no type", start - 4)


_GODOT_3 = _Decoder(GODOT_3)
