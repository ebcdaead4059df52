"""Bots on the Godot server, each with its own client, all in one loop.

python -m demos.godot.bots ws://127.0.0.1:8765 --count 4
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from demos.arena.autopilot import steer
from demos.arena.bots import FRAME, new_bot_ship, run_bots
from demos.godot.game import GodotGame
from wsclient import WebSocketClient

if TYPE_CHECKING:
    import threading

__all__ = ["fly_bots", "main"]


def fly_bots(url: str, count: int, is_over: threading.Event) -> None:
    """Plays with `count` bots until `is_over` is set."""
    clients = [WebSocketClient() for _ in range(count)]
    games = [GodotGame(client, url, new_bot_ship(index)) for index, client in enumerate(clients)]
    while not is_over.wait(FRAME):
        for game in games:
            game.frame(FRAME, steer(game.ship, game.stars))
    for client in clients:
        client.disconnect_from_host()


def main() -> None:
    run_bots(fly_bots, program="python -m demos.godot.bots", description="Bots for the Godot server.")


if __name__ == "__main__":
    main()
