"""Players on a real Godot server."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest

from demos.arena.model import Ship, Steering, star_positions
from demos.godot.companions import Companions
from demos.godot.game import GodotGame
from tests.demos.playing import PATIENCE, is_at, play
from tests.support.programs import require_program
from wsclient import WebSocketClient


@pytest.fixture(scope="module")
def url():
    require_program("godot3-server")
    with Companions(0) as companions, WebSocketClient() as watcher:
        GodotGame(watcher, companions.url, Ship("Watcher", 0))  # so that the server is never alone
        deadline = time.monotonic() + PATIENCE
        while watcher.get_unique_id() == 0:
            watcher.poll()
            assert time.monotonic() < deadline
        yield companions.url


@pytest.fixture
def join(url):
    """Adds a player; its game runs in `play`."""
    with ExitStack() as clients:
        yield lambda ship: GodotGame(clients.enter_context(WebSocketClient()), url, ship)


def test_players_see_each_other_and_departures(join):
    grace, ada = join(Ship("Grace", 288, x=200.0, y=300.0)), join(Ship("Ada", 205, x=900.0, y=400.0))
    play(lambda: {"Ada"} <= grace.others.keys() and {"Grace"} <= ada.others.keys(), grace, ada)
    # Players are announced before their places. Each has to receive the other's place, in an order that the network
    # decides.
    play(lambda: is_at(grace.others["Ada"], 900.0, 400.0) and is_at(ada.others["Grace"], 200.0, 300.0), grace, ada)

    assert (grace.others["Ada"].ship.hue, ada.others["Grace"].ship.hue) == (205, 288)

    ada.multiplayer.network_peer.disconnect_from_host()
    play(lambda: "Ada" not in grace.others, grace)


def test_only_one_of_two_players_at_a_star_gets_the_point(join):
    x, y = star_positions([0] * 6)[2]
    first, second = join(Ship("First", 10, x=x, y=y)), join(Ship("Second", 90, x=x, y=y))
    games = first, second
    play(lambda: first.arena.stars[2] == second.arena.stars[2] == 1, *games)
    play(lambda: {"First"} <= second.others.keys() and {"Second"} <= first.others.keys(), *games)

    assert sorted([first.ship.score, second.ship.score]) == [0, 1]
    assert first.others["Second"].ship.score == second.ship.score


def test_a_newcomer_knows_which_stars_were_caught(join):
    x, y = star_positions([0] * 6)[5]
    early = join(Ship("Early", 10, x=x, y=y))
    play(lambda: early.arena.stars[5] == 1, early)

    late = join(Ship("Late", 90, x=640.0, y=20.0))
    play(lambda: late.stars[5] == 1, late)

    assert late.ship.score == 0


def test_the_round_trip_is_measured_and_the_messages_are_counted(join):
    game = join(Ship("Ada", 205, x=640.0, y=20.0))
    play(lambda: game.round_trip is not None, game)

    assert 0.0 < game.round_trip < PATIENCE
    assert game.status().is_connected
    assert game.received.a_second(0.0) > 0
    assert game.sent.a_second(0.0) > 0


def test_the_game_goes_on_when_the_server_is_gone():
    require_program("godot3-server")
    with Companions(0) as companions, WebSocketClient() as client:
        game = GodotGame(client, companions.url, Ship("Ada", 205))
        play(lambda: game.status().is_connected, game)
        companions._server.kill()
        play(lambda: game.status().trouble, game)

        before = game.ship
        game.frame(0.1, Steering(thrust=True))

        assert game.ship.y < before.y
        assert game.round_trip is None


@pytest.mark.parametrize("url", ["ws://127.0.0.1:1", "http://127.0.0.1"], ids=["nobody-there", "no-such-url"])
def test_a_server_that_cannot_be_joined_is_reported(url):
    with WebSocketClient() as client:
        game = GodotGame(client, url, Ship("Ada", 205))
        play(lambda: game.status().trouble, game)

    assert str(client.last_error) == game.status().trouble
