from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest
import trustme

from tests.support.fake_network import FakeNetwork, FakeResolver, addresses
from tests.support.scripted_server import ScriptedServer
from tests.support.tls import ServerTlsStream, client_context, server_context
from wsclient.protocol.events import Failure, FailureKind, Opened, Stage
from wsclient.protocol.url import URL
from wsclient.transport.base import OpeningRequest, Settings
from wsclient.transport.opening.attempt import Attempt
from wsclient.transport.opening.course import first_phase
from wsclient.transport.opening.milestones import Established
from wsclient.transport.opening.opening import Opening
from wsclient.transport.opening.resolver import Resolved
from wsclient.transport.stream.tls_stream import TlsStream

if TYPE_CHECKING:
    import ssl

SECURED = Resolved(addresses("192.0.2.1"), lambda stream, _: TlsStream(stream, client_context(), "localhost"))


def opening(
    network: FakeNetwork,
    url: str = "ws://game.example/",
    *,
    found: Resolved | Failure | None = SECURED,
    **options: float,
) -> Opening:
    if isinstance(found, Resolved) and not url.startswith("wss"):
        found = Resolved(found.addresses)
    request = OpeningRequest(URL.parse(url))
    return Opening(first_phase(Attempt.of(request, Settings(**options), network.outside(FakeResolver(found)))))


def listening() -> FakeNetwork:
    network = FakeNetwork()
    network.listen("192.0.2.1")
    return network


def failed(outcome: object) -> Failure:
    assert isinstance(outcome, Failure), outcome
    return outcome


def secured(network: FakeNetwork, running: Opening, context: ssl.SSLContext) -> tuple[ServerTlsStream, object]:
    """Returns the server's stream after the TLS handshake.

    If the attempt has ended before, returns its result.
    """
    outcome = running.step(0.0)
    server = ServerTlsStream(network.accepted[0], context)
    for _ in range(4):
        server.handshake()
        outcome = running.step(0.0)
        if outcome is not None:
            break
    return server, outcome


def test_goes_all_the_way_in_as_few_steps_as_the_server_allows() -> None:
    network = listening()
    running = opening(network)
    assert running.step(0.0) is None
    server = ScriptedServer(network.accepted[0])
    server.step()
    server.accept(behind=b"\x81\x00")
    outcome = running.step(0.0)
    assert isinstance(outcome, Established)
    assert outcome.opened == Opened("")
    assert outcome.trailing_data == b"\x81\x00"
    assert len(network.open_sockets) == 1


def test_a_failure_of_the_lookup_is_passed_on() -> None:
    failure = Failure(stage=Stage.RESOLVE, kind=FailureKind.NAME_NOT_FOUND, detail="no such name")
    network = FakeNetwork()
    assert opening(network, found=failure).step(0.0) is failure
    assert network.sockets == []


def test_a_refused_connection_is_passed_on() -> None:
    network = FakeNetwork()
    network.fail("192.0.2.1")
    assert failed(opening(network).step(0.0)).kind is FailureKind.REFUSED


@pytest.mark.hostile("G10")
def test_an_unknown_authority_is_a_failure_of_tls() -> None:
    network = listening()
    running = opening(network, "wss://localhost/")
    _, outcome = secured(network, running, server_context(ca=trustme.CA()))
    failure = failed(outcome)
    assert (failure.stage, failure.kind) == (Stage.TLS, FailureKind.CERTIFICATE)
    assert failure.detail.startswith("certificate verify failed: ")
    assert failure.detail.endswith(" (localhost:443)")
    assert network.open_sockets == []


@pytest.mark.hostile("G17")
def test_a_plain_server_is_recognized_if_tls_was_expected() -> None:
    network = listening()
    running = opening(network, "wss://localhost/")
    assert running.step(0.0) is None
    network.accepted[0].send(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    failure = failed(running.step(0.0))
    assert (failure.stage, failure.kind) == (Stage.TLS, FailureKind.TLS_ON_PLAIN_PORT)
    assert network.open_sockets == []


@pytest.mark.hostile("G17")
def test_a_tls_server_is_recognized_if_no_tls_was_expected() -> None:
    network = listening()
    running = opening(network, "ws://localhost/")
    assert running.step(0.0) is None
    network.accepted[0].send(bytes.fromhex("1503030002 0228"))
    failure = failed(running.step(0.0))
    assert (failure.stage, failure.kind) == (Stage.HANDSHAKE, FailureKind.PLAIN_ON_TLS_PORT)
    assert network.open_sockets == []


def test_impossible_tls_for_a_host_is_a_failure() -> None:
    network = listening()
    found = Resolved(addresses("192.0.2.1"), lambda stream, _: TlsStream(stream, client_context(), "."))
    failure = failed(opening(network, "wss://game.example/", found=found).step(0.0))
    assert (failure.stage, failure.kind) == (Stage.TLS, FailureKind.TLS)
    assert network.open_sockets == []


@pytest.mark.hostile("E10")
def test_a_connection_that_breaks_during_tls_is_a_failure_of_tls() -> None:
    network = listening()
    running = opening(network, "wss://localhost/")
    assert running.step(0.0) is None
    network.sockets[0].stream.break_with(ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))
    failure = failed(running.step(0.0))
    assert (failure.stage, failure.kind) == (Stage.TLS, FailureKind.LOST)
    assert failure.detail == "localhost:443 reset the connection"
    assert "try ws://" in failure.hint  # a server that speaks no TLS may do that


