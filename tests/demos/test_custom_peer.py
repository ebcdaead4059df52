"""A peer of one's own, and the arena's game on it."""

from __future__ import annotations

import pygame
import pytest

from demos.custom_peer.loopback_peer import LoopbackPeer
from wsclient import Error


def test_a_packet_comes_back_at_the_next_poll():
    peer = LoopbackPeer()

    assert peer.put_packet(b"hello") == Error.OK
    assert peer.get_available_packet_count() == 0

    peer.poll()
    assert peer.get_packet() == b"hello"
    assert peer.get_packet_error() == Error.OK
    assert peer.get_available_packet_count() == 0


@pytest.mark.parametrize("is_networked", [False, True], ids=["loopback", "echo-server"])
def test_the_same_game_runs_without_and_with_a_network(run_demo, echo_url, tmp_path, is_networked):
    picture = tmp_path / "game.png"
    network = ["--network", echo_url] if is_networked else []

    done = run_demo("-m", "demos.custom_peer", "--headless", "--seconds", "0.5", "--screenshot", str(picture), *network)

    assert done.returncode == 0, done.stderr
    assert pygame.image.load(picture).get_size() == (1280, 720)
    assert "4 pilots" in done.stdout
    assert ("connected to ws://" if is_networked else "no network: a LoopbackPeer") in done.stdout
    assert "poll(): longest " in done.stdout
