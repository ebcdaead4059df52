"""Tests the types of typed containers, as in Godot 4.6.3.

It checks how they are sent, and what a container accepts.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from wsclient.godot4 import (
    EncodedObjectAsID,
    NodePath,
    Rect2,
    Rect2i,
    StringName,
    TypedArray,
    TypedDictionary,
    VariantError,
    Vector2,
    Vector2i,
    bytes_to_var,
    bytes_to_var_with_objects,
    var_to_bytes,
    var_to_bytes_with_objects,
)
from wsclient.variant import encode

ID_TYPE = "11000000 456e636f6465644f626a656374417349 44000000"


def typed(element_type: int, *values: object) -> bytes:
    """Encodes an array of a built-in type, whatever is in it."""
    plain = var_to_bytes([*values])
    return plain[:2] + b"\1\0" + element_type.to_bytes(4, "little") + plain[4:]


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        pytest.param("1c000100 18000000 00000000", "TypedArray([], 'EncodedObjectAsID')", id="object-as-built-in"),
        pytest.param("1c000100 00000000 00000000", "[]", id="nil-is-untyped"),
        pytest.param("1c00fc00 00000000", "[]", id="bits-without-meaning"),
        pytest.param("1c000200 00000000 00000000", "TypedArray([], 'EncodedObjectAsID')", id="no-class"),
        pytest.param("1c000100 02000000 01000080 02000000 05000000", "TypedArray([5], int)", id="shared-bit"),
        pytest.param("1b000100 02000000 00000000", "TypedDictionary({}, int, None)", id="key-alone"),
        pytest.param("1b000400 02000000 00000000", "TypedDictionary({}, None, int)", id="value-alone"),
        pytest.param("1b000500 00000000 00000000 00000000", "{}", id="dictionary-of-nil"),
        pytest.param(
            "1b00ff00 04000000 4e6f7065 04000000 4e6f7065 00000000",
            "TypedDictionary({}, 'EncodedObjectAsID', 'EncodedObjectAsID')",
            id="scripts",
        ),
    ],
)
def test_types_are_read_as_by_the_engine(data: str, shown: str) -> None:
    assert repr(bytes_to_var(bytes.fromhex(data))) == shown


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        pytest.param("1c000200 04000000 4e6f6465 00000000", "TypedArray([], 'Node')", id="class"),
        pytest.param("1c000200 00000000 00000000", "TypedArray([], 'Object')", id="no-class"),
        pytest.param(
            "1c000200 04000000 4e6f6465 01000000 18000100 0500000000000000",
            "TypedArray([], 'Node')",
            id="an-id-is-no-node",
        ),
    ],
)
def test_classes_are_read_with_objects(data: str, shown: str) -> None:
    assert repr(bytes_to_var_with_objects(bytes.fromhex(data))) == shown


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("1c000100 27000000 00000000", id="unknown-type"),
        pytest.param("1c000100 ffffffff 00000000", id="negative-type"),
        pytest.param("1c000100 0200", id="type-cut"),
        pytest.param("1c000100 02000000", id="no-count"),
        pytest.param("1c000200 05000000 4e6f6465", id="class-cut"),
        pytest.param("1c000200 04000000 c3280000 00000000", id="class-that-is-no-text"),
        pytest.param("1c000100 02000000 ffffffff", id="huge-count"),
        pytest.param("1b000500 02000000", id="second-type-missing"),
        pytest.param("1b000100 02000000 01000000 02000000 01000000", id="value-missing"),
    ],
)
def test_bytes_of_an_invalid_typed_container_are_refused(data: str) -> None:
    with pytest.raises(VariantError):
        bytes_to_var(bytes.fromhex(data))


def test_a_script_outside_the_project_is_refused_with_objects() -> None:
    with pytest.raises(VariantError, match="no res:// path"):
        bytes_to_var_with_objects(bytes.fromhex("1c000300 04000000 4e6f7065 00000000"))


@pytest.mark.parametrize(
    ("element_type", "value", "kept"),
    [
        pytest.param(4, StringName("a"), "['a']", id="string-of-stringname"),
        pytest.param(21, "a", "[StringName('a')]", id="stringname-of-string"),
        pytest.param(22, "a/b", "[NodePath('a/b')]", id="path-of-string"),
        pytest.param(22, StringName("a"), "[]", id="path-of-no-stringname"),
        pytest.param(22, "a::b", "[NodePath('')]", id="path-of-a-bad-string"),
        pytest.param(4, NodePath("a/b"), "['a/b']", id="string-of-path"),
        pytest.param(2, 1.5, "[1]", id="int-of-float"),
        pytest.param(2, float("nan"), "[-9223372036854775808]", id="int-of-nan"),
        pytest.param(2, 1e300, "[-9223372036854775808]", id="int-of-a-huge-float"),
        pytest.param(2, True, "[1]", id="int-of-bool"),
        pytest.param(3, True, "[1.0]", id="float-of-bool"),
        pytest.param(3, 2, "[2.0]", id="float-of-int"),
        pytest.param(6, Vector2(1.5, float("inf")), "[Vector2i(1, -2147483648)]", id="vector2i-of-vector2"),
        pytest.param(5, Vector2i(1, 2), "[Vector2(1.0, 2.0)]", id="vector2-of-vector2i"),
        pytest.param(7, Rect2i(1, 2, 3, 4), "[Rect2(1.0, 2.0, 3.0, 4.0)]", id="rect2-of-rect2i"),
        pytest.param(2, "1", "[]", id="text-among-ints"),
        pytest.param(2, None, "[]", id="nil-among-ints"),
        pytest.param(28, [1], "[[1]]", id="array"),
    ],
)
def test_elements_are_converted_or_left_out_as_by_the_engine(element_type: int, value: object, kept: str) -> None:
    found = bytes_to_var(typed(element_type, value))

    assert isinstance(found, TypedArray)
    assert repr([*found]) == kept


@pytest.mark.parametrize(
    ("array", "data"),
    [
        pytest.param(TypedArray([1, True], float), typed(3, 1.0, 1.0), id="floats"),
        pytest.param(TypedArray(["a"], StringName), typed(21, StringName("a")), id="string-names"),
        pytest.param(TypedArray([1], None), var_to_bytes([1]), id="any"),
        pytest.param(TypedArray([1], type(None)), var_to_bytes([1]), id="nil"),
        pytest.param(TypedArray([Rect2()] * 20, Rect2), typed(7, *[Rect2()] * 20), id="many"),
        pytest.param(
            TypedArray([EncodedObjectAsID(5), None], "Node"),
            bytes.fromhex(f"1c000200 {ID_TYPE} 02000000 18000100 0500000000000000 00000000"),
            id="objects",
        ),
    ],
)
def test_elements_are_converted_when_they_are_encoded(array: TypedArray, data: bytes) -> None:
    assert var_to_bytes(array) == data


def test_classes_and_scripts_are_named_with_objects() -> None:
    value = TypedDictionary({}, "Node", "res://a.gd")

    assert var_to_bytes_with_objects(value).hex(" ", 4) == (
        "1b000e00 04000000 4e6f6465 0a000000 7265733a 2f2f612e 67640000 00000000"
    )
    assert repr(bytes_to_var_with_objects(var_to_bytes_with_objects(value))) == repr(value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(
            {"a": TypedArray([1, "x"], int)},
            'cannot encode ["a"]: element 1 of a TypedArray of int is of type str',
            id="element",
        ),
        pytest.param([TypedArray([1], "Node")], "cannot encode [0]: element 0 of a TypedArray of Node", id="object"),
        pytest.param(
            [TypedArray([], set)], "<class 'set'> is not a type for the elements of a typed container", id="type"
        ),
    ],
)
def test_values_of_a_wrong_type_are_reported(value: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        var_to_bytes(value)


@pytest.mark.parametrize(
    ("key_type", "key", "kept"),
    [
        pytest.param(2, 1.5, "{1: None}", id="int-of-float"),
        pytest.param(21, "a", "{StringName('a'): None}", id="stringname-of-string"),
        pytest.param(28, [1], "{(1,): None}", id="array"),
        pytest.param(2, "a", "{}", id="text-among-ints"),
    ],
)
def test_keys_are_converted_or_left_out_as_by_the_engine(key_type: int, key: object, kept: str) -> None:
    head = b"\x1b\0\1\0" + key_type.to_bytes(4, "little") + (1).to_bytes(4, "little")

    found = bytes_to_var(head + var_to_bytes(key) + bytes(4))

    assert isinstance(found, TypedDictionary)
    assert repr({**found}) == kept
    assert repr(bytes_to_var(var_to_bytes(found))) == repr(found)


def test_keys_are_converted_when_they_are_encoded() -> None:
    floats = bytes_to_var(var_to_bytes(TypedDictionary({1: "a"}, float)))

    assert repr(floats) == "TypedDictionary({1.0: 'a'}, float, None)"
    with pytest.raises(TypeError, match="key 'a' of a TypedDictionary of int is of type str"):
        var_to_bytes(TypedDictionary({"a": 1}, int))


def test_values_of_a_dictionary_are_not_checked_as_in_the_engine() -> None:
    value = TypedDictionary({"a": "b"}, str, int)

    assert repr(bytes_to_var(var_to_bytes(value))) == repr(value)


def test_godot_3_gets_plain_containers() -> None:
    assert encode([TypedArray([1], int), TypedDictionary({"a": 1}, str, int)]) == encode([[1], {"a": 1}])


@pytest.mark.parametrize("value", [TypedArray([1], int), TypedDictionary({"a": 1}, str, int)])
def test_a_typed_container_as_a_key_is_encoded_to_the_same_bytes(value: Any) -> None:
    pair = var_to_bytes({0: 0})
    data = pair[:8] + var_to_bytes(value) + bytes(4)

    assert var_to_bytes(bytes_to_var(data)) == data
