"""The arena on a real Godot 3 server: server, bots and window in one command.

    python -m demos.godot [--players 5] [--seconds 30] [--headless] [--screenshot PATH]
    python -m demos.godot --join ws://127.0.0.1:8765 --name Bob

Fly with the arrow keys or WASD. Until you press one of them, the ship flies itself. Press Escape to quit.
"""

from __future__ import annotations

import argparse
import contextlib
import sys

from demos.arena.model import Ship
from demos.arena.options import add_player_options
from demos.arena.window import Window, add_options
from demos.godot.companions import Companions, NoGodot
from demos.godot.game import GodotGame
from wsclient import WebSocketClient

__all__ = ["main", "play"]

SCREENSHOT = "arena-godot.png"


def main() -> None:
    options = _options()
    window = Window(options.seconds, options.headless, options.screenshot)
    if window.headless and options.screenshot is None:
        window.screenshot = SCREENSHOT
    with contextlib.suppress(KeyboardInterrupt):
        if options.join:
            play(options.name, options.join, window)
            return
        try:
            companions = Companions(options.players - 1)
        except NoGodot as problem:
            sys.exit(str(problem))
        with companions:
            play(options.name, companions.url, window)


def play(name: str, url: str, window: Window) -> None:
    """Plays on a Godot server until the window is closed."""
    with WebSocketClient() as client:
        game = GodotGame(client, url, Ship(name, hue=45))
        try:
            window.play(game, game.status)
        finally:
            print(game.polls.summary())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demos.godot", description=__doc__.partition("\n")[0])
    add_player_options(parser)
    add_options(parser, picture=SCREENSHOT)
    parser.add_argument("--join", metavar="URL", help="play on a Godot server that is already running, without bots")
    return parser.parse_args()


if __name__ == "__main__":
    main()
