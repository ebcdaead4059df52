"""Godot 3's Variants: the number, class and layout of each."""

from __future__ import annotations

from enum import IntEnum

from wsclient.variant.codec.dialect import Dialect, Layout, VariantType
from wsclient.variant.types.color import Color
from wsclient.variant.types.component_pools import PoolColorArray, PoolVector2Array, PoolVector3Array
from wsclient.variant.types.handles import RID, EncodedObjectAsID
from wsclient.variant.types.matrices import Basis, Transform, Transform2D
from wsclient.variant.types.node_path import NodePath
from wsclient.variant.types.number_pools import PoolIntArray, PoolRealArray
from wsclient.variant.types.shapes import AABB, Plane, Quat, Rect2
from wsclient.variant.types.string_pool import PoolStringArray
from wsclient.variant.types.vectors import Vector2, Vector3

__all__ = ["GODOT_3", "TypeCode"]


class TypeCode(IntEnum):
    """The numbers of the types in Godot 3, its `Variant.Type`."""

    NIL = 0
    BOOL = 1
    INT = 2
    REAL = 3
    STRING = 4
    VECTOR2 = 5
    RECT2 = 6
    VECTOR3 = 7
    TRANSFORM2D = 8
    PLANE = 9
    QUAT = 10
    AABB = 11
    BASIS = 12
    TRANSFORM = 13
    COLOR = 14
    NODE_PATH = 15
    RID = 16
    OBJECT = 17
    DICTIONARY = 18
    ARRAY = 19
    POOL_BYTE_ARRAY = 20
    POOL_INT_ARRAY = 21
    POOL_REAL_ARRAY = 22
    POOL_STRING_ARRAY = 23
    POOL_VECTOR2_ARRAY = 24
    POOL_VECTOR3_ARRAY = 25
    POOL_COLOR_ARRAY = 26


GODOT_3 = Dialect(
    "Godot 3",
    VariantType(TypeCode.NIL, type(None), Layout.NOTHING, "nothing"),
    VariantType(TypeCode.BOOL, bool, Layout.BOOL, "u32, 0 or 1"),
    VariantType(TypeCode.INT, int, Layout.INT, "i32; i64 if it does not fit"),
    VariantType(TypeCode.REAL, float, Layout.REAL, "f32; f64 if that would change it"),
    VariantType(TypeCode.STRING, str, Layout.STRING, "u32 length, UTF-8, padding"),
    VariantType(TypeCode.VECTOR2, Vector2, Layout.COMPONENTS, "x, y"),
    VariantType(TypeCode.RECT2, Rect2, Layout.COMPONENTS, "position, size"),
    VariantType(TypeCode.VECTOR3, Vector3, Layout.COMPONENTS, "x, y, z"),
    VariantType(TypeCode.TRANSFORM2D, Transform2D, Layout.COMPONENTS, "x, y, origin"),
    VariantType(TypeCode.PLANE, Plane, Layout.COMPONENTS, "normal, d"),
    VariantType(TypeCode.QUAT, Quat, Layout.COMPONENTS, "x, y, z, w"),
    VariantType(TypeCode.AABB, AABB, Layout.COMPONENTS, "position, size"),
    VariantType(TypeCode.BASIS, Basis, Layout.COMPONENTS, "three rows"),
    VariantType(TypeCode.TRANSFORM, Transform, Layout.COMPONENTS, "basis, origin"),
    VariantType(TypeCode.COLOR, Color, Layout.COMPONENTS, "r, g, b, a"),
    VariantType(TypeCode.NODE_PATH, NodePath, Layout.NODE_PATH, "u32 names, u32 subnames, u32 flags, the strings"),
    VariantType(TypeCode.RID, RID, Layout.NOTHING, "nothing"),
    VariantType(TypeCode.OBJECT, EncodedObjectAsID, Layout.OBJECT, "u64 id"),
    VariantType(TypeCode.DICTIONARY, dict, Layout.DICTIONARY, "u32 count, keys and values in turn"),
    VariantType(TypeCode.ARRAY, list, Layout.ARRAY, "u32 count, elements"),
    VariantType(TypeCode.POOL_BYTE_ARRAY, bytes, Layout.BYTES, "u32 count, bytes, padding"),
    VariantType(TypeCode.POOL_INT_ARRAY, PoolIntArray, Layout.POOL, "u32 count, i32 each"),
    VariantType(TypeCode.POOL_REAL_ARRAY, PoolRealArray, Layout.POOL, "u32 count, f32 each"),
    VariantType(TypeCode.POOL_STRING_ARRAY, PoolStringArray, Layout.STRINGS, "u32 count, strings, NUL counted"),
    VariantType(TypeCode.POOL_VECTOR2_ARRAY, PoolVector2Array, Layout.POOL, "u32 count, two f32 each"),
    VariantType(TypeCode.POOL_VECTOR3_ARRAY, PoolVector3Array, Layout.POOL, "u32 count, three f32 each"),
    VariantType(TypeCode.POOL_COLOR_ARRAY, PoolColorArray, Layout.POOL, "u32 count, four f32 each"),
)
"""Godot 3.0 to 3.6."""
