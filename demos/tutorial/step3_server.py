"""Step 3, the server: sends each message to all other players.

Run it with `python -m demos.tutorial.step3_server`.
"""

import asyncio
import contextlib
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

players: set[ServerConnection] = set()


async def play(player: ServerConnection) -> None:
    players.add(player)
    try:
        async for message in player:
            broadcast(players - {player}, message)
    finally:
        players.discard(player)


async def main() -> None:
    async with serve(play, "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9082, max_size=1000) as server:
        print(f"playing on ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()


with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C stops the server
    asyncio.run(main())
