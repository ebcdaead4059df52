"""Tests the native transport over real sockets of this machine.

Both ends are in one thread, and neither waits.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.support.scripted_server import LoopbackListener, ScriptedServer
from tests.support.threads import finish_lookups
from tests.support.tls import ServerTlsStream, authority, server_context
from wsclient.protocol.events import CloseReceived, Ended, Failure, FailureKind, Messages, Opened, Stage
from wsclient.protocol.url import URL
from wsclient.testing import FakeClock
from wsclient.transport.base import OpeningRequest, Settings
from wsclient.transport.native import NativeTransport
from wsclient.transport.readiness import Readiness
from wsclient.transport.stream.tcp_stream import TcpStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from wsclient.protocol.events import Event

each_wire = pytest.mark.parametrize("is_secure", [False, True], ids=["ws", "wss"])

MEBIBYTE = 1024 * 1024


class Loopback:
    """A transport and a server on 127.0.0.1."""

    def __init__(self, listener: LoopbackListener, *, is_secure: bool = False, **settings: Any) -> None:
        if is_secure:
            settings.setdefault("trusted_certificate", authority().cert_pem.bytes())
        self.clock = FakeClock()
        self.listener = listener
        self.transport = NativeTransport(Settings(**settings), clock=self.clock)
        self.is_secure = is_secure
        self.server: ScriptedServer | None = None
        self.events: list[Event] = []

    def open(self, host: str = "127.0.0.1") -> None:
        self.transport.open(
            OpeningRequest(URL.parse(f"{'wss' if self.is_secure else 'ws'}://{host}:{self.listener.port}/"))
        )
        finish_lookups()

    def step(self, *, read: bool = True) -> None:
        """One poll, and one step of the server's."""
        self.events += self.transport.poll(read=read)
        if self.server is None and (stream := self.listener.accept()):
            self.server = ScriptedServer(ServerTlsStream(stream, server_context()) if self.is_secure else stream)
        if self.server is not None and self._is_secured(self.server):
            self.server.step()

    def until(self, condition: Callable[[], object], *, read: bool = True) -> None:
        """Steps until something holds. The network is real, so that it may take several."""
        limit = time.monotonic() + 20
        while not condition():
            self.step(read=read)
            assert time.monotonic() < limit, (self.events, "nothing happens any more")

    def connect(self) -> ScriptedServer:
        self.open()
        self.until(lambda: self.server is not None and self.server.request is not None)
        assert self.server is not None
        self.server.accept()
        self.until(lambda: Opened("") in self.events)
        return self.server

    def run(self, seconds: float) -> None:
        """Lets the fake clock go on, and polls; the server stands still."""
        for _ in range(round(seconds / 0.1)):
            self.clock.advance(0.1)
            self.events += self.transport.poll()

    @property
    def received(self) -> list[bytes]:
        return [payload for event in self.events if isinstance(event, Messages) for payload in event.payloads]

    @property
    def has_ended(self) -> bool:
        return bool(self.events) and isinstance(self.events[-1], Ended)

    @property
    def failure(self) -> Failure:
        ended = self.events[-1]
        assert isinstance(ended, Ended)
        assert ended.failure is not None
        return ended.failure

    def _is_secured(self, server: ScriptedServer) -> bool:
        return not isinstance(server.stream, ServerTlsStream) or server.stream.handshake()


@pytest.fixture
def listener() -> Iterator[LoopbackListener]:
    with LoopbackListener() as opened:
        yield opened


@pytest.fixture
def loopback(listener: LoopbackListener) -> Iterator[Callable[..., Loopback]]:
    made: list[Loopback] = []

    def make(**options: Any) -> Loopback:
        made.append(Loopback(**{"listener": listener, **options}))
        return made[-1]

    yield make
    for loop in made:
        loop.transport.abort()


@each_wire
def test_messages_of_all_sizes_go_there_and_back(loopback: Callable[..., Loopback], is_secure: bool) -> None:
    loop = loopback(is_secure=is_secure)
    server = loop.connect()
    sent = [bytes([size % 251]) * size for size in (0, 1, 125, 126, 65535, 65536, 70_000, 16 * MEBIBYTE)]
    for payload in sent:
        loop.transport.send(payload, is_text=False)
    loop.until(lambda: len(server.messages) == len(sent))
    assert server.messages == sent
    assert loop.transport.buffered_amount == 0
    for payload in sent:
        server.send_message(payload, is_text=False)
    loop.until(lambda: len(loop.received) == len(sent))
    assert loop.received == sent


