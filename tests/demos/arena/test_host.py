"""The arena hosted in a player's own process."""

from __future__ import annotations

import pytest

from demos.arena.game import Game
from demos.arena.host import Host
from demos.arena.messages import Scene, encode
from demos.arena.model import STARS, Ship, Steering
from demos.arena.server import BAD_MESSAGE, NAME_TAKEN
from wsclient import WebSocketClient

FRAMES = 500


@pytest.fixture
def host():
    with Host() as made:
        yield made


def join(host, name):
    client = WebSocketClient()
    client.connect_to_url(host.url)
    return Game(client, Ship(name, 205))


def play_until(is_over, host, *games):
    for _ in range(FRAMES):
        host.update()
        for game in games:
            game.frame(0.01, Steering())
        if is_over():
            return
    raise AssertionError("it never came")


def test_players_in_one_loop_with_their_server_see_each_other(host):
    ada, bob = join(host, "Ada"), join(host, "Bob")

    play_until(lambda: "Bob" in ada.others and "Ada" in bob.others and ada.round_trip is not None, host, ada, bob)
    bob.peer.disconnect_from_host()
    play_until(lambda: len(host.server.get_peers()) == 1, host, ada, bob)

    ada.peer.disconnect_from_host()


@pytest.mark.parametrize(
    ("packet", "code"),
    [
        pytest.param(b"\0", BAD_MESSAGE, id="no-message"),
        pytest.param(encode(Scene([], [0] * STARS)), BAD_MESSAGE, id="no-ship"),
        pytest.param(encode(Scene([Ship("Ada", 20)], [0] * STARS)), NAME_TAKEN, id="name-taken"),
    ],
)
def test_a_client_that_breaks_the_rules_is_disconnected(packet, code, host):
    ada, other = join(host, "Ada"), WebSocketClient()
    play_until(lambda: ada.round_trip is not None, host, ada)
    other.connection_established.connect(lambda _protocol: other.put_packet(packet))
    other.connect_to_url(host.url)

    for _ in range(FRAMES):
        host.update()
        other.poll()
        if other.close_code != -1:
            break

    assert other.close_code == code
    ada.peer.disconnect_from_host()


def test_a_port_that_is_taken_is_named(host):
    with pytest.raises(RuntimeError, match="Another program listens there"):
        Host(host.server.get_local_port())
