"""The base class of asyncio clients.

Their loop is run by a game for one turn per frame.
"""

from __future__ import annotations

import asyncio
import functools
import sys
import time
from abc import abstractmethod
from typing import TYPE_CHECKING, Any

import aiofastnet

from benchmarks.clients.base import TO_FILL, Client, rest

if TYPE_CHECKING:
    import ssl
    from collections.abc import Awaitable, Callable

__all__ = ["LoopClient"]


class LoopClient(Client):
    """A client of asyncio.

    It runs on uvloop if the program has loaded it, otherwise on asyncio's own loop with aiofastnet. Neither is always
    faster. aiofastnet makes small sends and round trips cheaper, and nothing more expensive. uvloop makes a turn of
    the loop cheaper in a program that runs inside it, but seven times as expensive in one that runs it for one turn,
    and makes receiving 64 KiB or more slower.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self.loop = _one_loop()

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

    def idle(self, count: int, *, inside: bool = False) -> None:
        # One turn of the loop in each frame, in a game that is a coroutine or has its own loop.
        loop = self.loop
        if inside:
            loop.run_until_complete(_turns(count))
            return
        for _ in range(count):
            loop.call_soon(loop.stop)
            loop.run_forever()

    def fill(self) -> None:
        end = time.monotonic() + TO_FILL
        while time.monotonic() < end:
            self.idle(1)
            rest()

    def open_many(self, url: str, count: int) -> None:
        for _ in range(count):
            self.loop.run_until_complete(self.do_keep(url))

    def look_at_all(self) -> None:
        self.idle(1)

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


@functools.cache
def _one_loop() -> asyncio.AbstractEventLoop:
    """Returns one loop for all clients of the process."""
    if "uvloop" in sys.modules:
        loop = sys.modules["uvloop"].new_event_loop()
    else:
        loop = asyncio.new_event_loop()
        loop.create_connection = functools.partial(_create_connection, loop, loop.create_connection)
    asyncio.set_event_loop(loop)
    return loop


async def _create_connection(
    loop: asyncio.AbstractEventLoop,
    usual: Callable[..., Awaitable[tuple[Any, Any]]],
    factory: Callable[[], Any],
    *args: object,
    **options: object,
) -> tuple[Any, Any]:
    """Creates connections with aiofastnet's sockets.

    Not for TLS, where aiohttp waits forever for data that has already arrived (1.2.0), and not for the whole loop,
    whose turns would become a tenth slower. picows uses them by itself.
    """
    if options.get("ssl"):
        return await usual(factory, *args, **options)
    return await aiofastnet.create_connection(loop, factory, *args, **options)


async def _turns(count: int) -> None:
    sleep = asyncio.sleep
    for _ in range(count):
        await sleep(0)
