"""Step 4, the server: enforces the rules of the game.

Run it with `python -m demos.tutorial.step4_server`.
"""

import asyncio
import contextlib
import json
import random
import sys

from websockets.asyncio.server import ServerConnection, broadcast, serve

players: dict[ServerConnection, dict[str, float]] = {}
coin = [320, 90]


async def play(player: ServerConnection) -> None:
    players[player] = {"x": 320, "y": 180, "score": 0}
    try:
        async for message in player:
            try:
                x, y = map(float, json.loads(message))
                move(players[player], x, y)
            except (ValueError, TypeError):
                await player.close(4000, "That was not a position.")
                return
    finally:
        del players[player]


def move(player: dict[str, float], x: float, y: float) -> None:
    if not (0 <= x <= 640 and 0 <= y <= 360):
        raise ValueError
    player |= {"x": x, "y": y}
    if abs(x - coin[0]) < 20 and abs(y - coin[1]) < 20:
        player["score"] += 1
        coin[:] = random.randrange(20, 620), random.randrange(20, 340)


async def send_state() -> None:
    while True:
        for player, state in players.items():
            others = [other for other in players.values() if other is not state]
            broadcast([player], json.dumps({"coin": coin, "score": state["score"], "others": others}))
        await asyncio.sleep(1 / 30)


async def main() -> None:
    async with serve(play, "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 9082, max_size=1000) as server:
        print(f"playing on ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await send_state()


with contextlib.suppress(KeyboardInterrupt):  # Ctrl-C stops the server
    asyncio.run(main())
