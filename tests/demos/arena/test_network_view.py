"""Tests that F3 shows and hides the network behind the game."""

from __future__ import annotations

import pygame
import pytest

from demos.arena.game import Game
from demos.arena.model import Ship, Steering
from demos.arena.network_view import AREA, NetworkView
from wsclient import WebSocketClient


@pytest.fixture
def screen():
    pygame.font.init()
    screen = pygame.Surface((1280, 720), depth=32)
    screen.fill("white")
    yield screen
    pygame.quit()


def test_it_is_shown_by_a_key_and_taken_away_by_it(screen):
    view = NetworkView(WebSocketClient())
    view.draw(screen)
    assert screen.get_at(AREA.topleft) == pygame.Color("white")

    view.toggle()
    view.draw(screen)
    assert screen.get_at(AREA.topleft) != pygame.Color("white")

    view.toggle()
    screen.fill("white")
    view.draw(screen)
    assert screen.get_at(AREA.topleft) == pygame.Color("white")


def test_it_records_each_frame_while_it_is_hidden(screen, monkeypatch):
    noted = []
    monkeypatch.setattr("wsclient.netgraph.NetGraph.note", lambda _graph, *told: noted.append(told))
    client = WebSocketClient()
    game, view = Game(client, Ship("Sam", hue=45)), NetworkView(client)
    view.update(game)
    game.frame(1 / 60, Steering())
    view.update(game)

    assert noted == [(game.polls.recent[-1], -1.0)]