@each_wire
def test_each_side_may_close(loopback: Callable[..., Loopback], is_secure: bool) -> None:
    for starts in ("client", "server"):
        loop = loopback(is_secure=is_secure)
        server = loop.connect()
        if starts == "client":
            loop.transport.close(1001, "gone")
        else:
            server.close(1001, "gone")
        loop.until(lambda loop=loop: loop.has_ended)
        assert loop.events[1:] == [
            CloseReceived(1001, "gone", is_answer=starts == "client"),
            Ended(was_clean=True),
        ]
        loop.until(lambda server=server: any(isinstance(event, Ended) for event in server.events))
        assert Ended(was_clean=True) in server.events


def test_our_last_data_arrives_even_if_we_have_unread_data(loopback: Callable[..., Loopback]) -> None:
    """Our last data arrives even if we have not read everything.

    A socket that is closed with unread data resets the connection, which discards data on its way.
    """
    loop = loopback()
    server = loop.connect()
    server.send(bytes.fromhex("8180 00000000"))  # masked: a violation, and more data after it
    server.send(bytes(100_000))
    server.refuses_to_read = True
    loop.until(lambda: loop.has_ended)
    assert loop.failure.kind is FailureKind.VIOLATION
    server.refuses_to_read = False
    loop.until(lambda: server.events)
    close = server.events[0]
    assert isinstance(close, CloseReceived)
    assert close.code == 1002


@pytest.mark.hostile("E12", "G16")
@each_wire
def test_a_server_that_vanishes_is_a_loss(
    loopback: Callable[..., Loopback], listener: LoopbackListener, is_secure: bool
) -> None:
    loop = loopback(is_secure=is_secure)
    server = loop.connect()
    server.send_message(b"last")
    listener.accepted[0].close()
    loop.server = ScriptedServer(listener.accepted[0])
    loop.server.step = lambda: None  # type: ignore[method-assign]
    loop.until(lambda: loop.has_ended)
    assert loop.received == [b"last"]
    assert loop.failure.kind is FailureKind.LOST


@pytest.mark.hostile("E10")
def test_a_reset_is_a_loss(loopback: Callable[..., Loopback], listener: LoopbackListener) -> None:
    loop = loopback()
    loop.connect()
    raw = listener.accepted[0]._socket
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    raw.close()
    loop.server = None
    loop.until(lambda: loop.has_ended)
    assert loop.failure.kind is FailureKind.LOST
    assert isinstance(loop.failure.cause, ConnectionResetError)


@pytest.mark.hostile("C08")
def test_a_server_that_does_not_read_slows_us_down_without_loss(loopback: Callable[..., Loopback]) -> None:
    loop = loopback()
    server = loop.connect()
    server.refuses_to_read = True
    payload = bytes(range(256)) * 4096
    for _ in range(16):
        loop.transport.send(payload, is_text=False)
    for _ in range(200):
        loop.step()
    assert loop.transport.buffered_amount > MEBIBYTE
    assert loop.transport.buffered_messages > 0
    server.refuses_to_read = False
    loop.until(lambda: len(server.messages) == 16)
    assert server.messages == [payload] * 16


@pytest.mark.hostile("C07")
def test_a_full_receiver_slows_the_server_down_without_loss(loopback: Callable[..., Loopback]) -> None:
    loop = loopback()
    server = loop.connect()
    payload = bytes(range(256)) * 4096
    for _ in range(16):
        server.send_message(payload, is_text=False)
    for _ in range(200):
        loop.step(read=False)
    assert loop.received == []
    assert server.connection is not None
    assert server.connection.has_data_to_send
    loop.until(lambda: len(loop.received) == 16)
    assert loop.received == [payload] * 16


@pytest.mark.hostile("G05")
def test_a_name_is_looked_up_and_its_addresses_are_tried(loopback: Callable[..., Loopback]) -> None:
    """On many machines, localhost is ::1 as well, which has no listener."""
    loop = loopback()
    loop.open("localhost")
    loop.until(lambda: loop.server is not None and loop.server.request is not None)


