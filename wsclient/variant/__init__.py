"""Encodes Godot's values to bytes and decodes them, without I/O.

>>> from wsclient.variant import Vector2, decode, encode
>>> decode(encode({"name": "Ada", "position": Vector2(1, 2)}))
{'name': 'Ada', 'position': Vector2(1.0, 2.0)}

These are the types of Godot 3; those of Godot 4 are in `wsclient.godot4`. In the folders, from the ground up:

    types/   the value classes of both versions
    codec/   `dialect`, and its two tables `godot3` and `godot4`; `text` is the engines' UTF-8; `writers` and `readers`
             have a function for each layout, `uniform` one for many values at once; `element_types` is for typed
             containers, `keys` for keys that Python cannot hold; `encoder` and `decoder` walk through the containers
"""

from __future__ import annotations

from wsclient.variant.codec.decoder import decode, decode_from
from wsclient.variant.codec.encoder import encode
from wsclient.variant.codec.errors import VariantError
from wsclient.variant.codec.godot3 import GODOT_3, TypeCode
from wsclient.variant.codec.godot4 import GODOT_4
from wsclient.variant.codec.keys import DictionaryKey, FrozenDictionary
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
    "GODOT_4",
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
