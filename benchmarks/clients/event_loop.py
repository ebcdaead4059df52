"""What the clients of asyncio have in common: a loop that a game runs for one turn a frame."""

from __future__ import annotations

import asyncio
import time
from abc import abstractmethod
from typing import TYPE_CHECKING

from benchmarks.clients.base import Client

if TYPE_CHECKING:
    import ssl

__all__ = ["LoopClient"]


class LoopClient(Client):
    """A client of asyncio, on asyncio's own loop.

    uvloop makes nothing of this faster (tried with 0.23: receiving the same, a turn of the loop seven times as dear).
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)

    @abstractmethod
    async def do_open(self, url: str, *, compression: bool) -> None: ...

    @abstractmethod
    async def do_close(self) -> None: ...

    @abstractmethod
    async def do_command(self, text: str) -> None: ...

    @abstractmethod
    async def do_receive(self, count: int) -> None: ...

    @abstractmethod
    async def do_send(self, payload: bytes, count: int) -> None: ...

    @abstractmethod
    async def do_exchange(self, payload: bytes) -> None: ...

    @abstractmethod
    async def do_keep(self, url: str) -> None: ...

    def open(self, url: str, *, compression: bool = False) -> None:
        self.loop.run_until_complete(self.do_open(url, compression=compression))

    def close(self) -> None:
        self.loop.run_until_complete(self.do_close())

    def command(self, text: str) -> None:
        self.loop.run_until_complete(self.do_command(text))

    def receive(self, count: int) -> None:
        self.loop.run_until_complete(self.do_receive(count))

    def send(self, payload: bytes, count: int, batch: int) -> None:
        self.loop.run_until_complete(self._send_all(payload, count))

    def echo(self, payload: bytes, count: int) -> list[float]:
        return self.loop.run_until_complete(self._exchange_all(payload, count))

    def idle(self, count: int) -> None:
        # One turn of the loop: what a game with asyncio in it does each frame.
        loop = self.loop
        for _ in range(count):
            loop.call_soon(loop.stop)
            loop.run_forever()

    def open_many(self, url: str, count: int) -> None:
        for _ in range(count):
            self.loop.run_until_complete(self.do_keep(url))

    def idle_many(self, count: int) -> None:
        self.idle(count)

    async def _send_all(self, payload: bytes, count: int) -> None:
        await self.do_send(payload, count)
        await self.do_receive(1)

    async def _exchange_all(self, payload: bytes, count: int) -> list[float]:
        took = []
        for _ in range(count):
            start = time.perf_counter()
            await self.do_exchange(payload)
            took.append(time.perf_counter() - start)
        return took
