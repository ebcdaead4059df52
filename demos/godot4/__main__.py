"""The arena on a real Godot 4 server: server, bots and window in one command.

    python -m demos.godot4 [--players 5] [--seconds 30] [--headless] [--screenshot PATH]
    python -m demos.godot4 --join ws://127.0.0.1:8765 --name Bob

Fly with the arrow keys or WASD. Until you press one of them, the ship flies itself. Press Escape to quit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.arena.godot_server import run
from demos.arena.model import Ship
from demos.godot4.companions import Companions
from demos.godot4.game import Godot4Game

if TYPE_CHECKING:
    from demos.arena.window import Window

__all__ = ["main", "play"]

SCREENSHOT = "arena-godot4.png"


def main() -> None:
    description = __doc__.partition("\n")[0]
    run("demos.godot4", Companions, play, description=description, picture=SCREENSHOT, server="Godot 4 server")


def play(name: str, url: str, window: Window) -> None:
    """Plays on a Godot 4 server until the window is closed."""
    game = Godot4Game(url, Ship(name, hue=45))
    try:
        window.play(game, game.status)
    finally:
        game.leave()
        print(game.polls.summary())


if __name__ == "__main__":
    main()
