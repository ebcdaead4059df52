"""Godot 4's names: everything here has the name and the meaning that it has there."""

from __future__ import annotations

from wsclient.godot4.project import Project
from wsclient.godot4.scene_replication_config import SceneReplicationConfig

__all__ = ["Project", "SceneReplicationConfig"]
