"""Encodes and decodes the values in Godot 4's RPCs and replication.

Bools and ints have a short form; everything else is a plain Variant.

Source: `encode_and_compress_variant` of Godot 4.
"""

from __future__ import annotations

from struct import Struct, error
from typing import TYPE_CHECKING, Final, cast

from wsclient.multiplayer.command_error import CommandError
from wsclient.variant import GODOT_4, VariantError, decode_from, encode
from wsclient.variant.codec.readers import reader_for
from wsclient.variant.codec.writers import writer_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wsclient.variant.codec.readers import Reader

__all__ = ["MAX_VALUES", "decode_all", "decode_many", "decode_value", "encode_many", "encode_value"]

MAX_VALUES: Final = 65536
"""The most values within one value. Arbitrary, far above any game, so that a stranger cannot freeze a frame."""

# The first byte has the type in its low six bits. Above them is the bool itself, or the size of the int.
_TYPE = 0x3F
_BOOL, _INT = 1, 2
_FALSE, _TRUE = b"\x01", b"\x81"
_READ_INT = tuple(Struct(size) for size in ("<b", "<h", "<i", "<q"))
_WRITE_INT = tuple(Struct(f"<B{size}") for size in "bhiq")


def encode_value(value: object) -> bytes:
    """Encodes one value.

    Raises:
        TypeError, OverflowError: it is not a Variant; the text names the place within it.
    """
    kind = type(value)
    if kind is bool:
        return _TRUE if value else _FALSE
    if kind is int:
        return _encode_int(cast("int", value))
    write = _WRITERS.get(kind)
    return encode(value, dialect=GODOT_4) if write is None else write(value)


def encode_many(values: Iterable[object]) -> bytes:
    """Encodes values one after the other. Raises the same errors as `encode_value`."""
    return b"".join(map(encode_value, values))


def decode_value(packet: bytes, offset: int, end: int) -> tuple[object, int]:
    """Reads the value that starts at `offset` and does not reach beyond `end`.

    Returns:
        The value, and the offset of the next one.

    Raises:
        CommandError: it does not end before `end`, or is not a value.
    """
    (value,), after = decode_many(packet, offset, end, 1)
    return value, after


# A game of a hundred nodes sends hundreds of values in each frame. This loop reads bools and ints without a call, and
# other values that contain no others with one call. That takes half the time of calling `decode_value` and the
# Variant decoder for each (benchmarks/replication.py).
def decode_many(packet: bytes, offset: int, end: int, count: int) -> tuple[list[object], int]:
    """Reads `count` values.

    Returns:
        The values, and the offset of the end of the last one.

    Raises:
        CommandError: there are fewer, or one is malformed.
    """
    values: list[object] = []
    start = offset
    try:
        for _ in range(count):
            start = offset
            head = packet[offset]
            kind = head & _TYPE
            if kind == _BOOL:
                values.append(head > 0x7F)
                offset += 1
            elif kind == _INT:
                read_int = _READ_INT[head >> 6]
                values += read_int.unpack_from(packet, offset + 1)
                offset += 1 + read_int.size
            else:
                read = _READERS[head]
                value, offset = (
                    read(packet, offset + 4)
                    if read is not None
                    else decode_from(packet, offset, max_items=MAX_VALUES, dialect=GODOT_4)
                )
                values.append(value)
    except (error, IndexError):
        raise CommandError(f"the value at byte {start} is cut off") from None
    except VariantError as failure:
        raise CommandError(f"the value at byte {start}: {failure}") from failure
    if offset > end:  # each takes at least a byte, so a value that starts behind the end also ends there
        raise CommandError(f"there are fewer than {count} values, or the last one reaches beyond byte {end}")
    return values, offset


def decode_all(packet: bytes, offset: int) -> list[object]:
    """Reads all values from an offset to the end of the packet.

    Raises CommandError if one is malformed.
    """
    values, end = [], len(packet)
    while offset < end:
        value, offset = decode_value(packet, offset, end)
        values.append(value)
    return values


def _encode_int(value: int) -> bytes:
    size = (value if value >= 0 else ~value).bit_length() + 1  # including the sign
    mode = 0 if size <= 8 else 1 if size <= 16 else 2 if size <= 32 else 3
    if size > 64:
        raise OverflowError(f"{value} has more than 64 bits")
    return _WRITE_INT[mode].pack(_INT | mode << 6, value)


def _readers() -> list[Reader | None]:
    """Returns a reader for each type of Variant; None for types that contain others."""
    readers: list[Reader | None] = [None] * 256  # `decode_from` reports unknown types
    for row in GODOT_4:
        readers[row.code] = reader_for(row)
    return readers


_READERS: Final = _readers()
# The types that contain no others. `encode` handles the others, and subclasses.
_WRITERS: Final = {row.python: writer_for(row) for row in GODOT_4 if row.python not in {list, dict}}
