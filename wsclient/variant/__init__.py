"""Godot's value encoding. Pure: values in, bytes out, and back.

>>> from wsclient.variant import Vector2, decode, encode
>>> decode(encode({"name": "Ada", "position": Vector2(1, 2)}))
{'name': 'Ada', 'position': Vector2(1.0, 2.0)}

Layout, from the ground up: `components`, `vectors`, `shapes`, `matrices`, `color`, `node_path`, `handles` and the pools
are the types; `type_code` is the table of all; `writers` and `readers` know each layout, `uniform` many of one at once,
`encoder` and `decoder` the containers; `keys` is what Python cannot have as a key; `text` is Godot's UTF-8.
"""

from __future__ import annotations

from wsclient.variant.codec.decoder import decode, decode_from
from wsclient.variant.codec.encoder import encode
from wsclient.variant.codec.errors import VariantError
from wsclient.variant.codec.keys import DictionaryKey, FrozenDictionary
from wsclient.variant.codec.type_code import GODOT_3, TypeCode
from wsclient.variant.types.color import Color
from wsclient.variant.types.component_pools import PoolColorArray, PoolVector2Array, PoolVector3Array
from wsclient.variant.types.handles import RID, EncodedObjectAsID
from wsclient.variant.types.matrices import Basis, Transform, Transform2D
from wsclient.variant.types.node_path import NodePath
from wsclient.variant.types.number_pools import PoolIntArray, PoolRealArray
from wsclient.variant.types.shapes import AABB, Plane, Quat, Rect2
from wsclient.variant.types.string_pool import PoolStringArray
from wsclient.variant.types.vectors import Vector2, Vector3

__all__ = [
    "AABB",
    "GODOT_3",
    "RID",
    "Basis",
    "Color",
    "DictionaryKey",
    "EncodedObjectAsID",
    "FrozenDictionary",
    "NodePath",
    "Plane",
    "PoolColorArray",
    "PoolIntArray",
    "PoolRealArray",
    "PoolStringArray",
    "PoolVector2Array",
    "PoolVector3Array",
    "Quat",
    "Rect2",
    "Transform",
    "Transform2D",
    "TypeCode",
    "VariantError",
    "Vector2",
    "Vector3",
    "decode",
    "decode_from",
    "encode",
]