@pytest.mark.hostile("G06")
def test_a_port_without_a_listener_refuses(loopback: Callable[..., Loopback]) -> None:
    with LoopbackListener() as gone:
        port = gone.port
    loop = loopback()
    loop.transport.open(OpeningRequest(URL.parse(f"ws://127.0.0.1:{port}/")))
    loop.until(lambda: loop.has_ended)
    assert loop.failure.kind is FailureKind.REFUSED
    assert loop.failure.detail == f"127.0.0.1:{port} refused the connection"


@pytest.mark.hostile("G07")
def test_a_full_backlog_ends_in_time(loopback: Callable[..., Loopback]) -> None:
    with LoopbackListener(backlog=0) as full, contextlib.ExitStack() as waiting:
        # The system takes a few more than the limit.
        for _ in range(4):
            filler = waiting.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", full.port))
        loop = loopback(listener=full)
        loop.open()
        loop.run(9.9)
        assert loop.events == []
        loop.run(0.3)
        assert (loop.failure.stage, loop.failure.kind) == (Stage.CONNECT, FailureKind.TIMEOUT)


@pytest.mark.hostile("G13", "A08")
@each_wire
def test_a_silent_server_ends_the_attempt_in_time(loopback: Callable[..., Loopback], is_secure: bool) -> None:
    loop = loopback(is_secure=is_secure)
    loop.open()
    loop.run(9.9)
    assert loop.events == []
    loop.run(0.3)
    assert (loop.failure.stage, loop.failure.kind) == (
        Stage.TLS if is_secure else Stage.HANDSHAKE,
        FailureKind.TIMEOUT,
    )


@pytest.mark.hostile("E07")
def test_a_close_that_is_never_answered_ends_in_time(loopback: Callable[..., Loopback]) -> None:
    loop = loopback()
    loop.connect()
    loop.transport.close(1000, "")
    loop.run(5.3)
    assert (loop.failure.stage, loop.failure.kind) == (Stage.CLOSE, FailureKind.TIMEOUT)


@pytest.mark.hostile("G10", "G11")
def test_a_certificate_of_a_stranger_is_refused_and_accepted_unverified(
    loopback: Callable[..., Loopback], listener: LoopbackListener
) -> None:
    strict = loopback(is_secure=True, trusted_certificate=None)
    strict.open()
    limit = time.monotonic() + 20
    while not strict.has_ended and time.monotonic() < limit:
        strict.events += strict.transport.poll()
        if strict.server is None and (stream := listener.accept()):
            strict.server = ScriptedServer(ServerTlsStream(stream, server_context()))
        if strict.server is not None:
            with contextlib.suppress(OSError):  # the client's alert
                strict.server.stream.handshake()  # type: ignore[attr-defined]
    assert strict.failure.kind is FailureKind.CERTIFICATE
    lax = loopback(is_secure=True, verify_ssl=False)
    lax.connect()


# Unix domain sockets, and where to connect from


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no Unix domain sockets")
def test_a_unix_socket_carries_a_connection(tmp_path: Path) -> None:
    path = tmp_path / "a b.sock"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()
    transport = NativeTransport(Settings())
    transport.open(OpeningRequest(URL.parse(f"ws+unix://{quote(str(path))}:/room")))
    assert transport.poll() == []
    accepted, _ = listening.accept()
    accepted.setblocking(False)
    server = ScriptedServer(TcpStream(accepted, Readiness()))
    server.step()
    assert server.request is not None
    assert server.request.resource_name == "/room"
    server.accept(behind=b"\x82\x02hi")

    events = transport.poll()
    assert events[0] == Opened("")
    assert transport.remote_address == ("", 0) or transport.remote_address[0] == str(path)
    transport.abort()
    server.stream.close()
    listening.close()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no Unix domain sockets")
def test_a_unix_socket_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    transport = NativeTransport(Settings())
    transport.open(OpeningRequest(URL.parse(f"ws+unix://{quote(str(tmp_path))}/no.sock")))
    (ended,) = transport.poll()

    assert isinstance(ended, Ended)
    assert ended.failure is not None
    assert (ended.failure.kind, ended.failure.stage) == (FailureKind.REFUSED, Stage.CONNECT)
    assert ended.failure.detail == f"there is no socket {tmp_path}/no.sock"


def test_the_local_address_is_the_servers_remote_one(loopback: Callable[..., Loopback]) -> None:
    loop = loopback()
    loop.transport._settings.local_address = "127.0.0.9"  # the settings are the test's own
    loop.connect()

    assert loop.server is not None
    assert loop.server.stream.remote_address[0] == "127.0.0.9"
