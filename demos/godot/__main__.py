"""The arena on a real Godot 3 server: server, bots and window in one command.

    python -m demos.godot [--players 5] [--seconds 30] [--headless] [--screenshot PATH]
    python -m demos.godot --join ws://127.0.0.1:8765 --name Bob

Fly with the arrow keys or WASD. Until you press one of them, the ship flies itself. Press Escape to quit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.arena.godot_server import run
from demos.arena.model import Ship
from demos.godot.companions import Companions
from demos.godot.game import GodotGame
from wsclient import WebSocketClient

if TYPE_CHECKING:
    from demos.arena.window import Window

__all__ = ["main", "play"]

SCREENSHOT = "arena-godot.png"


def main() -> None:
    description = __doc__.partition("\n")[0]
    run("demos.godot", Companions, play, description=description, picture=SCREENSHOT, server="Godot server")


def play(name: str, url: str, window: Window) -> None:
    """Plays on a Godot server until the window is closed."""
    with WebSocketClient() as client:
        game = GodotGame(client, url, Ship(name, hue=45))
        try:
            window.play(game, game.status)
        finally:
            print(game.polls.summary())


if __name__ == "__main__":
    main()
