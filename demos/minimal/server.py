"""The server for the first steps: sends every message back to its sender.

    python -m demos.minimal.server [--port 9080]

With port 0, any free port is used. The first line of the output shows the address.
"""

from __future__ import annotations

import argparse
import contextlib

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from demos.serving import run_server

__all__ = ["main"]


async def echo(connection: ServerConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        async for message in connection:
            await connection.send(message)


async def run(port: int) -> None:
    async with serve(echo, "127.0.0.1", port) as server:
        print(f"echoing on ws://127.0.0.1:{server.sockets[0].getsockname()[1]} (Ctrl-C to stop)", flush=True)
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demos.minimal.server", description="Echoes WebSocket messages.")
    parser.add_argument("--port", type=int, default=9080, help="0: any free port (default: %(default)s)")
    port = parser.parse_args().port
    run_server(run(port), port)


if __name__ == "__main__":
    main()
