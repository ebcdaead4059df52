"""Godot 4's functions for the bytes of Variants."""

from __future__ import annotations

import pytest

from wsclient import godot4
from wsclient.godot4 import (
    StringName,
    TypedArray,
    VariantError,
    Vector3i,
    bytes_to_var,
    bytes_to_var_with_objects,
    var_to_bytes,
    var_to_bytes_with_objects,
)
from wsclient.variant import GODOT_4

NODES = TypedArray([None], "Node")


def test_a_value_comes_back() -> None:
    value = {StringName("at"): Vector3i(1, 2, 3), "more": [1, 2.5, b"bytes"]}

    assert bytes_to_var(var_to_bytes(value)) == value
    assert repr(bytes_to_var(var_to_bytes(value))) == repr(value)


def test_the_class_of_a_typed_array_is_named_only_for_objects() -> None:
    assert repr(bytes_to_var(var_to_bytes(NODES))) == "TypedArray([None], 'EncodedObjectAsID')"
    assert repr(bytes_to_var_with_objects(var_to_bytes_with_objects(NODES))) == "TypedArray([None], 'Node')"
    assert repr(bytes_to_var(var_to_bytes_with_objects(NODES))) == "TypedArray([None], 'EncodedObjectAsID')"


def test_a_full_object_is_refused_either_way() -> None:
    data = bytes.fromhex("18000000 04000000 4e6f6465 00000000")

    with pytest.raises(VariantError, match="not allowed"):
        bytes_to_var(data)
    with pytest.raises(VariantError, match="unknown here"):
        bytes_to_var_with_objects(data)


def test_a_wrong_type_is_reported_with_its_path() -> None:
    with pytest.raises(TypeError, match=r"cannot encode \[0\]: type set is not a Variant"):
        var_to_bytes([{1}])


def test_every_value_type_is_exported() -> None:
    classes = {row.python.__name__ for row in GODOT_4 if row.python.__module__ != "builtins"}

    assert classes <= set(godot4.__all__)
