"""Variants: bytes decode to a value, or raise a VariantError.

An encoded value must decode to the same value again.
"""

from __future__ import annotations

import re
from struct import pack, unpack
from typing import TYPE_CHECKING, Final

from fuzz.targets.pieces import split_off
from wsclient.variant import GODOT_3, GODOT_4, VariantError, decode_from, encode

if TYPE_CHECKING:
    from wsclient.variant.codec.dialect import Dialect

__all__ = ["check", "check_4", "check_value"]

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def check(data: bytes) -> int:
    """Reads Godot 3's values, until one is refused; returns their number."""
    return _check(data, GODOT_3)


def check_4(data: bytes) -> int:
    """Reads Godot 4's values, as `check` reads those of Godot 3."""
    return _check(data, GODOT_4)


def _check(data: bytes, dialect: Dialect) -> int:
    (choice,), stream = split_off(data, 1)
    allow_objects, limit = bool(choice & 1), choice >> 1 if choice & 128 else None
    offset = count = 0
    while offset < len(stream):
        try:
            value, end = decode_from(stream, offset, allow_objects=allow_objects, max_items=limit, dialect=dialect)
        except VariantError as error:
            assert error.offset >= 0
            assert str(error)
            return count + 1
        assert offset < end <= len(stream)
        check_value(value, full_objects=allow_objects, dialect=dialect)
        offset, count = end, count + 1
    return count


def check_value(value: object, *, full_objects: bool = False, dialect: Dialect = GODOT_3) -> None:
    """Fails unless a value can be encoded, and decodes to the same value."""
    written = encode(value, full_objects=full_objects, dialect=dialect)
    again, end = decode_from(written, allow_objects=full_objects, dialect=dialect)
    assert end == len(written)
    # NaN is not equal to itself, and what was read with 64 bits a component is written with 32.
    assert again == value or _narrowed(again) == _narrowed(value)
    assert encode(again, full_objects=full_objects, dialect=dialect) == written


def _narrowed(value: object) -> str:
    """Returns the text of a value, with each number in it as 32 bits hold it."""
    return _NUMBER.sub(_as_32_bits, repr(value))


def _as_32_bits(number: re.Match[str]) -> str:
    try:
        return repr(unpack("<f", pack("<f", float(number[0])))[0])
    except OverflowError:
        return "-inf" if number[0].startswith("-") else "inf"
