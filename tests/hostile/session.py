"""Plays a session to its end, with one call to the system failing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile.faulty_system import Fault, FaultyNetwork, FaultySystem
from tests.support.fake_network import FakeResolver, addresses
from tests.support.scripted_server import ScriptedServer
from tests.support.tls import ServerTlsStream, client_context, server_context
from wsclient import Error, WebSocketClient
from wsclient.testing import FakeClock
from wsclient.transport.native import NativeTransport
from wsclient.transport.opening.resolver import Resolved
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from wsclient.transport.base import Settings
    from wsclient.transport.opening.attempt import Outside

__all__ = ["Session"]

ADDRESS = "192.0.2.1"
FRAMES = (0.23, 0.02)  # seconds before a poll, in turn: few of them for much game time, and some in quick succession
MOST_FRAMES = 2000
HEARTBEAT = 1.0  # seconds
SILENCE = 1.25  # seconds between the talk and the end, so that a heartbeat comes
MOST_SENT = 20_000  # bytes that one `send` takes
PING = b"\x89\x04life"


class Session:
    """A client that connects, talks, is silent for a while and closes.

    It also has the server.

    Attributes:
        told: the signals, in order, and the packets.
        sent: what the client sends.
        answers: what the server sends when it has all of that.
        system: the calls of the last run.
        most_calls: the most calls to the system that one `poll()` made.
        is_secure: whether it goes over TLS.
    """

    def __init__(self, *, is_secure: bool, is_closed_by_server: bool, size: int = 70_000) -> None:
        self.clock = FakeClock()
        self.client = WebSocketClient(transport=self._transport)
        self.client.handshake_timeout = 8.0
        self.client.heartbeat_interval = HEARTBEAT
        self.client.close_timeout = 1.0
        self.told: list[object] = []
        self.sent = [b"hello", bytes(size)]
        self.answers = [b"one", bytes(size), b"three"]
        self.system = FaultySystem(None)
        self.network = FaultyNetwork(self.system)
        self.most_calls = 0
        self.is_secure = is_secure
        self._is_closed_by_server = is_closed_by_server
        self._server: ScriptedServer | None = None
        self._has_answered = False
        self._silent_since = 0.0
        self._trust = client_context()
        self._certificate = server_context()
        self._listen()

    def run(self, fault: Fault | None) -> None:
        """From `connect_to_url` to the terminal signal, and some frames more.

        Args:
            fault: what goes wrong; None for nothing.
        """
        self.told.clear()
        self.system = FaultySystem(fault)
        self.network = FaultyNetwork(self.system)
        self.network.listen(ADDRESS)
        self.most_calls = 0
        self._server = None
        self._has_answered = False
        assert self.client.connect_to_url(f"{'wss' if self.is_secure else 'ws'}://localhost/") is Error.OK
        frames = 0
        while not self.is_over:
            frames += 1
            assert frames < MOST_FRAMES, f"no end: {self.told}, {self.client!r}"
            self._frame()
            self._act()
        for _ in range(3):
            self._frame()

    @property
    def is_over(self) -> bool:
        """Whether a terminal signal was emitted."""
        return bool(self.told) and _is_terminal(self.told[-1])

    @property
    def terminals(self) -> list[object]:
        """The terminal signals."""
        return [told for told in self.told if _is_terminal(told)]

    @property
    def received(self) -> list[bytes]:
        """The packets, in order."""
        return [told for told in self.told if isinstance(told, bytes)]

    @property
    def reached_server(self) -> list[bytes]:
        """The messages that the server has got."""
        return self._server.messages if self._server is not None else []

    @property
    def leaks(self) -> list[object]:
        """Returns the sockets that were not closed."""
        return [*self.network.open_sockets, *([self.network.select] if self.network.select.open_epolls else [])]

    @property
    def went_well(self) -> bool:
        """Whether all went as if nothing had gone wrong."""
        is_complete = self.received == self.answers and self.reached_server == self.sent
        return is_complete and self.told[0] == "established" and self.told[-1] == ("closed", True)

    def _transport(self, settings: Settings) -> NativeTransport:
        return NativeTransport(settings, clock=self.clock, outside=self._outside())

    def _outside(self) -> Outside:
        found = Resolved(
            addresses(ADDRESS),
            (lambda stream, _: TlsStream(stream, self._trust, "localhost")) if self.is_secure else None,
        )
        return self.network.outside(FakeResolver(found))

    def _listen(self) -> None:
        client, told = self.client, self.told

        def talk(_protocol: str) -> None:
            told.append("established")
            for packet in self.sent:
                client.put_packet(packet)

        client.connection_established.connect(talk)
        client.data_received.connect(lambda: told.append(client.get_packet()))
        client.server_close_request.connect(lambda code, _: told.append(code))
        client.connection_error.connect(lambda: told.append("error"))
        client.connection_closed.connect(lambda was_clean: told.append(("closed", was_clean)))

    def _frame(self) -> None:
        for seconds in FRAMES:
            self.clock.advance(seconds)
            before = len(self.system.calls)
            self.client.poll()
            self.most_calls = max(self.most_calls, len(self.system.calls) - before)
        if self._server is None and self.network.accepted:
            wire = self.network.accepted[0]
            self.network.sockets[0].stream.max_send = MOST_SENT
            self._server = ScriptedServer(ServerTlsStream(wire, self._certificate) if self.is_secure else wire)
        if self._server is not None:
            self._serve(self._server)

    def _serve(self, server: ScriptedServer) -> None:
        try:
            if isinstance(server.stream, ServerTlsStream) and not server.stream.handshake():
                return
            server.step()
            if server.request is not None and server.connection is None:
                server.accept()
        except OSError:
            server.stream.close()  # the client has broken off

    def _act(self) -> None:
        """Does what the script has for this moment."""
        server = self._server
        if server is None or server.connection is None or server.connection.is_closed:
            return
        if not self._has_answered and server.messages == self.sent:
            self._has_answered = True
            server.send(PING)
            for answer in self.answers:
                server.send_message(answer, is_text=False)
        if self.received != self.answers:
            self._silent_since = self.clock()
        elif self.clock() >= self._silent_since + SILENCE:
            if self._is_closed_by_server:
                server.close()
            else:
                self.client.disconnect_from_host()


def _is_terminal(told: object) -> bool:
    return told == "error" or (isinstance(told, tuple) and told[0] == "closed")
