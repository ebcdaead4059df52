"""The arena's server, as a process, with real clients."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial

import pytest

from demos.arena.game import Game
from demos.arena.messages import Scene, encode
from demos.arena.model import STARS, Ship
from demos.arena.server import BAD_MESSAGE, NAME_TAKEN
from tests.demos import playing
from tests.demos.conftest import serving
from tests.support.driving import drive
from wsclient import WebSocketClient

PATIENCE = 10.0  # seconds
ADA = Ship("Ada", 205)

play = partial(playing.play, seconds=PATIENCE)


@pytest.fixture
def url():
    with serving("demos.arena.server", "0") as (url, _):
        yield url


@pytest.fixture
def join(url):
    """Connects a separate client for each name, and returns its game."""
    with ExitStack() as clients:

        def join(name):
            client = clients.enter_context(WebSocketClient())
            client.connect_to_url(url)
            return Game(client, Ship(name, 205))

        yield join


def end(client):
    """Polls until the server has ended the connection."""
    drive(client, lambda: client.get_connection_status() == client.CONNECTION_DISCONNECTED, PATIENCE)


def test_everyone_sees_everyone(join):
    games = [join(name) for name in ("Ada", "Grace", "Alan", "Edsger")]

    play(lambda: all(len(game.others) == 3 for game in games), *games)

    assert set(games[0].others) == {"Grace", "Alan", "Edsger"}


def test_an_echo_returns_to_its_sender(join):
    game = join("Ada")

    play(lambda: game.round_trip is not None, game)

    assert 0.0 < game.round_trip < PATIENCE


def test_a_client_that_left_is_not_reported_again(join):
    ada, grace = join("Ada"), join("Grace")
    play(lambda: "Grace" in ada.others, ada, grace)

    grace.peer.disconnect_from_host()

    def is_forgotten():
        grace.peer.poll()
        return time.perf_counter() - ada.others["Grace"].seen_at > 0.2

    play(is_forgotten, ada)

    assert ada.received.a_second(time.perf_counter()) > 0


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(b"hello", id="no-json"),
        pytest.param(encode(Scene([], [0] * STARS)), id="no-ship"),
        pytest.param(encode(Scene([ADA, Ship("Grace", 288)], [0] * STARS)), id="two-ships"),
    ],
)
def test_a_client_that_sends_nonsense_is_disconnected(url, packet):
    client = WebSocketClient()
    client.connection_established.connect(lambda _: client.put_packet(packet))
    client.connect_to_url(url)

    end(client)

    assert client.close_code == BAD_MESSAGE
    assert client.close_reason


def test_a_name_belongs_to_its_first_owner(join):
    ada, grace = join("Ada"), join("Grace")
    play(lambda: "Grace" in ada.others, ada, grace)

    second = grace.peer
    second.put_packet(encode(Scene([ADA], [0] * STARS)))
    end(second)

    assert (second.close_code, second.close_reason) == (NAME_TAKEN, "The name Ada is taken.")
    assert ada.peer.get_connection_status() == ada.peer.CONNECTION_CONNECTED
