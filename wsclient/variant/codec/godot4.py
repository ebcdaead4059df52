"""Godot 4's Variants: the number, class and layout of each."""

from __future__ import annotations

from wsclient.variant.codec.dialect import Dialect, Layout, VariantType
from wsclient.variant.types.color import Color
from wsclient.variant.types.component_pools import (
    PackedColorArray,
    PackedVector2Array,
    PackedVector3Array,
    PackedVector4Array,
)
from wsclient.variant.types.handles import RID, Callable, EncodedObjectAsID, Signal
from wsclient.variant.types.integer_vectors import Rect2i, Vector2i, Vector3i, Vector4i
from wsclient.variant.types.matrices import Basis, Projection, Transform2D, Transform3D
from wsclient.variant.types.node_path import NodePath
from wsclient.variant.types.number_pools import (
    PackedFloat32Array,
    PackedFloat64Array,
    PackedInt32Array,
    PackedInt64Array,
)
from wsclient.variant.types.shapes import AABB, Plane, Quaternion, Rect2
from wsclient.variant.types.string_name import StringName
from wsclient.variant.types.string_pool import PackedStringArray
from wsclient.variant.types.vectors import Vector2, Vector3, Vector4

__all__ = ["GODOT_4"]

GODOT_4 = Dialect(
    "Godot 4",
    VariantType(0, type(None), Layout.NOTHING, "nothing"),
    VariantType(1, bool, Layout.BOOL, "u32, 0 or 1"),
    VariantType(2, int, Layout.INT, "i32; i64 if it does not fit"),
    VariantType(3, float, Layout.REAL, "f32; f64 if that would change it"),
    VariantType(4, str, Layout.UTF8_STRING, "u32 length, UTF-8, padding"),
    VariantType(5, Vector2, Layout.WIDE_COMPONENTS, "x, y"),
    VariantType(6, Vector2i, Layout.COMPONENTS, "x, y, i32 each"),
    VariantType(7, Rect2, Layout.WIDE_COMPONENTS, "position, size"),
    VariantType(8, Rect2i, Layout.COMPONENTS, "position, size, i32 each"),
    VariantType(9, Vector3, Layout.WIDE_COMPONENTS, "x, y, z"),
    VariantType(10, Vector3i, Layout.COMPONENTS, "x, y, z, i32 each"),
    VariantType(11, Transform2D, Layout.WIDE_COMPONENTS, "x, y, origin"),
    VariantType(12, Vector4, Layout.WIDE_COMPONENTS, "x, y, z, w"),
    VariantType(13, Vector4i, Layout.COMPONENTS, "x, y, z, w, i32 each"),
    VariantType(14, Plane, Layout.WIDE_COMPONENTS, "normal, d"),
    VariantType(15, Quaternion, Layout.WIDE_COMPONENTS, "x, y, z, w"),
    VariantType(16, AABB, Layout.WIDE_COMPONENTS, "position, size"),
    VariantType(17, Basis, Layout.WIDE_COMPONENTS, "three rows"),
    VariantType(18, Transform3D, Layout.WIDE_COMPONENTS, "basis, origin"),
    VariantType(19, Projection, Layout.WIDE_COMPONENTS, "four columns"),
    VariantType(20, Color, Layout.COMPONENTS, "r, g, b, a"),
    VariantType(21, StringName, Layout.UTF8_STRING, "u32 length, UTF-8, padding"),
    VariantType(22, NodePath, Layout.UTF8_NODE_PATH, "u32 names, u32 subnames, u32 flags, the strings"),
    VariantType(23, RID, Layout.RID, "u64 id"),
    VariantType(24, EncodedObjectAsID, Layout.OBJECT, "u64 id"),
    VariantType(25, Callable, Layout.NOTHING, "nothing"),
    VariantType(26, Signal, Layout.SIGNAL, "the name as a string, u64 object id"),
    VariantType(27, dict, Layout.TYPED_DICTIONARY, "types if typed, u32 count, keys and values in turn"),
    VariantType(28, list, Layout.TYPED_ARRAY, "type if typed, u32 count, elements"),
    VariantType(29, bytes, Layout.BYTES, "u32 count, bytes, padding"),
    VariantType(30, PackedInt32Array, Layout.POOL, "u32 count, i32 each"),
    VariantType(31, PackedInt64Array, Layout.POOL, "u32 count, i64 each"),
    VariantType(32, PackedFloat32Array, Layout.POOL, "u32 count, f32 each"),
    VariantType(33, PackedFloat64Array, Layout.POOL, "u32 count, f64 each"),
    VariantType(34, PackedStringArray, Layout.UTF8_STRINGS, "u32 count, strings, NUL counted"),
    VariantType(35, PackedVector2Array, Layout.WIDE_POOL, "u32 count, two f32 each"),
    VariantType(36, PackedVector3Array, Layout.WIDE_POOL, "u32 count, three f32 each"),
    VariantType(37, PackedColorArray, Layout.POOL, "u32 count, four f32 each"),
    VariantType(38, PackedVector4Array, Layout.WIDE_POOL, "u32 count, four f32 each"),
)
"""Godot 4, as 4.6 has them."""
