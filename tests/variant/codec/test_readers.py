"""Tests each layout and its end, byte by byte."""

from __future__ import annotations

import struct
import sys
from functools import partial
from typing import Any

import pytest

from wsclient.variant import (
    GODOT_3,
    RID,
    EncodedObjectAsID,
    NodePath,
    PoolIntArray,
    PoolStringArray,
    PoolVector2Array,
    TypeCode,
    VariantError,
    Vector2,
)
from wsclient.variant.codec.dialect import Layout, VariantType
from wsclient.variant.codec.readers import (
    counting_reader_for,
    read_text,
    reader_for,
    reader_of_allowed_objects,
    too_long,
)
from wsclient.variant.codec.text import decode_text

ROWS = {row.code: row for row in GODOT_3}
HEADER = bytes(4)
BEFORE, BEHIND = b"\xaa\xbb\xcc", b"\xdd\xee\xff\x11\x22"


def read(code: int, payload: bytes, *, wide: bool = False, allow_objects: bool = False) -> Any:
    """Reads a payload with other bytes before and after it.

    Returns the value and the length of the payload.
    """
    data = BEFORE + struct.pack("<I", code | wide << 16) + payload + BEHIND
    value, end = reader_of(code, allow_objects=allow_objects)(data, len(BEFORE) + 4)
    return value, end - len(BEFORE) - 4


def reader_of(code: int, *, allow_objects: bool = False) -> Any:
    """Returns the reader of a type, of those that count what they read too."""
    if allow_objects:
        return reader_of_allowed_objects(partial(read_text, decode_text))
    reader = reader_for(ROWS[code])
    if reader is not None:
        return reader
    counting = counting_reader_for(ROWS[code])
    assert counting is not None
    return lambda data, start: counting(data, start, sys.maxsize)[:2]


@pytest.mark.parametrize(
    ("code", "payload", "value"),
    [
        pytest.param(TypeCode.NIL, "", None, id="null"),
        pytest.param(TypeCode.RID, "", RID(), id="rid"),
        pytest.param(TypeCode.BOOL, "00000000", False, id="false"),
        pytest.param(TypeCode.BOOL, "00000001", True, id="true-in-its-highest-byte"),
        pytest.param(TypeCode.INT, "feffffff", -2, id="int"),
        pytest.param(TypeCode.REAL, "0000c03f", 1.5, id="float"),
        pytest.param(TypeCode.STRING, "00000000", "", id="empty-text"),
        pytest.param(TypeCode.STRING, "02000000 6162ffff", "ab", id="text-and-any-padding"),
        pytest.param(TypeCode.STRING, "04000000 61006200", "a", id="text-cut-at-a-nul"),
        pytest.param(TypeCode.VECTOR2, "0000803f 00000040", Vector2(1, 2), id="components"),
        pytest.param(TypeCode.NODE_PATH, "01000080 00000000 01000000 01000000 61ffffff", NodePath("/a"), id="path"),
        pytest.param(
            TypeCode.NODE_PATH,
            "01000080 00000000 feffffff 01000000 61000000 01000000 62000000",
            NodePath("a:b"),
            id="path-with-an-extra-property",
        ),
        pytest.param(TypeCode.NODE_PATH, "00000080 00000000 01000000", NodePath(), id="path-of-the-root-gets-lost"),
        pytest.param(
            TypeCode.NODE_PATH, "00000080 01000000 01000000 01000000 61000000", NodePath("/:a"), id="root-property"
        ),
        pytest.param(TypeCode.NODE_PATH, "00000080 ffffffff 02000000", NodePath(), id="path-whose-counts-overflow"),
        pytest.param(TypeCode.POOL_BYTE_ARRAY, "03000000 010203ff", b"\1\2\3", id="bytes-and-any-padding"),
        pytest.param(TypeCode.POOL_INT_ARRAY, "02000000 01000000 ffffffff", PoolIntArray([1, -1]), id="ints"),
        pytest.param(
            TypeCode.POOL_STRING_ARRAY,
            "03000000 00000000 02000000 61000000 04000000 61626364",
            PoolStringArray(["", "a", "abcd"]),
            id="texts-with-and-without-nul",
        ),
        pytest.param(TypeCode.POOL_STRING_ARRAY, "ffffffff", PoolStringArray(), id="less-than-no-texts"),
        pytest.param(
            TypeCode.POOL_VECTOR2_ARRAY, "01000000 0000803f 00000040", PoolVector2Array([(1, 2)]), id="vectors"
        ),
    ],
)
def test_is_read_to_its_end(code: TypeCode, payload: str, value: object) -> None:
    data = bytes.fromhex(payload)

    assert read(code, data) == (value, len(data))
    assert type(read(code, data)[0]) is type(value)


