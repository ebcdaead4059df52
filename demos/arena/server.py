"""The arena's server, with the `websockets` package.

It sends all ships to every player 60 times a second.

    python -m demos.arena.server [--port 8765]

It is a relay without rules: it trusts the players to fly and to count for themselves, but not with their names.
"""

from __future__ import annotations

import argparse
import asyncio

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from demos.arena import lifeline
from demos.arena.messages import BadMessage, Echo, Scene, decode, encode
from demos.arena.model import STARS, Ship, later_stars
from demos.serving import run_server

__all__ = ["Relay", "main", "run"]

BROADCASTS_A_SECOND = 60
LONGEST_MESSAGE = 1024  # bytes; a ship takes about a hundred

# RFC 6455 section 7.4.2: applications define 4000-4999.
BAD_MESSAGE = 4000
NAME_TAKEN = 4001


class Relay:
    """The players, their ships, and how often each star was caught."""

    def __init__(self) -> None:
        self.ships: dict[ServerConnection, Ship] = {}
        self.stars = [0] * STARS

    async def serve_player(self, connection: ServerConnection) -> None:
        """Serves one player until the connection ends."""
        try:
            async for packet in connection:
                await self._take(connection, packet)
        except BadMessage as error:
            await connection.close(BAD_MESSAGE, str(error)[:100])
        except ConnectionClosed:
            pass  # the connection was lost without a Close
        finally:
            self.ships.pop(connection, None)

    async def _take(self, connection: ServerConnection, packet: bytes | str) -> None:
        match decode(packet):
            case Echo():
                await connection.send(packet)
            case Scene(ships=[ship], stars=stars):
                if any(each.name == ship.name and of is not connection for of, each in self.ships.items()):
                    await connection.close(NAME_TAKEN, f"The name {ship.name} is taken.")
                    return
                self.ships[connection] = ship
                self.stars = later_stars(self.stars, stars)
            case _:
                raise BadMessage("a player has one ship")

    async def broadcast_forever(self) -> None:
        """Sends all ships to every player at a steady rate."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            broadcast(self.ships, encode(Scene(list(self.ships.values()), self.stars)))
            due = max(due + 1 / BROADCASTS_A_SECOND, loop.time())
            await asyncio.sleep(due - loop.time())


async def run(port: int, *, until_stdin_closes: bool = False) -> None:
    """Serves, and prints the address on the first line."""
    relay = Relay()
    async with serve(relay.serve_player, "127.0.0.1", port, max_size=LONGEST_MESSAGE) as server:
        print(f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        over = asyncio.Event()
        if until_stdin_closes:
            loop = asyncio.get_running_loop()
            lifeline.watch(lambda: loop.call_soon_threadsafe(over.set))
        telling = asyncio.create_task(relay.broadcast_forever())
        await over.wait()
        telling.cancel()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demos.arena.server", description="The arena's server.")
    parser.add_argument("--port", type=int, default=8765, help="0: any free port (default: %(default)s)")
    parser.add_argument(lifeline.OPTION, action="store_true", help="exit when standard input ends")
    options = parser.parse_args()
    run_server(run(options.port, until_stdin_closes=options.until_stdin_closes), options.port)


if __name__ == "__main__":
    main()
