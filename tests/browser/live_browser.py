"""The fake browser, with real WebSockets over sockets.

For the bridge that no test can run, pygbag's. As in a browser, nothing happens between two frames: events come, and
what was sent leaves, in `frame`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.support.fake_browser import FakeBrowser, JsSocket
from wsclient.protocol.events import CloseReceived, Ended, Messages, Opened
from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest, Settings
from wsclient.transport.native import NativeTransport

if TYPE_CHECKING:
    from tests.support.fake_browser import JsArray, JsBuffer
    from wsclient.protocol.events import Event

__all__ = ["LiveBrowser"]


class LiveSocket(JsSocket):
    """A WebSocket of a browser, which hides from its page what a browser hides."""

    def __init__(self, url: str, protocols: JsArray) -> None:
        super().__init__(url, protocols)
        self.transport = NativeTransport(Settings(handshake_timeout=0.0, close_timeout=0.0, heartbeat_interval=0.0))
        self.transport.open(OpeningRequest(URL.parse(url), tuple(map(str, self.protocols))))
        self.is_over = False
        self._is_closing = False
        self._close = (1006, "")

    def send(self, data: str | JsBuffer) -> None:
        super().send(data)
        sent = self.sent.pop()
        if self.transport.can_send:
            self.transport.send(sent.encode() if isinstance(sent, str) else sent, is_text=isinstance(sent, str))

    def close(self, *args: object) -> None:
        super().close(*args)
        if self._is_closing or self.is_over:
            return
        self._is_closing = True
        is_open = self.transport.can_send
        code, reason = (*args, "")[:2] if args else (0, "")
        self.transport.close(int(code), str(reason))  # type: ignore[call-overload]
        self.is_over = not is_open

    def step(self) -> None:
        """Takes one step of the network, and fires its events."""
        if self.is_over:
            return
        for event in self.transport.poll():
            self._hear(event)
        self.bufferedAmount = self.transport.buffered_amount

    def _hear(self, event: Event) -> None:
        if isinstance(event, Opened):
            self.opens(event.subprotocol)
        elif isinstance(event, Messages) and not self._is_closing:
            for payload, is_text in event.each():
                self.brings(payload.decode() if is_text else payload)
        elif isinstance(event, CloseReceived):
            self._close = (event.code, event.reason)
        elif isinstance(event, Ended):
            self.is_over = True
            if event.was_clean:
                self.closes(*self._close)
            else:
                self.breaks()


class LiveBrowser(FakeBrowser):
    """A page whose WebSockets connect."""

    def __init__(self) -> None:
        super().__init__(LiveSocket)

    async def frame(self) -> None:
        """Lets one frame pass."""
        await asyncio.sleep(0.001)
        for socket in self.sockets:
            if isinstance(socket, LiveSocket):
                socket.step()

    def close(self) -> None:
        """Lets go of the page, and of all its sockets."""
        for socket in self.sockets:
            if isinstance(socket, LiveSocket):
                socket.transport.abort()