@pytest.mark.parametrize(
    ("code", "payload", "value"),
    [
        pytest.param(TypeCode.INT, "fbffffffffffffff", -5, id="int"),
        pytest.param(TypeCode.REAL, "9a9999999999b93f", 0.1, id="float"),
        pytest.param(TypeCode.OBJECT, "0500000000000000", EncodedObjectAsID(5), id="object"),
        pytest.param(TypeCode.OBJECT, "0000000000000000", None, id="null-object"),
    ],
)
def test_is_read_in_64_bits(code: TypeCode, payload: str, value: object) -> None:
    assert read(code, bytes.fromhex(payload), wide=True) == (value, 8)


@pytest.mark.parametrize("code", [TypeCode.INT, TypeCode.REAL, TypeCode.VECTOR2, TypeCode.BOOL, TypeCode.NODE_PATH])
def test_text_that_ends_early_has_no_end(code: TypeCode) -> None:
    with pytest.raises((struct.error, IndexError, VariantError)):
        reader_of(code)(HEADER + b"\0\0\0", 4)


@pytest.mark.parametrize(
    ("code", "payload"),
    [
        pytest.param(TypeCode.STRING, "01000000 61", id="text-without-padding"),
        pytest.param(TypeCode.STRING, "ffffffff 61626364", id="text-of-negative-length"),
        pytest.param(TypeCode.NODE_PATH, "01000080 00000000 00000000 01000000 61", id="name-without-padding"),
        pytest.param(TypeCode.NODE_PATH, "ffffffff 00000000 00000000", id="path-of-many-names"),
        pytest.param(TypeCode.POOL_BYTE_ARRAY, "02000000 61", id="bytes"),
        pytest.param(TypeCode.POOL_INT_ARRAY, "02000000 01000000", id="ints"),
        pytest.param(TypeCode.POOL_INT_ARRAY, "00000040 01000000", id="ints-whose-size-overflows"),
        pytest.param(TypeCode.POOL_STRING_ARRAY, "02000000 00000000", id="texts"),
    ],
)
def test_lengths_beyond_the_data_are_refused(code: TypeCode, payload: str) -> None:
    with pytest.raises(VariantError, match="bytes announced"):
        reader_of(code)(HEADER + bytes.fromhex(payload), 4)


def test_padding_of_bytes_may_be_missing_at_the_end() -> None:
    data = bytes.fromhex("05000000 0102030405")

    assert reader_of(TypeCode.POOL_BYTE_ARRAY)(HEADER + data, 4) == (b"\1\2\3\4\5", 4 + len(data))


def test_a_full_object_is_refused_either_way() -> None:
    payload = bytes.fromhex("04000000 4e6f6465 00000000")

    with pytest.raises(VariantError) as forbidden:
        read(TypeCode.OBJECT, payload)
    with pytest.raises(VariantError) as unknown:
        read(TypeCode.OBJECT, payload, allow_objects=True)

    assert (forbidden.value.error, unknown.value.error) == ("ERR_UNAUTHORIZED", "ERR_UNAVAILABLE")


def test_an_object_without_a_class_is_null_if_objects_are_allowed() -> None:
    assert read(TypeCode.OBJECT, bytes(4), allow_objects=True) == (None, 4)
    assert read(TypeCode.OBJECT, struct.pack("<Q", 5), wide=True, allow_objects=True) == (EncodedObjectAsID(5), 8)


@pytest.mark.parametrize("row", [row for row in GODOT_3 if row.layout in {Layout.ARRAY, Layout.DICTIONARY}])
def test_containers_have_no_reader(row: VariantType) -> None:
    assert reader_for(row) is None
    assert counting_reader_for(row) is None


def test_the_rest_is_never_negative() -> None:
    assert str(too_long(12, 5, b"12345678")) == "5 bytes announced, 0 are left (at byte 12)"
