from __future__ import annotations

import functools

import pytest

from wsclient.multiplayer.godot3.rpc_mode import RPCMode
from wsclient.rpc import RPCProperty, marks_of, master, mastersync, puppet, puppetsync, remote, remotesync

KEYWORDS = {
    "remote": remote,
    "master": master,
    "puppet": puppet,
    "remotesync": remotesync,
    "mastersync": mastersync,
    "puppetsync": puppetsync,
}


@pytest.mark.parametrize("name", KEYWORDS)
def test_each_keyword_marks_with_its_own_mode(name):
    class Player:
        @KEYWORDS[name]
        def move(self):
            return "moved"

        score = KEYWORDS[name](0)

    marks = marks_of(Player)
    mode = RPCMode[f"RPC_MODE_{name.upper()}"]
    assert (marks.methods, marks.properties) == ({"move": mode}, {"score": mode})
    assert Player().move() == "moved"
    assert repr(KEYWORDS[name]) == f"@{name}"


def test_unmarked_names_are_nowhere():
    class Player:
        score = 0

        def move(self): ...

        @property
        def position(self):
            return 0

    assert marks_of(Player).methods == marks_of(Player).properties == {}


def test_static_and_class_methods_can_be_marked_on_either_side():
    class Player:
        @remote
        @staticmethod
        def outside(): ...

        @staticmethod
        @remote
        def inside(): ...

        @classmethod
        @remote
        def of_class(cls): ...

    assert list(marks_of(Player).methods) == ["outside", "inside", "of_class"]


def test_a_wrapper_around_a_marked_method_is_marked():
    def logged(function):
        @functools.wraps(function)
        def wrapper(*args):
            return function(*args)

        return wrapper

    class Player:
        @logged
        @remote
        def move(self): ...

    assert "move" in marks_of(Player).methods


def test_a_subclass_has_the_marks_of_its_bases():
    class Movable:  # no Node: a mixin
        @remote
        def move(self): ...

    class Player:
        score = remote(0)

    class Bot(Player, Movable): ...

    marks = marks_of(Bot)
    assert (list(marks.methods), list(marks.properties)) == (["move"], ["score"])


def test_a_method_overridden_without_a_mark_keeps_that_of_its_base():
    class Player:
        @remote
        def move(self): ...

    class Bot(Player):
        def move(self): ...

    assert marks_of(Bot).methods == {"move": RPCMode.RPC_MODE_REMOTE}


def test_a_method_overridden_with_a_mark_has_that():
    class Player:
        @remote
        def move(self): ...

    class Bot(Player):
        @puppet
        def move(self): ...

    assert marks_of(Bot).methods == {"move": RPCMode.RPC_MODE_PUPPET}


@pytest.mark.parametrize("decorate", [lambda f: property(remote(f)), lambda f: remote(property(f))])
def test_a_property_can_be_marked_on_either_side(decorate):
    class Player:
        @decorate
        def position(self):
            return self.x

        @position.setter
        def position(self, x):
            self.x = x

    assert marks_of(Player).properties == {"position": RPCMode.RPC_MODE_REMOTE}


def test_a_marked_property_needs_a_setter():
    class Player:
        @property
        @remote
        def position(self): ...

    with pytest.raises(TypeError, match=r"Player\.position is marked @remote, but has no setter"):
        marks_of(Player)


def test_a_coroutine_function_is_refused():
    async def move(): ...

    with pytest.raises(TypeError, match="move is a coroutine function"):
        remote(move)
    with pytest.raises(TypeError, match="move is a coroutine function"):
        remote(staticmethod(move))


def test_an_attribute_has_its_default_until_it_is_set():
    class Player:
        score = remote(7)

    player, other = Player(), Player()
    player.score += 1
    assert (player.score, other.score) == (8, 7)


def test_a_mutable_default_is_not_shared():
    class Player:
        items = remote(["sword"])

    player, other = Player(), Player()
    player.items.append("shield")
    assert (player.items, other.items) == (["sword", "shield"], ["sword"])


def test_the_class_shows_what_an_attribute_is():
    class Player:
        score = master(0)

    assert isinstance(Player.score, RPCProperty)
    assert Player.score.mode == RPCMode.RPC_MODE_MASTER
