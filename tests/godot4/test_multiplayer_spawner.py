from __future__ import annotations

import pytest

from wsclient.godot4 import NodePath
from wsclient.godot4.multiplayer_spawner import MultiplayerSpawner
from wsclient.godot4.node import Node


class Player(Node):
    pass


def test_begins_as_in_godot():
    spawner = MultiplayerSpawner()
    assert (spawner.name, spawner.spawn_path, spawner.spawn_limit) == ("MultiplayerSpawner", "", 0)
    assert (spawner.spawn_function, spawner.get_spawnable_scene_count()) == (None, 0)


def test_lists_scenes_by_place():
    spawner = MultiplayerSpawner()
    spawner.add_spawnable_scene(Player)
    spawner.add_spawnable_scene(Node)
    assert [spawner.get_spawnable_scene(place) for place in range(2)] == [Player, Node]
    assert (spawner.scene_of(Player()), spawner.scene_of(Node()), spawner.scene_of(MultiplayerSpawner())) == (
        0,
        1,
        None,
    )


def test_the_same_scene_twice_is_spawned_by_its_first_place():
    spawner = MultiplayerSpawner()
    for scene in (Node, Player, Player):
        spawner.add_spawnable_scene(scene)
    assert spawner.scene_of(Player()) == 1


def test_a_place_may_have_anything_that_makes_a_node():
    spawner = MultiplayerSpawner()
    spawner.add_spawnable_scene(lambda: Player("made"))
    assert spawner.instantiate_scene(0).name == "made"


def test_an_empty_list_has_no_places():
    spawner = MultiplayerSpawner("S")
    spawner.add_spawnable_scene(Player)
    spawner.clear_spawnable_scenes()
    with pytest.raises(IndexError, match="0 scenes, none at 0"):
        spawner.get_spawnable_scene(0)


def test_a_full_list_takes_no_more():
    spawner = MultiplayerSpawner()
    for _ in range(255):
        spawner.add_spawnable_scene(Player)
    with pytest.raises(ValueError, match="at most 255"):
        spawner.add_spawnable_scene(Player)


def test_a_path_may_be_a_node_path():
    parent = Node("World")
    things, spawner = parent.add_child(Node("Things")), parent.add_child(MultiplayerSpawner("S"))
    assert spawner.get_spawn_node() is None
    spawner.spawn_path = NodePath("../Things")
    assert (spawner.spawn_path, spawner.get_spawn_node()) == ("../Things", things)


def test_outside_of_a_session_nothing_is_spawned(caplog):
    spawner = MultiplayerSpawner()
    spawner.spawn_function = lambda _data: Player()
    assert spawner.spawn() is None
    assert "not in the tree of a session" in caplog.text
