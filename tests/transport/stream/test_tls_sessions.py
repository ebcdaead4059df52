"""Tests that a second connection resumes the session of the first.

It never resumes one with different trust.
"""

from __future__ import annotations

import ssl

import pytest

from tests.support.memory_stream import MemoryStream
from tests.support.tls import ServerTlsStream, client_context, server_context
from wsclient.transport.stream.tls_sessions import MAX_SESSIONS, TlsSessions
from wsclient.transport.stream.tls_stream import TlsStream

TRUSTING = client_context()
SERVER = server_context()


def unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def is_resumed(
    sessions: TlsSessions,
    context: ssl.SSLContext = TRUSTING,
    *,
    port: int = 443,
    ends: str = "finish",
    reads: bool = True,
    server: ssl.SSLContext = SERVER,
    kind: type[TlsStream] = TlsStream,
) -> bool:
    """Connects once, to localhost, and ends."""
    here, there = MemoryStream.pair()
    client, serving = kind(here, context, "localhost"), ServerTlsStream(there, server)
    sessions.attach(client, "localhost", port)
    done = [False, False]
    while not all(done):
        done = [client.handshake() or done[0], serving.handshake() or done[1]]
    resumed = client.is_resumed
    if reads:  # RFC 8446 section 4.6.1: tickets follow the handshake
        serving.send(b"x")
        assert client.receive(10) == b"x"
    (client.finish if ends == "finish" else client.close)()
    return resumed


def limited(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = client_context()
    context.maximum_version = version
    return context


@pytest.mark.parametrize("ends", ["finish", "close"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_a_session_is_resumed_again_and_again(version: ssl.TLSVersion, ends: str) -> None:
    sessions, context = TlsSessions(), limited(version)

    assert [is_resumed(sessions, context, ends=ends) for _ in range(3)] == [False, True, True]


class WatchedStream(TlsStream):
    """Counts how often its session is read."""

    readings = 0

    @property
    def session(self) -> ssl.SSLSession | None:
        WatchedStream.readings += 1
        return super().session


def test_a_session_is_read_only_for_a_successor_and_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WatchedStream, "readings", 0)
    sessions = TlsSessions()

    is_resumed(sessions, kind=WatchedStream)
    assert WatchedStream.readings == 0

    assert is_resumed(sessions, kind=WatchedStream)
    assert WatchedStream.readings == 1


@pytest.mark.parametrize(("reading_leaks", "readings"), [(True, 1), (False, 3)])
def test_if_reading_leaks_a_session_is_offered_as_long_as_it_is_accepted(
    reading_leaks: bool, readings: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WatchedStream, "readings", 0)
    sessions = TlsSessions(reading_leaks=reading_leaks)

    assert [is_resumed(sessions, kind=WatchedStream) for _ in range(4)] == [False, True, True, True]
    assert WatchedStream.readings == readings


def test_if_reading_leaks_a_refused_session_is_replaced() -> None:
    sessions = TlsSessions(reading_leaks=True)
    restarted = server_context()

    assert not is_resumed(sessions)
    assert is_resumed(sessions)
    assert not is_resumed(sessions, server=restarted)
    assert is_resumed(sessions, server=restarted)


def test_a_connection_that_fails_before_its_handshake_takes_the_session_of_no_other() -> None:
    sessions = TlsSessions()
    is_resumed(sessions)
    here, _ = MemoryStream.pair()
    failing = TlsStream(here, TRUSTING, "localhost")
    sessions.attach(failing, "localhost", 443)
    failing.close()

    assert is_resumed(sessions)


def test_another_object_resumes_nothing() -> None:
    assert not is_resumed(TlsSessions())
    assert not is_resumed(TlsSessions())


def test_another_port_has_its_own_session() -> None:
    sessions = TlsSessions()
    is_resumed(sessions)

    assert not is_resumed(sessions, port=444)
    assert is_resumed(sessions)


def test_an_unverified_session_is_never_resumed_with_verification() -> None:
    sessions = TlsSessions()
    is_resumed(sessions, unverified())

    assert not is_resumed(sessions)


def test_a_server_that_forgot_the_session_shakes_hands_in_full() -> None:
    sessions = TlsSessions()
    is_resumed(sessions)

    assert not is_resumed(sessions, server=server_context())


def test_without_a_ticket_there_is_nothing_to_resume() -> None:
    sessions = TlsSessions()
    context = limited(ssl.TLSVersion.TLSv1_3)
    is_resumed(sessions, context, reads=False)

    assert not is_resumed(sessions, context)


def test_the_oldest_session_is_forgotten() -> None:
    sessions = TlsSessions()
    for port in range(MAX_SESSIONS + 1):
        is_resumed(sessions, port=port)

    assert is_resumed(sessions, port=MAX_SESSIONS)
    assert not is_resumed(sessions, port=0)


def test_a_connection_that_failed_leaves_nothing() -> None:
    here, _ = MemoryStream.pair()
    sessions = TlsSessions()
    client = TlsStream(here, TRUSTING, "localhost")
    sessions.attach(client, "localhost", 443)
    client.close()

    assert not is_resumed(sessions)
