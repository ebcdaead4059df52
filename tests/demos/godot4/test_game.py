"""Players on a real Godot 4 server."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from demos.arena.model import Ship, star_positions
from demos.godot4.companions import Companions
from demos.godot4.game import Godot4Game
from tests.demos.playing import is_at, play
from tests.support.godot4_engine import require_godot4


@pytest.fixture(scope="module")
def url():
    require_godot4()
    with Companions(0) as companions:
        watcher = Godot4Game(companions.url, Ship("Watcher", 0))  # so that the server is never alone
        play(lambda: watcher.own is not None, watcher)
        yield companions.url
        watcher.leave()


@pytest.fixture
def join(url):
    """Adds a player; its game runs in `play`."""
    with ExitStack() as games:

        def made(ship):
            game = Godot4Game(url, ship)
            games.callback(game.leave)
            return game

        yield made


def test_players_see_each_other_and_departures(join):
    grace, ada = join(Ship("Grace", 288, x=200.0, y=300.0)), join(Ship("Ada", 205, x=900.0, y=400.0))
    play(lambda: {"Ada"} <= grace.others.keys() and {"Grace"} <= ada.others.keys(), grace, ada)
    play(lambda: is_at(grace.others["Ada"], 900.0, 400.0) and is_at(ada.others["Grace"], 200.0, 300.0), grace, ada)

    assert (grace.others["Ada"].ship.hue, ada.others["Grace"].ship.hue) == (205, 288)
    assert grace.status().is_connected

    ada.leave()
    play(lambda: "Ada" not in grace.others, grace)


def test_the_server_counts_a_star_for_its_catcher(join):
    game = join(Ship("Alan", 150, x=5.0, y=5.0))
    play(lambda: game.own is not None and game.round_trip is not None, game)
    x, y = star_positions(game.stars)[0]
    game.ship = Ship("Alan", 150, x=x, y=y)
    play(lambda: game.arena.scores.get(game.multiplayer.get_unique_id()) == 1, game)
    assert game.arena.stars[0] == game.stars[0] >= 1


def test_without_a_server_it_prints_the_reason():
    game = Godot4Game("ws://127.0.0.1:1", Ship("Ken", 0))
    play(lambda: game.status().trouble != "", game)
    assert not game.status().is_connected
    game.leave()
