"""Bots that play by themselves, each with its own client, all in one loop.

python -m demos.arena.bots ws://127.0.0.1:8765 --count 4
"""

from __future__ import annotations

import argparse
import contextlib
import threading
from random import Random
from typing import TYPE_CHECKING

from demos.arena import lifeline
from demos.arena.autopilot import steer
from demos.arena.connection import Connection
from demos.arena.game import Game
from demos.arena.model import HEIGHT, WIDTH, Ship
from wsclient import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["fly_bots", "main", "new_bot_ship", "run_bots"]

NAMES = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Radia", "Ken")
HUES = (205, 288, 150, 10, 328, 235, 95, 180)  # easy to tell apart
FRAME = 1 / 60  # seconds


def new_bot_ship(index: int) -> Ship:
    """Returns the ship of this bot, with its name, colour and position."""
    lot = Random(index)
    name = NAMES[index % len(NAMES)] + (f" {index // len(NAMES) + 1}" if index >= len(NAMES) else "")
    return Ship(name, HUES[index % len(HUES)], x=lot.uniform(0.1, 0.9) * WIDTH, y=lot.uniform(0.2, 0.8) * HEIGHT)


def fly_bots(url: str, count: int, is_over: threading.Event) -> None:
    """Plays with `count` bots until `is_over` is set."""
    clients = [WebSocketClient() for _ in range(count)]
    for client in clients:
        Connection(client, url)
    games = [Game(client, new_bot_ship(index)) for index, client in enumerate(clients)]
    while not is_over.wait(FRAME):
        for game in games:
            game.frame(FRAME, steer(game.ship, game.stars))
    for client in clients:
        client.disconnect_from_host()


def run_bots(fly: Callable[[str, int, threading.Event], None], *, program: str, description: str) -> None:
    """Runs bots from the command line until Ctrl-C.

    With an option, they also stop when standard input ends.

    Args:
        fly: plays with a number of bots at a URL until its event is set.
        program: the command that starts the program, for the help.
        description: its description, for the help.
    """
    parser = argparse.ArgumentParser(prog=program, description=description)
    parser.add_argument("url", help="URL of the server")
    parser.add_argument("--count", type=int, default=4, help="how many bots (default: %(default)s)")
    parser.add_argument(lifeline.OPTION, action="store_true", help="exit when standard input ends")
    options = parser.parse_args()
    is_over = threading.Event()
    if options.until_stdin_closes:
        lifeline.watch(is_over.set)
    with contextlib.suppress(KeyboardInterrupt):
        fly(options.url, options.count, is_over)


def main() -> None:
    run_bots(fly_bots, program="python -m demos.arena.bots", description="Bots that play in the arena.")


if __name__ == "__main__":
    main()
