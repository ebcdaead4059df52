"""Values as RPC arguments and replicated properties carry them: bools and ints short, all else a plain Variant.

Source: `encode_and_compress_variant` of Godot 4.
"""

from __future__ import annotations

from struct import Struct, error
from typing import TYPE_CHECKING, Final

from wsclient.multiplayer.godot3.commands import CommandError
from wsclient.variant import GODOT_4, VariantError, decode_from, encode

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["MAX_VALUES", "decode_all", "decode_many", "decode_value", "encode_many", "encode_value"]

MAX_VALUES: Final = 65536
"""How many values there may be within one. Arbitrary, far above any game: a frame must not freeze for a stranger."""

# The first byte: the type in six bits; above them the bool itself, or how many bytes the int has.
_TYPE = 0x3F
_BOOL, _INT = 1, 2
_FALSE, _TRUE = b"\x01", b"\x81"
_READ_INT = tuple(Struct(size) for size in ("<b", "<h", "<i", "<q"))
_WRITE_INT = tuple(Struct(f"<B{size}") for size in "bhiq")


def encode_value(value: object) -> bytes:
    """Encodes one value.

    Raises:
        TypeError, OverflowError: it is no Variant; the text names the place within it.
    """
    if value is True:
        return _TRUE
    if value is False:
        return _FALSE
    if type(value) is int:
        return _encode_int(value)
    return encode(value, dialect=GODOT_4)


def encode_many(values: Iterable[object]) -> bytes:
    """Encodes values one behind the other. Raises what `encode_value` raises."""
    return b"".join(map(encode_value, values))


def decode_value(packet: bytes, offset: int, end: int) -> tuple[object, int]:
    """Reads the value that starts at an offset and must not reach beyond `end`.

    Returns:
        The value, and where the next one starts.

    Raises:
        CommandError: it does not end before `end`, or is no value.
    """
    if offset >= end:
        raise CommandError(f"a value is missing at byte {offset}")
    head = packet[offset]
    kind = head & _TYPE
    if kind == _BOOL:
        return head > 0x7F, offset + 1
    value, after = _decode_int(packet, offset) if kind == _INT else _decode_variant(packet, offset)
    if after > end:
        raise CommandError(f"the value at byte {offset} reaches beyond byte {end}")
    return value, after


def decode_many(packet: bytes, offset: int, end: int, count: int) -> tuple[list[object], int]:
    """Reads `count` values.

    Returns:
        The values, and where the last one ended.

    Raises:
        CommandError: there are fewer, or one is malformed.
    """
    values = []
    for _ in range(count):
        value, offset = decode_value(packet, offset, end)
        values.append(value)
    return values, offset


def decode_all(packet: bytes, offset: int) -> list[object]:
    """Reads the values from an offset to the packet's end. Raises: CommandError, one is malformed."""
    values, end = [], len(packet)
    while offset < end:
        value, offset = decode_value(packet, offset, end)
        values.append(value)
    return values


def _encode_int(value: int) -> bytes:
    size = (value if value >= 0 else ~value).bit_length() + 1  # with the sign
    mode = 0 if size <= 8 else 1 if size <= 16 else 2 if size <= 32 else 3
    if size > 64:
        raise OverflowError(f"{value} has more than 64 bits")
    return _WRITE_INT[mode].pack(_INT | mode << 6, value)


def _decode_int(packet: bytes, offset: int) -> tuple[object, int]:
    read = _READ_INT[packet[offset] >> 6]
    try:
        return read.unpack_from(packet, offset + 1)[0], offset + 1 + read.size
    except error:
        raise CommandError(f"the int at byte {offset} is cut off") from None


def _decode_variant(packet: bytes, offset: int) -> tuple[object, int]:
    try:
        return decode_from(packet, offset, max_items=MAX_VALUES, dialect=GODOT_4)
    except VariantError as failure:
        raise CommandError(f"the value at byte {offset}: {failure}") from failure
