from __future__ import annotations

from wsclient.godot4.native_classes import NATIVE_CLASSES


def test_nodes_and_other_classes_are_distinguished():
    assert {"Node", "CharacterBody2D", "MultiplayerSpawner", "RefCounted", "ArrayMesh"} <= NATIVE_CLASSES
    assert "Player" not in NATIVE_CLASSES
