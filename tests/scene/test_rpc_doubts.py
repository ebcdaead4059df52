from __future__ import annotations

import pytest

from wsclient.multiplayer.godot3.rpc_mode import RPCMode
from wsclient.rpc import remote
from wsclient.scene.node import Node
from wsclient.scene.rpc_doubts import doubt_about_call, doubt_about_set, nearest_in_words


class Player(Node):
    position = remote(0)
    speed = 0

    @remote
    def shout(self, words: str) -> None: ...

    def helper(self): ...


@pytest.mark.parametrize(
    ("method", "count", "doubt"),
    [
        pytest.param("shout", 1, "", id="as-it-is"),
        pytest.param("helper", 0, "", id="C6-unmarked-here-is-the-others-affair"),
        pytest.param(
            "shuot", 1, "rpc of 'shuot': Player has no method of this name; the nearest is 'shout'", id="C6-near"
        ),
        pytest.param("nope", 0, "Player has no method of this name; it has 'shout'. It was sent", id="C6-none-near"),
        pytest.param(
            "shout", 0, "rpc of 'shout': Player.shout takes (words), and 0 went out", id="C6-missing-argument"
        ),
        pytest.param("shout", 2, "takes (words), and 2 went out", id="C6-argument-too-many"),
    ],
)
def test_a_call_that_our_class_does_not_have_is_doubtful(method, count, doubt):
    found = doubt_about_call(Player(), method, count)
    assert doubt in found
    assert bool(doubt) == bool(found)


@pytest.mark.parametrize(
    ("name", "doubt"),
    [
        pytest.param("position", "", id="as-it-is"),
        pytest.param("speed", "", id="C6-unmarked"),
        pytest.param(
            "positon", "rset of 'positon': Player has no property of this name; the nearest is 'position'", id="C6"
        ),
    ],
)
def test_a_property_that_our_class_does_not_have_is_doubtful(name, doubt):
    found = doubt_about_set(Player(), name)
    assert doubt in found
    assert bool(doubt) == bool(found)


def test_c6_explicitly_allowed_names_are_never_doubtful():
    player = Player()
    player.rpc_config("by_name", RPCMode.RPC_MODE_DISABLED)
    player.rset_config("by_name", RPCMode.RPC_MODE_REMOTE)
    player.own = 1
    assert (doubt_about_call(player, "by_name", 3), doubt_about_set(player, "by_name")) == ("", "")
    assert doubt_about_set(player, "own") == ""


def test_a_lack_of_marks_is_reported():
    assert nearest_in_words("x", []) == "none is marked"
