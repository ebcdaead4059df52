"""aiohttp: `ClientSession.ws_connect`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import aiohttp

from benchmarks.clients.base import LIMIT
from benchmarks.clients.event_loop import LoopClient

if TYPE_CHECKING:
    import ssl

__all__ = ["Aiohttp"]


class Aiohttp(LoopClient):
    """`await receive()`, `await send_bytes()`."""

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self._many: list[aiohttp.ClientWebSocketResponse] = []

    async def _connect(self, url: str, *, compression: bool = False) -> aiohttp.ClientWebSocketResponse:
        context = self.context if url.startswith("wss") else True
        # Its limit must be larger than the message; ours may be equal.
        return await _one_session().ws_connect(
            url, ssl=context, max_msg_size=LIMIT + 1, compress=15 if compression else 0
        )

    async def do_open(self, url: str, *, compression: bool) -> None:
        self._connection = await self._connect(url, compression=compression)

    async def do_close(self) -> None:
        response = self._connection._response  # noqa: SLF001 - it has no public way to end without a Close
        response.close()

    async def do_command(self, text: str) -> None:
        await self._connection.send_str(text)

    async def do_receive(self, count: int) -> None:
        receive = self._connection.receive
        for _ in range(count):
            message = await receive()
            assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), message

    async def do_send(self, payload: bytes, count: int) -> None:
        send = self._connection.send_bytes
        for _ in range(count):
            await send(payload)

    async def do_exchange(self, payload: bytes) -> None:
        await self._connection.send_bytes(payload)
        await self._connection.receive()

    async def do_keep(self, url: str) -> None:
        self._many.append(await self._connect(url))


@functools.cache
def _one_session() -> aiohttp.ClientSession:
    """Returns one session for all connections, as its documentation recommends."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
