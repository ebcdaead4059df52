from __future__ import annotations

import errno
import os

import pytest

from tests.support.memory_stream import MemoryStream
from wsclient.protocol.client_handshake import ClientHandshake
from wsclient.protocol.connection import Role
from wsclient.protocol.errors import InvalidArgument
from wsclient.protocol.events import Failure, FailureKind, Opened
from wsclient.protocol.server_handshake import Request
from wsclient.protocol.url import URL
from wsclient.transport.base import Settings
from wsclient.transport.descriptor import NOTHING, Descriptor
from wsclient.transport.opening.answering import Answering
from wsclient.transport.opening.milestones import Established

RESET = ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


class Visit:
    """A client in memory, and the phase that answers it."""

    def __init__(self, *, subprotocols: tuple[str, ...] = (), offers_deflate: bool = False, **options: bool) -> None:
        stream, self.client = MemoryStream.pair()
        self.stream = stream
        self.phase = Answering(stream, Settings(**options))
        self.handshake = ClientHandshake(URL.parse("ws://a/"), subprotocols, offers_deflate=offers_deflate)

    def ask(self, behind: bytes = b"") -> Request:
        self.client.send(self.handshake.request + behind)
        request = self.phase.step(0.0)
        assert isinstance(request, Request)
        return request

    def reply(self) -> bytes:
        return bytes(self.client.inbox)


def test_returns_the_request_once_and_waits_for_an_answer() -> None:
    visit = Visit(subprotocols=("chat",))
    assert visit.phase.step(0.0) is None
    assert visit.ask().subprotocols == ("chat",)
    assert visit.phase.step(0.0) is None
    assert visit.reply() == b""


def test_accepts_and_passes_on_data_after_the_request() -> None:
    visit = Visit(subprotocols=("chat", "game"))
    visit.ask(behind=b"\x81\x80\0\0\0\0")
    visit.phase.accept("game", (("X-Server", "7"),))
    opened = visit.phase.step(0.0)
    assert opened == Established(visit.stream, Role.SERVER, Opened("game"), b"\x81\x80\0\0\0\0", None)
    assert visit.handshake.receive_data(visit.reply()) == Opened("game")
    assert b"X-Server: 7\r\n" in visit.reply()


@pytest.mark.parametrize(("compression", "offers"), [(True, True), (True, False), (False, True)])
def test_agrees_on_compression_if_both_want_it(compression: bool, offers: bool) -> None:
    visit = Visit(compression=compression, offers_deflate=offers)
    visit.ask()
    visit.phase.accept()
    opened = visit.phase.step(0.0)
    assert isinstance(opened, Established)
    assert visit.handshake.receive_data(visit.reply()) == Opened("")
    assert (opened.deflate is not None) is (compression and offers)
    assert visit.handshake.deflate == opened.deflate


def test_rejects_with_a_page_and_then_ends() -> None:
    visit = Visit()
    visit.ask()
    visit.phase.reject(403, body=b"no room")
    failure = visit.phase.step(0.0)
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.http_status) == (FailureKind.HTTP_STATUS, 403)
    assert visit.reply().startswith(b"HTTP/1.1 403 Forbidden\r\n")
    assert visit.reply().endswith(b"\r\n\r\nno room")
    assert visit.stream.has_finished


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        pytest.param(b"POST / HTTP/1.1", b"405", id="method"),
        pytest.param(b"GET / HTTP/1.0", b"505", id="version"),
        pytest.param(b"GET / HTTP/1.1", b"400", id="no host"),
    ],
)
def test_an_invalid_request_is_rejected_automatically(request_line: bytes, status: bytes) -> None:
    visit = Visit()
    visit.client.send(request_line + b"\r\n\r\n")
    assert isinstance(visit.phase.step(0.0), Failure)
    assert visit.reply()[9:12] == status
    assert visit.stream.has_finished


def test_tls_is_not_answered_in_plain_text() -> None:
    visit = Visit()
    visit.client.send(b"\x16\x03\x01\x02\x00\x01")
    assert isinstance(visit.phase.step(0.0), Failure)
    assert visit.reply() == b""
    assert visit.stream.has_finished


def test_the_reply_is_sent_in_pieces_if_necessary() -> None:
    visit = Visit()
    visit.ask()
    visit.stream.room = 10
    visit.phase.accept()
    assert visit.phase.step(0.0) is None
    visit.stream.room = None
    assert isinstance(visit.phase.step(0.0), Established)
    assert visit.handshake.receive_data(visit.reply()) == Opened("")


def test_waits_for_no_descriptor_while_the_stream_holds_more_of_the_request() -> None:
    class Holding(MemoryStream):
        descriptor = Descriptor(7)
        has_more = False

    here, _ = Holding.pair()
    phase = Answering(here, Settings())
    assert phase.descriptor is here.descriptor

    here.has_more = True
    assert phase.descriptor is None


def test_waits_for_nothing_while_the_program_decides() -> None:
    visit = Visit()
    visit.ask()
    assert visit.phase.descriptor is NOTHING

    visit.phase.accept()
    assert visit.phase.descriptor is None


def test_a_request_is_answered_once() -> None:
    visit = Visit()
    with pytest.raises(RuntimeError, match="no request"):
        visit.phase.accept()
    visit.ask()
    with pytest.raises(InvalidArgument):
        visit.phase.accept("unasked")
    visit.phase.accept()
    with pytest.raises(RuntimeError, match="answered"):
        visit.phase.reject(403)


@pytest.mark.parametrize(("asks", "status"), [(False, b"408"), (True, b"503")])
def test_being_late_is_answered_too(asks: bool, status: bytes) -> None:
    visit = Visit()
    if asks:
        visit.ask()
    assert visit.phase.give_up(3.0).kind is FailureKind.TIMEOUT
    assert visit.reply()[9:12] == status


@pytest.mark.parametrize("ends", ["end", "reset"])
def test_a_client_that_leaves_before_its_request_is_complete_is_a_failure(ends: str) -> None:
    visit = Visit()
    visit.client.send(b"GET / HTTP")
    assert visit.phase.step(0.0) is None
    if ends == "end":
        visit.client.end()
    else:
        visit.stream.break_with(RESET)
    failure = visit.phase.step(0.0)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.LOST


def test_a_client_that_does_not_hear_why_it_was_rejected_was_rejected_all_the_same() -> None:
    visit = Visit()
    visit.ask()
    visit.phase.reject(403)
    visit.stream.break_with(RESET)
    failure = visit.phase.step(0.0)
    assert isinstance(failure, Failure)
    assert failure.http_status == 403
