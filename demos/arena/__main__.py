"""The arena: server, bots and window in one command.

    python -m demos.arena [--players 5] [--seconds 30] [--headless] [--screenshot PATH] [--kill-server-after SECONDS]
    python -m demos.arena --host [--port 8765]
    python -m demos.arena --join ws://127.0.0.1:8765 --name Bob

Fly with the arrow keys or WASD; until you press one of them, the ship flies itself. Press K to kill the server, F3 to
show network statistics, and Escape to quit.
"""

from __future__ import annotations

import argparse
import contextlib
from typing import TYPE_CHECKING

import pygame

from demos.arena.companions import Companions
from demos.arena.connection import Connection
from demos.arena.game import Game
from demos.arena.host import Host
from demos.arena.hud import status_of
from demos.arena.model import Ship
from demos.arena.network_view import NetworkView
from demos.arena.options import add_player_options
from demos.arena.window import Window, add_options
from wsclient import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main", "play"]


def main() -> None:
    options = _options()
    window = Window(options.seconds, options.headless, options.screenshot)
    with contextlib.suppress(KeyboardInterrupt):
        if options.join:
            play(options.name, options.join, window, shows_network=options.network)
            return
        if options.host:
            with Host(options.port) as host:
                print(f"others join: python -m demos.arena --join {host.url} --name Bob", flush=True)
                play(options.name, host.url, window, host.update, shows_network=options.network)
            return
        with Companions(options.players - 1, kill_server_after=options.kill_server_after) as companions:
            window.keys[pygame.K_k] = companions.kill_server
            play(options.name, companions.url, window, companions.update, shows_network=options.network)


def play(
    name: str,
    url: str,
    window: Window,
    update: Callable[[], object] = lambda: None,
    *,
    shows_network: bool = False,
) -> None:
    """Plays until the window is closed, even while the server cannot be reached."""
    with WebSocketClient() as client:
        connection = Connection(client, url)
        game = Game(client, Ship(name, hue=45))
        network = NetworkView(client, is_shown=shows_network)
        window.keys[pygame.K_F3] = network.toggle
        window.overlay = network.draw

        def update_all() -> None:
            update()
            network.update(game)

        try:
            window.play(game, lambda: status_of(connection), update_all)
        finally:
            print(game.polls.summary())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demos.arena", description=__doc__.partition("\n")[0])
    add_player_options(parser)
    add_options(parser)
    parser.add_argument("--kill-server-after", type=float, metavar="SECONDS", help="kill the server after a while")
    parser.add_argument("--network", action="store_true", help="show the network from the start, as F3 does")
    parser.add_argument("--host", action="store_true", help="serve the game in this process, without bots")
    parser.add_argument("--port", type=int, default=8765, help="of --host; 0: any free port (default: %(default)s)")
    parser.add_argument("--join", metavar="URL", help="play on a server that is already running, without bots")
    return parser.parse_args()


if __name__ == "__main__":
    main()
