"""Bots: players that fly by themselves, each joined to the Godot server by a client of its own, all in one loop.

python -m demos.godot.bots ws://127.0.0.1:8765 --count 4
"""

from __future__ import annotations

import argparse
import contextlib
import threading

from demos.arena import lifeline
from demos.arena.autopilot import steer
from demos.arena.bots import FRAME, new_bot_ship
from demos.godot.game import GodotGame
from wsclient import WebSocketClient

__all__ = ["fly_bots", "main"]


def fly_bots(url: str, count: int, is_over: threading.Event) -> None:
    """Plays with `count` bots until it is over."""
    clients = [WebSocketClient() for _ in range(count)]
    games = [GodotGame(client, url, new_bot_ship(index)) for index, client in enumerate(clients)]
    while not is_over.wait(FRAME):
        for game in games:
            game.frame(FRAME, steer(game.ship, game.stars))
    for client in clients:
        client.disconnect_from_host()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demos.godot.bots", description="Bots for the Godot server.")
    parser.add_argument("url", help="of the server")
    parser.add_argument("--count", type=int, default=4, help="how many bots (default: %(default)s)")
    parser.add_argument(lifeline.OPTION, action="store_true", help="end when standard input does")
    options = parser.parse_args()
    is_over = threading.Event()
    if options.until_stdin_closes:
        lifeline.watch(is_over.set)
    with contextlib.suppress(KeyboardInterrupt):
        fly_bots(options.url, options.count, is_over)


if __name__ == "__main__":
    main()
