"""Variants: a value or a VariantError, and what was read encodes to bytes that read as the same again."""

from __future__ import annotations

from fuzz.targets.pieces import split_off
from wsclient.variant import VariantError, decode_from, encode

__all__ = ["check", "check_value"]


def check(data: bytes) -> int:
    """Values, one behind the other until one is none; gives their number."""
    (choice,), stream = split_off(data, 1)
    offset = count = 0
    while offset < len(stream):
        try:
            value, end = decode_from(stream, offset, allow_objects=bool(choice & 1))
        except VariantError as error:
            assert error.offset >= 0
            assert str(error)
            return count + 1
        assert offset < end <= len(stream)
        check_value(value)
        offset, count = end, count + 1
    return count


def check_value(value: object) -> None:
    """Whatever was read can be written, and reads as the same."""
    written = encode(value)
    again, end = decode_from(written)
    assert end == len(written)
    assert again == value or repr(again) == repr(value)  # NaN is not equal to itself
    assert encode(again) == written
