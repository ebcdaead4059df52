"""A line between clients and servers that fails by a script.

It slows, stalls, mutes or cuts connections.

    python -m tests.endurance.soak.line SEED TARGET_PORT...

Prints one port for each target, then carries until its standard input ends. Every connection gets a new fate every
few seconds, drawn from the seed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import sys
from random import Random

SHORTEST, LONGEST = 5.0, 40.0  # seconds between two fates
SLOW = 24 * 1024  # bytes a second
LASTS = 6.0  # seconds of a slow or stalled line
# A mute line loses everything in silence and stays open, so only a heartbeat finds it.
FATES = {"good": 8, "slow": 4, "stalled": 3, "cut": 2, "mute": 1}
_PIECE = 16 * 1024  # bytes
_RESET = struct.pack("ii", 1, 0)  # of SO_LINGER: closing sends a reset


class Line:
    """One connection and its fate."""

    def __init__(self, lot: Random) -> None:
        self._lot = lot
        self._fate = "good"
        self._flows = asyncio.Event()  # cleared while the line stalls
        self._flows.set()
        self._writers: list[asyncio.StreamWriter] = []

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, target: int) -> None:
        """Carries until one end closes or the line is cut."""
        self._writers.append(writer)
        tasks: list[asyncio.Task[None]] = []
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
            self._writers.append(far_writer)
            ways = (self._pump(reader, far_writer), self._pump(far_reader, writer), self._suffer())
            tasks = [asyncio.ensure_future(way) for way in ways]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        except OSError:
            pass  # the server is down: the client sees its connection close
        finally:
            for task in tasks:
                task.cancel()
            for each in self._writers:
                each.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(_PIECE):
                if self._fate == "slow":
                    await asyncio.sleep(len(data) / SLOW)
                await self._flows.wait()
                if self._fate != "mute":
                    writer.write(data)
                    await writer.drain()

    async def _suffer(self) -> None:
        while True:
            await asyncio.sleep(self._lot.uniform(SHORTEST, LONGEST))
            [self._fate] = self._lot.choices(list(FATES), list(FATES.values()))
            if self._fate == "cut":
                self._cut()
                return
            if self._fate == "mute":
                await asyncio.Future()
            if self._fate == "stalled":
                self._flows.clear()
            await asyncio.sleep(LASTS)
            self._fate = "good"
            self._flows.set()

    def _cut(self) -> None:
        for writer in self._writers:
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()


async def main(seed: int, *targets: int) -> None:
    """Serves until standard input ends."""
    lot = Random(seed)
    for target in targets:

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: int = target) -> None:
            await Line(Random(lot.random())).carry(reader, writer, to)

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    logging.disable(logging.WARNING)  # asyncio warns of writes to a line that was cut
    asyncio.run(main(*map(int, sys.argv[1:])))
