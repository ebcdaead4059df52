"""websockets: `websockets.asyncio.client`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from websockets.asyncio.client import ClientConnection, connect

from benchmarks.clients.base import LIMIT
from benchmarks.clients.event_loop import LoopClient

if TYPE_CHECKING:
    import ssl

__all__ = ["WebsocketsAsyncio"]


class WebsocketsAsyncio(LoopClient):
    """`await recv()` and `await send()`."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self._many: list[ClientConnection] = []

    async def _connect(self, url: str, *, compression: bool = False) -> ClientConnection:
        return await connect(
            url,
            ssl=self.context if url.startswith("wss") else None,
            compression="deflate" if compression else None,
            max_size=LIMIT,
            proxy=None,
            ping_interval=None,
        )

    async def do_open(self, url: str, *, compression: bool) -> None:
        self._connection = await self._connect(url, compression=compression)

    async def do_close(self) -> None:
        self._connection.transport.abort()

    async def do_command(self, text: str) -> None:
        await self._connection.send(text)

    async def do_receive(self, count: int) -> None:
        receive = self._connection.recv
        for _ in range(count):
            await receive()

    async def do_send(self, payload: bytes, count: int) -> None:
        send = self._connection.send
        for _ in range(count):
            await send(payload)

    async def do_exchange(self, payload: bytes) -> None:
        await self._connection.send(payload)
        await self._connection.recv()

    async def do_keep(self, url: str) -> None:
        self._many.append(await self._connect(url))
