"""The page's player, here with a page that only counts and a server that is real."""

from __future__ import annotations

import asyncio
import json

import pytest

from demos.arena.game import Game, Sighting
from demos.arena.model import STARS, Ship, Steering
from demos.web.page import Keys, describe, play
from tests.demos.conftest import serving
from wsclient import WebSocketClient

SAM, ADA = Ship("Sam", 45, score=3), Ship("Ada", 205, x=100.123, score=7)


class TestKeys:
    def test_fly_by_themselves_until_one_is_pressed(self):
        keys = Keys()
        keys.take("+Escape -Escape +KeyN")

        assert keys.steering(SAM, [0] * STARS) != Steering()

    @pytest.mark.parametrize(
        ("news", "steering"),
        [
            ("+ArrowLeft", Steering(-1, thrust=False)),
            ("+KeyD +KeyW", Steering(1, thrust=True)),
            ("+ArrowLeft +ArrowRight +Space", Steering(0, thrust=True)),
            ("+ArrowUp -ArrowUp", Steering(0, thrust=False)),
        ],
    )
    def test_steer(self, news, steering):
        keys = Keys()
        keys.take(news)

        assert keys.steering(SAM, [0] * STARS) == steering

    def test_hide_the_network(self):
        keys = Keys()
        assert keys.shows_network
        keys.take("+KeyN -KeyN")
        assert not keys.shows_network


def test_a_game_is_described_with_the_best_pilot_first():
    with WebSocketClient() as client:
        game = Game(client, SAM, clock=lambda: 10.0)
        game.others["Ada"] = Sighting(ADA, 9.0)
        game.stars = [1, *[0] * (STARS - 1)]

        scene = describe(game, [0] * STARS, 10.0)

    assert [pilot[0] for pilot in scene["pilots"]] == ["Ada", "Sam"]
    assert [(ship["name"], ship["lost"]) for ship in scene["ships"]] == [("Sam", False), ("Ada", True)]
    assert scene["ships"][1]["x"] == 100.1
    assert (len(scene["stars"]), len(scene["caught"])) == (STARS, 1)
    assert json.loads(json.dumps(scene))


def test_it_plays_and_reports():
    drawn, reports = [], []

    async def next_frame():
        await asyncio.sleep(0.01)

    async def report(found):
        reports.append(json.loads(found))

    with serving("demos.arena.server", "0") as (url, _):
        address = url.replace("ws:", "http:") + "/?name=Ida&seconds=1"
        asyncio.run(play(address, lambda text: drawn.append(json.loads(text)) or "", next_frame, report))

    (found,) = reports
    assert (found["name"], found["connections"], found["last_error"]) == ("Ida", 1, None)
    assert found["frames"] == len(drawn) > 10
    assert found["received"] > 0
    assert drawn[-1]["connected"]
    assert drawn[-1]["graph"]
