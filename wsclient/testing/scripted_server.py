"""A server in memory that is controlled by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wsclient.protocol.arguments import check_headers
from wsclient.protocol.events import CloseReceived, Ended, Messages, Opened, Requested
from wsclient.testing.fake_clock import FakeClock
from wsclient.testing.memory_stream import CLIENT_ADDRESS, SERVER_ADDRESS, MemoryStream
from wsclient.transport.attended import AttendedTransport
from wsclient.transport.base import Settings
from wsclient.transport.opening.milestones import Accepted, Reached
from wsclient.transport.opening.requesting import Requesting
from wsclient.transport.served import ServedTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wsclient.protocol.events import Event
    from wsclient.protocol.server_handshake import Request
    from wsclient.transport.opening.attempt import Attempt
    from wsclient.transport.opening.phase import Phase

__all__ = ["ScriptedServer"]


class ScriptedServer:
    """A server without a network, for one client, controlled by a test.

        server = ScriptedServer()
        client = WebSocketClient(transport=server)
        client.connect_to_url("ws://game.example")
        server.accept()
        client.poll()             # emits connection_established
        server.send("welcome")
        client.poll()             # emits data_received

    The client's own code runs from its handshake to its frames and deadlines; only name lookup, TCP and TLS are left
    out (`wss://` is not encrypted). Time stands still until the test calls `server.clock.advance()`.
    The server answers pings and a Close frame by itself, as servers do, unless `is_silent` is set.

    Attributes:
        clock: the time of the client and the server.
        delay: seconds that data sent from then on takes to the other side.
        is_silent: True if the server neither reads nor answers anything.
        received: the messages of the latest connection, `str` and `bytes` as they were sent.
        close_code: the code of the client's Close frame; None before it has arrived, 1005 if it has no code.
        close_reason: the reason in it; "" if there is none.
    """

    def __init__(self, clock: FakeClock | None = None, *, delay: float = 0.0) -> None:
        """Waits for a client.

        Args:
            clock: the clock of the test; None for a new one.
            delay: see the attribute.
        """
        self.clock: FakeClock = clock or FakeClock()
        self.is_silent = False
        self.received: list[str | bytes] = []
        self.close_code: int | None = None
        self.close_reason: str = ""
        self._delay = delay
        self._request: Request | None = None
        self._answer: Callable[[ServedTransport], None] | None = None
        self._ends: tuple[MemoryStream, MemoryStream] | None = None
        self._transport: ServedTransport | None = None
        self._is_open = False

    def __call__(self, settings: Settings) -> AttendedTransport:
        """Returns a transport to this server. A client calls this for each attempt."""
        return AttendedTransport(settings, clock=self.clock, first_phase=self._reach, attend=self.step)

    @property
    def delay(self) -> float:
        """Seconds until data sent later arrive at the other side."""
        return self._delay

    @delay.setter
    def delay(self, seconds: float) -> None:
        self._delay = seconds
        for end in self._ends or ():
            end.delay = seconds

    @property
    def request(self) -> Request | None:
        """The request of the latest client; None before it has arrived."""
        self.step()
        return self._request

    @property
    def is_open(self) -> bool:
        """True from when a client is accepted until its connection ends."""
        return self._is_open

    def accept(self, protocol: str = "", headers: Iterable[str] | Mapping[str, str] = ()) -> None:
        """Accepts the client, or the next one, when its request has arrived.

        Args:
            protocol: one of the subprotocols that the client asks for, or "".
            headers: more of them for the reply, as `connect_to_url` takes them.
        """
        checked = check_headers(headers)
        self._answer = lambda transport: transport.accept(protocol, checked)
        self.step()

    def reject(self, status: int = 403, body: str = "") -> None:
        """Refuses the client, or the next one, with an HTTP status and a page."""
        plain_text = (("Content-Type", "text/plain; charset=utf-8"),)
        self._answer = lambda transport: transport.reject(status, plain_text, body.encode())
        self.step()

    def send(self, *messages: str | bytes) -> None:
        """Sends messages: text for each `str`, binary for `bytes`.

        Raises:
            RuntimeError: no connection is open.
        """
        transport = self._opened("send")
        for message in messages:
            is_text = isinstance(message, str)
            transport.send(message.encode() if isinstance(message, str) else message, is_text=is_text)
        transport.flush()

    def close(self, code: int = 1000, reason: str = "") -> None:
        """Starts the closing handshake. Code 0 sends a Close frame without a code.

        Raises:
            RuntimeError: no connection is open.
        """
        self._opened("close").close(code, reason)

    def drop(self) -> None:
        """Ends the connection without a Close frame, like a crash or a pulled plug.

        This also works while the client is connecting.
        """
        if self._transport is not None:
            self._transport.abort()
        self._is_open = False

    def step(self) -> None:
        """Reads and answers received data. Each `poll()` of the client does this too."""
        transport = self._transport
        if transport is None or self.is_silent:
            return
        while (events := transport.poll()) or transport.has_more:
            for event in events:
                self._take(event)
                if isinstance(event, Ended):
                    self._transport = None
                    return
        self._give_answer(transport)

    def _opened(self, call: str) -> ServedTransport:
        self.step()
        if self._transport is None or not self._is_open:
            raise RuntimeError(f"{call}(): no connection is open; see accept(), and poll the client")
        return self._transport

    def _take(self, event: Event) -> None:
        if isinstance(event, Messages):
            self.received += [payload.decode() if is_text else payload for payload, is_text in event.each()]
        elif isinstance(event, Requested):
            self._request = event.request
        elif isinstance(event, Opened):
            self._is_open = True
        elif isinstance(event, CloseReceived):
            self.close_code, self.close_reason = event.code, event.reason
        elif isinstance(event, Ended):
            self._is_open = False

    def _give_answer(self, transport: ServedTransport) -> None:
        if self._request is None or self._answer is None or self._is_open:
            return
        answer, self._answer = self._answer, None
        answer(transport)
        self.step()

    def _reach(self, attempt: Attempt) -> Phase:
        """Starts an attempt of the client at this server.

        Everything that precedes the request is skipped.
        """
        self.drop()
        self.received, self.close_code, self.close_reason, self._request = [], None, "", None
        self._ends = MemoryStream.pair(self.clock, client=CLIENT_ADDRESS, server=SERVER_ADDRESS, delay=self._delay)
        client, server = self._ends
        settings = Settings(handshake_timeout=0.0, heartbeat_interval=0.0, compression=attempt.settings.compression)
        self._transport = ServedTransport(settings, clock=self.clock)
        self._transport.answer(Accepted(server, settings))
        return Requesting(Reached(attempt, client))
