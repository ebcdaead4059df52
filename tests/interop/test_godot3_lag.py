"""A bad network between a Python client and the real engine."""

from __future__ import annotations

from tests.support.godot3_player import PythonPlayer
from wsclient.scene.lag_peer import LagPeer
from wsclient.testing import FakeClock


def test_a_call_over_a_lag_peer_comes_back_late_and_whole(session):
    clock = FakeClock()
    player = PythonPlayer(session.port, lambda client: LagPeer(client, latency=0.25, jitter=0.1, seed=3, clock=clock))
    session.players.append(player)
    session.drive(player.client.get_unique_id)
    assert (player.events, player.id) == ([], 0)
    clock.advance(0.35)
    session.drive(lambda: player.is_joined)

    for number in range(100):
        player.main.rpc_id(1, "echo", number)
    heard = len(session.server.told("echo"))
    clock.advance(0.35)
    session.drive(lambda: len(session.server.told("echo")) == heard + 100)
    session.drive(lambda: len(player.client.packets_in) >= 100)
    assert player.told("on_echo") == []
    clock.advance(0.35)
    session.drive(lambda: len(player.told("on_echo")) == 100)
    assert [event.arguments[0] for event in player.told("on_echo")] == list(range(100))
