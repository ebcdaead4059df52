"""The same transport on the side of a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.memory_stream import MemoryStream
from tests.support.tls import client_context, server_context
from wsclient.protocol.client_handshake import ClientHandshake
from wsclient.protocol.connection import Connection, Role
from wsclient.protocol.events import TEXT, CloseReceived, Ended, Event, FailureKind, Messages, Opened, Requested
from wsclient.protocol.url import URL
from wsclient.testing import FakeClock
from wsclient.transport.base import Settings
from wsclient.transport.opening.milestones import Accepted
from wsclient.transport.served import ServedTransport
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    from wsclient.transport.stream.stream import Stream


class Visit:
    """A client in memory, and the transport that serves it."""

    def __init__(self, *, is_secure: bool = False, **settings: float) -> None:
        self.clock = FakeClock()
        here, there = MemoryStream.pair()
        self.stream = here
        self.client: Stream = TlsStream(there, client_context(), "localhost") if is_secure else there
        self.handshake = ClientHandshake(URL.parse("ws://localhost/room"), ("chat",))
        self.connection = Connection(Role.CLIENT)
        self.events: list[Event] = []
        options = Settings(**settings)
        self.transport = ServedTransport(options, clock=self.clock)
        self.transport.answer(Accepted(here, options, _secure if is_secure else None))

    def step(self, seconds: float = 0.016) -> None:
        self.clock.advance(seconds)
        self.events += self.transport.poll()

    def ask(self) -> Requested:
        if isinstance(self.client, TlsStream):
            while not self.client.handshake():
                self.step()
        self.client.send(self.handshake.request)
        self.step()
        requested = self.events[-1]
        assert isinstance(requested, Requested)
        return requested

    def open(self) -> None:
        self.ask()
        self.transport.accept("chat")
        self.step()
        assert self.handshake.receive_data(self.client.receive(65536) or b"") == Opened("chat")

    def talk(self) -> list[Event]:
        """Returns what the client receives when it has sent its part."""
        while piece := self.connection.data_to_send():
            self.client.send(piece)
        self.step()
        self.connection.receive_data(self.client.receive(65536) or b"")
        return self.connection.next_events()


def _secure(stream: Stream, _name: str) -> TlsStream:
    return TlsStream(stream, server_context(), None)


@pytest.mark.parametrize("is_secure", [False, True], ids=["ws", "wss"])
def test_messages_go_both_ways(is_secure: bool) -> None:
    visit = Visit(is_secure=is_secure)
    visit.open()
    assert visit.events[-1] == Opened("chat")

    visit.connection.send_message(b"hello", is_text=True)
    visit.transport.send(b"welcome", is_text=True)

    assert visit.talk() == [Messages([b"welcome"], TEXT)]
    assert visit.events[-1] == Messages([b"hello"], TEXT)


def test_the_request_can_be_looked_at_before_it_is_answered() -> None:
    visit = Visit()
    request = visit.ask().request
    assert (request.head.target, request.subprotocols) == ("/room", ("chat",))
    visit.step()
    assert visit.client.receive(100) is None


def test_a_client_that_closes_is_answered() -> None:
    visit = Visit()
    visit.open()
    visit.connection.send_close(1000, "bye")
    assert visit.talk() == [CloseReceived(1000, "bye", is_answer=True)]
    assert visit.events[-2:] == [CloseReceived(1000, "bye", is_answer=False), Ended(was_clean=True)]


def test_an_unmasked_frame_is_a_violation() -> None:
    visit = Visit()
    visit.open()
    visit.client.send(b"\x81\x05Hello")
    visit.step()
    ended = visit.events[-1]
    assert isinstance(ended, Ended)
    assert ended.failure is not None
    assert ended.failure.kind is FailureKind.VIOLATION


def test_a_rejected_client_gets_a_page_and_the_end() -> None:
    visit = Visit()
    visit.ask()
    visit.transport.reject(429, body=b"full")
    visit.step()
    assert (visit.client.receive(65536) or b"").startswith(b"HTTP/1.1 429 ")
    ended = visit.events[-1]
    assert isinstance(ended, Ended)
    assert ended.failure is not None
    assert ended.failure.http_status == 429
    assert visit.stream.is_closed


def test_a_silent_client_is_dropped() -> None:
    visit = Visit(handshake_timeout=3.0)
    for _ in range(31):
        visit.step(0.1)
    assert isinstance(visit.events[-1], Ended)
    assert (visit.client.receive(65536) or b"").startswith(b"HTTP/1.1 408 ")


def test_nothing_can_be_answered_before_a_request() -> None:
    visit = Visit()
    with pytest.raises(RuntimeError, match="no request"):
        visit.transport.accept()
    with pytest.raises(RuntimeError, match="no request"):
        ServedTransport(Settings()).reject(403)