def test_a_reset_after_the_first_bytes_of_tls_does_not_suggest_plain_text() -> None:
    network = listening()
    running = opening(network, "wss://localhost/")
    assert running.step(0.0) is None
    network.accepted[0].send(b"\x16\x03\x03")
    assert running.step(0.0) is None
    network.sockets[0].stream.break_with(ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))
    failure = failed(running.step(0.0))
    assert (failure.stage, failure.kind, failure.hint) == (Stage.TLS, FailureKind.LOST, "")


def test_over_tls_the_request_and_the_reply_are_encrypted() -> None:
    network = listening()
    running = opening(network, "wss://localhost/secret")
    stream, outcome = secured(network, running, server_context())
    assert outcome is None
    assert b"secret" not in network.accepted[0].inbox
    server = ScriptedServer(stream)
    server.step()
    server.accept()
    assert isinstance(running.step(0.0), Established)


@pytest.mark.hostile("A20")
def test_a_server_that_hangs_up_without_a_reply_is_a_failure() -> None:
    network = listening()
    running = opening(network)
    assert running.step(0.0) is None
    network.accepted[0].end()
    failure = failed(running.step(0.0))
    assert (failure.stage, failure.kind) == (Stage.HANDSHAKE, FailureKind.LOST)
    assert network.open_sockets == []


def test_a_refusal_that_came_before_the_request_was_out_is_heard() -> None:
    network = listening()
    running = opening(network)
    network.faults["send"] = [BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))]
    network.greeting = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    failure = failed(running.step(0.0))
    assert (failure.kind, failure.http_status) == (FailureKind.HTTP_STATUS, 503)


def test_a_silent_connection_that_takes_no_request_is_lost() -> None:
    network = listening()
    running = opening(network)
    network.faults["send"] = [BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))]
    failure = failed(running.step(0.0))
    assert failure.detail == "game.example:80 ended the connection"


@pytest.mark.hostile("G09")
def test_the_request_is_sent_in_pieces_if_necessary() -> None:
    network = listening()
    running = opening(network)
    network.faults["send"] = [BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))]
    assert running.step(0.0) is None
    network.sockets[0].stream.max_send = 1
    assert running.step(0.0) is None
    server = ScriptedServer(network.accepted[0])
    server.step()
    assert server.request is not None


@pytest.mark.hostile("A21")
@pytest.mark.parametrize("ends", ["silence", "end", "reset"])
def test_a_refusal_with_an_endless_page_is_reported(ends: str) -> None:
    network = listening()
    running = opening(network)
    assert running.step(0.0) is None
    network.accepted[0].send(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 1000000\r\n\r\nwho are you?")
    assert running.step(1.0) is None
    if ends == "end":
        network.accepted[0].end()
    elif ends == "reset":
        network.sockets[0].stream.break_with(ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"))
    failure = failed(running.step(10.0))
    assert (failure.kind, failure.http_status) == (FailureKind.HTTP_STATUS, 401)
    assert failure.http_body == b"who are you?"
    assert network.open_sockets == []


def test_closing_may_be_done_twice() -> None:
    network = listening()
    running = opening(network)
    running.step(0.0)
    running.close()
    running.close()
    assert network.open_sockets == []


@pytest.mark.parametrize("seconds", [9.999, 10.0])
def test_the_deadline_is_that_of_the_settings(seconds: float) -> None:
    outcome = opening(FakeNetwork(), handshake_timeout=10.0).step(seconds)
    assert (outcome is None) is (seconds < 10.0)


@pytest.mark.parametrize("answers", [True, False])
def test_a_connect_limit_counts_until_the_connection_is_there(answers: bool) -> None:
    network = listening() if answers else FakeNetwork()
    request = OpeningRequest(URL.parse("ws://game.example/"), connect_timeout=2.0)
    running = Opening(first_phase(Attempt.of(request, Settings(handshake_timeout=10.0), network.outside())))
    running.step(0.0)
    assert running.step(1.9) is None
    outcome = running.step(2.0)
    assert (outcome is None) is answers
    assert failed(outcome or running.step(10.0)).kind is FailureKind.TIMEOUT
