from __future__ import annotations

import math

import pytest

from demos.arena.model import Ship
from demos.godot4.nodes import GAME, Arena, ShipNode
from wsclient.godot4 import Vector2


def test_the_marked_methods_are_those_of_the_server_s_scripts():
    assert GAME.check(Arena, "arena.gd") == []
    assert GAME.check(ShipNode, "ship.gd") == []


def test_only_the_authority_over_ships_is_doubtful_on_the_server():
    assert GAME.doubts == ["res://ship.gd:13 sets the authority over a node when it runs"]


def test_every_replicated_property_is_there():
    ship, arena = ShipNode(), Arena()
    for node, scene in ((ship, "ship.tscn"), (arena, "main.tscn")):
        names = [path.subnames[0] for path in GAME.replication(scene, "Sync").get_properties()]
        assert names
        assert all(hasattr(node, name) for name in names)


def test_a_ship_is_seen_as_it_was_shown():
    ship = Ship("Ada", 205, 10.0, 20.0, 1.0, 2.0, 0.5, True, 3)
    node = ShipNode()
    node.show(ship)
    assert node.seen(score=3) == ship


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("place", 5, id="no-place"),
        pytest.param("place", Vector2(math.nan, 0), id="nowhere"),
        pytest.param("speed", Vector2(math.inf, 0), id="too-fast"),
        pytest.param("heading", "north", id="no-angle"),
        pytest.param("thrust", 1, id="no-bool"),
        pytest.param("pilot", "", id="no-name"),
        pytest.param("pilot", "\x1b[2J", id="name-of-control-characters"),
        pytest.param("pilot", "x" * 999, id="long-name"),
        pytest.param("hue", None, id="no-colour"),
    ],
)
def test_a_senseless_ship_is_not_shown(name, value):
    node = ShipNode()
    node.show(Ship("Ada", 205))
    setattr(node, name, value)
    assert node.seen(score=0) is None
