from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.godot4.scene_multiplayer import SceneMultiplayer

if TYPE_CHECKING:
    from wsclient.godot4.replication_session import ReplicationSession


def test_a_scene_multiplayer_is_one():
    session: ReplicationSession = SceneMultiplayer()  # which mypy checks
    assert session.node_of(1, 1) is None
