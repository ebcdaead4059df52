"""What lasts: `python -m benchmarks.endurance`. Ten thousand connections and clients over TCP, and an hour of play.

Tells what the process holds in between: descriptors, threads, Python's memory (in bytes and blocks) and real memory.
Exits 1 where any of it grew.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import sys
import threading
import time
import tracemalloc
from typing import TYPE_CHECKING

from websockets.asyncio.server import ServerConnection, serve

from tests.support.arena_play import FRAMES_A_SECOND, ArenaPlay
from tests.support.resources import Holding, holding
from wsclient import WebSocketClient

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_LONGEST = 20.0  # seconds for one connection
_MOST_TRACED = 256 * 1024
_MOST_RESIDENT = 8 * 1024 * 1024
_WARM_UP = 10  # one part of so many comes before the first count


def main() -> int:
    """Runs all three; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.endurance", description=__doc__)
    parser.add_argument("--connections", type=int, default=10_000)
    parser.add_argument("--minutes", type=int, default=60, help="of play, on a clock that needs no time")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    tracemalloc.start()
    url = _start_server()
    client = WebSocketClient()
    count = options.connections
    grew = [
        _watch(f"{count:,} connections of one client", lambda: _converse(client, url), count),
        _watch(f"{count:,} clients, one connection each", lambda: _converse(WebSocketClient(), url), count),
    ]
    with ArenaPlay() as play:
        minute = 60 * FRAMES_A_SECOND
        grew.append(_watch(f"{options.minutes} minutes of the arena", lambda: play.play(minute), options.minutes))
        print(f"    {play.received:,} messages received")
    return 1 if any(grew) else 0


def _start_server() -> str:
    """A real server, in a thread of this process, which so holds both ends of each connection."""
    ports: list[int] = []
    is_up = threading.Event()

    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async def run() -> None:
        async with serve(echo, "127.0.0.1", 0, compression=None) as server:
            ports.append(server.sockets[0].getsockname()[1])
            is_up.set()
            await asyncio.get_running_loop().create_future()

    threading.Thread(target=lambda: asyncio.run(run()), daemon=True).start()
    is_up.wait()
    return f"ws://127.0.0.1:{ports[0]}"


def _converse(client: WebSocketClient, url: str) -> None:
    """Connects, says something, hears it back, and closes."""
    client.connect_to_url(url)
    _poll_until(client, lambda: client.get_connection_status() == client.CONNECTION_CONNECTED)
    client.send_text("hello")
    _poll_until(client, client.get_available_packet_count)
    client.get_packet()
    client.disconnect_from_host()
    _poll_until(client, lambda: client.get_connection_status() == client.CONNECTION_DISCONNECTED)


def _poll_until(client: WebSocketClient, is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + _LONGEST
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{client!r}: {client.last_error}")
        client.poll()
        os.sched_yield()


def _watch(words: str, turn: Callable[[], None], count: int) -> bool:
    """Takes turns, and tells what was held before and after; whether it grew."""
    for _ in range(max(1, count // _WARM_UP)):
        turn()
    before, started = _settled(), time.monotonic()
    for _ in range(count):
        turn()
    after = _settled()
    seconds = time.monotonic() - started
    print(f"{words}, in {seconds:.0f} s")
    for name, one, other in zip(Holding._fields, before, after, strict=True):
        print(f"    {name:12} {one:12,} -> {other:12,}")
    sys.stdout.flush()
    return (
        after.descriptors > before.descriptors
        or after.threads > before.threads
        or after.traced - before.traced > _MOST_TRACED
        or after.resident - before.resident > _MOST_RESIDENT
    )


def _settled() -> Holding:
    """What is held once the server, in its thread, has taken note of the last goodbye."""
    time.sleep(0.5)
    return holding()


if __name__ == "__main__":
    sys.exit(main())
