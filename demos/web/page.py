"""The arena's player in a web page.

It uses the files of `demos/arena`, except for drawing. It runs in Pyodide, and calls JavaScript twice per frame: once
to draw a JSON string, which returns the keys, and once to wait for the next frame.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

if not hasattr(time, "thread_time"):  # a page has no clock for processor time
    time.thread_time = time.perf_counter

from demos.arena.autopilot import steer
from demos.arena.connection import Connection
from demos.arena.game import Game
from demos.arena.model import STARS, Ship, Steering, star_positions
from wsclient import WebSocketClient
from wsclient.netgraph import NetGraph

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["Keys", "describe", "play"]

SECONDS_TO_LOSE = 0.5  # without messages before a ship is shown as lost
LONGEST_FRAME = 0.1  # seconds; a ship never moves further in one frame
GRAPH = (20, 110, 300, 200)

LEFT, RIGHT, THRUST = {"ArrowLeft", "KeyA"}, {"ArrowRight", "KeyD"}, {"ArrowUp", "KeyW", "Space"}
PLAYS = LEFT | RIGHT | THRUST
SHOW_NETWORK = "KeyN"


class Keys:
    """The keys that are pressed.

    Until a steering key is pressed, the ship flies itself.
    """

    def __init__(self) -> None:
        self.shows_network = True
        self._down: set[str] = set()
        self._has_flown = False

    def take(self, news: str) -> None:
        """Reads the page's record of key events, such as "+ArrowLeft -ArrowLeft"."""
        for change in news.split():
            code = change[1:]
            if change.startswith("+"):
                self._down.add(code)
                self._has_flown |= code in PLAYS
                self.shows_network ^= code == SHOW_NETWORK
            else:
                self._down.discard(code)

    def steering(self, ship: Ship, stars: list[int]) -> Steering:
        """Returns how the player steers."""
        if not self._has_flown:
            return steer(ship, stars)
        return Steering(bool(self._down & RIGHT) - bool(self._down & LEFT), bool(self._down & THRUST))


class Strokes:
    """Records what `NetGraph` draws, with the methods of a pygame surface."""

    def __init__(self) -> None:
        self.steps: list[list[object]] = []

    def fill(self, color: tuple[int, int, int], rect: tuple[int, int, int, int], special_flags: int = 0) -> None:
        opacity = 0.6 if special_flags else 1.0  # a shade, which pygame multiplies by
        red, green, blue = (0, 0, 0) if special_flags else color
        self.steps.append([0, f"rgb({red} {green} {blue} / {opacity})", *rect])

    def blit(self, source: tuple[str, str], dest: tuple[int, int]) -> None:
        self.steps.append([*source, *dest])

    def render(self, text: str, antialias: bool, color: tuple[int, int, int]) -> tuple[str, str]:
        return text, f"rgb{color}"


async def play(
    address: str,
    draw: Callable[[str], str],
    next_frame: Callable[[], Awaitable[object]],
    report: Callable[[str], Awaitable[object]],
) -> None:
    """Plays forever, or for the time given in the page's address.

    In the latter case, it then sends a report.

    Args:
        address: the address of the page, which is also that of the game server.
        draw: draws a frame, given as JSON, and returns the keys.
        next_frame: waits for the next frame.
        report: receives the report, as JSON.
    """
    options = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    seconds = float(options.get("seconds", "inf"))
    client = WebSocketClient()
    connection = Connection(client, _game_of(address))
    game = Game(client, Ship(options.get("name", "Sam"), hue=45))
    graph, keys, stars = NetGraph(client), Keys(), game.stars
    began = before = time.perf_counter()
    frames = 0
    while (now := time.perf_counter()) - began < seconds:
        game.frame(min(now - before, LONGEST_FRAME), keys.steering(game.ship, game.stars))
        graph.note(game.polls.recent[-1], -1.0 if game.round_trip is None else game.round_trip)
        frames, before = frames + 1, now
        scene = describe(game, stars, now) | _status(connection)
        scene["numbers"] = _numbers(game, now, round(frames / (now - began)) if now > began else 0)
        scene["graph"] = _graph(graph) if keys.shows_network else []
        stars = game.stars
        keys.take(draw(json.dumps(scene)))
        await next_frame()
    statistics = client.get_statistics()
    found = {
        "name": game.ship.name,
        "others": sorted(game.others),
        "frames": frames,
        "seconds": seconds,
        "connections": connection.connections,
        "received": statistics.messages_received,
        "sent": statistics.messages_sent,
        "longest_poll": statistics.longest_poll,
        "polls": game.polls.summary(),
        "last_error": None if client.last_error is None else str(client.last_error),
    }
    await report(json.dumps(found))
    client.disconnect_from_host()


def describe(game: Game, stars_before: list[int], now: float) -> dict[str, Any]:
    """Returns everything to be drawn."""
    ships = [(game.ship, 0.0), *((each.ship, now - each.seen_at) for each in game.others.values())]
    places, places_before = star_positions(game.stars), star_positions(stars_before)
    return {
        "now": now,
        "ships": [_ship(ship, age) for ship, age in ships],
        "stars": places,
        "caught": [places_before[index] for index in range(STARS) if stars_before[index] != game.stars[index]],
        "pilots": sorted(([ship.name, ship.hue, ship.score] for ship, _ in ships), key=lambda pilot: -pilot[2]),
    }


def _ship(ship: Ship, age: float) -> dict[str, object]:
    return {
        "name": ship.name,
        "x": round(ship.x, 1),
        "y": round(ship.y, 1),
        "heading": round(ship.heading, 3),
        "hue": ship.hue,
        "thrust": ship.thrust,
        "lost": age > SECONDS_TO_LOSE,
    }


def _status(connection: Connection) -> dict[str, Any]:
    return {"connected": connection.is_open, "status": connection.line, "trouble": connection.why}


def _numbers(game: Game, now: float, frames_a_second: int) -> list[tuple[str, str]]:
    round_trip = "-" if game.round_trip is None else f"{game.round_trip * 1e3:.1f} ms"
    return [
        ("frames a second", str(frames_a_second)),
        ("messages in a second", str(game.received.a_second(now))),
        ("messages out a second", str(game.sent.a_second(now))),
        ("round trip", round_trip),
        ("longest poll() lately", f"{game.polls.longest_lately * 1e3:.2f} ms"),
        ("longest poll()", f"{game.polls.longest * 1e3:.2f} ms"),
    ]


def _graph(graph: NetGraph) -> list[list[object]]:
    strokes = Strokes()
    graph.draw(strokes, GRAPH, strokes)
    return strokes.steps


def _game_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}/arena"
