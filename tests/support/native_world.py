"""A native transport in a world of fakes: clock, network and server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tests.support.fake_network import FakeNetwork, FakeResolver, addresses
from tests.support.scripted_server import ScriptedServer
from tests.support.tls import ServerTlsStream, client_context, server_context
from wsclient.protocol.events import Ended, Messages, Opened
from wsclient.protocol.url import URL
from wsclient.testing import FakeClock
from wsclient.transport.base import OpeningRequest, Settings
from wsclient.transport.native import NativeTransport
from wsclient.transport.opening.resolver import Resolved
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from collections.abc import Callable

    from wsclient.protocol.events import Event, Failure
    from wsclient.transport.opening.resolver import Resolver

__all__ = ["FRAME", "NativeWorld"]

FRAME = 0.016
"""Seconds between two polls of a game."""


class NativeWorld:
    """One transport to a server at 192.0.2.1.

    The server listens unless a test wants it otherwise.

    Attributes:
        events: all events of the transport.
        server: the scripted server of the first connection; there once it was accepted.
    """

    def __init__(
        self,
        *,
        resolver: Resolver | None = None,
        random_bytes: Callable[[int], bytes] = os.urandom,
        listens: bool = True,
        is_secure: bool = False,
        **settings: Any,
    ) -> None:
        self.clock = FakeClock()
        self.network = FakeNetwork()
        if listens:
            self.network.listen("192.0.2.1")
        self.settings = Settings(**settings)
        self.is_secure = is_secure
        if is_secure and resolver is None:
            secured = Resolved(
                addresses("192.0.2.1"), lambda stream, _: TlsStream(stream, client_context(), "localhost")
            )
            resolver = FakeResolver(secured)
        outside = self.network.outside(resolver, random_bytes)
        self.transport = NativeTransport(self.settings, clock=self.clock, outside=outside)
        self.events: list[Event] = []
        self._server: ScriptedServer | None = None

    def open(self, url: str = "", subprotocols: tuple[str, ...] = ()) -> None:
        """Starts an attempt."""
        url = url or ("wss://game.example/" if self.is_secure else "ws://game.example/")
        self.transport.open(OpeningRequest(URL.parse(url), subprotocols))

    def step(self, seconds: float = FRAME, *, read: bool = True) -> list[Event]:
        """One frame of the game: time passes, then one poll."""
        self.clock.advance(seconds)
        events = self.transport.poll(read=read)
        self.events += events
        return events

    def run(self, seconds: float, *, pace: float = 0.1, read: bool = True) -> None:
        """Plays many frames while the server does nothing.

        It stops early if the connection ends.
        """
        left = seconds
        while left > 1e-9 and not self.has_ended:
            self.step(min(pace, left), read=read)
            left -= pace

    def settle(self) -> None:
        """Frames in which both sides do all that they can do at once."""
        for _ in range(12):
            self.step()
            if self.network.accepted:
                self.server.step()

    def connect(self, behind: bytes = b"") -> None:
        """From nothing to an open connection."""
        self.open()
        for _ in range(8):
            self.step()
            if self.network.accepted:
                self.serve()
            if self._server is not None and self._server.request is not None:
                break
        self.server.accept(behind=behind)
        for _ in range(3):
            self.step()
        assert any(isinstance(event, Opened) for event in self.events), self.events

    def serve(self) -> None:
        """One step of the server's; over TLS its part of the handshake first."""
        if isinstance(self.server.stream, ServerTlsStream) and not self.server.stream.version:
            self.server.stream.handshake()
        elif not isinstance(self.server.stream, ServerTlsStream) or self.server.stream.handshake():
            self.server.step()

    @property
    def server(self) -> ScriptedServer:
        if self._server is None:
            wire = self.network.accepted[0]
            self._server = ScriptedServer(ServerTlsStream(wire, server_context()) if self.is_secure else wire)
        return self._server

    @property
    def has_ended(self) -> bool:
        """Whether the terminal event came."""
        return any(isinstance(event, Ended) for event in self.events)

    @property
    def ended(self) -> Ended:
        """The terminal event: one, and the last."""
        found = [event for event in self.events if isinstance(event, Ended)]
        assert len(found) == 1, self.events
        assert self.events[-1] is found[0], "something was told behind the end"
        return found[0]

    @property
    def failure(self) -> Failure:
        """Why it ended."""
        assert self.ended.failure is not None
        return self.ended.failure

    @property
    def messages(self) -> list[bytes]:
        """The payloads received."""
        return [payload for event in self.events if isinstance(event, Messages) for payload in event.payloads]
