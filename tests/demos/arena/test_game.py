"""One player's game, over a peer without a network."""

from __future__ import annotations

import pytest

from demos.arena.game import FORGOTTEN_AFTER, SECONDS_BETWEEN_ECHOES, Game
from demos.arena.messages import Echo, Scene, decode, encode
from demos.arena.model import STARS, Ship, Steering
from demos.custom_peer.loopback_peer import LoopbackPeer
from wsclient.testing import FakeClock

GRACE = Ship("Grace", 288, x=100.0, y=200.0, heading=0.5)


class Lost(LoopbackPeer):
    """A peer whose connection is gone."""

    def get_connection_status(self):
        return self.CONNECTION_DISCONNECTED


class Recording(LoopbackPeer):
    """Remembers what was put."""

    def __init__(self):
        super().__init__()
        self.put = []

    def _put_packet(self, packet):
        self.put.append(decode(packet))
        return super()._put_packet(packet)


def _game(peer):
    clock = FakeClock()
    return Game(peer, Ship("Ada", 205), clock=clock), clock


def test_each_frame_sends_the_position_of_the_ship():
    game, _ = _game(Recording())

    game.frame(0.1, Steering(thrust=True))

    told = [message for message in game.peer.put if isinstance(message, Scene)]
    assert [ship.name for ship in told[0].ships] == ["Ada"]
    assert told[0].ships[0].y == pytest.approx(game.ship.y, abs=0.01)


def test_others_are_seen_and_oneself_is_not_among_them():
    game, _ = _game(LoopbackPeer())
    game.peer.put_packet(encode(Scene([GRACE, game.ship], [0] * STARS)))

    game.frame(0.1, Steering())

    assert {name: each.ship for name, each in game.others.items()} == {"Grace": GRACE}


def test_a_silent_ship_is_removed():
    game, clock = _game(LoopbackPeer())
    game.peer.put_packet(encode(Scene([GRACE], [0] * STARS)))
    game.frame(0.1, Steering())

    clock.advance(FORGOTTEN_AFTER - 0.1)
    game.frame(0.1, Steering())
    assert "Grace" in game.others

    clock.advance(0.2)
    game.frame(0.1, Steering())
    assert game.others == {}


def test_the_round_trip_of_an_echo_is_measured_by_the_frame_that_reads_it():
    game, clock = _game(LoopbackPeer())
    game.frame(0.1, Steering())
    assert game.round_trip is None

    clock.advance(0.016)
    game.frame(0.1, Steering())

    assert game.round_trip == pytest.approx(0.016)


def test_echoes_are_sent_a_few_times_a_second():
    game, clock = _game(Recording())
    for _ in range(3):
        game.frame(0.1, Steering())
        clock.advance(SECONDS_BETWEEN_ECHOES * 0.6)

    assert sum(isinstance(message, Echo) for message in game.peer.put) == 2


def test_stars_that_others_caught_are_caught():
    game, _ = _game(LoopbackPeer())
    game.peer.put_packet(encode(Scene([GRACE], [0, 0, 4, 0, 0, 0])))

    game.frame(0.1, Steering())

    assert game.stars[2] == 4


def test_an_invalid_packet_is_reported_and_harmless(capsys):
    game, _ = _game(LoopbackPeer())
    game.peer.put_packet(b"\xff")
    game.peer.put_packet(encode(Scene([GRACE], [0] * STARS)))

    game.frame(0.1, Steering())

    assert "Grace" in game.others
    assert capsys.readouterr().out.startswith("ignored: not a message of this game")


def test_without_a_connection_the_ship_flies_on_silently():
    game, _ = _game(Lost())
    game.round_trip = 0.016

    game.frame(0.1, Steering(thrust=True))

    assert game.ship.vy < 0
    assert game.peer.get_available_packet_count() == 0
    assert game.round_trip is None
