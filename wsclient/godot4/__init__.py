"""Godot 4's names: everything here has the same name and meaning as in Godot 4.

    from wsclient.godot4 import StringName, Vector2, bytes_to_var, var_to_bytes

    packet = var_to_bytes({StringName("position"): Vector2(1, 2)})

The names in `wsclient` itself are Godot 3's; a program uses one or the other.
"""

from __future__ import annotations

from wsclient.godot4.multiplayer_peer import MultiplayerPeer
from wsclient.godot4.multiplayer_spawner import MultiplayerSpawner
from wsclient.godot4.multiplayer_synchronizer import MultiplayerSynchronizer
from wsclient.godot4.node import Node
from wsclient.godot4.project import Project
from wsclient.godot4.rpc_marks import rpc
from wsclient.godot4.scene_multiplayer import SceneMultiplayer
from wsclient.godot4.scene_replication_config import SceneReplicationConfig
from wsclient.godot4.tls_options import TLSOptions
from wsclient.godot4.variants import bytes_to_var, bytes_to_var_with_objects, var_to_bytes, var_to_bytes_with_objects
from wsclient.godot4.websocket_multiplayer_peer import WebSocketMultiplayerPeer
from wsclient.godot4.websocket_peer import WebSocketPeer
from wsclient.ground.error import Error
from wsclient.variant.codec.errors import VariantError
from wsclient.variant.codec.keys import DictionaryKey, FrozenDictionary
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
from wsclient.variant.types.typed_containers import TypedArray, TypedDictionary
from wsclient.variant.types.vectors import Vector2, Vector3, Vector4

__all__ = [
    "AABB",
    "RID",
    "Basis",
    "Callable",
    "Color",
    "DictionaryKey",
    "EncodedObjectAsID",
    "Error",
    "FrozenDictionary",
    "MultiplayerPeer",
    "MultiplayerSpawner",
    "MultiplayerSynchronizer",
    "Node",
    "NodePath",
    "PackedColorArray",
    "PackedFloat32Array",
    "PackedFloat64Array",
    "PackedInt32Array",
    "PackedInt64Array",
    "PackedStringArray",
    "PackedVector2Array",
    "PackedVector3Array",
    "PackedVector4Array",
    "Plane",
    "Project",
    "Projection",
    "Quaternion",
    "Rect2",
    "Rect2i",
    "SceneMultiplayer",
    "SceneReplicationConfig",
    "Signal",
    "StringName",
    "TLSOptions",
    "Transform2D",
    "Transform3D",
    "TypedArray",
    "TypedDictionary",
    "VariantError",
    "Vector2",
    "Vector2i",
    "Vector3",
    "Vector3i",
    "Vector4",
    "Vector4i",
    "WebSocketMultiplayerPeer",
    "WebSocketPeer",
    "bytes_to_var",
    "bytes_to_var_with_objects",
    "rpc",
    "var_to_bytes",
    "var_to_bytes_with_objects",
]
