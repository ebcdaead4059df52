"""Bots on the Godot 4 server, each with its own peer, all in one loop.

python -m demos.godot4.bots ws://127.0.0.1:8765 --count 4
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.arena.autopilot import steer
from demos.arena.bots import FRAME, new_bot_ship, run_bots
from demos.godot4.game import Godot4Game

if TYPE_CHECKING:
    import threading

__all__ = ["fly_bots", "main"]


def fly_bots(url: str, count: int, is_over: threading.Event) -> None:
    """Plays with `count` bots until `is_over` is set."""
    games = [Godot4Game(url, new_bot_ship(index)) for index in range(count)]
    while not is_over.wait(FRAME):
        for game in games:
            game.frame(FRAME, steer(game.ship, game.stars))
    for game in games:
        game.leave()


def main() -> None:
    run_bots(fly_bots, program="python -m demos.godot4.bots", description="Bots for the Godot 4 server.")


if __name__ == "__main__":
    main()
