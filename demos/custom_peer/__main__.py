"""Runs the arena's game on a custom peer, or through an echo server.

The peer has no network, and the game is unchanged.

    python -m demos.custom_peer [--seconds 30] [--headless] [--screenshot PATH]
    python -m demos.custom_peer --network       # with `python -m demos.minimal.server` in another terminal

Fly with the arrow keys or WASD. Until you press one of them, the ship flies itself. Press Escape to quit.
"""

from __future__ import annotations

import argparse
import contextlib
from typing import TYPE_CHECKING

from demos.arena.autopilot import steer
from demos.arena.bots import FRAME, new_bot_ship
from demos.arena.connection import Connection
from demos.arena.game import Game
from demos.arena.hud import Status, status_of
from demos.arena.messages import Scene, encode
from demos.arena.model import Ship, catch, fly
from demos.arena.window import Window, add_options
from demos.custom_peer.loopback_peer import LoopbackPeer
from wsclient import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient import NetworkedMultiplayerPeer

__all__ = ["main", "play"]

DRONES = 3


def main() -> None:
    options = _options()
    window = Window(options.seconds, options.headless, options.screenshot)
    with contextlib.suppress(KeyboardInterrupt):
        if options.network is None:
            play(LoopbackPeer(), window, lambda: Status(True, "no network: a LoopbackPeer"))
            return
        with WebSocketClient() as client:
            connection = Connection(client, options.network)
            play(client, window, lambda: status_of(connection))


def play(
    peer: NetworkedMultiplayerPeer,
    window: Window,
    status: Callable[[], Status],
) -> None:
    """Plays on any peer that returns the packets put into it.

    There are drones instead of other players.
    """
    game = Game(peer, Ship("Sam", hue=45))
    drones = [new_bot_ship(index) for index in range(DRONES)]

    def fly_drones() -> None:
        for index, drone in enumerate(drones):
            drones[index], game.stars = catch(fly(drone, steer(drone, game.stars), FRAME), game.stars)
        if peer.get_connection_status() == peer.CONNECTION_CONNECTED:
            peer.put_packet(encode(Scene(drones, game.stars)))  # returned as if a server had sent it

    window.play(game, status, fly_drones)
    print(game.polls.summary())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demos.custom_peer", description=__doc__.partition("\n")[0])
    add_options(parser)
    parser.add_argument(
        "--network", metavar="URL", nargs="?", const="ws://127.0.0.1:9080", help="an echo server (default: %(const)s)"
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
