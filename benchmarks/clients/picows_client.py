"""picows: a listener that is called for each frame, in compiled code."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import picows

from benchmarks.clients.base import LIMIT, NotOffered
from benchmarks.clients.event_loop import LoopClient

if TYPE_CHECKING:
    import ssl

__all__ = ["Picows"]

_TEXT = picows.WSMsgType.TEXT
_BINARY = picows.WSMsgType.BINARY
_CONTINUATION = picows.WSMsgType.CONTINUATION


class _Listener(picows.WSListener):
    """Receives each message, and reports when all expected ones have arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.missing = 0
        self.done: asyncio.Future[None] | None = None
        self._parts: list[bytes] = []

    def expect(self, count: int, loop: asyncio.AbstractEventLoop) -> asyncio.Future[None]:
        self.missing += count
        self.done = loop.create_future()
        if self.missing <= 0:
            self.done.set_result(None)
        return self.done

    def on_ws_frame(self, transport: picows.WSTransport, frame: picows.WSFrame) -> None:
        if frame.fin and frame.msg_type == _BINARY:
            frame.get_payload_as_bytes()
        elif frame.fin and frame.msg_type == _TEXT:
            frame.get_payload_as_utf8_text()
        elif not frame.fin:
            self._parts.append(frame.get_payload_as_bytes())
            return
        elif frame.msg_type == _CONTINUATION:
            self._parts.append(frame.get_payload_as_bytes())
            b"".join(self._parts)
            self._parts.clear()
        self.missing -= 1
        if not self.missing and self.done is not None:
            self.done.set_result(None)


class Picows(LoopClient):
    """picows with aiofastnet's sockets for asyncio.

    It uses them by itself if they are installed.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(context)
        self._many: list[picows.WSTransport] = []

    async def _connect(self, url: str) -> tuple[picows.WSTransport, _Listener]:
        context = self.context if url.startswith("wss") else None
        return await picows.ws_connect(_Listener, url, ssl_context=context, max_frame_size=LIMIT)

    async def do_open(self, url: str, *, compression: bool) -> None:
        if compression:
            raise NotOffered
        self._transport, self._listener = await self._connect(url)

    async def do_close(self) -> None:
        self._transport.disconnect(graceful=False)

    async def do_command(self, text: str) -> None:
        self._transport.send(_TEXT, text.encode())

    async def do_receive(self, count: int) -> None:
        await self._listener.expect(count, self.loop)

    async def do_send(self, payload: bytes, count: int) -> None:
        send = self._transport.send
        for index in range(count):
            send(_BINARY, payload)
            if len(payload) > 60000 or not index % 64:
                await asyncio.sleep(0)  # so that data not accepted by the system is sent and does not accumulate

    async def do_exchange(self, payload: bytes) -> None:
        done = self._listener.expect(1, self.loop)
        self._transport.send(_BINARY, payload)
        await done

    def fill(self) -> None:
        raise NotOffered  # it has no queue: the listener receives each message at once

    async def do_keep(self, url: str) -> None:
        self._many.append((await self._connect(url))[0])
