"""A chat room: sends each message to everyone.

    python -m demos.engines.server [--port 9081]

With port 0, any free port is used. The first line of the output shows the address.
"""

from __future__ import annotations

import argparse
import contextlib

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

from demos.serving import run_server

__all__ = ["main"]

LONGEST_LINE = 200  # characters
LONGEST_MESSAGE = 4096  # bytes


class Room:
    """The people in the room."""

    def __init__(self) -> None:
        self._guests: set[ServerConnection] = set()

    async def serve_guest(self, connection: ServerConnection) -> None:
        self._guests.add(connection)
        with contextlib.suppress(ConnectionClosed):
            async for message in connection:
                # Other programs draw the text: remove everything that is not printable.
                said = "".join(letter for letter in str(message) if letter.isprintable())[:LONGEST_LINE]
                broadcast(self._guests, said)
        self._guests.discard(connection)


async def run(port: int) -> None:
    async with serve(Room().serve_guest, "127.0.0.1", port, max_size=LONGEST_MESSAGE) as server:
        print(f"chatting on ws://127.0.0.1:{server.sockets[0].getsockname()[1]} (Ctrl-C to stop)", flush=True)
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demos.engines.server", description="A room to chat in.")
    parser.add_argument("--port", type=int, default=9081, help="0: any free port (default: %(default)s)")
    port = parser.parse_args().port
    run_server(run(port), port)


if __name__ == "__main__":
    main()
